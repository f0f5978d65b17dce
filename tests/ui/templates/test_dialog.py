"""The template dialog, by keyboard and mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import HiddenLayer, mlp_graph
from nnlab.templates.template import ordered
from nnlab.training.settings import TrainingSettings
from nnlab.ui.look.theme import Theme
from nnlab.ui.templates.dialog import TemplateDialog

ADDRESS = "#activation=relu&networkShape=3,3&dataset=xor&learningRate=0.1"


@pytest.fixture
def opened(qtbot, theme: Theme) -> Callable[..., TemplateDialog]:
    """The dialog over a spiral project with a network, or an empty one."""
    data = prepare(DataSettings("spiral"))

    def make(graph: Graph | None = None, parent: QWidget | None = None) -> TemplateDialog:
        shown = mlp_graph((HiddenLayer(3, "tanh"),), 2, data.target) if graph is None else graph
        project = Project(shown, DataSettings("spiral"), TrainingSettings("sgd", learning_rate=0.25))
        dialog = TemplateDialog(theme, project, data, parent)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.refresh()
        return dialog

    return make


def units(dialog: TemplateDialog) -> list[object]:
    return [node.settings["units"] for node in dialog.preview.graph.topological() if node.operator == "dense"]


def test_it_opens_on_the_mlp_ready_to_type(opened) -> None:
    dialog = opened()
    assert dialog.template is not None and dialog.template.name == "mlp"
    assert dialog.list.count() == len(ordered())
    assert dialog.focusWidget() is dialog.field
    assert units(dialog) == [8, 8, 1]
    assert dialog.summary.text() == "MLP 2-8-8-1 relu · 105 parameters · Spiral"


def test_typed_sizes_and_enter_replace_the_network(opened, qtbot) -> None:
    dialog = opened()
    qtbot.keyClicks(dialog.field, "2-6-4-1 tanh")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)  # at once: the picture is still to be drawn
    assert dialog.result() == TemplateDialog.DialogCode.Accepted
    assert dialog.answer is not None and not dialog.as_new
    assert dialog.answer.label == "MLP 2-6-4-1 tanh"
    assert dialog.answer.project.training.learning_rate == 0.25, "the settings of the present project stay"
    assert units(dialog) == [6, 4, 1]
    assert dialog.form is not None and dialog.form.values["layers"] == "2-6-4-1 tanh"


def test_arrows_walk_through_the_list_from_the_field(opened, qtbot) -> None:
    dialog = opened()
    names = []
    for _ in ordered()[1:]:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
        dialog.refresh()
        names.append(dialog.template.name)
        assert dialog.offer is not None
    assert names == [template.name for template in ordered()[1:]]
    qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
    assert dialog.list.currentRow() == len(ordered()) - 1
    qtbot.keyClick(dialog.field, Qt.Key.Key_Up)
    assert dialog.list.currentRow() == len(ordered()) - 2


def test_the_picture_follows_a_setting(opened, qtbot) -> None:
    dialog = opened()
    dialog.choose("lora_mlp")
    dialog.refresh()
    field = dialog.form.editor("depth").focusProxy()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: units(dialog) == [64, 64, 64, 1], timeout=2000)
    assert "LoRA-ready MLP 2-64-64-64-1" in dialog.summary.text()


def test_settings_of_a_template_are_kept_while_another_is_looked_at(opened) -> None:
    dialog = opened()
    dialog.choose("residual_mlp", {"blocks": 5})
    dialog.choose("mlp")
    dialog.choose("residual_mlp")
    assert dialog.form.values["blocks"] == 5


def test_a_mistake_is_said_and_nothing_can_be_taken(opened, qtbot) -> None:
    dialog = opened()
    qtbot.keyClicks(dialog.field, "2-8-1 tahn")
    assert dialog.problem.text() == "There is no activation tahn; did you mean tanh?"
    assert not dialog.replace_button.isEnabled() and not dialog.new_button.isEnabled()
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.answer is None and dialog.isVisible()
    for _ in "ahn":
        qtbot.keyClick(dialog.field, Qt.Key.Key_Backspace)
    assert dialog.problem.text() == "" and not dialog.replace_button.isEnabled(), "unfinished, but no mistake"
    qtbot.keyClicks(dialog.field, "anh")
    qtbot.waitUntil(dialog.replace_button.isEnabled, timeout=2000)


def test_what_a_template_cannot_be_is_said_below_the_picture(opened) -> None:
    dialog = opened()
    dialog.choose("convnet", {"blocks": 7})
    dialog.refresh()
    assert "can be halved 3 times" in dialog.note.text()
    assert dialog.note.color == "error"
    assert not dialog.replace_button.isEnabled()
    dialog.choose("convnet", {"blocks": 1})
    dialog.refresh()
    assert dialog.replace_button.isEnabled()
    assert dialog.note.text().startswith("Convolutions need images") and dialog.note.color == "text2"


def test_a_pasted_address_is_shown_and_taken(opened, qtbot) -> None:
    dialog = opened()
    dialog.field.setText(ADDRESS)
    qtbot.waitUntil(lambda: units(dialog) == [3, 3, 1], timeout=2000)
    assert dialog.title.text() == "TensorFlow Playground"
    assert dialog.template is None and dialog.list.currentRow() == -1
    qtbot.mouseClick(dialog.replace_button, Qt.MouseButton.LeftButton)
    assert dialog.answer.project.data.name == "xor"
    assert dialog.answer.project.training.learning_rate == 0.1


def test_the_list_has_the_last_word_over_a_pasted_address(opened, qtbot) -> None:
    dialog = opened()
    dialog.field.setText(ADDRESS)
    dialog.list.setCurrentRow(2)
    dialog.refresh()
    assert dialog.field.text() == "" and dialog.template.name == "residual_mlp"
    dialog.field.setText(ADDRESS)
    dialog.field.clear()
    dialog.refresh()
    assert dialog.template.name == "mlp"


def test_a_new_project_has_training_settings_for_its_data(opened, qtbot) -> None:
    dialog = opened()
    qtbot.mouseClick(dialog.new_button, Qt.MouseButton.LeftButton)
    assert dialog.as_new
    training = dialog.answer.project.training
    assert (training.optimizer, training.learning_rate) == ("adam", 0.003)


def test_escape_changes_nothing(opened, qtbot) -> None:
    dialog = opened()
    qtbot.keyClicks(dialog.field, "8")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.field.text() == ""
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and dialog.answer is None


def test_everything_is_reached_by_tab_and_has_a_name(opened, qtbot) -> None:
    dialog = opened()
    seen: list[QWidget] = []
    while dialog.focusWidget() not in seen:
        seen.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert {dialog.field, dialog.list, dialog.cancel_button, dialog.new_button, dialog.replace_button} <= set(seen)
    assert all(dialog.form.editor(name).focusProxy() in seen for name in dialog.form.names)
    for widget in (dialog.field, dialog.list, dialog.preview):
        assert widget.accessibleName()


def test_without_a_network_there_is_nothing_to_replace(opened) -> None:
    assert opened().replace_button.text() == "&Replace network"
    assert opened(Graph()).replace_button.text() == "&Use here"


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_fits_over_its_window_and_its_cards_keep_apart(opened, qtbot, theme: Theme, scale: float) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    theme.set_scale(scale)
    dialog = opened(None, window)
    for template in ordered():
        dialog.choose(template.name)
        dialog.refresh()
        qtbot.wait(1)  # lets the layout follow
        assert dialog.width() <= 1280 and dialog.height() <= 800
        outlines = [item.outline for item in dialog.preview.scene().items_by_card.values()]
        assert not any(a.intersects(b) for i, a in enumerate(outlines) for b in outlines[:i]), template.name
        shown = dialog.preview.mapFromScene(dialog.preview.scene().content_rect()).boundingRect()
        assert dialog.preview.viewport().rect().adjusted(-2, -2, 2, 2).contains(shown), template.name
