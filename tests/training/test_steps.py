"""A run's learning rate, and that it goes on from where it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training import steps
from training.steps import Checkpoint, descend, learning_rate


def test_the_rate_rises_to_its_peak_and_falls_to_nearly_nothing() -> None:
    rates = [learning_rate(0.5, n, 100, rise=10, fall=0.6) for n in range(1, 101)]
    assert rates[:2] == [0.5 * 1 / 10, 0.5 * 2 / 10]
    assert set(rates[9:41]) == {0.5}
    assert rates[-1] == 0.5 * 1 / 60


def run(file: Path | None, until: int, begun: torch.Tensor) -> tuple[torch.Tensor, int]:
    """``until`` steps of a run of ten towards 3, from ``begun`` or from what is kept in ``file``."""
    weight = begun.clone().requires_grad_(True)
    optimizer = torch.optim.AdamW([weight], lr=0.1)
    checkpoint = Checkpoint(file)

    @torch.no_grad()
    def take(weights: dict[str, torch.Tensor]) -> None:
        weight.copy_(weights["w"])

    first = checkpoint.resume(optimizer, take)
    for n in range(first + 1, until + 1):
        descend(optimizer, ((weight - 3) ** 2).sum(), learning_rate(0.1, n, 10, rise=2, fall=0.5))
        checkpoint.keep(n, {"w": weight.detach()}, optimizer, last=n == 10)
    return weight.detach(), first


def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = torch.zeros(2)
    whole, _ = run(None, 10, begun)
    monkeypatch.setattr(steps, "SAVE_SECONDS", -1.0)  # kept after every step
    run(tmp_path / "checkpoint.pt", 4, begun)
    resumed, first = run(tmp_path / "checkpoint.pt", 10, torch.ones(2))
    assert first == 4
    assert torch.equal(resumed, whole)
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]
