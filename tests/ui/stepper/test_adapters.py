"""Stepping through a layer with adapters: every operation has its title, its formula with the engine's numbers, and rows with letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

from nnlab.core.operator import inner_operators
from nnlab.graph import adapters
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.matrix_forms import rows_of
from nnlab.ui.stepper.stepper_panel import StepperPanel


@pytest.fixture(params=["plain", "everything"])
def stepped(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Iterator[tuple[World, StepperPanel]]:
    project = spiral_project()
    options = {"dora": True, "dropout": 0.2, "init": "pissa"} if request.param == "everything" else {}
    graph = adapters.attach(project.graph, ["dense_1", "dense_2"], rank=2, name="task_b", **options)
    with world(replace(project, graph=graph), qtbot) as found:
        found.train(20)
        panel = StepperPanel(theme, found.session, found.document, found.selection)
        qtbot.addWidget(panel)
        panel.resize(1016, 368)
        panel.show()
        yield found, panel


def test_every_operation_of_an_adapter_is_shown(stepped: tuple[World, StepperPanel]) -> None:
    found, panel = stepped
    model, seen = panel.model, set()
    for pc in range(len(model.instructions)):
        if model.done != pc + 1:
            with found.qtbot.waitSignal(found.session.stepped, timeout=20_000):
                model.go_to(pc + 1)
        instruction = model.instruction
        assert instruction is not None and model.trace is not None
        if instruction.operator not in inner_operators:
            continue
        seen.add(instruction.operator)
        assert model.explanation is not None and model.explanation.formula(model.moment)
        form = rows_of(model)
        assert form is not None and form.matrices
        assert not [m.symbol for m in form.matrices if "lora" in m.symbol or m.symbol.startswith("d_")]
        for operand in instruction.operands:
            if operand.tensor is not None:
                words = [axis.word for axis in model.layout(operand.argument.name).axes]
                assert not [word for word in words if word.startswith("axis")], (operand.tensor, words)
    assert {"lora_down"} < seen
