from functools import partial

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip
from pytestqt.qtbot import QtBot

from nnlab.ui.look import turns
from nnlab.ui.look.metrics import LARGE, SCALES
from nnlab.ui.look.theme import DARK, LIGHT, Theme, follow
from nnlab.ui.widgets.label import Label


def test_modes_change_tokens_palette_and_say_so_once(theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    assert theme.is_dark
    assert theme.tokens is DARK
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("light")
    assert theme.tokens is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window) == LIGHT.panel
    assert qapp.palette().color(QPalette.ColorRole.Highlight) == LIGHT.accent
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode("light")
    theme.toggle()
    assert (theme.mode, theme.is_dark) == ("dark", True)


def test_an_unknown_mode_is_refused(theme: Theme) -> None:
    with pytest.raises(ValueError, match="choose one of system, light, dark"):
        theme.set_mode("sepia")  # type: ignore[arg-type]


def test_the_system_is_followed_only_in_system_mode(theme: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hints:
        scheme = Qt.ColorScheme.Light

        def colorScheme(self) -> Qt.ColorScheme:
            return self.scheme

        def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
            pass

    hints = Hints()
    monkeypatch.setattr(qapp, "styleHints", lambda: hints, raising=False)
    theme.set_mode("system")
    assert not theme.is_dark
    hints.scheme = Qt.ColorScheme.Dark
    theme._follow_system()
    assert theme.is_dark
    theme.set_mode("light")
    theme._follow_system()
    assert not theme.is_dark
    hints.scheme = Qt.ColorScheme.Unknown
    theme.set_mode("system")
    assert theme.is_dark


def test_width_and_scale_change_the_sizes_and_say_so_once(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.metrics_changed):
        theme.set_window_width(2560)
    assert theme.metrics == LARGE
    with qtbot.assertNotEmitted(theme.metrics_changed):
        theme.set_window_width(2400)
    with qtbot.waitSignal(theme.metrics_changed):
        theme.scale_up()
    assert theme.metrics.body == round(14 * 1.1)


def test_scaling_stops_at_both_ends(theme: Theme) -> None:
    for _ in range(len(SCALES) + 2):
        theme.scale_up()
    assert theme.scale == SCALES[-1]
    for _ in range(len(SCALES) + 2):
        theme.scale_down()
    assert theme.scale == 1.0
    theme.set_scale(99)
    assert theme.scale == SCALES[-1]


def test_fonts_have_the_sizes_and_weights_of_their_roles(theme: Theme) -> None:
    assert theme.font("caption").pixelSize() == 12
    assert theme.font("name").weight() == QFont.Weight.DemiBold
    assert theme.font("result").pixelSize() == 28
    theme.set_window_width(2560)
    assert theme.font("result").pixelSize() == 44


def test_figures_have_equal_width(theme: Theme) -> None:
    widths = {QFontMetrics(theme.font("counter")).horizontalAdvance(digit * 4) for digit in "0123456789"}
    assert len(widths) == 1


def test_standard_widgets_get_the_look(theme: Theme, qtbot: QtBot) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    line.resize(120, line.sizeHint().height())
    assert line.sizeHint().height() == theme.metrics.field
    image = line.grab().toImage()
    assert image.pixelColor(60, 13) == DARK.well
    assert image.pixelColor(60, 0) == DARK.stroke
    theme.set_mode("light")
    assert line.grab().toImage().pixelColor(60, 13) == LIGHT.well


def test_motion_can_be_switched_off(theme: Theme) -> None:
    assert theme.duration(120) == 120
    theme.reduced_motion = True
    assert theme.duration(120) == 0


class _Follower(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.measured = 0
        self.painted = 0
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.measured += 1

    def event(self, event: QEvent) -> bool:
        self.painted += event.type() == QEvent.Type.UpdateRequest
        return super().event(event)


def test_follow_repaints_and_measures_and_ends_with_the_widget(theme: Theme, qtbot: QtBot) -> None:
    widget = _Follower(theme)
    with qtbot.waitExposed(widget):
        widget.show()
    qtbot.wait(1)
    assert widget.measured == 1
    painted = widget.painted
    theme.set_mode("light")
    qtbot.waitUntil(lambda: widget.painted > painted)
    theme.scale_up()
    assert widget.measured == 2
    widget.deleteLater()
    QApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
    theme.set_mode("dark")  # would raise "already deleted" if the connection were still there
    theme.scale_down()


def test_a_change_of_theme_restyles_a_widget_once_however_deep_it_lies(theme: Theme, qtbot: QtBot) -> None:
    """Qt restyles each widget once for every parent when one style sheet takes the place of another: half a second in a full window."""

    class Counted(QWidget):
        restyled = 0

        def changeEvent(self, event: QEvent) -> None:
            super().changeEvent(event)
            self.restyled += event.type() == QEvent.Type.StyleChange

    window = QWidget()
    qtbot.addWidget(window)
    inner: QWidget = window
    for _ in range(10):
        inner = QWidget(inner)
    deepest = Counted(inner)
    window.show()
    deepest.restyled = 0
    theme.toggle()
    assert deepest.restyled == 1
    deepest.restyled = 0
    theme.set_mode(theme.mode)
    assert deepest.restyled == 0, "it has this look"


def test_a_change_in_turns_ends_as_one_at_once_does(theme: Theme, qtbot: QtBot) -> None:
    heard: list[object] = []
    theme.restyling.connect(heard.append)
    theme.metrics_changed.connect(lambda: heard.append(theme.metrics.body))
    theme.scale_up(in_turns=True)
    assert heard == [True]  # the rest has not kept the key waiting
    qtbot.waitUntil(lambda: heard[-1] is False)
    sheet = QApplication.instance().styleSheet()  # type: ignore[union-attr]
    theme.scale_up(in_turns=True)
    theme.scale_down(in_turns=True)  # before the first is through: it is overtaken
    qtbot.waitUntil(lambda: heard[-1] is False and len(heard) > 3)
    assert heard == [True, 14, False, True, True, 14, False]
    assert QApplication.instance().styleSheet() == sheet  # type: ignore[union-attr]
    theme.scale_up(in_turns=True)
    theme.set_scale(1.0)
    assert heard[-3:] == [True, 13, False]


class _Counting(QWidget):
    """Counts all that are restyled, of its kind."""

    restyled = 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        _Counting.restyled += event.type() == QEvent.Type.StyleChange


def test_no_turn_restyles_more_widgets_than_it_has_time_for(
    theme: Theme, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window in which every panel was made took 250 ms in one call of Qt's."""
    window = QWidget()
    qtbot.addWidget(window)
    for _ in range(30):
        QVBoxLayout(_Counting(window)).addWidget(_Counting())
    window.show()
    qtbot.wait(1)
    monkeypatch.setattr(turns, "SHORT", 0)
    _Counting.restyled, most, before = 0, 0, 0
    is_through: list[bool] = []
    theme.restyling.connect(is_through.append)
    theme.toggle(in_turns=True)
    for _ in range(1000):
        qapp.processEvents()
        most, before = max(most, _Counting.restyled - before), _Counting.restyled
    assert is_through == [True, False]
    assert _Counting.restyled == 60
    assert most == 1


def _form(theme: Theme) -> QWidget:
    """A page of standard widgets in one another, some of them never shown, with a label and a field of ours."""
    page = QWidget()
    column = QVBoxLayout(page)
    choice = QComboBox()
    choice.addItems(["Adam", "AdamW"])
    listed, scrolled, inner = QListWidget(), QScrollArea(), QGroupBox("Inner")
    listed.addItems(["one", "two"])
    lines = QVBoxLayout(inner)
    for widget in (QLineEdit("0.01"), QCheckBox("Shuffle"), QTableWidget(2, 2), QSpinBox(), Label(theme, "A caption", "caption")):
        lines.addWidget(widget)
    scrolled.setWidgetResizable(True)
    scrolled.setFixedSize(200, 200)
    scrolled.setWidget(inner)
    disabled = QPushButton("No")
    disabled.setEnabled(False)
    for other in (choice, listed, scrolled, disabled, QPushButton("Yes"), QLabel("plain"), Label(theme, "Words"), QSlider()):
        column.addWidget(other)
    hidden = QPlainTextEdit("hidden")
    column.addWidget(hidden)
    hidden.hide()
    page.resize(400, 900)
    page.setFocus()  # a field with the keyboard looks otherwise, and only one page has it
    page.show()
    return page


def _looks(page: QWidget) -> list[tuple[object, ...]]:
    """What each widget on a page looks like, whatever the look was before."""
    found: list[tuple[object, ...]] = []
    pending = [page]
    while pending:
        widget = pending.pop()
        colors = [
            widget.palette().color(group, role).name()
            for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled)
            for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Text, QPalette.ColorRole.Base, QPalette.ColorRole.Button)
        ]
        is_scrolled = isinstance(widget, QScrollArea)  # has the hint of its contents from when it was first asked for it
        sizes = [] if is_scrolled else [widget.sizeHint().toTuple(), widget.minimumSizeHint().toTuple(), widget.minimumSize().toTuple()]
        found.append((type(widget).__name__, widget.objectName(), colors, widget.font().pixelSize(), widget.font().weight(), sizes))
        pending += [child for child in widget.children() if isinstance(child, QWidget)]
    return found


def _are_alike(page: QWidget, other: QWidget) -> bool:
    return page.grab().toImage() == other.grab().toImage()


@pytest.mark.parametrize("in_turns", [False, True])
def test_what_is_restyled_looks_as_what_is_made_anew(theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, in_turns: bool) -> None:
    """Colours, fonts and sizes of everything on a page, seen or hidden, after changes of both: with a turn for every single widget."""
    monkeypatch.setattr(turns, "SHORT", 0)
    page = _form(theme)
    qtbot.addWidget(page)
    is_through: list[bool] = []
    theme.restyling.connect(is_through.append)

    def wait() -> None:
        if in_turns:
            qtbot.waitUntil(lambda: is_through[-1] is False)

    for change in (
        lambda: theme.toggle(in_turns=in_turns),
        lambda: theme.set_scale(1.5, in_turns=in_turns),
        lambda: theme.toggle(in_turns=in_turns),
        lambda: theme.set_scale(1.0, in_turns=in_turns),
        lambda: theme.set_projected(True, in_turns=in_turns),
        lambda: theme.set_projected(False, in_turns=in_turns),
    ):
        change()
        wait()
        fresh = _form(theme)
        qtbot.addWidget(fresh)
        qtbot.waitUntil(partial(_are_alike, page, fresh), timeout=2000)  # once both are laid out
        assert _looks(page) == _looks(fresh)


def test_what_is_shown_for_the_first_time_or_again_has_the_new_look(theme: Theme, qtbot: QtBot) -> None:
    line, other = QLineEdit(), QLineEdit()
    for field in (line, other):
        qtbot.addWidget(field)
        field.resize(120, field.sizeHint().height())
    line.show()
    line.hide()
    with qtbot.waitSignal(theme.restyling, check_params_cb=lambda value: not value):
        theme.toggle(in_turns=True)
    for field in (line, other):
        assert field.grab().toImage().pixelColor(60, 13) == LIGHT.well


def test_a_follower_that_fails_keeps_no_other_from_following(theme: Theme, qtbot: QtBot) -> None:
    """Nor does it leave the window undrawn: restyling ends."""

    class Failing(_Follower):
        def apply_metrics(self) -> None:
            if theme.scale > 1:
                raise ValueError("no such size")

    failing, other = Failing(theme), _Follower(theme)
    qtbot.addWidget(failing)
    qtbot.addWidget(other)
    heard: list[bool] = []
    theme.restyling.connect(heard.append)
    with qtbot.captureExceptions() as told:
        theme.scale_up(in_turns=True)
        qtbot.waitUntil(lambda: heard == [True, False])
    assert [str(error) for _, error, _ in told] == ["no such size"]
    assert other.measured == 2


def test_sizes_that_half_the_followers_have_are_told_to_all_when_colours_overtake_them(
    theme: Theme, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SHORT", 0)
    followers = [_Follower(theme) for _ in range(6)]
    for follower in followers:
        qtbot.addWidget(follower)
    heard: list[bool] = []
    theme.restyling.connect(heard.append)
    theme.scale_up(in_turns=True)
    for _ in range(1000):
        if any(follower.measured > 1 for follower in followers):
            break
        qapp.processEvents()
    assert any(follower.measured == 1 for follower in followers)
    theme.toggle(in_turns=True)
    qtbot.waitUntil(lambda: heard[-1] is False)
    assert all(follower.measured > 1 for follower in followers)


def test_two_looks_that_change_at_once_are_both_told(theme: Theme, qtbot: QtBot) -> None:
    """Light or dark by one key and the size by the next: the widgets follow both, the style is set once."""
    heard: list[object] = []
    theme.changed.connect(lambda: heard.append(theme.is_dark))
    theme.metrics_changed.connect(lambda: heard.append(theme.metrics.body))
    theme.restyling.connect(heard.append)
    theme.toggle(in_turns=True)
    was_dark = not theme.is_dark
    theme.scale_up(in_turns=True)
    qtbot.waitUntil(lambda: heard[-1] is False and len(heard) > 2)
    assert heard == [True, True, not was_dark, 14, False]


def test_while_widgets_are_put_together_no_style_sheet_is_in_the_way(theme: Theme, qapp: QApplication) -> None:
    before = qapp.styleSheet()
    with theme.building(), theme.building():
        assert before
        assert qapp.styleSheet() == ""
        theme.set_mode("light")
        assert qapp.styleSheet() == "", "a change of the theme meanwhile waits"
    assert qapp.styleSheet() not in ("", before), "the sheet is on again, of the theme as it is now"
    theme.set_mode("dark")
    assert qapp.styleSheet() == before


def test_a_layout_follows_every_change_of_sizes(theme: Theme, qtbot: QtBot) -> None:
    """It was one change behind: words were cut after a window had become wide."""
    page = QWidget()
    qtbot.addWidget(page)
    button = QPushButton("Binary cross-entropy | MSE")
    row = QHBoxLayout(page)
    row.addWidget(button)
    row.addStretch(1)
    page.resize(900, 60)
    page.show()
    widths = []
    for width in (1280, 2560, 1280, 2560):
        theme.set_window_width(width)
        qtbot.waitUntil(lambda: button.width() == button.sizeHint().width())
        widths.append(button.width())
    assert widths[0] == widths[2] < widths[1] == widths[3]
