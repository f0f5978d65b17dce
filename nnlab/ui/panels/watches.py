"""Watches: formulas over the numbers of the network, followed over iterations and over the operations of the one that is stepped."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.formula_code import problem_of
from nnlab.engine.tensor_formula import tensor_formula
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.training.commands import Stepped
from nnlab.training.watched_now import WatchedNow
from nnlab.ui.document.debugging_edits import add_watch, change_watch, remove_watch
from nnlab.ui.panels.base import Services
from nnlab.ui.panels.controls.condition_field import ConditionField, in_names_of
from nnlab.ui.panels.controls.watch_row import HINT, TIP, WatchRow
from nnlab.ui.panels.row_panel import RowPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.segmented import Option, Segmented

EMPTY = (
    "Type a formula to follow it: a number of a tensor, a norm, or anything made of them. The right button on a tensor or a cell of Step, "
    "and on a card or a weight of the canvas, watches it, too."
)


class WatchesPanel(RowPanel):
    """Rows in the order in which the formulas were added. `condition_wanted(text)`: training is to stop by a formula."""

    name = "watches"
    title = "Watches"
    condition_wanted = Signal(str)
    frames_per_second = 12.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme, self._debugging = services.theme, services.session.debugging
        self.rows: list[WatchRow] = []
        self._now = self._debugging.watched
        self._moments: dict[int, WatchedNow] = {}  # of the iteration that is stepped, by how many of its operations were done
        self.over = Segmented(
            theme, (Option("iterations", "iterations", "Follows every formula over the iterations of the run"),
                    Option("operations", "operations", "Follows every formula over the operations of the iteration that is stepped")),
            "Follow over",
        )  # fmt: skip
        self.over.chosen.connect(self.follow)
        self.add_option(self.over)
        self.new = ConditionField("Watch: a new formula", self._judge, HINT, TIP)
        self.new.taken.connect(self._add)
        self.problem = Label(theme, "", "caption", "error")
        self.words = Label(theme, EMPTY, "caption", "text2")
        for part in (self.problem, self.words):
            part.setWordWrap(True)
        self.set_below(self.new, self.problem, self.words)
        self.new.judged.connect(self._show_problem)
        document, session = services.document, services.session
        for signal in (document.debugging_changed, document.changed, document.replaced, session.state_changed):
            signal.connect(self.follow)
        session.stepped.connect(self._on_stepped)
        self.apply_metrics()
        self.follow()

    def draw(self, view: LiveView) -> None:
        self.follow()

    def clear(self) -> None:
        """What is watched stays, whatever is trained; what it was during an iteration of another network does not."""
        if hasattr(self, "rows"):
            self._moments.clear()
            self.follow()

    def _on_stepped(self, stepped: Stepped) -> None:
        now = stepped.watched
        if any(known.iteration != now.iteration for known in self._moments.values()):
            self._moments.clear()
        self._moments[now.done] = now
        self.follow(now)

    def follow(self, now: object = None) -> None:
        """Shows the document's watches and what they are."""
        self._now = now if isinstance(now, WatchedNow) else self._debugging.watched
        shown = self._services.document.project.debugging.watches
        self.fit(self.rows, len(shown), self._make_row)
        for row, watch in zip(self.rows, shown, strict=True):
            self._show(row, watch)
        self.new.name_after(self._services.document.graph)
        self.words.setVisible(not shown)
        self.setWindowTitle(f"{self.title} ({len(shown)})" if shown else self.title)

    def _show(self, row: WatchRow, watch: WatchedFormula) -> None:
        now, text = self._now, watch.text
        value = now.values.get(text)
        series = self._debugging.watch_series(text)
        if self.over.current == "operations":
            done = sorted(self._moments)
            values = np.array([self._moments[k].values.get(text, math.nan) for k in done])
            at = done.index(now.done) if now.done in done else None
        elif series is not None and len(series.values):
            values = series.values
            playing = self._services.session.is_playing
            at = len(values) - 1 if playing else int(np.searchsorted(series.iterations, now.iteration, side="right")) - 1
            if playing:
                value = float(values[-1])
        else:
            values, at = np.empty(0), None
        row.show_watch(watch, value, values, at, now.problems.get(text, ""))
        row.field.setToolTip(in_names_of(self._services.document.graph, row.field.toolTip()))

    def _make_row(self) -> WatchRow:
        row = WatchRow(self._services.theme, self._judge)
        document = self._services.document
        row.written.connect(lambda text: self._attempt(lambda: change_watch(
            document, row.text, lambda w: replace(w, text=self._whole(text)), f"Watch {text} in place of {row.text}")))
        row.format_chosen.connect(lambda name: change_watch(
            document, row.text, lambda w: replace(w, format=name), f"Write {row.text} as {name}"))
        row.stop_wanted.connect(lambda: self.condition_wanted.emit(row.text))
        row.removed.connect(lambda: remove_watch(document, row.text))
        return row

    def _judge(self, text: str) -> str:
        """What is wrong with a formula in the network that is trained, in one sentence."""
        frame = self._services.session.frame
        try:
            formula = tensor_formula(self._whole(text))
        except NNLabError as error:
            return str(error)
        return problem_of(formula, frame.program) if frame is not None else ""

    def _whole(self, text: str) -> str:
        """A tensor alone, of several numbers, is watched as its norm."""
        frame, text = self._services.session.frame, text.strip()
        if frame is None:
            return text
        try:
            if problem_of(tensor_formula(text), frame.program) and not problem_of(norm := tensor_formula(f"norm({text})"), frame.program):
                return norm.text
        except NNLabError:
            return text
        return text

    def _add(self, text: str) -> None:
        if text and self._attempt(lambda: add_watch(self._services.document, self._whole(text))):
            self.new.clear()

    def _attempt(self, edit: Callable[[], None]) -> bool:
        try:
            edit()
        except NNLabError as error:
            self._show_problem(str(error))
            return False
        self._show_problem("")
        return True

    def _show_problem(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
