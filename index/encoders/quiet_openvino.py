"""OpenVINO without its usage statistics: nothing may leave the machine (sole importer of openvino)."""

from __future__ import annotations

import sys

# Importing OpenVINO reports to its makers through this package; without it, it uses a stub of its own.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino as ov  # type: ignore[import-untyped]  # noqa: E402
import openvino.opset13 as op  # type: ignore[import-untyped]  # noqa: E402

__all__ = ["op", "ov"]
