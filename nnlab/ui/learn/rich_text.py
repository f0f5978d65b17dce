"""A lesson's text in the window: Markdown with typeset formulas. Nothing is loaded but pictures of the lesson's own folder.

It is as high as its text, and says it to screen readers with its formulas as they are written.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QResizeEvent, QTextCharFormat, QTextCursor, QTextDocument, QTextImageFormat
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from nnlab.lessons.markdown import FORMULA
from nnlab.ui.look.formula import typeset
from nnlab.ui.look.theme import FontRole, Theme, follow

SCHEME = "formula:"
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EM = 1.12  # of a formula's letters to those around it


class RichText(QTextBrowser):
    """`followed(address)` for a link that leads to another place of the window."""

    followed = Signal(str)

    def __init__(self, theme: Theme, role: FontRole = "body", color: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._role, self._color = theme, role, color
        self._text, self._folder = "", Path()
        self._formulas: list[str] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; margin: 0; }")
        self.document().setDocumentMargin(0)
        self.anchorClicked.connect(self._follow_link)
        follow(theme, self)
        theme.changed.connect(self._show)

    def show_text(self, text: str, folder: Path | None = None) -> None:
        """Shows Markdown whose numbers are filled in already."""
        if (text, folder or Path()) != (self._text, self._folder):
            self._text, self._folder = text, folder or Path()
            self._show()

    def set_role(self, role: FontRole) -> None:
        if role != self._role:
            self._role = role
            self._show()

    @property
    def plain(self) -> str:
        """The words, with formulas as LaTeX and links as their words."""
        words = LINK.sub(r"\1", self._text)
        return FORMULA.sub(lambda found: found["latex"], words).replace("*", "")

    def apply_metrics(self) -> None:
        self._show()

    def _show(self) -> None:
        self._formulas = []
        document = self.document()
        document.setDefaultFont(self._theme.font(self._role))
        tokens = self._theme.tokens
        document.setDefaultStyleSheet(f"a {{ color: {tokens.hex('accent')}; }}")
        document.setMarkdown(FORMULA.sub(self._as_picture, self._text), QTextDocument.MarkdownFeature.MarkdownNoHTML)
        self._tint(getattr(tokens, self._color))
        self.setAccessibleName(self.plain)
        self._fit()

    def _tint(self, color: QColor) -> None:
        """The colour of words, and formulas on the line: a Markdown reader knows neither."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        form = QTextCharFormat()
        form.setForeground(color)
        cursor.mergeCharFormat(form)
        block = self.document().begin()
        while block.isValid():
            iterator = block.begin()
            while not iterator.atEnd():
                fragment = iterator.fragment()
                if fragment.isValid() and fragment.charFormat().isImageFormat():
                    picture = QTextCursor(self.document())
                    picture.setPosition(fragment.position())
                    picture.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                    image = QTextImageFormat(fragment.charFormat().toImageFormat())
                    image.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
                    picture.setCharFormat(image)
                iterator += 1
            block = block.next()

    def _as_picture(self, found: re.Match[str]) -> str:
        self._formulas.append(found["latex"])
        return f"![formula]({SCHEME}{len(self._formulas) - 1})"  # Qt drops a picture without words

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 (Qt's name)
        """Formulas, and pictures that lie in the lesson's folder; whatever else a text asks for is not there."""
        address = name.toString() if isinstance(name, QUrl) else str(name)
        if address.startswith(SCHEME):
            place = address.removeprefix(SCHEME)
            return self._drawn(self._formulas[int(place)]) if place.isdigit() and int(place) < len(self._formulas) else QByteArray()
        path = (self._folder / address).resolve()
        is_inside = bool(self._text) and path.is_relative_to(self._folder.resolve()) and path.is_file() and ":" not in address
        return QImage(str(path)) if is_inside else QByteArray()

    def _drawn(self, latex: str) -> QImage:
        formula, size = typeset(latex), self._theme.font(self._role).pixelSize() * _EM
        ratio = self.devicePixelRatioF()
        width, height = max(1.0, formula.width * size), max(1.0, formula.height * size)
        image = QImage(QSize(round(width * ratio) + 1, round(height * ratio) + 1), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        if formula.svg:
            painter = QPainter(image)
            QSvgRenderer(formula.colored(getattr(self._theme.tokens, self._color)).encode()).render(painter, QRectF(0, 0, width, height))
            painter.end()
        return image

    def _follow_link(self, address: QUrl) -> None:
        self.followed.emit(address.toString())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.document().setTextWidth(max(1, self.viewport().width()))
        self.setFixedHeight(int(self.document().size().height()) + 1 if self._text else 0)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(240), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(120), self.height())
