"""Whether a server could listen where it is told to, known before anything heavy is loaded."""

from __future__ import annotations

import errno
import os
import socket

from index import WenbaoError


def check_port(host: str, port: int) -> None:
    """Whether the server could listen there, before anything is loaded; raises ``WenbaoError``."""
    host = host.removeprefix("[").removesuffix("]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise WenbaoError(
            f"找不到主机“{host}”，--host 请写这台机器的地址，如 127.0.0.1（只有本机）或 0.0.0.0（全部网卡）。"
        ) from error
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":  # elsewhere this lets two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise WenbaoError(_port_sentence(error, host, port)) from error


def _port_sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}，请用 --port 换一个 1024 以上的。"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"“{host}”不是这台机器的地址，请用 --host 换一个，如 127.0.0.1（只有本机）或 0.0.0.0（全部网卡）。"
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用，请用 --port 换一个。"
    return f"端口 {port} 不能使用（{error.strerror}），请用 --port 换一个。"
