import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from nnlab.core.setting import Setting
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.number_field import NumberField, stepped

UNITS = Setting("units", 8, "Units", minimum=1, maximum=64)
RATE = Setting("learning_rate", 1e-3, minimum=0.0, maximum=1e3, logarithmic=True)
NOISE = Setting("noise", 0.1, minimum=0.0, maximum=0.5)
EPSILON = Setting("eps", 1e-5, minimum=0.0)
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("setting", "value", "steps", "expected"),
    [
        (UNITS, 8, 1, 9), (UNITS, 8, -10, 1), (UNITS, 60, 10, 64), (RATE, 1e-3, 1, 2e-3), (RATE, 2e-3, 1, 5e-3), (RATE, 1e-3, -1, 5e-4),
        (RATE, 3e-3, 1, 5e-3), (RATE, 3e-3, -1, 2e-3), (RATE, 0.0, 1, 1e-6), (RATE, 1e-6, -1, 0.0), (RATE, 0.0, -1, 0.0),
        (RATE, 1e3, 1, 1e3),
        (NOISE, 0.1, 1, 0.11), (NOISE, 0.1, -1, 0.09), (NOISE, 0.5, 3, 0.5), (EPSILON, 1e-5, 1, 1.1e-5), (EPSILON, 0.0, 1, 1e-6),
    ],
)  # fmt: skip
def test_steps_fit_the_number(setting: Setting, value: float, steps: int, expected: float) -> None:
    result = stepped(setting, value, steps)
    assert result == expected
    assert isinstance(result, type(setting.default))


@given(st.sampled_from([UNITS, RATE, NOISE, EPSILON]), st.floats(0, 1e3), st.integers(-20, 20))
def test_steps_always_lead_to_an_accepted_value(setting: Setting, value: float, steps: int) -> None:
    low, high = setting.minimum or 0.0, setting.maximum or 1e3
    result = stepped(setting, min(high, max(low, value)), steps)
    assert setting.check(result) == result


class Record:
    def __init__(self, field: NumberField) -> None:
        self.previews: list[object] = []
        self.commits: list[object] = []
        self.sentences: list[str] = []
        field.previewed.connect(self.previews.append)
        field.committed.connect(self.commits.append)
        field.refused.connect(self.sentences.append)


def made(theme: Theme, qtbot: QtBot, setting: Setting, value: float | None = None) -> tuple[NumberField, Record]:
    field = NumberField(theme, setting, value)
    qtbot.addWidget(field)
    field.resize(130, theme.metrics.field)
    with qtbot.waitActive(field):
        field.show()
    field.setFocus()
    return field, Record(field)


def type_in(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_enter_takes_what_was_typed_once(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, RATE)
    type_in(qtbot, field, "5e-2")
    assert record.commits == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert (record.commits, field.text(), field.value) == ([0.05], "0.05", 0.05)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "units is 0; it must be from 1 to 64."),
        ("many", "units is 'many'; it must be a number."),
        ("2.5", "units is 2.5; it must be a whole number."),
    ],
)
def test_what_the_setting_refuses_is_not_taken_and_explained(theme: Theme, qtbot: QtBot, text: str, sentence: str) -> None:
    field, record = made(theme, qtbot, UNITS)
    type_in(qtbot, field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (record.commits, field.value, field.text()) == ([], 8, text)
    assert record.sentences[-1] == sentence
    assert field.property("invalid")
    assert field.grab().toImage().pixelColor(60, 0) == theme.tokens.error
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), record.sentences[-1], bool(field.property("invalid"))) == ("8", "", False)


def test_leaving_the_field_takes_it_too(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, UNITS)
    type_in(qtbot, field, "16")
    field.clearFocus()
    assert record.commits == [16]


def test_arrow_keys_preview_and_commit_when_the_field_is_left(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, UNITS)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert (record.previews, record.commits) == ([9, 19], [])
    field.clearFocus()
    assert record.commits == [19]


def test_dragging_the_arrows_is_one_gesture(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, UNITS)
    place = QPoint(field.width() - 12, 13)
    qtbot.mousePress(field, LEFT, pos=place)
    for y in (9, 5, -3, -7):
        qtbot.mouseMove(field, QPoint(place.x(), y))
    assert record.commits == []
    qtbot.mouseRelease(field, LEFT, pos=QPoint(place.x(), -7))
    assert (record.previews, record.commits) == ([9, 10, 12, 13], [13])


def test_clicking_an_arrow_is_one_step(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, UNITS)
    qtbot.mouseClick(field, LEFT, pos=QPoint(field.width() - 12, 5))
    qtbot.mouseClick(field, LEFT, pos=QPoint(field.width() - 12, 21))
    assert record.commits == [9, 8]


def test_a_value_from_outside_is_silent_and_ends_what_was_typed(theme: Theme, qtbot: QtBot) -> None:
    field, record = made(theme, qtbot, UNITS)
    type_in(qtbot, field, "0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    field.set_value(32)
    field.clearFocus()
    assert (field.text(), record.commits, record.previews, record.sentences[-1]) == ("32", [], [], "")


def test_it_is_named_and_explained(theme: Theme, qtbot: QtBot) -> None:
    field, _ = made(theme, qtbot, Setting("eps", 1e-5, tip="Added to the denominator, to avoid division by 0"))
    assert (field.accessibleName(), field.accessibleDescription()) == ("Eps", "Added to the denominator, to avoid division by 0")


def test_what_is_typed_is_considered_at_every_key_and_given_up_by_escape(theme: Theme, qtbot: QtBot) -> None:
    field = NumberField(theme, Setting("rank", 4, minimum=1, maximum=64))
    qtbot.addWidget(field)
    considered: list[object] = []
    field.considered.connect(considered.append)
    field.selectAll()
    for key in "120":
        qtbot.keyClicks(field, key)
    assert considered == [1, 12] and field.value == 4  # 120 is above the maximum
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert considered == [1, 12, 4]
