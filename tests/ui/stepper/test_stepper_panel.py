"""The stepper with real steps, real keys and a real mouse: what it shows is what the engine computed."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from latex_numbers import evaluate
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from worlds import iris_project, spiral_project, world

import nnlab
from nnlab.core import explanation
from nnlab.engine.program import BACKWARD, LOSS, PHASES, UPDATE
from nnlab.graph.letters import tensor_in_words
from nnlab.ui.look.numbers import count as count_text
from nnlab.ui.look.numbers import number, parse_number
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.stepper_panel import StepperPanel
from nnlab.ui.stepper.tensor_table import TensorRow, TensorTable, tensor_rows
from nnlab.ui.widgets.label import Label

MOMENTS = 18  # of the 2-8-8-1 network: five forward, one loss, six backward, six updates


def test_before_the_first_step_it_says_what_will_appear(steps: Any, qtbot: QtBot) -> None:
    panel = steps.panel
    assert panel._stack.currentIndex() == 0
    assert "F10" in panel._empty_text.text()
    with qtbot.waitSignal(steps.world.session.stepped):
        qtbot.mouseClick(panel._start, Qt.MouseButton.LeftButton)
    assert panel._stack.currentIndex() == 1
    assert panel.header.phase.text() == "Forward"
    assert panel.header.title.text() == "dense_1"
    assert panel.scrubber.text == f"dense_1, operation 1 of {MOMENTS}"


def test_no_sentence_is_cut(steps: Any) -> None:
    panel = steps.panel
    empty = panel.findChildren(Label)
    for size in ((1016, 368), (690, 300)):
        panel.resize(*size)
        QApplication.processEvents()
        whole = next(label for label in empty if label.text().startswith("Step through"))
        assert whole.height() >= whole.heightForWidth(whole.width())
    steps.to(10)
    for size in ((1016, 368), (690, 300)):
        panel.resize(*size)
        QApplication.processEvents()
        assert panel.words.height() >= panel.words.heightForWidth(panel.words.width())


def test_every_number_is_the_engines(steps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (explanation.abridged_sum, explanation.sum_of_numbers, explanation.sum_of_products):
        monkeypatch.setattr(function, "__defaults__", (100,))
    model = steps.panel.model
    for done in range(1, MOMENTS + 1):
        steps.to(done)
        for target in model.targets:
            model.choose_target(target)
            content, moment, trace = steps.panel.formula.content, model.moment, model.trace
            assert content is not None and moment is not None and trace is not None
            assert moment.result == float(trace.after[target][model.index(target)])
            assert content.result_text == number(moment.added)
            slack = 1e-6 * max(1.0, abs(moment.added))
            assert moment.added in evaluate(model.explanation.numbers(moment)).widened(1e-5, slack)
            for column, factor in zip(content.columns, model.explanation.factors, strict=False):
                assert column.value == factor.value(moment)
                assert column.value in evaluate(column.numbers).widened(1e-6)
            for row in tensor_rows(model):
                if row.shape:
                    operands = [o for o in trace.instruction.operands if o.tensor is not None]
                    name = next(o.argument.name for o in operands if tensor_in_words(model.graph, o.tensor) == row.name)
                    assert row.value == float(trace.after[name][model.index(name)])
                    assert (row.lowest, row.highest) == (float(trace.after[name].min()), float(trace.after[name].max()))


def test_stepping_back_and_forth_returns_the_same_picture(steps: Any, qtbot: QtBot) -> None:
    pictures = {}
    for done in range(1, MOMENTS + 1):
        steps.to(done)
        steps.settle()
        pictures[done] = steps.panel.grab().toImage()
    for done in range(MOMENTS - 1, 0, -1):
        steps.world.back()
        assert steps.panel.model.done == done
        steps.settle()
        assert steps.panel.grab().toImage() == pictures[done], done
    for done in range(2, MOMENTS + 1):
        steps.world.step()
        steps.settle()
        assert steps.panel.grab().toImage() == pictures[done], done


def test_a_gradient_that_was_added_to_shows_what_was_added_and_the_total(qtbot: QtBot, theme: Theme) -> None:
    b = nnlab.GraphBuilder()
    h = b.tanh(b.dense(b.input(features=2), units=3))
    b.binary_cross_entropy(b.dense(b.add(h, b.tanh(h)), units=1))
    with world(replace(spiral_project(), graph=b.build()), qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document)
        qtbot.addWidget(panel)
        totals = []
        for _ in range(found.session.frame.program.update_start):
            found.step()
            moment, content = panel.model.moment, panel.formula.content
            assert moment is not None and content is not None
            if moment.accumulates and moment.former:
                assert content.total == f"added to {number(moment.former)}, now {number(moment.result)}"
                assert content.result == moment.result - moment.former
                totals.append(content.total)
        assert totals


def test_phases_and_the_end_of_the_iteration(steps: Any, qtbot: QtBot) -> None:
    panel, session = steps.panel, steps.world.session

    def after(act: Any) -> int:
        with qtbot.waitSignal(session.stepped):
            act()
        return panel.model.done

    assert after(panel.over) == 1
    assert after(panel.out) == 5  # the end of forward
    assert after(panel.out) == 6  # loss
    assert after(panel.next_phase) == 7
    assert panel.model.phase == BACKWARD
    assert after(panel.next_phase) == 13
    assert panel.model.phase == UPDATE
    assert after(panel.back) == 12
    assert after(panel.finish) == MOMENTS
    assert after(panel.out) == 5  # of the next iteration
    assert after(panel.next_phase) == 6
    assert panel.model.phase == LOSS


def test_what_is_shown_first_has_the_largest_share(steps: Any) -> None:
    model = steps.panel.model
    steps.to(1)
    written = model.trace.after["y"]
    neuron = int(np.argmax(np.abs(written[0])))
    assert model.index("y") == (0, neuron)
    steps.to(2)
    assert model.index("y") == (0, neuron)  # and is followed from there on
    steps.to(10)
    added = model.trace.after["d_weight"] - model.trace.before["d_weight"]
    assert model.index("d_weight") == (int(np.argmax(np.abs(added[:, neuron]))), neuron)


def test_the_followed_neuron_and_sample_stay_from_moment_to_moment(steps: Any) -> None:
    model = steps.panel.model
    steps.to(1)
    model.choose("y", (3, 5))
    steps.to(2)
    assert model.index("y") == (3, 5)  # tanh shares the units of dense_1
    steps.to(10)
    assert model.index("d_weight")[1] == 5  # the input of dense_2 is that neuron
    model.choose_target("d_x")
    assert model.index("d_x") == (3, 5)
    steps.to(13)
    assert model.index("parameter")[0] == 5


def test_a_click_on_a_cell_and_the_arrow_keys_choose_an_element(steps: Any, qtbot: QtBot) -> None:
    steps.to(1)
    view, model = steps.panel.picture.matrices, steps.panel.model
    weights = next(p for p in view.placed if p.matrix.argument == "weight")
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=weights.cell(6, 1).center().toPoint())
    assert model.index("weight") == (6, 1)
    assert model.index("y") == (0, 6)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert model.index("y") == (0, 5)
    assert steps.panel.header.pickers[0].text == "neuron 6 of 8"


def test_the_pickers_take_keys_and_numbers(steps: Any, qtbot: QtBot) -> None:
    steps.to(1)
    neuron, sample = steps.panel.header.pickers[:2]
    qtbot.keyClick(neuron, "1")
    qtbot.keyClick(neuron, Qt.Key.Key_Up)
    qtbot.keyClick(sample, "7")
    assert steps.panel.model.index("y") == (6, 1)
    qtbot.keyClick(sample, Qt.Key.Key_End)
    qtbot.keyClick(sample, Qt.Key.Key_Up)  # there is no ninth
    assert sample.text == "sample 8 of 8"


def test_the_written_tensor_is_chosen_by_word(steps: Any, qtbot: QtBot) -> None:
    steps.to(10)
    header = steps.panel.header
    assert [header.targets.current] == ["d_weight"]
    qtbot.mouseClick(header.targets.button("d_bias"), Qt.MouseButton.LeftButton)
    assert steps.panel.model.target == "d_bias"
    steps.to(12)  # another dense layer: the same choice
    assert steps.panel.model.target == "d_bias"
    assert set(steps.panel.model.targets) == {"d_weight", "d_bias"}  # nobody needs the gradient of the data


def test_the_scrubber_goes_where_it_is_clicked_dragged_and_typed(steps: Any, qtbot: QtBot) -> None:
    scrubber, model, stepped = steps.panel.scrubber, steps.panel.model, steps.world.session.stepped
    blocks = scrubber.blocks()
    assert len(blocks) == MOMENTS

    def place(pc: int) -> QPoint:
        return QPoint(round(blocks[pc].left + 4), 45)

    with qtbot.waitSignal(stepped):
        qtbot.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=place(9))
    assert model.done == 10
    qtbot.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=place(9))
    with qtbot.waitSignal(stepped):
        drag = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place(3)), scrubber.mapToGlobal(QPointF(place(3))), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QGuiApplication.sendEvent(scrubber, drag)
    qtbot.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=place(3))
    assert model.done == 4
    for key, done in ((Qt.Key.Key_Right, 5), (Qt.Key.Key_Left, 4), (Qt.Key.Key_End, MOMENTS), (Qt.Key.Key_Home, 1)):
        with qtbot.waitSignal(stepped):
            qtbot.keyClick(scrubber, key)
        assert model.done == done


def test_it_says_what_to_light_on_the_canvas(steps: Any, qtbot: QtBot) -> None:
    lights = []
    steps.panel.lights_changed.connect(lambda *light: lights.append(light))
    steps.to(2)
    assert lights[-1] == ("tanh_1", frozenset({"dense_1.y"}), frozenset({"tanh_1.y"}))
    with qtbot.waitSignal(steps.panel.lights_changed):
        steps.world.session.run_iterations(50)
    assert lights[-1] == (None, frozenset(), frozenset())
    qtbot.waitUntil(lambda: not steps.world.session.is_playing)
    qtbot.waitUntil(lambda: steps.panel._stack.currentIndex() == 0)  # what was stepped is past


def test_the_formula_can_be_copied(steps: Any) -> None:
    steps.to(9)
    steps.panel.model.choose("d_x", (0, 0))
    steps.panel.exports.copy_latex()
    text = QGuiApplication.clipboard().text()
    assert text.startswith(r"\frac{\partial L}{\partial z_{1}} = \frac{\partial L}{\partial a_{1}} \cdot (1 - a_{1}^2) = ")
    assert parse_number(text.rpartition("= ")[2].replace(r"\cdot 10^{", "e").replace("}", "")) == parse_number(
        steps.panel.formula.content.result_text
    )
    steps.panel.exports.copy_svg()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat("image/svg+xml")
    assert b"<svg" in bytes(data.data("image/svg+xml").data())
    steps.panel.exports.copy_mathml()
    root = ElementTree.fromstring(QGuiApplication.clipboard().text())
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert "".join(root.itertext()).startswith("∂L∂z1=∂L∂a1·")


def test_the_iteration_is_a_table_of_the_numbers_that_are_shown(
    steps: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps.to(9)
    shown, weights = steps.panel.model.trace, steps.world.session.parameters(["dense_2.weight"])["dense_2.weight"]
    path = tmp_path / "iteration.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(steps.panel.exports.told, timeout=20_000):
        steps.panel.exports.save_moments()
    rows = list(csv.DictReader(path.open()))
    row = next(r for r in rows if r["number"] == "9" and r["tensor"].endswith(".d_y"))
    written = shown.after["d_x"][tuple(int(k) - 1 for k in row["element"].split(", "))]
    assert float(row["result"]) == written
    assert [r["phase"] for r in rows] == sorted((r["phase"] for r in rows), key=PHASES.index)
    assert steps.panel.model.done == 9  # the run itself stands where it stood
    assert (steps.world.session.parameters(["dense_2.weight"])["dense_2.weight"] == weights).all()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "iteration.doc"), ""))
    with qtbot.waitSignal(steps.panel.exports.failed) as refused:
        steps.panel.exports.save_moments()
    assert refused.args == ["iteration.doc is no kind of table; let its name end in .csv or .md."]


def test_losses_of_the_samples_are_bars_and_a_click_chooses_one(steps: Any, qtbot: QtBot) -> None:
    steps.to(6)
    bars, model = steps.panel.picture.bars, steps.panel.model
    assert steps.panel.picture.currentWidget() is bars
    assert bars.picture.bars.tolist() == model.trace.after["sample_loss"].tolist()
    assert bars.picture.mean == float(model.trace.after["loss"][0])
    room = bars._columns()
    spot = room.topLeft()
    spot.setX(room.left() + 5.5 / 8 * room.width())
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=spot.toPoint())
    assert bars.picture.sample == 5
    model.choose_target("sample_loss")
    assert model.index("sample_loss") == (5,)


def test_the_tangent_is_the_kernels_own(steps: Any) -> None:
    steps.to(9)
    steps.panel.model.choose("d_x", (2, 4))
    steps.settle()
    picture, model = steps.panel.picture.curve.picture, steps.panel.model
    moment, frame = model.moment, model.frame
    assert picture.point == (float(frame.get("dense_2.y")[2, 4]), moment.at("y"))
    assert picture.slope == pytest.approx(1 - moment.at("y") ** 2, abs=1e-6)


def test_a_point_is_never_taken_from_another_iterations_frame(steps: Any) -> None:
    steps.to(9)  # in one leap: the frame of this iteration may still be on its way
    picture = steps.panel.picture.curve.picture
    steps.settle()
    late = steps.panel.picture.curve.picture
    assert picture.point[0] != picture.point[0] or picture.point == late.point
    assert late.point[1] == steps.panel.model.moment.at("y")


def test_classes_and_rectifiers(qtbot: QtBot, theme: Theme) -> None:
    with world(iris_project(), qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document)
        qtbot.addWidget(panel)
        panel.resize(1900, 700)
        panel.show()
        seen = set()
        for _ in range(len(found.session.frame.program.instructions)):
            found.step()
            for target in panel.model.targets:
                panel.model.choose_target(target)
                assert panel.formula.content is not None
                assert panel.grab().width() == 1900
                seen.add((panel.header.phase.text(), target, type(panel.picture.currentWidget()).__name__))
        assert ("Loss", "probability", "MatrixView") in seen
        assert ("Backward", "d_x", "LossBars") in seen
        assert ("Update", "velocity", "MatrixView") in seen
        assert ("Forward", "y", "CurvePlot") in seen


def test_both_themes_and_the_large_sizes_paint(steps: Any, theme: Theme) -> None:
    steps.to(9)
    dark = steps.panel.grab().toImage()
    theme.set_mode("light")
    assert steps.panel.grab().toImage() != dark
    theme.set_window_width(2560)
    steps.panel.resize(2224, 696)
    assert steps.panel.unit_rows.isVisible()
    assert [m.symbol for m in steps.panel.unit_rows.form.matrices] == ["upstream", "local slope of tanh", "downstream"]


@pytest.mark.parametrize("height", [320, 240, 200])
def test_a_low_panel_keeps_the_result_and_its_blocks(steps: Any, height: int) -> None:
    """The sentence, the line below the blocks and the result's line of its own give way, not the numbers."""
    steps.to(3)
    panel, dock = steps.panel, QWidget()  # a window of its own would be as high as it likes to be
    steps.world.qtbot.addWidget(dock)
    panel.setParent(dock)
    dock.resize(900, height)
    dock.show()
    panel.resize(900, height)
    panel.show()
    steps.settle()
    formula, content = panel.formula, panel.formula.content
    assert content is not None and content.words and formula.toolTip() == content.words
    assert panel.minimumSizeHint().height() < height
    least, whole = panel.scrubber.least_height, panel._theme.metrics.scrubber
    steps.world.qtbot.waitUntil(lambda: panel.scrubber.height() == (least if height < 280 else whole))
    assert panel.words.isVisible() == (height > 220)
    color = panel._theme.tokens.pos if content.result > 0 else panel._theme.tokens.neg
    image = formula.grab().toImage()
    rows = {y for y in range(image.height()) for x in range(image.width()) if image.pixelColor(x, y) == color}
    panel.setParent(None)
    assert rows and max(rows) - min(rows) >= 8 and max(rows) < image.height() - 1, "the figures are seen whole"


