"""A workspace is one new file: what is special about it stands in its fields, and the window follows them. So are a panel and a probe.

An operator is one, too: tests/operators/test_new_operator.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.core.plugins import load_plugin
from nnlab.training.probe import probes
from nnlab.ui.panels import registry
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.window import panels
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import first_workspace, remove, stepping_workspace, workspaces

WORKSPACE = '''
"""Listen: two panels of the plug-in's choice, and steps that are followed."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="listen", title="Listen", order=15, tip="For a test", bottom=("loss", "iterations_of_a_test"), shares=(3, 1),
        height=("problems",), left=(), right=("weights",), expanded=False, buttons=("step.over", "run.play", "run.rewind"),
        main_button="step.over", follows_steps=True,
    )
)
'''

PROBE = '''
"""The largest output over the training part."""

from dataclasses import dataclass

from nnlab.training.probe import Probe, register


@dataclass(frozen=True)
class Largest:
    output: float


register(Probe("largest_of_a_test", lambda evaluator, data: Largest(float(evaluator.predict(data.x).max())),
               applies=lambda data: len(data.features) == 2))
'''

PANEL = '''
"""Iterations: how many there were."""

from nnlab.ui.panels.base import LivePanel
from nnlab.ui.widgets.label import Label


class Iterations(LivePanel):
    name, title, probes = "iterations_of_a_test", "Iterations", ("predictions", "largest_of_a_test")

    def __init__(self, services, parent=None):
        super().__init__(services, "Appears while training runs.", parent)
        self.label = Label(services.theme, "")
        self.set_content(self.label)
        self.clear()

    def draw(self, view):
        largest, predictions = view.probes.get("largest_of_a_test"), view.probes.get("predictions")
        if largest is None or predictions is None:
            return  # asked for a moment ago
        self.label.setText(f"{view.frame.iteration} iterations, {len(predictions.outputs)} predictions up to {largest.output!r}")
        self.true_largest = float(predictions.outputs.max())
'''


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        yield open_one


@pytest.fixture
def listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file with a workspace, one with a probe, and one with a panel in a folder that belongs to the panels."""
    folder = tmp_path / "panels"
    folder.mkdir()
    (folder / "iterations_of_a_test.py").write_text(PANEL, encoding="utf-8")
    monkeypatch.setattr(registry.package, "__path__", [*registry.package.__path__, str(folder)])
    found = registry.PanelKinds(registry.package)
    monkeypatch.setattr(panels, "PANELS", found)
    for name, source in (("listen", WORKSPACE), ("largest_of_a_test", PROBE)):
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        load_plugin(path)
    yield
    remove("listen")
    probes.remove("largest_of_a_test")


def buttons(window: MainWindow) -> list[str]:
    """Actions of the transport bar, from left to right."""
    return [button.defaultAction().objectName() for button in window.transport.bar._button_widgets() if isinstance(button, IconButton)]


def shown(window: MainWindow) -> set[str]:
    return {name for name, dock in window.area.docks.items() if not dock.isHidden()}


def test_one_file_adds_a_workspace_one_a_panel_and_one_a_probe(listen: None, opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    assert "iterations_of_a_test" not in PANELS, "the package itself has no such panel"
    window = opened("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=10_000)
    tabs = window.top_bar.tabs
    assert [tabs.tabText(k) for k in range(tabs.count())] == ["Build", "Listen", "Train", "Step", "Approximate", "Compare", "LoRA", "Learn"]
    assert "panel.iterations_of_a_test" in [action.objectName() for action in window.all_actions()]

    tabs.setCurrentIndex(1)
    assert window.area.workspace is not None and window.area.workspace.name == "listen"
    assert shown(window) == {"loss", "iterations_of_a_test", "weights"}
    assert buttons(window) == ["step.over", "run.play", "run.rewind"]
    assert window.header.isVisible() and not window.header.phases.isVisible(), "steps are told where they are followed"

    window.actions_by_id["run.step_iteration"].trigger()
    panel: Any = window.panels["iterations_of_a_test"]
    rows = len(window.session.data.x)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: panel.label.text().startswith(f"1 iterations, {rows} predictions"), timeout=20_000)
    assert panel.label.text() == f"1 iterations, {rows} predictions up to {panel.true_largest!r}"
    data: Any = window.session.data
    evaluator: Any = None
    assert probes["largest_of_a_test"](evaluator, replace(data, features=("x",))) is None, "it is only asked of data it applies to"


def test_stepping_stays_in_a_workspace_that_follows_it_and_leads_out_of_one_that_does_not(
    listen: None, opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=10_000)
    for start, end in (("listen", "listen"), ("train", "listen"), ("build", "listen"), ("step", "step")):
        window.show_workspace(start)
        with qtbot.waitSignal(window.session.stepped, timeout=20_000):
            window.actions_by_id["step.over"].trigger()
        assert window.area.workspace is not None and window.area.workspace.name == end, start


def test_a_workspace_that_is_gone_is_the_first_one(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened("spiral")
    assert window.area.workspace is first_workspace()
    window.show_workspace("build")
    window.show_workspace("listen")
    assert window.area.workspace is first_workspace()
    assert buttons(window) == list(first_workspace().buttons)


def test_there_is_one_first_workspace_and_one_for_steps() -> None:
    assert [w.name for w in workspaces().values()] == ["build", "train", "step", "neuron", "approximate", "compare", "lora", "learn"]
    assert [w.name for w in workspaces().values() if w.is_first] == [first_workspace().name] == ["train"]
    assert [w.name for w in workspaces().values() if w.follows_steps] == [stepping_workspace().name] == ["step"]
    for workspace in workspaces().values():
        assert len(workspace.bottom) == len(workspace.shares)
        assert workspace.main_button in workspace.buttons
        shown = {*workspace.bottom, *workspace.left, *workspace.right}
        assert shown <= {*PANELS, "palette", "inspector", "stepper", "moment", "chain"}


def test_the_panels_of_train_are_as_wide_as_in_its_picture() -> None:
    """Loss, gradient flow and prediction in a window of 1280 pixels."""
    train = workspaces()["train"]
    assert dict(zip(train.bottom, train.shares, strict=True)) == {"loss": 490, "gradient_flow": 438, "prediction": 352}
    assert sum(train.shares) == 1280
