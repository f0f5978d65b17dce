"""Every schedule: PyTorch's learning rates, a state that survives stepping and files, formulas that can be typeset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.schedule import Schedule, schedules
from nnlab.engine.compile import Update
from nnlab.engine.program import RATE
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.ui.look.formula import typeset

RATE_CHOSEN, STEPS = 0.05, 60
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "constant": [{}],
    "step": [{"step_size": 7, "gamma": 0.5}],
    "exponential": [{"gamma": 0.97}],
    "cosine": [{"t_max": 50, "eta_min": 1e-3}, {"t_max": 20}],
    "one_cycle": [
        {"total_steps": 60},
        {"total_steps": 60, "pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 100.0}
    ],
    "warm_up": [{"total_iters": 20}, {"start_factor": 0.1, "total_iters": 7}],
    "plateau": [{"patience": 1, "factor": 0.5}, {"patience": 0, "factor": 0.3, "cooldown": 2, "min_lr": 1e-3, "threshold": 0.05}],
}
CASES = [(name, settings) for name in SETTINGS for settings in SETTINGS[name]]


def rates(name: str, settings: dict[str, Any], x: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
    """(losses, learning rates) of STEPS updates on one batch."""
    session = nnlab.Session(
        mlp([2, 3, 1]), "sgd", RATE_CHOSEN, seed=1, dtype="float64", schedule=name, schedule_settings=settings
    )  # fmt: skip
    losses, found = [], []
    for _ in range(STEPS):
        losses.append(session.step(x, y))
        state = session._state
        found.append(float(state[RATE][0]) if name != "constant" else RATE_CHOSEN)
    return losses, found


def torch_rates(name: str, settings: dict[str, Any], losses: list[float]) -> list[float]:
    import torch
    from torch.optim import lr_scheduler

    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([parameter], lr=RATE_CHOSEN)
    made: dict[str, Callable[[], Any]] = {
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, factor=1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, **settings),
        "exponential": lambda: lr_scheduler.ExponentialLR(optimizer, **settings),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, T_max=settings["t_max"], eta_min=settings.get("eta_min", 0.0)),
        "one_cycle": lambda: lr_scheduler.OneCycleLR(optimizer, max_lr=RATE_CHOSEN, cycle_momentum=False, **settings),
        "warm_up": lambda: lr_scheduler.LinearLR(optimizer, **settings),
        "plateau": lambda: lr_scheduler.ReduceLROnPlateau(optimizer, **settings),
    }
    scheduler, found = made[name](), []
    for step, loss in enumerate(losses):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < len(losses) - 1:
            scheduler.step(loss) if name == "plateau" else scheduler.step()
    return found


def batch(noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.standard_normal((5, 2)), noise * generator.standard_normal((5, 1))


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_rates_are_those_of_pytorch(name: str, settings: dict[str, Any]) -> None:
    pytest.importorskip("torch")
    losses, found = rates(name, settings, *batch(1.0))
    np.testing.assert_allclose(found, torch_rates(name, settings, losses), rtol=1e-9)


def test_known_rates() -> None:
    """Halves after 7 updates, a quarter after 14; the middle of a cosine wave is the mean of both ends."""
    _, found = rates("step", {"step_size": 7, "gamma": 0.5}, *batch())
    assert found[:15] == [0.05] * 7 + [0.025] * 7 + [0.0125]
    _, found = rates("cosine", {"t_max": 50}, *batch())
    assert found[0] == 0.05
    assert found[25] == pytest.approx(0.025, rel=1e-12)
    assert found[50] == pytest.approx(0.0, abs=1e-17)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_a_cycle_may_begin_or_end_at_its_peak(share: float) -> None:
    _, found = rates("one_cycle", {"total_steps": 10, "pct_start": share}, *batch(1.0))
    assert np.isfinite(found).all()
    assert max(found) <= RATE_CHOSEN * (1 + 1e-12)


def test_a_rate_above_the_chosen_one_is_known() -> None:
    cosine = schedules["cosine"]
    assert cosine.highest(0.01, {"eta_min": 5.0}) == 5.0
    update = Update("adamw", 1e-3, {"weight_decay": 1.0}, "cosine", {"eta_min": 5.0})
    run = Run(Setup(mlp([2, 3, 1]), *batch(1.0), update=update, batch_size=2))
    assert not run.program.has_bounded_steps(1e-3)


def test_every_schedule_is_covered() -> None:
    assert set(schedules.names()) == set(SETTINGS)


@pytest.mark.parametrize("kind", [pytest.param(s, id=s.name) for s in schedules])
def test_declaration_is_complete(kind: Schedule) -> None:
    assert kind.title
    assert kind.description.endswith(".")
    assert not typeset(kind.formula).problem
    assert all(setting.tip for setting in kind.settings)
    assert kind.update is None or kind.explain


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_stepping_back_and_forth_leaves_the_bits_of_running(name: str, settings: dict[str, Any]) -> None:
    generator = np.random.default_rng(4)
    x, y = batch(1.0)

    def run() -> Run:
        return Run(Setup(mlp([2, 3, 1]), x, y, update=Update("adam", 1e-2, {}, name, settings), batch_size=2, seed=5))

    whole, stepped = run(), run()
    whole.train(9)
    while stepped.iteration < 9 or stepped.stepper.inside:
        if generator.random() < 0.4:
            stepped.stepper.back()
        else:
            trace = stepped.stepper.forward()
            if trace.instruction.title:
                moment = trace.moment("rate", (0,))
                explained = trace.instruction.explanations[0]
                assert not typeset(explained.formula(moment)).problem
                assert not typeset(explained.numbers(moment)).problem
                assert explained.words is not None and explained.words(moment).endswith(".")
    end = whole.program.moments_end
    assert whole.state.arena[:end].tobytes() == stepped.state.arena[:end].tobytes()


def test_a_wrong_setting_is_refused_with_what_is_accepted() -> None:
    with pytest.raises(SettingError, match=r"step: gamma is 2; it must be from 0.000001 to 1\."):
        nnlab.Session(mlp([2, 3, 1]), schedule="step", schedule_settings={"gamma": 2.0})
    with pytest.raises(NNLabError, match="no schedule named 'sawtooth'; known are"):
        nnlab.Session(mlp([2, 3, 1]), schedule="sawtooth")
