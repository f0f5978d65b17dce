"""The main window: puts document, session, canvas, panels and bars together. Nothing is decided here that a part can decide itself.

Scripts and tests use `document`, `session`, `canvas`, and actions by their object names (see `nnlab.ui.window.actions`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from nnlab.core.preparation import data_title
from nnlab.files.autosave import LeftBehind
from nnlab.files.project import Project, View
from nnlab.training.runs import MOST_RUNS
from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.adapters.attach_preview import AttachPreview
from nnlab.ui.adapters.commands import AdapterCommands
from nnlab.ui.canvas import Canvas
from nnlab.ui.canvas.manual import MANUAL
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.files.autosave import Autosave, OwnedCopy, left_behind
from nnlab.ui.files.commands import FileCommands
from nnlab.ui.files.dialogs import ask_to_discard_copy
from nnlab.ui.files.exchange import ExchangeCommands
from nnlab.ui.files.recovery_bar import RecoveryBar
from nnlab.ui.files.store import Store
from nnlab.ui.inspector import Inspector
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.run.live_runs import LiveRuns
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.stepper.stepper_panel import StepperPanel
from nnlab.ui.templates.commands import NetworkCommands
from nnlab.ui.widgets.command_palette import CommandPalette
from nnlab.ui.widgets.message_bar import MessageBar
from nnlab.ui.widgets.shortcut_sheet import ShortcutSheet
from nnlab.ui.widgets.top_bar import TopBar, WorkspaceTab
from nnlab.ui.window.actions import make_actions
from nnlab.ui.window.canvas_feed import CanvasFeed
from nnlab.ui.window.canvas_header import CanvasHeader
from nnlab.ui.window.canvas_room import CanvasRoom
from nnlab.ui.window.centre import Centre
from nnlab.ui.window.dock_area import DockArea
from nnlab.ui.window.dropping import FileDrops
from nnlab.ui.window.later_drawing import LaterDrawing
from nnlab.ui.window.palette import Palette
from nnlab.ui.window.panels import WindowPanels
from nnlab.ui.window.regions import Regions, beside
from nnlab.ui.window.running_jobs import RunningJobs
from nnlab.ui.window.scrolled_area import ScrolledArea
from nnlab.ui.window.transport import Transport
from nnlab.ui.workspaces import Workspace, first_workspace, workspaces

if TYPE_CHECKING:
    from nnlab.ui.panels.comparison import ComparisonPanel

_log = logging.getLogger(__name__)
MINIMUM = QSize(1024, 700)
NARROW = 1120  # below this width the palette is a column of icons
STEPPING = ("step.over", "step.into", "step.out", "step.finish", "step.next_phase", "step.to_breakpoint")  # need a network that can run


class MainWindow(QMainWindow):
    """One project in one window."""

    def __init__(self, theme: Theme, store: Store, project: Project | None = None, name: str = "untitled") -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)  # or 700 widgets and 22 MB would follow the theme for ever
        self._theme, self._store = theme, store
        self.document = Document(project, name, self)
        self.session = LiveSession(self.document, self)
        self.selection = Selection(self)
        self._view: LiveView | None = None  # the newest
        self.learning: Any = None  # nnlab.ui.learn.learning.Learning, joined by whoever assembles the window,
        self.lessons: Any = None  # and nnlab.ui.window.lessons.WindowLessons
        self.arranged: Callable[[Workspace], Workspace] = lambda workspace: workspace  # while a lesson runs, beside its column
        self.actions_by_id = make_actions(theme, self)
        self._make_parts()
        self.files = FileCommands(theme, self, self.document, self.session, store, self._present_view, self.runs)
        self.autosave = Autosave(self, self.document, self.session, self.files, store.folder / "autosave", self._present_view)
        self.exchange = ExchangeCommands(self, self.document, self.session, self.files)
        self.networks = NetworkCommands(theme, self.document, self.session, self.files.start, self)
        self.adapters = AdapterCommands(
            theme, self.document, self.selection, self._adapter_edits, self._attach_preview, self, self.canvas, self.centre
        )  # fmt: skip
        self.drops = FileDrops(self, self.files, self.adapters, self.message_bar)
        self._connect()
        self.commands = CommandPalette(theme, self, ())  # it is told what there is when it opens
        self.shortcuts = ShortcutSheet(theme, self, MANUAL)
        self.running_jobs = RunningJobs(theme, self, self.session.jobs, self.transport.bar)
        bars, area, below = (self.top_bar, self.recovery_bar, self.message_bar), self.area, self.transport.bar
        self.regions = Regions(self, lambda: (*bars, *beside(area), *self.strips, *area.docks_around(self.centre.current), below))
        self.setMinimumSize(MINIMUM)
        self._follow_document()
        self._on_state()

    def set_menu(self, menu: QMenu) -> None:
        """The menu behind the button at the left of the top bar."""
        self.menu = menu
        self.top_bar.set_menu(menu)

    # Parts

    def _make_parts(self) -> None:
        theme = self._theme
        tabs = [WorkspaceTab(w.name, w.title, w.tip) for w in workspaces().values() if not w.tab]
        self.top_bar = TopBar(theme, tabs)
        self.message_bar = MessageBar(theme)
        self.recovery_bar = RecoveryBar(theme, self._recover, lambda name: ask_to_discard_copy(self, name))
        self.canvas = Canvas(self.document, self.selection, theme)
        self.header = CanvasHeader(theme, self.canvas)
        self._canvas_room = CanvasRoom(theme, self.canvas, self.header)
        self._drawing = LaterDrawing(self)
        self.area = DockArea(theme, self._store)
        self.centre = Centre(self.canvas, lambda name: self.panels[name])
        self.area.setCentralWidget(self.centre)
        self.palette_list = Palette(theme)
        self.inspector = Inspector(theme, self.document, self.selection, self.session)
        self.stepper = StepperPanel(theme, self.session, self.document, self.selection)
        self.crosshair = Crosshair(self)
        self.services = services = Services(theme, self.document, self.session, self.selection, self.crosshair)
        self._adapter_edits, self._attach_preview = services.shared(AdapterEdits), services.shared(AttachPreview)
        self.runs = services.shared(LiveRuns)
        self.canvas_feed = CanvasFeed(self.canvas, self.header.phases, services)
        self.strips: list[QWidget] = []
        self.panels = WindowPanels(services, self._place_panel)
        self.area.add("palette", "Palette", self.palette_list)
        self.area.add("inspector", "Inspector", self.inspector)
        self.area.add("stepper", "Stepper", self.stepper)
        self.area.add("moment", "Moment", self.stepper.side)
        self.area.add("chain", "Chain", self.stepper.chain)
        self.area.add_when_asked(lambda: self.panels.add_docks(self.area))
        self.transport = Transport(theme, self.actions_by_id, self.session, self.document, self._store)
        body = QWidget()
        self._column = column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.recovery_bar):
            column.addWidget(part)
        self.middle = QHBoxLayout()  # a lesson's column stands at its left
        self.middle.addWidget(ScrolledArea(theme, self.area), 1)
        column.addLayout(self.middle, 1)
        column.addWidget(self.transport.bar)
        self.setCentralWidget(body)
        self.message_bar.setParent(body)
        self.message_bar.lie_over(self.canvas)

    def _place_panel(self, name: str, panel: LivePanel) -> None:
        """Gives a panel that was made just now its place."""
        if panel.is_centre:
            self.centre.add(name, panel)
        else:
            self.area.fill(name, panel)
        if panel.strip is not None:
            panel.strip.hide()
            self.strips.append(panel.strip)
            self._column.insertWidget(self._column.indexOf(self.area), panel.strip)
        panel.figured.connect(self.transport.show_figures)

    @property
    def comparison(self) -> ComparisonPanel:
        """Where runs are compared."""
        return cast("ComparisonPanel", self.panels["comparison"])

    def all_actions(self) -> list[QAction]:
        """Every action of the window and the canvas, for menus and the command palette."""
        return [*self.actions_by_id.values(), *self.canvas.actions(), *self.dock_actions(), *self.workspace_actions()]

    def dock_actions(self) -> list[QAction]:
        """One checkable action per panel: shown or hidden."""
        actions = []
        for name, dock in self.area.docks.items():
            action = dock.toggleViewAction()
            action.setObjectName(f"panel.{name}")
            actions.append(action)
        return actions

    def workspace_actions(self) -> list[QAction]:
        if not hasattr(self, "_workspace_actions"):
            self._workspace_actions = []
            keys = iter(range(1, 10))
            for workspace in workspaces().values():
                action = QAction(f"{workspace.title} workspace", self)
                action.setObjectName(f"workspace.{workspace.name}")
                action.setToolTip(workspace.tip)
                action.setShortcut(f"Ctrl+{next(keys)}" if not workspace.tab else "")
                action.triggered.connect(lambda checked=False, name=workspace.name: self.show_workspace(name))
                self.addAction(action)
                self._workspace_actions.append(action)
        return self._workspace_actions

    def _connect(self) -> None:
        """The window follows document, session and theme; what actions do and where messages appear is in `wiring`."""
        session, document = self.session, self.document
        self.top_bar.workspace_chosen.connect(self.show_workspace)
        self.canvas.zoomed.connect(self._want_probes)
        self.canvas.came_into_sight.connect(self.canvas_feed.refresh)
        self.header.overlay_chosen.connect(self.canvas.set_overlay)
        self.stepper.lights_changed.connect(self.canvas.set_step)
        self.stepper.chain.paths_changed.connect(self.canvas.set_paths)
        self.files.opening.connect(self.canvas.view.hold_fit)
        self.files.opening.connect(self._drawing.later)
        self.files.opened.connect(self._on_opened)
        self.networks.replaced.connect(self.canvas.fit)
        self.canvas.clipboard.replaced.connect(lambda _: self.session.rewind())  # another network starts from weights of its own
        self.recovery_bar.changed.connect(self._follow_recovery)
        self._follow_recovery()
        session.ticked.connect(self._on_tick)
        session.state_changed.connect(self._on_state)
        session.stepped.connect(self._on_stepped)
        session.emptied.connect(self._on_emptied)
        session.recovered.connect(lambda: self.message_bar.take_back("training"))
        document.changed.connect(self._follow_document)
        document.data_changed.connect(self._follow_document)
        document.name_changed.connect(self._follow_document)
        document.replaced.connect(self._follow_document)
        document.history_changed.connect(self._follow_document)
        self.area.shown_changed.connect(self._want_probes)
        self._theme.metrics_changed.connect(self._follow_width)
        self._theme.restyling.connect(self._drawing.hold)

    def _follow_recovery(self) -> None:
        self.actions_by_id["file.recover"].setEnabled(bool(self.recovery_bar.offered))

    # Workspaces

    def show_workspace(self, name: str) -> None:
        """Arranges the window for a workspace; one that is not there any more is the first."""
        workspace = self.arranged(workspaces().get(name) or first_workspace())
        self._drawing.later()
        self.canvas.view.hold_fit(True)  # every panel that is shown or hidden gives the canvas another size
        try:
            self._arrange(workspace)
        finally:
            self.canvas.view.hold_fit(False)
        if not workspace.beside_lesson:
            self._store.set("workspace", workspace.name)
        self._want_probes()
        QTimer.singleShot(0, self.canvas.fit_again)

    def _arrange(self, workspace: Workspace) -> None:
        self.area.show_workspace(workspace)
        self.centre.show_page(workspace.centre)
        for strip in self.strips:
            strip.setVisible(strip is getattr(self.centre.current, "strip", None))
        self.top_bar.choose_workspace(workspace.tab or workspace.name)
        self.header.phases.setVisible(not workspace.follows_steps)
        self._canvas_room.want_header(workspace.overlay)
        self.canvas.set_mode(workspace.expanded)
        if not workspace.follows_steps:
            self.canvas.set_step(None, frozenset(), frozenset())
        self.transport.show_workspace(workspace)

    def _want_probes(self) -> None:
        self.session.want(self, ("pictures",) if self.canvas.scene.detail.shows_tiles and self.canvas.isVisible() else ())

    # Following

    def _follow_document(self) -> None:
        document, data = self.document, self.session.data
        stack = document.undo_stack
        undo, redo = self.actions_by_id["edit.undo"], self.actions_by_id["edit.redo"]
        undo.setEnabled(document.can_undo)
        redo.setEnabled(document.can_redo)
        undo.setText(f"&Undo {stack.undoText()}".strip())
        redo.setText(f"&Redo {stack.redoText()}".strip())
        self.top_bar.set_document(document.name, document.is_edited)
        self.setWindowTitle(f"{document.name}{' (edited)' if document.is_edited else ''} - NN Lab")
        self.selection.keep_within(document.graph)
        if data is not None:
            title = data_title(document.project.data)
            self.canvas.set_data_title(title, data.target.in_words, data.features, data.image_shape)

    def _on_state(self) -> None:
        session = self.session
        self.actions_by_id["run.play"].setChecked(session.is_playing)
        self.actions_by_id["run.play"].setText("Pause" if session.is_playing else "Play")
        for name in ("run.play", "run.step_iteration", "run.step_epoch", "run.rewind", *STEPPING):
            self.actions_by_id[name].setEnabled(session.can_run)
            self.actions_by_id[name].setToolTip(session.reason or self.actions_by_id[name].statusTip())
        self.actions_by_id["run.batch_sizes"].setEnabled(session.can_run)
        self.actions_by_id["run.add_seed"].setEnabled(session.can_run and len(session.companions) + 1 < MOST_RUNS)
        self.actions_by_id["run.remove_runs"].setEnabled(bool(session.companions))
        if not session.can_run:
            self.actions_by_id["step.back"].setEnabled(False)
        self.canvas.set_diagnostics(session.diagnostics)
        self.transport.follow_state()
        self._follow_document()
        if session.is_playing:
            self.message_bar.take_back("training")
            self._on_stepping_over()

    def _on_stepping_over(self) -> None:
        if self.area.workspace is not None and not self.area.workspace.follows_steps:
            self.canvas.set_step(None, frozenset(), frozenset())
            self.header.phases.set_phase(None)

    def _on_stepped(self, event: Any) -> None:
        self.actions_by_id["step.back"].setEnabled(event.can_go_back)
        self.canvas_feed.show_step(event, self.document.project.training)

    def _on_emptied(self) -> None:
        self._view = None
        self.canvas_feed.clear()
        self.actions_by_id["step.back"].setEnabled(False)

    def _on_tick(self, view: LiveView) -> None:
        self._view = view
        self.canvas_feed.show_view(view)
        if self.inspector.isVisible():
            self.inspector.show_view(view)
        self.transport.show_view(view)

    def _on_opened(self, view: View) -> None:
        for key in ("file", "training"):
            self.message_bar.take_back(key)
        self.header.phases.set_phase(None)
        self.selection.set()
        if view.workspace in workspaces() and workspaces()[view.workspace] is not self.area.workspace:
            self.show_workspace(view.workspace)
        self.canvas.fit()

    def begin(self, workspace: str = "") -> None:
        """Shows the first workspace of this window: that one, or the last one of this store."""
        self.show_workspace(workspace or self._store.text("workspace", ""))

    def offer_recovery(self) -> None:
        """Offers the unsaved work of windows whose process was killed."""
        self.recovery_bar.offer(left_behind(self.autosave.folder))

    def _recover(self, copy: OwnedCopy, left: LeftBehind) -> bool:
        if not self.files.recover(left):
            return False
        self.autosave.adopt(copy)
        return True

    def _present_view(self) -> View:
        return replace(View(), workspace=(self.area.workspace or first_workspace()).name)

    # The interface

    def toggle_theme(self) -> None:
        self._theme.toggle(in_turns=True)
        self._store.set("theme", self._theme.mode)

    def scale(self, direction: int) -> None:
        """Larger (1) or smaller (-1) text and controls."""
        change = self._theme.scale_up if direction > 0 else self._theme.scale_down
        change(in_turns=True)
        self._store.set("scale", self._theme.own_scale)

    def _follow_width(self) -> None:
        """A window that is narrow for the size of its text shows the palette as a rail."""
        self.palette_list.set_compact(self.width() < NARROW * self._theme.scale)

    # Qt

    def focusNextPrevChild(self, forward: bool) -> bool:
        return self.regions.tab(forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._theme.set_window_width(self.width())
        self._follow_width()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._canvas_room.arrange()
        self._want_probes()
        self.regions.begin(self.canvas if self.canvas.isVisible() else self.centre.current)

    def leave(self) -> None:
        """Closes without a question, because the system asks for it. Unsaved work stays behind as a safety copy."""
        self.files.giving_up.emit()
        self.autosave.leave()
        self.files.give_up()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_close():
            event.ignore()
            return
        event.accept()
        self.document.undo_stack.blockSignals(True)  # it tells of its own end, when there is nobody left to follow
        # Hidden first: what has to be waited for, such as a step that takes long, is waited for unseen.
        ends = (self.area.remember, self.hide, self.recovery_bar.leave, self.autosave.close, self.files.close, self.session.close)
        for end in ends:
            try:
                end()
            except Exception:
                _log.exception("closing went on after a fault")
