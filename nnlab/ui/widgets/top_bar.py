"""Top bar: menu, workspaces, the document's name, the way to all commands, the theme.

It knows no document and no action: what is chosen is emitted, what is shown is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLayout, QMenu, QSizePolicy, QTabBar, QWidget

from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.painting import draw_focus, fill_rounded


@dataclass(frozen=True)
class WorkspaceTab:
    """A tab: its name in code, its title, and what one does there."""

    name: str
    title: str
    tip: str = ""


class TopBar(QWidget):
    """`workspace_chosen` is emitted when the person chooses one, not when `choose_workspace` is called."""

    workspace_chosen = Signal(str)
    commands_requested = Signal()
    theme_requested = Signal()

    def __init__(self, theme: Theme, workspaces: Sequence[WorkspaceTab] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._menu: QMenu | None = None
        self.setAccessibleName("Top bar")
        self.menu_button = IconButton.of(theme, icon(theme, "menu", color="text2"), "Menu", "Menu: files, editing, view, help (Alt+M)")
        self.menu_button.setShortcut("Alt+M")
        self.menu_button.clicked.connect(self.open_menu)
        self.tabs = WorkspaceTabs(theme)
        self.document = DocumentName(theme)
        self.commands = CommandField(theme)
        self.commands.clicked.connect(self.commands_requested)
        self.theme_button = IconButton.of(theme, icon(theme, "theme", color="text2"), "Light or dark", "Light or dark theme")
        self.theme_button.clicked.connect(self.theme_requested)
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the command field may still shrink
        self._row.addWidget(self.menu_button)
        self._row.addWidget(self.tabs)
        self._row.addWidget(self.document, 1)
        self._row.addWidget(self.commands)
        self._row.addWidget(self.theme_button)
        self.set_workspaces(workspaces)
        self.tabs.workspace_chosen.connect(self.workspace_chosen)
        follow(theme, self)

    def set_menu(self, menu: QMenu) -> None:
        """The menu the button at the left opens."""
        self._menu = menu

    def open_menu(self) -> None:
        if self._menu is not None:
            self._menu.popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))

    def set_workspaces(self, workspaces: Sequence[WorkspaceTab]) -> None:
        self.tabs.set_workspaces(workspaces)

    @property
    def workspace(self) -> str:
        """The name of the current tab."""
        return self.tabs.current

    def choose_workspace(self, name: str) -> None:
        """Marks a tab as current. Raises KeyError for a workspace that is not there."""
        self.tabs.choose(name)

    def tab_rect(self, name: str) -> QRect | None:
        """Where the tab of a workspace stands among the tabs; None for one that has none."""
        place = self.tabs.place_of(name)
        return self.tabs.tabRect(place) if place is not None else None

    def set_document(self, name: str, edited: bool = False) -> None:
        self.document.set_document(name, edited)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.top_bar)
        self._row.setContentsMargins(metrics.px(10), 0, metrics.px(10), 0)
        self._row.setSpacing(metrics.px(6))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """In a narrow window the command field gives up its words first."""
        metrics = self._theme.metrics
        needed = self.tabs.sizeHint().width() + metrics.command_field + 2 * metrics.row + metrics.px(44) + metrics.px(100)
        self.commands.set_compact(self.width() < needed)

    def minimumSizeHint(self) -> QSize:
        """Without the document's name, which the title of the window says, too."""
        metrics = self._theme.metrics
        return QSize(self.tabs.sizeHint().width() + 3 * metrics.row + metrics.px(44), metrics.top_bar)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()


