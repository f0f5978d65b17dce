from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from nnlab.core.setting import Setting
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.setting_editors import (
    CheckEditor,
    ChoiceEditor,
    NumberEditor,
    SettingEditor,
    TextEditor,
    editor_for,
    slider_range,
    tooltip,
)  # fmt: skip
from nnlab.ui.widgets.slider import NumberSlider

RATE = Setting("learning_rate", 1e-3, "Learning rate", "Step size", minimum=0.0, maximum=1e3, logarithmic=True)
INIT = Setting("init", "he", choices=("xavier_uniform", "he"))


def made(theme: Theme, qtbot: QtBot, setting: Setting) -> SettingEditor:
    editor = editor_for(theme, setting)
    qtbot.addWidget(editor)
    editor.resize(160, 32)
    with qtbot.waitActive(editor):
        editor.show()
    return editor


@pytest.mark.parametrize(
    ("setting", "kind"),
    [(RATE, NumberEditor), (Setting("units", 8), NumberEditor), (INIT, ChoiceEditor), (Setting("bias", True), CheckEditor),
     (Setting("formula", "sin(x)"), TextEditor)],
)  # fmt: skip
def test_the_declaration_decides_the_editor(theme: Theme, qtbot: QtBot, setting: Setting, kind: type[SettingEditor]) -> None:
    editor = made(theme, qtbot, setting)
    assert type(editor) is kind
    assert editor.value == setting.default
    assert type(editor.value) is type(setting.default)


@pytest.mark.parametrize(
    ("setting", "reach"),
    [
        (RATE, (1e-6, 1.0)), (Setting("noise", 0.1, minimum=0.0, maximum=0.5), (0.0, 0.5)),
        (Setting("units", 8, minimum=1, maximum=64), None),
        (Setting("l2", 0.0, minimum=0.0), None), (Setting("l2", 0.0, minimum=0.0, maximum=100.0, logarithmic=True), (1e-6, 100.0)),
        (Setting("samples", 256, minimum=10, maximum=100_000, logarithmic=True), (10, 100_000)),
    ],
)  # fmt: skip
def test_which_settings_have_a_slider(setting: Setting, reach: tuple[float, float] | None) -> None:
    assert slider_range(setting) == (None if reach is None else pytest.approx(reach))


