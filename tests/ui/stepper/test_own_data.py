"""A table of one's own in the stepper: features and classes by the names in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot
from worlds import spiral_project, world

import nnlab
from nnlab.core.preparation import DataSettings
from nnlab.engine.program import BACKWARD, FORWARD
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.forms import form_of
from nnlab.ui.stepper.stepper_panel import StepperPanel

CLASSES = ("cultivated by Barolo growers", "cultivated by Grignolino growers", "cultivated by Barbera growers")


def write_table(path: Path) -> Path:
    random = np.random.default_rng(0)
    rows = [f"{random.normal():.3f},{random.normal():.3f},{CLASSES[k % 3]}" for k in range(60)]
    path.write_text("\n".join(["alcohol,malic acid (g/l),grower", *rows]), encoding="utf-8")
    return path


def test_features_and_classes_go_by_their_names(tmp_path: Path, qtbot: QtBot, theme: Theme) -> None:
    b = nnlab.GraphBuilder()
    b.cross_entropy(b.dense(b.tanh(b.dense(b.input(features=2), units=4)), units=3))
    data = DataSettings("csv_file", {"path": str(write_table(tmp_path / "wine.csv"))})
    with world(replace(spiral_project(), graph=b.build(), data=data), qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document)
        qtbot.addWidget(panel)
        panel.resize(944, 368)
        panel.show()
        model = panel.model

        def to(node_id: str, phase: int) -> None:
            pc = next(i.pc for i in model.instructions if (i.node_id, i.phase) == (node_id, phase))
            with qtbot.waitSignal(found.session.stepped, timeout=60_000):
                model.go_to(pc + 1)

        def pickers() -> list[str]:
            return [picker.text for picker in panel.header.pickers if picker.isVisibleTo(panel)]

        to("dense_2", FORWARD)
        model.choose("y", (0, 2))  # classes are in alphabetical order
        assert pickers()[0] == "class Grignolino"
        to("dense_1", BACKWARD)
        model.choose("d_weight", (3, 1))
        assert pickers() == ["neuron 4 of 4", "input malic acid (g/l)"]
        assert "malic acid (g/l)" in panel.header.pickers[1].accessibleName()
        form = form_of(model)
        assert form is not None
        gradient, _, inputs = form.matrices
        assert gradient.place_words(3, 0) == "neuron 4, input alcohol"
        assert inputs.place_words(1, 1) == "sample 2, feature malic acid (g/l)"
