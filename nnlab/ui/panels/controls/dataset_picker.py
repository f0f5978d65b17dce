"""All data sets as tiles with a picture and a name, by category. The arrow keys move through them, Enter or Space chooses."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core.dataset import CATEGORIES, Dataset, datasets
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.controls.dataset_thumbnail import thumbnail
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.painting import draw_focus, fill_rounded, outline_rounded
from nnlab.ui.widgets.picture_tile import PictureTile

TILE = (76, 68)  # width and height with the name
PICTURE = 40


class DatasetTile(PictureTile):
    """One data set."""

    def __init__(self, theme: Theme, dataset: Dataset, parent: QWidget) -> None:
        super().__init__(theme, TILE, dataset.title, dataset.description, parent)
        self.dataset = dataset
        self._picture_for: tuple[object, ...] = ()
        self._picture: QImage | None = None
        self.setToolTip(f"{dataset.title}. {dataset.description}")

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        ground = tokens.sel if self.isChecked() else tokens.card if self.underMouse() else None
        if ground is not None:
            fill_rounded(painter, self.rect(), self._theme.metrics.radius_field, ground)
        side = px(PICTURE)
        place = QRectF((self.width() - side) / 2, px(5), side, side)
        key = (self._theme.is_dark, side, self.devicePixelRatioF())
        if self._picture is None or key != self._picture_for:
            self._picture, self._picture_for = thumbnail(self.dataset, self._theme, side, self.devicePixelRatioF()), key
        painter.drawImage(place.topLeft(), self._picture)
        if self.isChecked():
            outline_rounded(painter, place.adjusted(-2, -2, 2, 2), 3, tokens.accent, 2)
        font = self._theme.font("caption_strong" if self.isChecked() else "caption")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(tokens.text if self.isChecked() or self.underMouse() else tokens.text2)
        below = QRect(2, px(8) + side, self.width() - 4, metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, below.width()))
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()


class DatasetPicker(QWidget):
    """`chosen(name)` when the person clicks a tile. `show_current` marks the document's data set."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Data sets")
        self.tiles: dict[str, DatasetTile] = {}
        self._headings: dict[str, Label] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for dataset in datasets:
            if dataset.is_listed:
                self._add(dataset)
        self.destroyed.connect(datasets.listen(self._registered))  # the registry outlives every window
        follow(theme, self)

    def _add(self, dataset: Dataset) -> None:
        tile = DatasetTile(self._theme, dataset, self)
        tile.clicked.connect(lambda checked=False, name=dataset.name: self.chosen.emit(name))
        self.tiles[dataset.name] = tile
        if dataset.category not in self._headings:
            self._headings[dataset.category] = Label(self._theme, dataset.category, "caption", "text2", self)

    def _registered(self, dataset: Dataset) -> None:
        """A plug-in brought a data set while the window is open."""
        previous = self.tiles.pop(dataset.name, None)
        if previous is not None:
            previous.deleteLater()
        self._add(dataset)
        self.tiles[dataset.name].show()
        self._arrange()

    def show_current(self, name: str) -> None:
        for other, tile in self.tiles.items():
            tile.setChecked(other == name)

    def _groups(self) -> list[tuple[str, list[DatasetTile]]]:
        """Tiles by category, in the order of CATEGORIES; others behind them."""
        names = [*(c for c in CATEGORIES if c in self._headings), *(c for c in self._headings if c not in CATEGORIES)]
        return [(name, [tile for tile in self.tiles.values() if tile.dataset.category == name]) for name in names]

    def _columns(self, width: int) -> int:
        return max(1, (width - 2 * self._theme.metrics.px(10)) // self._theme.metrics.px(TILE[0]))

    def _arrange(self) -> None:
        px = self._theme.metrics.px
        columns, y = self._columns(self.width()), 0
        for name, tiles in self._groups():
            heading = self._headings[name]
            heading.setGeometry(px(16), y, self.width() - px(32), px(20))
            y += px(22)
            for k, tile in enumerate(tiles):
                size = tile.sizeHint()
                tile.setGeometry(px(10) + k % columns * size.width(), y + k // columns * size.height(), size.width(), size.height())
            y += -(-len(tiles) // columns) * px(TILE[1]) + px(8)
        if y != self.minimumHeight():
            self.setMinimumHeight(y)

    def heightForWidth(self, width: int) -> int:
        px, columns = self._theme.metrics.px, self._columns(width)
        return sum(px(22) + -(-len(tiles) // columns) * px(TILE[1]) + px(8) for _, tiles in self._groups())

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        width = self._theme.metrics.px(4 * TILE[0] + 20)
        return QSize(width, self.heightForWidth(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def apply_metrics(self) -> None:
        self._arrange()
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        order = [tile for _, tiles in self._groups() for tile in tiles]
        focused = focused_within(self)
        if focused not in order:
            super().keyPressEvent(event)
            return
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            order[(order.index(focused) + step) % len(order)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move_vertically(order, focused, 1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _move_vertically(self, order: list[DatasetTile], focused: DatasetTile, direction: int) -> None:
        """To the nearest tile of the next row."""
        here = focused.geometry().center()
        beyond = [tile for tile in order if (tile.geometry().center().y() - here.y()) * direction > 4]
        if beyond:

            def distance(tile: DatasetTile) -> tuple[int, int]:
                centre = tile.geometry().center()
                return abs(centre.y() - here.y()), abs(centre.x() - here.x())

            min(beyond, key=distance).setFocus(Qt.FocusReason.TabFocusReason)