class WorkspaceTabs(QTabBar):
    """The workspaces: words, the current one bright over a 3 px accent line. Left and right walk through them."""

    workspace_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: list[str] = []
        self.setAccessibleName("Workspaces")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.currentChanged.connect(self._changed)
        follow(theme, self)

    def set_workspaces(self, workspaces: Sequence[WorkspaceTab]) -> None:
        blocked = self.blockSignals(True)
        while self.count():
            self.removeTab(0)
        self._names = [workspace.name for workspace in workspaces]
        for index, workspace in enumerate(workspaces):
            self.addTab(workspace.title)
            self.setTabToolTip(index, workspace.tip)
        self.blockSignals(blocked)

    @property
    def current(self) -> str:
        return self._names[self.currentIndex()] if self._names else ""

    def choose(self, name: str) -> None:
        if name not in self._names:
            raise KeyError(name)
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self._names.index(name))
        self.blockSignals(blocked)
        self.update()

    def place_of(self, name: str) -> int | None:
        return self._names.index(name) if name in self._names else None

    def _changed(self, index: int) -> None:
        if 0 <= index < len(self._names):
            self.workspace_chosen.emit(self._names[index])

    def apply_metrics(self) -> None:
        self.setFont(self._theme.font("option"))
        self.setFixedHeight(self._theme.metrics.top_bar)
        self.updateGeometry()

    def tabSizeHint(self, index: int) -> QSize:
        metrics = self._theme.metrics
        text = QFontMetrics(self._theme.font("option")).horizontalAdvance(self.tabText(index))
        return QSize(text + 2 * metrics.px(14), metrics.top_bar)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        hovered = self.tabAt(self.mapFromGlobal(self.cursor().pos())) if self.underMouse() else -1
        painter = QPainter(self)
        painter.setFont(self._theme.font("option"))
        for index in range(self.count()):
            place, current = self.tabRect(index), index == self.currentIndex()
            painter.setPen(tokens.text if current or index == hovered else tokens.text2)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
            if current:
                inset, thickness = metrics.px(14), metrics.px(3)
                line = QRect(place.left() + inset, place.bottom() + 1 - thickness, place.width() - 2 * inset, thickness)
                painter.fillRect(line, tokens.accent)
                if self.hasFocus():
                    draw_focus(painter, place.adjusted(4, 6, -4, -6), metrics.radius_field, tokens)
        painter.end()


class DocumentName(QWidget):
    """The document's name, centred, and whether it has unsaved changes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name, self._edited = theme, "", False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        follow(theme, self)

    def set_document(self, name: str, edited: bool) -> None:
        if (name, edited) != (self._name, self._edited):
            self._name, self._edited = name, edited
            self.setAccessibleName(f"{name}, edited" if edited else name)
            self.setToolTip(f"{name}: changed since it was saved" if edited else name)
            self.update()

    def apply_metrics(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, font, gap = self._theme.tokens, self._theme.font("body"), self._theme.metrics.grid
        metrics = QFontMetrics(font)
        mark = "edited" if self._edited else ""
        mark_width = metrics.horizontalAdvance(mark) + gap if mark else 0
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(0, self.width() - mark_width - 2 * gap))
        left = (self.width() - metrics.horizontalAdvance(name) - mark_width) // 2
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(tokens.text2)
        painter.drawText(QRect(left, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, name)
        if mark and self.width() > mark_width + gap:
            painter.setPen(tokens.text3)
            left += metrics.horizontalAdvance(name) + gap
            painter.drawText(QRect(left, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, mark)
        painter.end()


class CommandField(QAbstractButton):
    """Looks like a search field, opens the command palette. In a narrow window only its icon remains."""

    def __init__(self, theme: Theme, shortcut: str = "Ctrl K", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._shortcut, self._compact = theme, shortcut, False
        self.setText("Commands")
        self.setAccessibleName("Commands")
        self.setToolTip(f"Find any command and run it ({shortcut})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            self.apply_metrics()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedSize(metrics.row if self._compact else metrics.command_field, metrics.row)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        painter = QPainter(self)
        fill_rounded(painter, self.rect(), metrics.radius_field, tokens.raised if self.underMouse() else tokens.card)
        side = metrics.icon
        left = (self.width() - side) / 2 if self._compact else metrics.px(10)
        glyph("search").draw(painter, QRectF(left, (self.height() - side) / 2, side, side), tokens.text2)
        if not self._compact:
            inner = self.rect().adjusted(metrics.px(10) + side + metrics.grid, 0, -metrics.px(10), 0)
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text2)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, self.text())
            painter.setFont(self._theme.font("caption"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._shortcut)
        if self.hasFocus():
            draw_focus(painter, self.rect(), metrics.radius_field, tokens)
        painter.end()
