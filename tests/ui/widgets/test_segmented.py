import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.segmented import Option, Segmented


@pytest.fixture
def choice(theme: Theme, qtbot: QtBot) -> Segmented:
    widget = Segmented(theme, [Option("weights", "Weights", "Edges show w"), Option("gradients", "Gradients"), "Activations"], "Edges show")
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def test_the_first_is_chosen_and_a_click_chooses_another(choice: Segmented, qtbot: QtBot) -> None:
    assert choice.current == "weights"
    with qtbot.waitSignal(choice.chosen) as caught:
        qtbot.mouseClick(choice.button("gradients"), Qt.MouseButton.LeftButton)
    assert caught.args == ["gradients"]
    assert choice.current == "gradients"


def test_choosing_by_program_or_again_is_silent(choice: Segmented, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(choice.chosen):
        choice.choose("Activations")
        qtbot.mouseClick(choice.button("Activations"), Qt.MouseButton.LeftButton)
    assert choice.current == "Activations"
    with pytest.raises(KeyError):
        choice.choose("biases")


def test_arrow_keys_move_the_choice(choice: Segmented, qtbot: QtBot) -> None:
    choice.button("weights").setFocus()
    with qtbot.waitSignal(choice.chosen):
        qtbot.keyClick(choice.button("weights"), Qt.Key.Key_Right)
    assert choice.current == "gradients"
    assert choice.button("gradients").hasFocus()


def test_nothing_moves_when_the_choice_does(choice: Segmented) -> None:
    places = [choice.button(name).geometry() for name in ("weights", "gradients", "Activations")]
    choice.choose("Activations")
    assert [choice.button(name).geometry() for name in ("weights", "gradients", "Activations")] == places


def test_names_and_tips_are_there_for_everyone(choice: Segmented) -> None:
    assert choice.accessibleName() == "Edges show"
    assert choice.button("weights").accessibleName() == "Weights"
    assert choice.button("weights").toolTip() == "Edges show w"


def test_focus_is_visible(choice: Segmented, theme: Theme) -> None:
    button = choice.button("weights")
    button.setFocus()
    image = button.grab().toImage()
    assert image.pixelColor(image.width() // 2, 0) == theme.tokens.accent


def test_folded_the_chosen_word_opens_the_others_as_a_menu(choice: Segmented, qtbot: QtBot) -> None:
    choice.set_folded(True)
    visible = [name for name in ("weights", "gradients", "Activations") if choice.button(name).isVisible()]
    assert visible == ["weights"] and choice.sizeHint().width() < choice.whole_width
    qtbot.mouseClick(choice.button("weights"), Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [(act.text(), act.isChecked()) for act in menu.actions()] == [("Weights", True), ("Gradients", False), ("Activations", False)]
    with qtbot.waitSignal(choice.chosen) as caught:
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[1]).center())
    assert caught.args == ["gradients"] and choice.current == "gradients"
    assert choice.button("gradients").isVisible() and not choice.button("weights").isVisible()


def test_folded_arrow_keys_choose_and_keep_the_keyboard(choice: Segmented, qtbot: QtBot) -> None:
    choice.set_folded(True)
    choice.button("weights").setFocus()
    with qtbot.waitSignal(choice.chosen) as caught:
        qtbot.keyClick(choice.button("weights"), Qt.Key.Key_Left)
    assert caught.args == ["Activations"] and choice.button("Activations").isVisible() and choice.button("Activations").hasFocus()
    choice.set_folded(False)
    assert all(choice.button(name).isVisible() for name in ("weights", "gradients", "Activations"))
