"""Not promised by the theorem: what approximation in principle does not mean in practice, each set up by one button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.studies.approximation.promises import CONSTRUCTED, PROMISES, Promise
from nnlab.training.project import Project
from nnlab.ui.approximation.solver import Solver
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label


class NotPromisedPanel(LivePanel):
    """Pressing a button again goes back to the project of before."""

    name = "not_promised"
    title = "Not promised by the theorem"
    probes = ("approximation",)
    frames_per_second = 4.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self._before: Project | None = None
        self._after: Project | None = None
        self._name = ""
        self.buttons: dict[str, QPushButton] = {}
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._grid = QGridLayout()
        for place, case in enumerate(PROMISES):
            button = PressButton(icon(theme, f"promise_{case.name}", color="text2"), case.title)
            button.setCheckable(True)
            button.setProperty("isChoice", True)
            button.setToolTip(
                "Sets up target, units and training as one undoable edit, and says what to look at; pressed again it goes back"
            )
            button.setAccessibleDescription(button.toolTip())
            button.setObjectName(f"not_promised.{case.name}")
            button.clicked.connect(self._press)
            self.buttons[case.name] = button
            self._grid.addWidget(button, place // 2, place % 2)
        self.more = PressButton("Set up")
        self.more.setToolTip("What is not promised, each set up as one undoable edit")
        self.more.setMenu(self._menu())
        self.more.hide()
        self.add_option(self.more)
        self.words = Label(theme, "", "body", "text2")
        self.words.setWordWrap(True)
        self.better = PressButton("Load the constructed weights")
        self.better.setToolTip("The interpolant on even knots for the same units: a good fit exists, though training did not find it")
        self.better.clicked.connect(services.shared(Solver).construct)
        self._column.addLayout(self._grid)
        self._column.addWidget(self.words)
        self._column.addWidget(self.better, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self.set_content(page)
        self.apply_metrics()
        for signal in (services.document.settled, services.document.replaced):
            signal.connect(self._follow_document)
        self._show_choice()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(8))
            self._column.setSpacing(metrics.px(8))
            self._grid.setSpacing(metrics.px(8))

    def _menu(self) -> QMenu:
        """The same cases, for a window in which there is no height for their buttons."""
        menu = QMenu(self)
        for case in PROMISES:
            action = menu.addAction(icon(self._theme, f"promise_{case.name}", color="text2"), case.title)
            action.setCheckable(True)
            action.setObjectName(case.name)
        menu.triggered.connect(self._press_action)
        return menu

    def set_low(self, is_low: bool) -> None:
        self.more.setVisible(is_low)
        for button in self.buttons.values():
            button.setVisible(not is_low)

    @property
    def current(self) -> str:
        """The case that is set up now; "" for none."""
        return self._name

    def _press(self) -> None:
        button = self.sender()
        self._attempt(next(name for name, known in self.buttons.items() if known is button))

    def _press_action(self, action: QAction) -> None:
        self._attempt(action.objectName())

    def _attempt(self, name: str) -> None:
        try:
            self.set_up(name)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
        self._show_choice()

    def set_up(self, name: str) -> None:
        """Sets a case up as one undoable edit; the one that is set up already is taken back."""
        document = self._services.document
        if name == self._name and self._before is not None:
            before, self._before, self._name = self._before, None, ""
            document.edit("Back from what is not promised", before)
            return
        case = self._case(name)
        before = self._before if self._name and self._before is not None else document.project
        project = case.set_up(document.project)
        self._before, self._after, self._name = before, project, name
        document.edit(case.title, project)
        self._services.session.rewind()
        self._services.session.run_iterations(case.updates)

    def _follow_document(self) -> None:
        """Another edit ends a case: what its sentences say would no longer be about what is shown."""
        now = self._services.document.project
        is_other = self._after is None or (now.data, now.training) != (self._after.data, self._after.training)
        if self._name and is_other:
            self._name, self._before = "", None
        self._show_choice()

    def _show_choice(self) -> None:
        for name, button in self.buttons.items():
            button.setChecked(name == self._name)
        for action in self.more.menu().actions():
            action.setChecked(action.objectName() == self._name)
        if not self._name:
            self.words.setText("")
        self.words.setVisible(bool(self._name))
        self.better.setVisible(bool(self._name) and self._case(self._name).look_at == CONSTRUCTED)

    def _case(self, name: str) -> Promise:
        return next(case for case in PROMISES if case.name == name)

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("approximation")
        if self._name and found is not None:
            case = self._case(self._name)
            self.words.setText(" ".join(case.sentences(view.project, view.data, found)))

    def focusInEvent(self, event: object) -> None:
        next(iter(self.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)
