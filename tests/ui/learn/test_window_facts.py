"""The facts of a lesson, of a run of the engine and a window that is made of what the facts ask for."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.frame import BATCH, GRADIENTS, OUTPUTS, Frame
from nnlab.engine.history import Losses
from nnlab.engine.program import BACKWARD, FORWARD
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.edits import set_frozen
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.ui.learn.window_facts import WindowFacts, WindowWords
from nnlab.ui.workspaces import workspaces

NAN = math.nan
DATA = prepare(DataSettings("iris"))


class Host(QObject):
    """What the facts know of the window: its document, its run, its regions and panels."""

    def __init__(self, project: Project, run: Run) -> None:
        super().__init__()
        self.run, self.watched = run, ()
        self.document = SimpleNamespace(project=project, graph=project.graph)
        self.session = SimpleNamespace(
            frame=None, data=DATA, last_step=None, is_playing=False, can_run=True, is_closed=False, watch=self._watch,
        )  # fmt: skip
        self.area = SimpleNamespace(workspace=None, docks={}, is_shown=lambda name: name == "beside")
        self.panels = Panels()

    def _watch(self, owner: object, names: tuple[str, ...]) -> None:
        self.watched = names

    def publish(self) -> Frame:
        self.run.publish()
        self.session.frame = self.run.mailbox.newest(0)
        return self.session.frame


class Panels(dict[str, QWidget]):
    """Those that there are; not all are made."""

    made: frozenset[str] = frozenset()

    def is_made(self, name: str) -> bool:
        return name in self.made


def project_of(units: int = 5) -> Project:
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.tanh(b.dense(b.input(features=4), units=units)), units=3))
    return Project(set_frozen(b.build(), {"dense_1"}, True), DataSettings("iris"), TrainingSettings("sgd", {}, 0.1, batch_size=16))


def run_of(project: Project) -> Run:
    return Run(Setup(project.graph, DATA.x, DATA.y, update=Update("sgd", 0.1), batch_size=16, seed=1))


@pytest.fixture
def host(qapp: QApplication) -> Host:
    project = project_of()
    return Host(project, run_of(project))


def value(facts: WindowFacts, text: str) -> float:
    return facts.now().value(text)


def close(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, rel=1e-5)


def test_before_there_is_a_run_nothing_is_known(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    assert value(facts, "iteration") == 0.0
    for word in ("loss", "epoch", "gradient_norm", "parameters", "learned_parameters", "mean_loss", "validation_loss", "training_loss"):
        assert math.isnan(value(facts, word)), word
    assert math.isnan(value(facts, "dense_1.weight[0, 0]")) and math.isnan(value(facts, "other_training_loss"))
    host.session.data = None
    assert math.isnan(value(facts, "samples")) and math.isnan(value(facts, "batches"))
    host.publish()
    assert math.isnan(value(facts, "training_loss")), "without data there is nothing to work it out from"


def test_words_of_the_run(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    host.publish()
    assert math.isnan(value(facts, "loss")) and math.isnan(value(facts, "gradient_norm")), "no batch has passed"
    host.run.train(10)
    frame = host.publish()
    assert (value(facts, "iteration"), value(facts, "epoch")) == (10.0, 1.0)  # eight batches of 16 are 120 samples
    assert (value(facts, "samples"), value(facts, "batches")) == (120.0, 8.0)
    assert value(facts, "loss") == frame.loss
    assert value(facts, "parameters") == 5 * 4 + 5 + 3 * 5 + 3
    assert value(facts, "learned_parameters") == 3 * 5 + 3, "the first layer is frozen"
    weight, bias = frame.get("dense_2.d_weight"), frame.get("dense_2.d_bias")
    assert weight is not None and bias is not None
    assert close(value(facts, "gradient_norm"), math.sqrt((weight.astype(float) ** 2).sum() + (bias.astype(float) ** 2).sum()))
    host.document.project = replace(host.document.project, training=TrainingSettings("sgd", {}, 0.1, batch_size=40))
    assert value(facts, "batches") == 3.0


def test_what_is_measured_over_the_data(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    host.run.train(10)
    frame = host.publish()
    w1, b1, w2, b2 = (np.asarray(frame.get(f"dense_{k}.{name}"), dtype=float) for k in (1, 2) for name in ("weight", "bias"))
    hidden = np.tanh(DATA.x @ w1.T + b1)
    z = hidden @ w2.T + b2
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert close(value(facts, "training_loss"), -np.log(p[np.arange(120), DATA.y]).mean())
    assert close(value(facts, "training_accuracy"), (p.argmax(axis=1) == DATA.y).mean())
    assert close(value(facts, "act(dense_1)[3, 2]"), hidden[3, 2]), "of the training data, not of the batch"
    assert close(value(facts, "dense_2.weight[1, 4]"), w2[1, 4])
    gradient = frame.get("dense_2.d_weight")
    assert gradient is not None and value(facts, "grad(dense_2.weight)[1, 4]") == gradient[1, 4]


def test_within_an_iteration_a_layer_is_what_the_steps_have_written(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    host.run.train(3)
    frame = host.publish()
    batch = frame.get("tanh_1.y")
    assert batch is not None
    host.session.last_step = SimpleNamespace(inside=True, phase=BACKWARD)
    assert value(facts, "act(dense_1)[3, 2]") == batch[3, 2]
    assert (value(facts, "inside"), value(facts, "backward")) == (1.0, 1.0)
    host.session.last_step = SimpleNamespace(inside=False, phase=None)
    assert value(facts, "act(dense_1)[3, 2]") != batch[3, 2]
    assert (value(facts, "inside"), value(facts, "backward")) == (0.0, 0.0)
    host.session.last_step = SimpleNamespace(inside=True, phase=FORWARD)
    assert (value(facts, "inside"), value(facts, "backward")) == (1.0, 0.0)


def test_whether_it_runs(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    assert (value(facts, "playing"), value(facts, "can_run"), value(facts, "inside")) == (0.0, 1.0, 0.0)
    host.session.is_playing, host.session.can_run = True, False
    assert (value(facts, "playing"), value(facts, "can_run")) == (1.0, 0.0)


def test_smoothed_and_validation_losses_are_of_the_newest_view(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    frame = host.publish()
    view = SimpleNamespace(frame=frame, losses=Losses(0.5, 3, 0.25, 0.125), others=())
    facts.show_view(view)  # type: ignore[arg-type]
    assert (value(facts, "mean_loss"), value(facts, "validation_loss")) == (0.5, 0.25)
    assert facts.view is view
    other = run_of(project_of(4))
    other.publish()
    view.frame = other.mailbox.newest(0)
    assert math.isnan(value(facts, "mean_loss")) and math.isnan(value(facts, "validation_loss")), "of another network"


def test_the_run_beside(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    frame = host.publish()
    project = project_of(4)
    other = run_of(project)
    other.train(5)
    other.publish()
    beside = SimpleNamespace(project=project, frame=other.mailbox.newest(0))
    facts.show_view(SimpleNamespace(frame=frame, losses=Losses(0.5, 3, NAN, NAN), others=(beside,)))  # type: ignore[arg-type]
    assert value(facts, "other.dense_1.bias[3]") == other.state["dense_1.bias"][3]
    assert math.isnan(value(facts, "other.dense_1.bias[4]")), "it has four units"
    other.evaluator.load(other.state.arena)
    mean, _ = other.evaluator.loss(DATA.x, DATA.y)
    assert close(value(facts, "other_training_loss"), mean)
    assert value(facts, "training_loss") != value(facts, "other_training_loss")


def test_what_a_lesson_reads_is_in_the_frames(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    facts.show_view(SimpleNamespace())  # type: ignore[arg-type]
    facts.watch(SimpleNamespace(gradients_named=("dense_1.d_y",)))  # type: ignore[arg-type]
    assert host.watched == (OUTPUTS, GRADIENTS, BATCH, "dense_1.d_y")
    assert facts.view is None
    facts.watch(None)
    assert host.watched == ()


def test_words_of_the_window(host: Host, qtbot: QtBot) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    seen, hidden, unmade = QWidget(), QWidget(), QWidget()
    for widget in (seen, hidden, unmade):
        qtbot.addWidget(widget)
    seen.show()
    unmade.show()
    host.panels.update(loss=seen, cost=hidden, runs=unmade)
    host.panels.made = frozenset({"loss", "cost"})
    host.area.docks = {"beside": seen, "behind": seen, "cost": seen}
    host.area.workspace = SimpleNamespace(name="train")
    words = facts.now().window
    assert {name: words[f"sees_{name}"] for name in ("loss", "cost", "runs", "beside", "behind")} == {
        "loss": 1.0, "cost": 0.0, "runs": 0.0, "beside": 1.0, "behind": 0.0
    }  # fmt: skip
    assert {name for name in workspaces() if words[f"in_{name}"]} == {"train"}
    host.area.workspace = None
    assert not any(number for word, number in facts.now().window.items() if word.startswith("in_"))


def test_only_what_a_formula_names_is_looked_for() -> None:
    looked: list[str] = []

    def seen(name: str, is_seen: bool) -> bool:
        looked.append(name)
        return is_seen

    words = WindowWords({"sees_loss": partial(seen, "loss", True), "sees_cost": partial(seen, "cost", False)})
    assert "sees_loss" in words and "sees_data" not in words and list(words) == ["sees_loss", "sees_cost"] and len(words) == 2
    assert looked == []
    assert words["sees_loss"] == 1.0 and looked == ["loss"]


def test_a_network_that_cannot_be_evaluated_has_no_numbers(host: Host) -> None:
    facts = WindowFacts(host)  # type: ignore[arg-type]
    frame: Any = host.publish()
    nothing = replace(frame.program, graph=replace(frame.program.graph, edges=()))
    host.session.frame = replace(frame, program=nothing)
    assert math.isnan(value(facts, "training_loss"))
