from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.setting import Setting
from nnlab.ui.look.theme import LIGHT, Theme
from nnlab.ui.widgets.label import ElidedLabel, FittingLabel, Label
from nnlab.ui.widgets.settings_form import SettingsForm


def colors(label: Label) -> set[str]:
    image = label.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_labels_follow_colors_and_sizes(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, "Weight norm", "caption", "text2")
    qtbot.addWidget(label)
    assert label.font().pixelSize() == 12
    theme.set_mode("light")
    theme.set_window_width(2560)
    assert label.font().pixelSize() == 13
    label.resize(label.sizeHint())
    assert LIGHT.hex("text2") in colors(label)
    label.set_color("error")
    assert LIGHT.hex("error") in colors(label)


def test_a_label_keeps_its_size_whatever_the_style_sheet_remembers(theme: Theme, qtbot: QtBot) -> None:
    """A style sheet gives a widget that gets another parent back the font it had when it was first polished."""
    page, label = QWidget(), Label(theme, "uniform, ±0.775", "caption")
    for widget in (page, label):
        qtbot.addWidget(widget)
    column = QVBoxLayout(page)
    page.show()
    label.ensurePolished()
    theme.set_scale(1.5)
    column.addWidget(label)
    label.show()
    assert label.font().pixelSize() == theme.metrics.caption == 18


def test_text_is_never_read_as_markup(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, "<b>x</b> < y")
    qtbot.addWidget(label)
    plain = label.sizeHint().width()
    label.setText("x < y")
    assert plain > label.sizeHint().width() + 20


def test_long_sentences_wrap_inside_their_margins(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, "a sentence that is longer than its label and goes on", "caption", "error")
    qtbot.addWidget(label)
    label.setWordWrap(True)
    label.setContentsMargins(40, 0, 0, 0)
    label.resize(160, label.heightForWidth(160))
    assert label.height() > 2 * label.fontMetrics().height()
    image = label.grab().toImage()
    drawn = [x for x in range(160) for y in range(label.height()) if image.pixelColor(x, y) == theme.tokens.error]
    assert min(drawn) >= 40


def test_long_text_is_shortened_to_the_room(theme: Theme, qtbot: QtBot) -> None:
    label = ElidedLabel(theme, "a sentence that is longer than its label")
    qtbot.addWidget(label)
    label.resize(100, 20)
    assert label.shown.endswith("…")
    label.resize(600, 20)
    assert label.shown == label.text()
    assert label.minimumSizeHint().width() < 40


def test_a_sentence_that_wraps_is_never_cut_by_a_layout(theme: Theme, qtbot: QtBot) -> None:
    """In the middle of a column a layout gives a label the height it guessed for another width."""
    page = QWidget()
    qtbot.addWidget(page)
    label = Label(theme, "Step through one iteration, one operation at a time: every formula with its numbers. " * 3)
    label.setWordWrap(True)
    label.setFixedWidth(240)
    column = QVBoxLayout(page)
    column.addStretch(1)
    column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    page.resize(400, 500)
    page.show()
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(240))
    label.setText("short")
    qtbot.waitUntil(lambda: label.height() < 60)
    label.setText("one sentence after the other " * 12)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(240))


def test_the_longest_wording_that_fits_is_shown(qtbot: QtBot, theme: Theme) -> None:
    label = FittingLabel(theme)
    qtbot.addWidget(label)
    label.set_wordings("the whole sum and one of its units", "one unit")
    metrics = QFontMetrics(label.font())
    label.resize(metrics.horizontalAdvance(label.text()) + 1, 20)
    assert label.shown == "the whole sum and one of its units"
    label.resize(metrics.horizontalAdvance(label.text()) - 1, 20)
    assert label.shown == "one unit"
    label.resize(metrics.horizontalAdvance("one unit") - 1, 20)
    assert label.shown.endswith("…") and label.shown != "one unit"


def test_a_margin_is_no_room_for_words(theme: Theme, qtbot: QtBot) -> None:
    for label in (ElidedLabel(theme, "10 of 64; the other 54 are 0"), FittingLabel(theme, "10 of 64; the other 54 are 0")):
        qtbot.addWidget(label)
        needed = QFontMetrics(label.font()).horizontalAdvance(label.text())
        label.resize(needed + 10, 20)
        assert label.shown == label.text()
        label.setContentsMargins(16, 0, 0, 0)
        assert label.shown.endswith("…")


def test_the_name_of_a_form_s_row_takes_two_lines_before_it_is_shortened(theme: Theme, qtbot: QtBot) -> None:
    form = SettingsForm(theme, [Setting("accumulate", 1, "Batches per update", minimum=1)])
    qtbot.addWidget(form)
    label = form._labels["accumulate"]
    assert label.width() == theme.metrics.label and label.shown == "Batches\nper update"
    needed = QFontMetrics(label.font()).boundingRect(0, 0, 1000, 1000, 0, label.shown)
    assert needed.width() <= label.width() and needed.height() <= label.height()
