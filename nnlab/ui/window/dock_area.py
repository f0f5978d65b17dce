"""The dock area: the canvas in the middle, panels around it, arranged by workspace.

Every panel sits in one dock that all workspaces share. Switching remembers how the person left the old workspace and restores how
they left the new one; a workspace that was never changed is laid out as its file says. Where the window is low for the size of its text,
the panels below the canvas are tabs beside it instead, so that neither they nor the network are squashed; that is remembered by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

from PySide6.QtCore import QChildEvent, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QTabWidget, QWidget

from nnlab.ui.files.store import Store
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.panel import Panel
from nnlab.ui.widgets.seen import is_seen
from nnlab.ui.window.dock import Dock
from nnlab.ui.window.tight import LEAST_WIDTH, tight
from nnlab.ui.workspaces import Workspace

LOW_BELOW = 660  # height in pixels before the interface scale, below which panels that stand under each other say the same with less
UPPER_RIGHT = 62  # percent of the height for the upper of two groups of tabs at the right
MOST_RIGHT, MOST_BELOW = 0.27, 0.4  # of the window, that panels around the canvas grow to with the interface scale: the network grows, too
TIGHT_BELOW = 440  # height in pixels before the interface scale, below which the canvas and the panels under it are both too low
TIGHT_PROJECTED = 490  # the same on a projector, whose canvas has the height of the window


class DockArea(QMainWindow):
    """`shown_changed` when panels appear or disappear: only visible ones are fed."""

    shown_changed = Signal()

    def __init__(self, theme: Theme, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self._theme, self._store = theme, store
        self._docks: dict[str, Dock] = {}
        self._add_others: Callable[[], None] = lambda: None
        self._workspace: Workspace | None = None
        self._sized_for, self._room = QSize(), QSize()
        self._remembered: dict[str, tuple[object, ...]] = {}  # by the name of a plan, how the docks stood when it was written
        self._was_low = False
        self._plan: Workspace | None = None  # the workspace as it is laid out at this size
        self.setDockNestingEnabled(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AnimatedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea),
            (Qt.Corner.TopRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
            (Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
        ):
            self.setCorner(corner, area)
        self._shown_timer = QTimer(self, singleShot=True, interval=0)
        self._shown_timer.timeout.connect(self._put_away_lone_tabs)
        self._shown_timer.timeout.connect(self.shown_changed)
        # Timers of its own, for a bound method that waits in a single shot keeps a window that was closed meanwhile.
        self._size_timer = QTimer(self, singleShot=True, interval=0)
        self._size_timer.timeout.connect(self._size_docks)
        self._revealed = ""
        self._room_timer = QTimer(self, singleShot=True, interval=0)
        self._room_timer.timeout.connect(self._give_room)
        self._follow_timer = QTimer(self, singleShot=True, interval=0)
        self._follow_timer.timeout.connect(self._follow_size)
        self._follow_timer.timeout.connect(self._shown_timer.start)
        theme.metrics_changed.connect(self._follow_timer.start)  # after all that follows new sizes: the palette may become a rail

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        tabs = event.child()
        # Qt lets people reorder the tabs of docks and aborts in it when a dock of the group is hidden (seen with 6.11.3).
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs, QTabBar):
            tabs.setMovable(False)
            tabs.setElideMode(Qt.TextElideMode.ElideNone)  # of many tabs some are scrolled to, rather than all cut short
            tabs.setAccessibleName("Panels in this area")

    def _put_away_lone_tabs(self) -> None:
        """Qt keeps the bar of a group of tabs of which one is left, and of a group that it has made anew, out of sight but not hidden.

        Nothing is to bring them back into sight: not a resized window either, in which they stay where the group once was.
        """
        bars = [child for child in self.children() if isinstance(child, QTabBar) and self.rect().intersects(child.geometry())]
        in_use = {_titles(bar) for bar in bars if self._stands_on_dock(bar)}
        for bar in bars:
            if bar.count() < 2 or (_titles(bar) in in_use and not self._stands_on_dock(bar)):
                bar.move(-bar.width() - self.width(), 0)

    def _stands_on_dock(self, bar: QTabBar) -> bool:
        """Whether the dock whose tab is in front begins where the bar ends."""
        below = bar.geometry().bottomLeft()
        return any((dock.geometry().topLeft() - below).manhattanLength() <= 4 for dock in self._docks.values() if dock.isVisible())

    @property
    def docks(self) -> Mapping[str, Dock]:
        add, self._add_others = self._add_others, lambda: None
        add()
        return self._docks

    def add_when_asked(self, add: Callable[[], None]) -> None:
        """`add` adds docks when somebody asks for docks or shows a workspace with some: a window may open without any."""
        self._add_others = add

    @property
    def workspace(self) -> Workspace | None:
        return self._workspace

    def add(self, name: str, title: str, widget: QWidget) -> None:
        """Puts a widget into a dock of its own, hidden until a workspace shows it."""
        self.add_later(name, title, lambda: None)
        self.fill(name, widget)

    def add_later(self, name: str, title: str, make: Callable[[], object]) -> None:
        """The same for a widget that `make` puts there with `fill`, when the dock is first shown."""
        dock = Dock(name, title, make, self)
        self._docks[name] = dock
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.hide()
        dock.visibilityChanged.connect(lambda _: self._shown_timer.start())

    def fill(self, name: str, widget: QWidget) -> None:
        """Puts a widget into its dock."""
        self._docks[name].fill(widget)
        if isinstance(widget, Panel):
            widget.set_low(self._was_low)
            widget.height_changed.connect(self._size_later)

    def docks_around(self, middle: QWidget) -> list[QWidget]:
        """The open docks, their tabs and the widget in the middle, in reading order: left, middle, right, below."""

        def rank(dock: QWidget) -> tuple[int, int, int]:
            place, centre = dock.geometry(), middle.geometry()
            is_left, is_right = place.center().x() < centre.left(), place.center().x() > centre.right()
            side = 0 if is_left else 2 if is_right and place.top() <= centre.bottom() else 1 if dock is middle else 3
            return side, place.left(), place.top()

        docks = [dock for dock in self._docks.values() if not dock.isHidden() and not dock.visibleRegion().isEmpty()]
        bars = [child for child in self.children() if isinstance(child, QTabBar)]
        # Qt keeps a bar that has one tab left, out of sight but not hidden.
        return sorted([middle, *docks, *(bar for bar in bars if is_seen(bar))], key=rank)

    def is_shown(self, name: str) -> bool:
        """Whether a panel can be seen: its dock is open and, among tabs, in front."""
        dock = self._docks.get(name)
        return dock is not None and is_seen(dock)

    def show_workspace(self, workspace: Workspace) -> None:
        """Arranges the docks as the person left this workspace, or as its file says."""
        if self._workspace is not None:
            self.remember()
        former = self._plan
        self._workspace, self._plan = workspace, self._plan_for(workspace)
        if workspace.beside_lesson and self._plan == former and self._stands_as(self._plan):
            return  # the next step of a lesson
        if workspace.has_docks:
            _ = self.docks  # all are there from now on
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self.setCorner(Qt.Corner.BottomRightCorner, right if self._plan.tall_right else Qt.DockWidgetArea.BottomDockWidgetArea)
        state, shown = self._store.data(f"layout/{self._plan.name}"), self._store.text(f"shown/{self._plan.name}", "").split()
        if self._plan.beside_lesson or state is None or not shown or not self.restoreState(state, self._layout_version()):
            self.reset()
            return
        for name, dock in self._docks.items():  # a layout says where those stand that it knows; Qt shows the others wherever there is room
            dock.setVisible(name in shown)

    def _stands_as(self, plan: Workspace) -> bool:
        """Whether the docks that a plan shows, and no others, are open in the window, where nobody has moved one."""
        hosted = [name for name, host in plan.tabs if host in self._docks]
        below = (*plan.bottom, *plan.behind, *hosted)
        places = dict.fromkeys(plan.left, Qt.DockWidgetArea.LeftDockWidgetArea)
        places |= dict.fromkeys((*plan.right, *plan.below_right), Qt.DockWidgetArea.RightDockWidgetArea)
        places |= dict.fromkeys(below, Qt.DockWidgetArea.BottomDockWidgetArea)
        shown = {name: dock for name, dock in self._docks.items() if not dock.isHidden()}
        if shown.keys() != places.keys() & self._docks.keys():
            return False
        return all(not dock.isFloating() and self.dockWidgetArea(dock) == places[name] for name, dock in shown.items())

    def remember_last(self) -> None:
        """Remembers how the person left this workspace; what becomes of the docks until another is shown is not theirs."""
        self.remember()
        self._workspace = self._plan = None

    def keep_sizes(self) -> None:
        """The docks stay as they were arranged just now, though the area had another size before: nothing is laid out afresh."""
        self._sized_for = self.size()
        for timer in (self._follow_timer, self._size_timer, self._room_timer):
            timer.stop()

    def minimumSizeHint(self) -> QSize:
        """What the panels need; beside a lesson, where it is scrolled to, also what the middle needs to be seen well."""
        hint, plan = super().minimumSizeHint(), self._plan
        if plan is None or not plan.beside_lesson:
            return hint
        least = max(plan.least_width, LEAST_WIDTH if plan.name != (self._workspace or plan).name else 0)
        shown = [self._docks[name] for name in plan.right if name in self._docks and not self._docks[name].isHidden()]
        beside = max((dock.minimumSizeHint().width() for dock in shown), default=0)
        return hint.expandedTo(QSize(self._theme.metrics.px(least) + beside, 0)) if least else hint

    def set_room(self, room: QSize) -> None:
        """The size of the place that the area is scrolled in. It alone says what is laid out: the area's own size follows from that.

        A plan that needs less width has no bar below it and is higher by that, where the other one has room again, and so on for ever.
        """
        if room != self._room:
            self._room = room
            self._follow_timer.start()

    @property
    def _room_height(self) -> int:
        return self._room.height() if self._room.isValid() else self.height()

    def _plan_for(self, workspace: Workspace) -> Workspace:
        """The workspace itself, or, where it is tight, with its lower panels beside the canvas."""
        is_projected = self._theme.is_projected
        is_tight = self.isVisible() and self._room_height < (TIGHT_PROJECTED if is_projected else TIGHT_BELOW) * self._theme.scale
        if not is_tight or workspace.right_heights:
            return workspace
        return tight(workspace, is_projected)

    def _layout_version(self) -> int:
        """A number that changes with the set of docks, so that a layout remembered for others is not applied."""
        return zlib.crc32(" ".join(sorted(self._docks)).encode()) & 0x7FFFFFFF

    def remember(self) -> None:
        """Remembers how the docks stand. What stands as it was remembered is not written again: Qt rounds at every restoring."""
        plan = self._plan
        if plan is None or plan.beside_lesson or self._remembered.get(plan.name) == self._arrangement:
            return
        self._remembered[plan.name] = self._arrangement
        self._store.set(f"layout/{plan.name}", self.saveState(self._layout_version()))
        self._store.set(f"shown/{plan.name}", " ".join(name for name, dock in self._docks.items() if not dock.isHidden()))

    @property
    def _arrangement(self) -> tuple[object, ...]:
        """Where each dock stands, as one sees it."""
        docks = self._docks.items()
        return self.size(), *((name, dock.isHidden(), dock.geometry() if self.is_shown(name) else None) for name, dock in docks)

    def reset(self) -> None:
        """Lays the docks out as the workspace's file says."""
        workspace = self._plan
        if workspace is None:
            return
        if not workspace.beside_lesson:
            self._store.forget(f"layout/{workspace.name}")
            self._remembered.pop(workspace.name, None)
        for dock in self._docks.values():
            if dock.isFloating():  # to say it again makes Qt hide the dock and give it its parent anew
                dock.setFloating(False)
            self.removeDockWidget(dock)
        for area, names, tabbed in (
            (Qt.DockWidgetArea.LeftDockWidgetArea, workspace.left, False),
            (Qt.DockWidgetArea.RightDockWidgetArea, workspace.right, not workspace.right_heights),
            (Qt.DockWidgetArea.RightDockWidgetArea, workspace.below_right, True),
            (Qt.DockWidgetArea.BottomDockWidgetArea, workspace.bottom, False),
        ):
            present = [self._docks[name] for name in names if name in self._docks]
            for i, dock in enumerate(present):
                side_by_side = area == Qt.DockWidgetArea.BottomDockWidgetArea
                self.addDockWidget(area, dock, Qt.Orientation.Horizontal if side_by_side else Qt.Orientation.Vertical)
                dock.show()
                if tabbed and i:
                    self.tabifyDockWidget(present[0], dock)
            if tabbed and present:
                present[0].raise_()
        self._place_others(workspace)
        self._size_docks()
        # Qt lays out docks that were just added on the next turn of the event loop, and forgets sizes asked for before.
        self._size_timer.start()

    def _place_others(self, workspace: Workspace) -> None:
        """Gives the other panels a place: a tab at the widest bottom panel, if any; those that do not stand there are hidden."""
        shown = {*workspace.left, *workspace.right, *workspace.below_right, *workspace.bottom}
        bottom = [name for name in workspace.bottom if name in self._docks]
        host = self._docks[max(bottom, key=lambda name: workspace.shares[workspace.bottom.index(name)])] if bottom else None
        if host is None and workspace is not self._workspace:  # all panels are tabs beside the canvas
            host = next((self._docks[name] for name in workspace.right if name in self._docks), None)
        hosts = {name: self._docks[other] for name, other in workspace.tabs if other in self._docks}
        for name, dock in sorted(self._docks.items(), key=lambda item: item[0] not in workspace.behind):
            if name in shown:
                continue
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
            own = hosts.get(name, host)
            if own is not None:
                self.tabifyDockWidget(own, dock)
            dock.setVisible(name in workspace.behind or name in hosts)
        for other in (host, *hosts.values()):
            if other is not None:
                other.raise_()

    def reveal(self, name: str) -> None:
        """Brings a panel to the front, with room enough to work in it."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        self._revealed = name
        self._room_timer.start()

    def _give_room(self) -> None:
        """Makes the panel that was revealed as high as one works in, if it stands at the bottom."""
        if self._size_timer.isActive():
            self._room_timer.start()  # a layout is still on its way, which would undo it
            return
        dock = self._docks[self._revealed]
        height = min(self._theme.metrics.dock, self.height() // 2)
        is_below = not dock.isFloating() and self.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea
        if is_below and dock.isVisible() and dock.height() < height:
            self.resizeDocks([dock], [height], Qt.Orientation.Vertical)

    def _size_later(self) -> None:
        self._size_timer.start()

    def _size_docks(self) -> None:
        workspace, metrics = self._plan, self._theme.metrics
        if workspace is None:
            return
        if self._is_low != self._was_low:
            self._was_low = self._is_low
            self._tell_height()
            self._size_later()  # a layout takes note of other minima on the next turn of the event loop
        width = max(self.width(), 400)
        bottom = [self._docks[n] for n in workspace.bottom if n in self._docks and not self._docks[n].isHidden()]
        shares = [s for n, s in zip(workspace.bottom, workspace.shares, strict=True) if n in self._docks and not self._docks[n].isHidden()]
        if bottom:
            total = sum(shares)
            if workspace.tall_right:
                width -= self._right_width(workspace)
            self.resizeDocks(bottom, [width * s // total for s in shares], Qt.Orientation.Horizontal)
            self.resizeDocks(bottom, [self._bottom_height(workspace, bottom)] * len(bottom), Qt.Orientation.Vertical)
        right = (*workspace.right, *workspace.below_right)
        for names, side in ((workspace.left, metrics.palette), (right, self._right_width(workspace))):
            docks = [self._docks[n] for n in names if n in self._docks and not self._docks[n].isHidden()]
            if docks:
                self.resizeDocks(docks, [side] * len(docks), Qt.Orientation.Horizontal)
            if names is right and len(docks) == len(workspace.right_heights):
                self._share_height(docks, workspace.right_heights)
        ends = [self._docks[part[0]] for part in (workspace.right, workspace.below_right) if part and not self._docks[part[0]].isHidden()]
        if workspace.below_right and len(ends) == 2:
            above = self.height() * UPPER_RIGHT // 100
            self.resizeDocks(ends, [above, self.height() - above], Qt.Orientation.Vertical)

    def _right_width(self, workspace: Workspace) -> int:
        return self._grown(getattr(self._theme.metrics, workspace.right_width), MOST_RIGHT * self.width())

    def _bottom_height(self, workspace: Workspace, docks: list[Dock]) -> int:
        """A small window gives the canvas at least half, but for panels that cannot do with the other."""
        height = self._grown(sum(getattr(self._theme.metrics, name) for name in workspace.height), MOST_BELOW * self.height())
        tabs = self._theme.metrics.header if workspace.behind or workspace.tabs else 0
        return max(min(height, self.height() // 2 + tabs), *(dock.minimumSizeHint().height() for dock in docks))

    def _grown(self, size: int, most: float) -> int:
        """A size that follows the interface scale up to a part of the window, and is never less than without it."""
        return min(size, max(round(size / self._theme.scale), round(most)))

    def _tell_height(self) -> None:
        for dock in self._docks.values():
            panel = dock.widget()
            if isinstance(panel, Panel):
                panel.set_low(self._was_low)

    def _share_height(self, docks: list[Dock], shares: tuple[int, ...]) -> None:
        """Panels below each other. In a low window all but the highest one take what they need, and that one has the rest."""
        plan, below = self._plan, 0
        if plan is not None and plan.bottom and not plan.tall_right:  # more than there is would be taken from the panels below
            below = min(sum(getattr(self._theme.metrics, name) for name in plan.height), self.height() // 2)
        heights = [(self.height() - below) * share // sum(shares) for share in shares]
        if self._is_low:
            heights = [height if share == max(shares) else 1 for height, share in zip(heights, shares, strict=True)]
        self.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Only a new window size lays out afresh; a splitter the person moved stays where it is.
        if self._sized_for != self.size():
            self._sized_for = self.size()
            self._follow_timer.start()

    @property
    def _is_low(self) -> bool:
        return self.isVisible() and self._room_height < LOW_BELOW * self._theme.scale

    def _follow_size(self) -> None:
        if self._workspace is not None and self._plan_for(self._workspace) != self._plan:
            self.show_workspace(self._workspace)
        self._size_docks()


def _titles(bar: QTabBar) -> tuple[str, ...]:
    return tuple(bar.tabText(place) for place in range(bar.count()))
