"""What each run of training does at every step: its learning rate, the descent, and what it goes on from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

SAVE_SECONDS = 180.0


def learning_rate(peak: float, n: int, steps: int, *, rise: float, fall: float) -> float:
    """The rate of step ``n`` of ``steps``, counted from 1: up to ``peak`` over ``rise`` steps, and over the last
    ``fall`` (a share of all) down to nearly nothing."""
    return peak * min(1.0, n / rise, (steps + 1 - n) / (fall * steps))


def descend(optimizer: torch.optim.Optimizer, loss: Tensor, rate: float) -> None:
    """One step along the gradient of ``loss``, whose length is cut to 1."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([value for group in optimizer.param_groups for value in group["params"]], 1.0)
    optimizer.step()
    optimizer.zero_grad()


class Checkpoint:
    """A run's weights and optimizer in a file, written every three minutes; without a file nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._saved_at = time.monotonic()

    def resume(self, optimizer: torch.optim.Optimizer, take: Callable[[dict[str, Tensor]], None]) -> int:
        """How many steps are done; their weights are handed to ``take``."""
        if self._file is None or not self._file.exists():
            return 0
        saved = torch.load(self._file, map_location=torch.get_default_device())
        take(saved["weights"])
        optimizer.load_state_dict(saved["optimizer"])
        return int(saved["step"])

    def keep(
        self, n: int, weights: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, *, last: bool
    ) -> None:
        """Save after step ``n`` where it is time to, and always after the ``last``."""
        if self._file is None or not (last or time.monotonic() - self._saved_at > SAVE_SECONDS):
            return
        state = {"step": n, "weights": dict(weights), "optimizer": optimizer.state_dict()}
        torch.save(state, self._file.with_suffix(".new"))
        self._file.with_suffix(".new").replace(self._file)
        self._saved_at = time.monotonic()