def test_dragging_the_slider_previews_and_commits_once(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, RATE)
    slider, field = editor.findChild(NumberSlider), editor.findChild(NumberField)
    previews: list[object] = []
    commits: list[object] = []
    editor.previewed.connect(previews.append)
    editor.committed.connect(commits.append)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 8))
    qtbot.mouseMove(slider, QPoint(slider.width() // 2 + 8, 8))
    qtbot.mouseMove(slider, QPoint(slider.width(), 8))
    assert len(previews) >= 2
    assert commits == []
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert (commits, editor.value, field.text()) == ([1.0], 1.0, "1")


def test_a_slider_gives_way_before_the_number_is_cut(theme: Theme, qtbot: QtBot) -> None:
    """In a form that is narrow for its type: the field keeps the width that shows its number, and takes what the slider leaves."""
    editor = made(theme, qtbot, RATE)
    slider, field, px = editor.findChild(NumberSlider), editor.findChild(NumberField), theme.metrics.px
    for width, has_slider in ((px(72) + px(6) + px(40), True), (px(72) + px(6) + px(40) - 1, False), (px(72), False), (px(200), True)):
        editor.resize(width, editor.height())
        qtbot.waitUntil(lambda expected=has_slider: slider.isVisible() == expected)
        editor.row.activate()
        assert field.geometry().right() < width and field.width() == (px(72) if has_slider else width)


def test_typing_moves_the_slider_even_beyond_its_range(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, RATE)
    slider, field = editor.findChild(NumberSlider), editor.findChild(NumberField)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "50")
    with qtbot.waitSignal(editor.committed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (editor.value, slider.value()) == (50.0, slider.maximum())


def test_a_choice_is_committed_when_it_is_another(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, INIT)
    box = editor.findChild(QComboBox)
    assert [box.itemText(i) for i in range(box.count())] == ["Xavier uniform", "he"]
    with qtbot.waitSignal(editor.committed) as caught:
        qtbot.keyClick(box, Qt.Key.Key_Up)
    assert caught.args == ["xavier_uniform"]
    with qtbot.assertNotEmitted(editor.committed):
        editor.set_value("he")
        box.activated.emit(box.currentIndex())


def test_check_and_text_commit(theme: Theme, qtbot: QtBot) -> None:
    check = made(theme, qtbot, Setting("bias", True))
    with qtbot.waitSignal(check.committed) as caught:
        qtbot.mouseClick(check.findChild(Check), Qt.MouseButton.LeftButton, pos=QPoint(9, 9))
    assert caught.args == [False]
    text = made(theme, qtbot, Setting("formula", "x"))
    line = text.findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "cos(x)")
    with qtbot.waitSignal(text.committed) as caught:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert caught.args == ["cos(x)"]


def test_tips_say_what_it_does_its_range_and_its_default() -> None:
    assert tooltip(RATE) == "Step size. From 0 to 1,000. Default: 0.001."
    assert tooltip(Setting("bias", True, tip="Adds b.")) == "Adds b. Default: on."
    assert tooltip(Setting("epsilon", 1e-8)) == "Default: 1e−8.", "as the field beside it has it"
    assert tooltip(Setting("noise", 0.0)) == "Default: 0."
    assert tooltip(INIT) == "Default: he."
    assert tooltip(Setting("address", "", tip="Of a scheduler")) == "Of a scheduler.", "nothing is no default to be told"
    assert INIT.title_of("xavier_uniform") == "Xavier uniform"
    assert Setting("rule", "sgd", choices=("adam", "sgd"), choice_titles=("Adam", "SGD")).title_of("sgd") == "SGD"


def test_every_control_is_named_by_its_setting(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, RATE)
    assert {w.accessibleName() for w in (editor.findChild(NumberSlider), editor.findChild(NumberField))} == {"Learning rate"}
    assert editor.focusProxy() is editor.findChild(NumberField)


FIRST = Setting("init", "xavier_uniform", choices=("xavier_uniform", "he"))
UNITS = Setting("units", 8, minimum=1, maximum=64)
TEXT = Setting("places", "1, 2", reader=lambda text: [int(part) for part in text.split(",")])


@pytest.mark.parametrize(
    ("setting", "texts"),
    [
        (UNITS, {"6": True, "65": False, "-": True, "": True, "1e": True, "x": False, "2.5": False}),
        (RATE, {"0.": True, "1e-": True, "1e-3": True, "2000": False}),
        (TEXT, {"1": True, "1, x": False, "3,4": True}),
    ],
)
def test_what_is_typed_is_judged_at_every_key(theme: Theme, qtbot: QtBot, setting: Setting, texts: dict[str, bool]) -> None:
    editor = made(theme, qtbot, setting)
    said: list[str] = []
    editor.refused.connect(said.append)
    line = editor.focusProxy()
    for text, is_fine in texts.items():
        line.clear()
        said.clear()
        with qtbot.assertNotEmitted(editor.committed):
            qtbot.keyClicks(line, text)
        assert not said or bool(said[-1]) is not is_fine, text
        assert bool(line.property("invalid")) is not is_fine, text


@pytest.mark.parametrize(
    ("setting", "decide", "value"),
    [
        (UNITS, lambda q, e: q.keyClicks(e.focusProxy(), "8\r"), 8),  # also the very value of the first
        (UNITS, lambda q, e: (q.keyClick(e.focusProxy(), Qt.Key.Key_Up), q.keyClick(e.focusProxy(), Qt.Key.Key_Return)), 9),
        (FIRST, lambda q, e: q.keyClick(e.focusProxy(), Qt.Key.Key_Down), "xavier_uniform"),
        (Setting("bias", True), lambda q, e: q.mouseClick(e.focusProxy(), Qt.MouseButton.LeftButton), True),
        (Setting("formula", "x"), lambda q, e: (q.keyClicks(e.focusProxy(), "y"), q.keyClick(e.focusProxy(), Qt.Key.Key_Return)), "y"),
    ],
)
def test_an_editor_of_several_values_says_so_and_decides_for_all(
    theme: Theme, qtbot: QtBot, setting: Setting, decide: Callable[[QtBot, SettingEditor], object], value: object
) -> None:
    editor = made(theme, qtbot, setting)
    commits: list[object] = []
    editor.committed.connect(commits.append)
    editor.show_mixed(setting.default)
    control = editor.focusProxy()
    if isinstance(control, QLineEdit):
        assert (control.text(), control.placeholderText()) == ("", "mixed")
    elif isinstance(control, QComboBox):
        assert (control.currentIndex(), control.placeholderText()) == (-1, "mixed")
    else:
        assert control.checkState() == Qt.CheckState.PartiallyChecked
        control.grab()
    control.setFocus()
    control.clearFocus()
    assert commits == []  # passing through decides nothing
    control.setFocus()
    decide(qtbot, editor)
    assert commits == [value]
    editor.set_value(setting.default)
    assert editor.value == setting.default
    if isinstance(control, QLineEdit):
        assert not control.placeholderText()


def test_a_slider_from_zero_on(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, Setting("l2", 0.0, minimum=0.0, maximum=100.0, logarithmic=True))
    slider = editor.findChild(NumberSlider)
    assert slider.number == 0
    slider.setValue(1)
    assert editor.value == 1e-6
    editor.set_value(1e-3)
    assert slider.number == pytest.approx(1e-3, rel=0.02)
    slider.setValue(0)
    assert editor.value == 0


def test_the_list_tells_which_choice_is_looked_at(theme: Theme, qtbot: QtBot) -> None:
    editor = made(theme, qtbot, FIRST)
    seen: list[object] = []
    editor.considered.connect(seen.append)
    box = editor.findChild(QComboBox)
    box.showPopup()
    qtbot.keyClick(box.view(), Qt.Key.Key_Down)
    assert seen[-1] == "he"
    qtbot.keyClick(box.view(), Qt.Key.Key_Escape)
    assert seen[-1] == editor.value == "xavier_uniform"


def test_a_unit_stands_behind_the_number_and_in_the_tooltip(theme: Theme, qtbot: QtBot) -> None:
    setting = Setting("batch", 8, "Batch", "Samples per step", minimum=1, maximum=64, unit="samples")
    assert tooltip(setting) == "Samples per step. From 1 to 64 samples. Default: 8."
    with_unit, without = made(theme, qtbot, setting), made(theme, qtbot, Setting("batch", 8, "Batch", minimum=1, maximum=64))
    assert with_unit.grab().toImage() != without.grab().toImage()
