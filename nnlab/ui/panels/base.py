"""LivePanel: a dock's panel that follows the session.

A panel shows the newest `LiveView` while it is visible, at its own pace: `frames_per_second` while training runs, so that a heavy
picture costs less than a light one, and more seldom where training wants every
core (nnlab.ui.run.drawing_pace); every view when training stands still, so that what is shown is exactly what was computed. It
asks the session for its probes, and for the tensors it reads of a frame besides the parameters, when it becomes visible and gives them
up when it is hidden.

    class Answers(LivePanel):
        name, title, probes = "answers", "Answers", ("predictions",)

        def __init__(self, services, parent=None):
            super().__init__(services, "The network's answers appear here. Press Space to train.", parent)
            self.set_content(...)

        def draw(self, view):
            ...
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.feed import PanelFeed
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.run.drawing_pace import stretched
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.run.target_advice import TargetAdvice
from nnlab.ui.widgets.panel import Panel
from nnlab.ui.widgets.seen import is_seen
from nnlab.ui.widgets.transport_bar import Figure

if TYPE_CHECKING:  # plots are not imported before a panel has one
    from nnlab.ui.panels.plotting.export import ExportTable
    from nnlab.ui.panels.plotting.plot import Plot

Shared = TypeVar("Shared")


@dataclass(frozen=True, eq=False)
class Services:
    """What panels may use, made once by the window."""

    theme: Theme
    document: Document
    session: LiveSession
    selection: Selection
    crosshair: Crosshair
    _shared: dict[Callable[..., Any], object] = field(default_factory=dict, repr=False)

    def shared(self, kind: Callable[[Document, LiveSession], Shared]) -> Shared:
        """The one object of its kind in this window, made when first asked for: what several panels of an experiment share."""
        if kind not in self._shared:
            self._shared[kind] = kind(self.document, self.session)
        return cast(Shared, self._shared[kind])

    @cached_property
    def advice(self) -> TargetAdvice:
        """Advice on the target column, the same for every panel that shows it."""
        advice = TargetAdvice(self.document, self.session.jobs, self.session)
        advice.failed.connect(self._tell)
        return advice

    @cached_property
    def feed(self) -> PanelFeed:
        """What passes views on to the panels that can be seen."""
        return PanelFeed(self.document, self.session)

    def _tell(self, sentence: str) -> None:
        self.session.failed.emit(sentence, "")


@dataclass(frozen=True)
class PanelFigures:
    """What a panel counts, for the transport bar of the workspaces that name it; in the place of the `replaced` counters."""

    panel: str
    figures: tuple[Figure, ...]
    replaced: tuple[str, ...] = ()


class LivePanel(Panel):
    """Base of all panels. `name` is the panel's id in layouts and scripts, `title` what the View menu calls it.

    `figured` carries `PanelFigures`, from panels that count something.
    """

    figured = Signal(object)

    name: ClassVar[str]
    title: ClassVar[str]
    probes: ClassVar[tuple[str, ...]] = ()
    tensors: ClassVar[tuple[str, ...]] = ()  # names, or words for several: see nnlab.engine.frame
    of_all_runs: ClassVar[bool] = False  # whether its probes are wanted of the runs beside the project's own, too
    is_centre: ClassVar[bool] = False  # stands in the middle of a workspace, where others have the canvas, not in a dock
    frames_per_second: ClassVar[float] = 30.0

    def __init__(self, services: Services, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(services.theme, self.title, empty, parent)
        self._services = services
        self.strip: QWidget | None = None  # of a centre panel: a row above the whole workspace, while that shows the panel
        self._empty_text = empty
        self._view: LiveView | None = None
        self._due = 0.0
        self._is_fed = False
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._draw_newest)
        self._feed = services.feed
        services.session.state_changed.connect(self._catch_up)
        services.document.replaced.connect(self.clear)
        services.session.emptied.connect(self.clear)
        services.theme.changed.connect(self.restyle)
        services.theme.metrics_changed.connect(self.restyle)

    def draw(self, view: LiveView) -> None:
        """Draws `view`. Called at most `frames_per_second` times a second while training runs."""

    def seconds_between_draws(self, view: LiveView) -> float:
        """While training runs; a panel whose cost depends on what it shows may say so here."""
        return 1.0 / self.frames_per_second

    def show_view(self, view: LiveView) -> None:
        """Takes the newest view: drawn now, or as soon as this panel's pace allows. The last one is never skipped."""
        self._view = view
        wait = self._due - time.perf_counter()
        if not view.playing or wait <= 0:
            self._draw_newest()
        elif not self._later.isActive():
            self._later.start(max(1, round(wait * 1000)))

    def clear(self) -> None:
        """Nothing to show: says what will appear here and how to make it appear."""
        self._view = None
        self._later.stop()
        self.setAccessibleDescription("")
        if self._empty_text:
            self.set_empty(self._empty_text)

    @property
    def view(self) -> LiveView | None:
        """The newest view, drawn or waiting to be."""
        return self._view if self._is_fed else self._feed.newest

    def restyle(self) -> None:
        """Draws the same again in other colours or sizes."""
        if self._view is not None and self.isVisible():
            self.draw(self._view)

    def _draw_newest(self) -> None:
        self._later.stop()
        if self._view is None:
            return
        self._due = time.perf_counter() + stretched(self.seconds_between_draws(self._view), self._view.stretch)
        if self.is_empty:
            self.set_empty(None)
        self.draw(self._view)

    def _catch_up(self) -> None:
        """Training has come to rest: what the last view left for later is drawn now.

        The last frame may have been shown before the news of the pause; its view then still says that training runs.
        """
        if self._view is None or self._services.session.is_playing or not (self._view.playing or self._later.isActive()):
            return
        self._view = replace(self._view, playing=False)
        if self._is_fed:
            self._draw_newest()

    @property
    def is_shown(self) -> bool:
        """Whether any of the panel can be seen."""
        return is_seen(self)

    def take(self, view: LiveView) -> None:
        """The newest view of the session; a panel behind another tab has become hidden without a word."""
        self._set_fed(self.is_shown)
        if self._is_fed:
            self.show_view(view)

    def _set_fed(self, wanted: bool) -> None:
        """Asks for probes, or gives them up; becoming visible draws what was missed."""
        if wanted == self._is_fed:
            return
        self._is_fed = wanted
        if self.probes:
            self._services.session.want(self, self.probes if wanted else (), self.of_all_runs)
        if self.tensors:
            self._services.session.watch(self, self.tensors if wanted else ())
        if wanted:
            self._feed.join(self)
            self._view = self._feed.newest or self._view
            self._draw_newest()
        else:
            self._feed.leave(self)
            self._later.stop()
        self.sight_changed()

    def sight_changed(self) -> None:
        """The panel can be seen now, or cannot any more; for what it shows elsewhere only while it is looked at."""

    def look_again(self) -> None:
        """Other panels have come to the front, or gone: Qt tells a dock behind another tab nothing of it."""
        self._set_fed(self.is_shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        try:
            self._set_fed(True)
        except Exception:  # it is told as a slot's is; out of here, under a call of `show` from Python, PySide 6.11 ends the process by it
            sys.excepthook(*sys.exc_info())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_fed(False)

    @property
    def ground(self) -> QColor:
        """In the middle of the window, where others have the canvas, the canvas's colour."""
        return self._theme.tokens.canvas if self.is_centre else super().ground

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_fed:  # a tab that came to the front
            QTimer.singleShot(0, self, lambda: self._set_fed(self.is_shown))

    # Taking pictures and data away

    def table(self) -> ExportTable | None:
        """The numbers behind the picture; None when the panel is not a picture of numbers, or has none yet."""
        return None

    def picture_widget(self) -> QWidget | None:
        """What is copied and saved as a picture; None for a panel of controls."""
        return None

    def context_menu(self) -> QMenu | None:
        """Copy and save picture and data; None for a panel of controls."""
        widget = self.picture_widget()
        if widget is None:
            return None
        from nnlab.ui.panels.plotting import export

        return export.menu(self, self._services.theme, widget, self.accessibleName(), self.table)

    def plot_menu(self, place: QPoint) -> QMenu | None:
        """The same for the plot at a place of a panel that is no picture as a whole; None where there is none."""
        from nnlab.ui.panels.plotting import export
        from nnlab.ui.panels.plotting.curve_table import curve_table

        plot = self._plot_at(place)
        if plot is None:
            return None
        table = plot.table if isinstance(plot, export.NumberPicture) else partial(curve_table, plot)
        return export.menu(self, self._services.theme, plot, plot.accessibleName(), table)

    def _plot_at(self, place: QPoint) -> Plot | None:
        from nnlab.ui.panels.plotting.plot import Plot

        plot = self.childAt(place)
        while plot is not None and plot is not self and not isinstance(plot, Plot):
            plot = plot.parentWidget()
        return plot if isinstance(plot, Plot) else None

    def _offer_recording(self, menu: QMenu, place: QPoint) -> None:
        """The picture as an animation, or an end of the one that is recorded."""
        from nnlab.ui.run.recording import Recording, ask_and_record

        recording = self._services.shared(Recording)
        if recording.is_recording:
            menu.addAction("Stop recording", recording.stop)
            return
        widget = self._plot_at(place) or self.picture_widget() or self
        menu.addAction("Record as animation…", partial(ask_and_record, recording, widget, self.accessibleName()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.context_menu() or self.plot_menu(event.pos())
        if menu is None:
            event.ignore()
            return
        self._offer_recording(menu, event.pos())
        menu.exec(event.globalPos())
        menu.deleteLater()
