"""Twenty people at once: how long an answer takes through the page's own door, and what fails.

``python -m benchmarks.serve [--library DIR] [--users 20] [--questions 10]`` starts the server in a
process of its own, lets every user ask one question after another, and prints one JSON object. One
more user asks the longest questions allowed all the while: nobody may wait for them.

``--soak N`` asks N questions instead, each as a new visitor, by turns through the page and the HTTP API, and
tells the server's memory after every tenth of them: what a visitor leaves behind must not add up.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from index import Library
from ui.examples import candidates

ROOT = Path(__file__).parents[1]
START = "import sys; from ui.server import serve; serve(sys.argv[1], port=int(sys.argv[2]))"


async def measure(address: str, questions: list[str], users: int, each: int) -> dict[str, Any]:
    """Seconds an answer took over all users, and how many failed."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        body = await _door(client)
        slow = asyncio.create_task(_ask_forever(client, body, ("".join(questions) * 50)[:900]))
        began = time.perf_counter()
        times = [[] for _ in range(users)]
        errors = await asyncio.gather(
            *(_ask_all(client, body, islice(cycle(questions), u, u + each), times[u]) for u in range(users))
        )
        took = time.perf_counter() - began
        slow.cancel()
    every = sorted(t for user in times for t in user)
    return {
        "users": users,
        "answers": len(every),
        "errors": sum(errors),
        "seconds_p50": round(statistics.median(every), 3),
        "seconds_p95": round(every[int(len(every) * 0.95)], 3),
        "seconds_max": round(every[-1], 3),
        "answers_per_second": round(len(every) / took, 1),
    }


async def soak(address: str, server: int, questions: list[str], count: int) -> dict[str, Any]:
    """MB the process ``server`` holds after each tenth of ``count`` questions, each in a session of its own."""
    held, errors = [], 0
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        body = await _door(client)
        for number, question in enumerate(islice(cycle(questions), count), 1):
            if number % 2:
                errors += not await _ask(client, {**body, "session_hash": f"soak{number}"}, question)
            else:
                errors += not await _called(client, question)
            if number % (count // 10) == 0:
                held.append(_resident(server))
                print(f"{number} sessions: {held[-1]} MB", file=sys.stderr, flush=True)
    return {"sessions": count, "errors": errors, "resident_mb": held}


async def _called(client: httpx.AsyncClient, question: str) -> bool:
    """Whether the HTTP API, which makes a session for every call, answers."""
    event = (await client.post("gradio_api/call/ask", json={"data": [question]})).json()["event_id"]
    return "event: complete" in (await client.get(f"gradio_api/call/ask/{event}")).text


def _resident(process: int) -> int:
    """MB of memory the process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


async def _door(client: httpx.AsyncClient) -> dict[str, Any]:
    """What every call of the page's ``ask`` carries, once the model is warm."""
    config = (await client.get("config")).json()
    page_api = next(c for c in config["components"] if "ask" in (c["props"].get("server_fns") or []))
    body = {"component_id": page_api["id"], "session_hash": "benchmark"}
    for _ in range(600):
        said = await client.post(
            "gradio_api/component_server/", json={**body, "fn_name": "status", "data": {}}
        )
        if said.json()["ready"]:
            return {**body, "fn_name": "ask"}
        await asyncio.sleep(0.2)
    raise TimeoutError("the model was not ready in two minutes")


async def _ask(client: httpx.AsyncClient, body: dict[str, Any], question: str) -> bool:
    said = await client.post("gradio_api/component_server/", json={**body, "data": {"question": question}})
    return said.status_code == 200 and bool(said.json().get("html"))


async def _ask_all(
    client: httpx.AsyncClient, body: dict[str, Any], questions: Iterator[str], times: list[float]
) -> int:
    errors = 0
    for question in questions:
        began = time.perf_counter()
        errors += not await _ask(client, body, question)
        times.append(time.perf_counter() - began)
    return errors


async def _ask_forever(client: httpx.AsyncClient, body: dict[str, Any], question: str) -> None:
    while True:
        await _ask(client, body, question)


@contextlib.contextmanager
def served(library: Path) -> Iterator[tuple[str, int]]:
    """The address of a server over ``library``, in a process of its own, and the number of that."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", START, str(library), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"http://[^/]+/", said)
            if found is None:
                raise RuntimeError(f"the server did not start: {said!r}")
            yield found.group(), process.pid
        except httpx.TransportError as error:
            raise RuntimeError(f"the server ended with status {process.poll()}") from error
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path, help="a library (default: the reports of reports/)")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--questions", type=int, default=10, help="questions a user asks")
    parser.add_argument("--soak", type=int, metavar="N", help="ask N questions, each as a new visitor")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.library or Path(folder) / "library"
        library = Library.open(path)
        if options.library is None:
            library.add([ROOT / "reports"])
        snapshot = library.snapshot()
        questions = [q for r in snapshot.reports for q in candidates(snapshot.outline(r.id), 20)]
        with served(path) as (address, process):
            told = (
                soak(address, process, questions, options.soak)
                if options.soak
                else measure(address, questions, options.users, options.questions)
            )
            print(json.dumps(asyncio.run(told)))


if __name__ == "__main__":
    main()