def test_counts_and_classes_are_whole_numbers_and_a_single_number_has_no_range(steps: Any) -> None:
    """Adam counts its steps, and a target is 0 or 1: neither is 1.000, and a number alone is not its smallest, largest and mean."""
    rows = {}
    for done in range(1, MOMENTS + 1):
        steps.to(done)
        rows.update({row.name: row for row in tensor_rows(steps.panel.model)})
    count = next(row for name, row in rows.items() if name.endswith(".step"))
    assert count.text == count_text(int(count.value)) and count.span == ("", "")
    target = next(row for name, row in rows.items() if name.endswith(".target"))
    assert target.is_whole == (target.value == round(target.value)) and (target.text in ("0", "1") or not target.is_whole)
    weight = next(row for name, row in rows.items() if name.endswith(".weight"))
    assert weight.text == number(weight.value) and weight.span[1].startswith(", mean ")


def test_a_long_shape_leaves_the_numbers_beside_it_alone(qtbot: QtBot, theme: Theme) -> None:
    """In a column of 240 pixels: what is drawn right of the gap is the same, however long the shape before it is."""
    table = TensorTable(theme)
    qtbot.addWidget(table)
    table.resize(240, 44)
    pictures = []
    for shape in ("8", "32 × 16 × 128 × 128 × 4 × 4"):
        row = TensorRow("conv2d_1.y", shape, True, "[1, 9, 6, 4]", 0.25, -0.0098, 0.0001, 0.0085)
        table.show_rows((row,))
        pictures.append(table.grab().toImage())
    width = QFontMetrics(theme.font("caption")).horizontalAdvance("−0.00980 … 0.00850")
    right = [image.copy(image.width() - 16 - width, 22, width + 16, 22) for image in pictures]
    assert right[0] == right[1] and pictures[0] != pictures[1]
