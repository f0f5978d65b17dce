from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.panel import Panel
from nnlab.ui.widgets.segmented import Segmented


def test_an_empty_panel_says_what_will_appear(theme: Theme, qtbot: QtBot) -> None:
    panel = Panel(theme, "Loss", "The loss appears here. Press Space to train.")
    qtbot.addWidget(panel)
    panel.show()
    assert panel.is_empty
    assert any(label.text().startswith("The loss appears") and label.isVisible() for label in panel.findChildren(QLabel))


def test_the_empty_text_keeps_clear_of_the_edges(theme: Theme, qtbot: QtBot) -> None:
    panel = Panel(theme, "History", "Every change is listed here by name. Choose one to go back or forward to it.")
    qtbot.addWidget(panel)
    label = next(label for label in panel.findChildren(QLabel) if label.text().startswith("Every"))
    label.setContentsMargins(0, 0, 0, 0)  # as Qt's style sheets do to a frame that moves into a dock
    panel.resize(320, 150)
    panel.show()
    room = label.contentsRect().translated(label.mapTo(panel, label.rect().topLeft()))
    assert room.left() >= theme.metrics.padding
    assert room.right() < panel.width() - theme.metrics.padding


def test_content_takes_the_place_of_the_empty_text_and_gives_it_back(theme: Theme, qtbot: QtBot) -> None:
    panel = Panel(theme, "Loss", "Nothing yet.")
    qtbot.addWidget(panel)
    content = QWidget()
    panel.set_content(content)
    panel.show()
    assert not panel.is_empty
    assert content.isVisible()
    panel.set_empty("No data set is chosen.")
    assert panel.is_empty
    assert not content.isVisible()
    panel.set_empty(None)
    assert content.isVisible()
    other = QWidget()
    panel.set_content(other)
    assert (panel.content, content.parent()) == (other, None)


def test_the_header_keeps_its_height_and_the_title_is_the_name(theme: Theme, qtbot: QtBot) -> None:
    panel = Panel(theme, "Loss")
    qtbot.addWidget(panel)
    content = QWidget()
    panel.set_content(content)
    choice = Segmented(theme, ["log", "linear"])
    panel.add_option(choice)
    panel.resize(300, 200)
    panel.show()
    assert content.y() == theme.metrics.header
    assert choice.mapTo(panel, choice.rect().topRight()).x() == 299 - theme.metrics.padding
    panel.set_title("Loss of 3 runs")
    assert panel.accessibleName() == panel.title == "Loss of 3 runs"
