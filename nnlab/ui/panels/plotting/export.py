"""Taking a picture or its numbers away: PNG, SVG, CSV, or the clipboard.

A picture is the widget as it is painted, at twice the screen's resolution at least, so that it can be printed; an SVG is painted
by the same code.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QRect, QSize
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QWidget

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError
from nnlab.ui.look.icons import icon
from nnlab.ui.look.png import as_png
from nnlab.ui.look.theme import Theme

PICTURE_SCALE = 2.0


@dataclass(frozen=True, eq=False)
class ExportTable:
    """Named columns of equal length."""

    names: tuple[str, ...]
    columns: tuple[Sequence[object] | np.ndarray, ...]


def as_image(widget: QWidget) -> QImage:
    """The widget as it looks now."""
    scale = max(PICTURE_SCALE, widget.devicePixelRatioF())
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().color(widget.backgroundRole()))
    QWidget.render(widget, image)  # a graphics view has a method of this name that takes something else
    return image


def as_svg(widget: QWidget, title: str) -> bytes:
    """The widget as vector graphics."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setSize(QSize(widget.width(), widget.height()))
    generator.setViewBox(QRect(0, 0, widget.width(), widget.height()))
    painter = QPainter(generator)
    painter.fillRect(widget.rect(), widget.palette().color(widget.backgroundRole()))
    QWidget.render(widget, painter, widget.rect().topLeft())
    painter.end()
    buffer.close()
    return bytes(data.data())


def as_csv(table: ExportTable) -> str:
    """The table as text, one line of names first. Numbers keep every digit; a number that does not exist is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.names)
    for row in zip(*table.columns, strict=True):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return value.item() if isinstance(value, np.generic) else value


def menu(parent: QWidget, theme: Theme, widget: QWidget, title: str, table: Callable[[], ExportTable | None]) -> QMenu:
    """The context menu of a picture. `table` is asked when the menu opens, and again when data is taken."""
    result = QMenu(parent)
    clipboard = QGuiApplication.clipboard()
    result.addAction(icon(theme, "copy"), "Copy picture", lambda: clipboard.setImage(as_image(widget)))
    picture = partial(_picture, widget, title)
    result.addAction(icon(theme, "export"), "Save picture as PNG…", lambda: _ask_and_write(parent, title, "png", picture))
    result.addAction("Save picture as SVG…", lambda: _ask_and_write(parent, title, "svg", picture))
    if table() is not None:
        result.addSeparator()
        result.addAction("Copy data", lambda: clipboard.setMimeData(_csv_data(table())))
        result.addAction(
            "Save data as CSV…", lambda: _ask_and_write(parent, title, "csv", lambda p: as_csv(table() or ExportTable((), ())).encode())
        )
    return result


@runtime_checkable
class NumberPicture(Protocol):
    """A widget that is a picture of numbers of its own."""

    def table(self) -> ExportTable | None: ...


def picture_at(start: QWidget | None, within: QWidget) -> QWidget | None:
    """The innermost picture of numbers around a widget that lies within another; None where there is none."""
    found = start
    while found is not None and found is not within:
        if isinstance(found, NumberPicture):
            return found
        found = found.parentWidget()
    return None


def picture_menu(panel: QWidget, theme: Theme, event: QContextMenuEvent) -> QMenu | None:
    """The menu of the picture under the mouse, or of the one that has the keyboard, in a panel of several."""
    by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
    picture = picture_at(QApplication.focusWidget() if by_key else panel.childAt(event.pos()), panel)
    if picture is None or not isinstance(picture, NumberPicture):
        return None
    return menu(panel, theme, picture, picture.accessibleName(), picture.table)


def _csv_data(table: ExportTable | None) -> QMimeData:
    text = as_csv(table or ExportTable((), ()))
    data = QMimeData()
    data.setText(text)
    data.setData("text/csv", text.encode())
    return data


def _picture(widget: QWidget, title: str, path: Path) -> bytes:
    return as_svg(widget, title) if path.suffix.lower() == ".svg" else as_png(as_image(widget))


_FILTERS = {
    "png": "Picture (*.png);;Vector graphics (*.svg)", "svg": "Vector graphics (*.svg);;Picture (*.png)",
    "csv": "Comma-separated values (*.csv)",
}  # fmt: skip


def _ask_and_write(parent: QWidget, title: str, suffix: str, content: Callable[[Path], bytes]) -> None:
    suggested = f"{title.lower().replace(' ', '_')}.{suffix}"
    chosen, kind = QFileDialog.getSaveFileName(parent, f"Save {title}", suggested, _FILTERS[suffix])
    if not chosen:
        return
    path = Path(chosen)
    if not path.suffix:
        path = path.with_suffix(next((end for end in (".svg", ".png") if end in kind), f".{suffix}"))
    try:
        data = content(path)
        write_atomically(path, lambda file: file.write(data))
    except FileError as error:
        QMessageBox.warning(parent, f"Save {title}", str(error))
