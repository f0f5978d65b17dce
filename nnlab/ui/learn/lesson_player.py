"""The player: one lesson in the window. It follows document, run and window, tells the play what is so, and the column what to show.

Looking at a check costs some formulas; while training runs that is done ten times a second at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from nnlab.core.errors import NNLabError
from nnlab.lessons.lesson import CHOICE, DRAG, Lesson
from nnlab.lessons.play import OPEN, LessonPlay, LessonRecord, number_in_words
from nnlab.lessons.starting import started, state_before
from nnlab.training.project import Project
from nnlab.ui.learn.finding import bring_into_view, find_control
from nnlab.ui.learn.hands import Hands
from nnlab.ui.learn.host import LessonHost, as_object, as_widget
from nnlab.ui.learn.lesson_column import LessonColumn
from nnlab.ui.learn.lesson_parts import PassedStep
from nnlab.ui.learn.spotlight import Spotlight
from nnlab.ui.learn.window_facts import WindowFacts
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.focus import focused_within

LOOK = 100  # milliseconds between two looks while something changes all the time
LATER = "Do it, and you will see."
RECORDED = "Your prediction is kept. Now do it and see."
KEPT_CURVE = 200  # points of the loss on the picture that is dragged on


class LessonPlayer(QObject):
    """`changed` when something is to be kept; `over` after the last step; `failed(sentence)` for a step that cannot begin."""

    changed = Signal()
    over = Signal()
    failed = Signal(str)
    begun = Signal()  # a step has its numbers

    def __init__(self, host: LessonHost, theme: Theme, column: LessonColumn) -> None:
        super().__init__(as_object(host))
        self._host, self._theme, self.column = host, theme, column
        self.play: LessonPlay | None = None
        self._numbers = WindowFacts(host)
        self.hands = Hands(host, theme)
        self.spotlight = Spotlight(theme, as_widget(host))
        self._revealed_step = -1
        self._is_showing = False
        self._shows_then = False  # "show me" was asked for before there was anything to show
        self._brings = True  # the step's control into view, until it has been seen: whoever looks elsewhere then is left there
        self._waits = False  # for the numbers of the network that the step begins with
        self._look_timer = QTimer(self, singleShot=True, interval=LOOK)
        self._look_timer.timeout.connect(self.look)
        self._light_timer = QTimer(self, singleShot=True, interval=0)
        self._light_timer.timeout.connect(self._light)
        self._connect()

    def _connect(self) -> None:
        host, column = self._host, self.column
        host.session.ticked.connect(self._on_tick)
        host.session.state_changed.connect(self._on_change)
        host.session.stepped.connect(self._on_change)
        host.document.settled.connect(self._on_change)
        self._numbers.scores.known.connect(self._on_change)
        column.next_asked.connect(self.next)
        column.back_asked.connect(self.back)
        column.skip_asked.connect(self.skip)
        column.show_asked.connect(self.show_me)
        column.show_answer_asked.connect(self.show_answer)
        column.answered.connect(self.answer)
        column.step_chosen.connect(self.go_to)
        self.hands.finished.connect(self._on_shown)
        self.hands.missed.connect(self.failed)
        view = host.canvas.view
        bars = (view.horizontalScrollBar().valueChanged, view.verticalScrollBar().valueChanged)
        for moved in (self.spotlight.stirred, host.canvas.zoomed, *bars):
            moved.connect(self._follow_control)
        self._theme.metrics_changed.connect(self._bring_again)

    @property
    def lesson(self) -> Lesson | None:
        return self.play.lesson if self.play is not None else None

    @property
    def waits(self) -> bool:
        """Whether the present step has no numbers yet."""
        return self._waits

    # Beginning and ending

    def project_for(self, lesson: Lesson, record: LessonRecord) -> Project:
        """What the lesson's document begins with. Raises NNLabError for a setting that cannot be."""
        return state_before(lesson, LessonPlay(lesson, record).place)

    def ask_for(self, lesson: Lesson) -> None:
        """What its formulas read is in the first frame already, also of a run that is brought back and rests."""
        self._numbers.watch(lesson)

    def begin(self, lesson: Lesson, record: LessonRecord) -> None:
        """Plays a lesson; its document is shown already."""
        self.play = LessonPlay(lesson, record)
        self._numbers.watch(lesson)
        self._show_step()

    def end(self) -> None:
        self.hands.stop()
        self._look_timer.stop()
        self._light_timer.stop()
        self.spotlight.light(None)
        self._numbers.watch(None)
        self.play = None

    # Following

    def _on_tick(self, view: LiveView) -> None:
        if self.play is None:
            return
        self._numbers.show_view(view)
        self._on_change()

    def _on_change(self, *_: object) -> None:
        if self.play is not None:
            if not self._look_timer.isActive():
                self._look_timer.start()
            self.hands.look()

    def look(self) -> None:
        """Whether the action is done by now."""
        with self._keyboard_goes_on():
            self._look()

    def _look(self) -> None:
        play = self.play
        if play is None:
            return
        self._begin_when_ready()
        is_near = play.would_be_done(self._numbers.now(passing=True))
        if is_near and play.look(self._numbers.now(), self._is_showing):
            self._is_showing = False
            if play.question_is_open and play.now.given:
                self._show_question()
                self.column.question.ask_again(play.hint(play.now.given[-1], self._numbers.now()))
            self._refresh()
            self.column.bring_into_view(self.column.action)
            self.changed.emit()
        elif play.step.check and not play.now.action_done:
            self._light_timer.start()

    # What the person does

    @contextmanager
    def _keyboard_goes_on(self) -> Iterator[None]:
        """A control of the column that goes while it has the keyboard gives it to what comes next."""
        had = focused_within(self.column)
        yield
        if had is not None and self.play is not None and not (isValid(had) and had.isVisible() and had.isEnabled()):
            self.column.take_keyboard()

    def next(self) -> None:
        play = self.play
        if play is None or not play.can_go_on:
            return
        if play.next():
            self._enter_step()
        else:
            self.over.emit()

    def skip(self) -> None:
        play = self.play
        if play is None:
            return
        play.skip()
        if play.next():
            self._enter_step()
        else:
            self.changed.emit()
            self.over.emit()

    def back(self) -> None:
        if self.play is not None and self.play.back():
            self._show_step()
            self.changed.emit()

    def go_to(self, place: int) -> None:
        """Another step; one that was not reached yet begins with its starting state."""
        play = self.play
        if play is None or place == play.place:
            return
        play.go_to(place)
        if play.now.state == OPEN:
            self._enter_step()
        else:
            self._show_step()

    def answer(self, given: str) -> None:
        with self._keyboard_goes_on():
            self._judge(given)

    def _judge(self, given: str) -> None:
        self._begin_when_ready()
        play = self.play
        if play is None or not play.question_is_open:
            return
        judged = play.answer(given, self._numbers.now())
        if judged.is_recorded:
            self.column.question.show_recorded(RECORDED)
        elif not judged.right:
            self.column.question.tell(judged.hint)
        self._refresh()
        self.column.bring_into_view(self.column.question)
        self.changed.emit()

    def show_answer(self) -> None:
        with self._keyboard_goes_on():
            if self.play is not None:
                self.play.show_answer()
                if not self.play.is_revealed:
                    self.column.question.show_recorded(LATER)
                self._refresh()
                self.changed.emit()

    def show_me(self) -> None:
        """Does the action of the step, or reveals its answer, whichever is next."""
        self._begin_when_ready()
        play = self.play
        if play is None:
            return
        if self._waits:
            self._shows_then = True
            return
        if play.action_is_open:
            self._is_showing = True
            self.hands.show(play.step.show)
        elif play.question_is_open and not play.waits_for_action:
            self.show_answer()

    def _on_shown(self) -> None:
        self.look()
        if self.play is not None and self.play.action_is_open:
            self._look_timer.start()

    # Showing

    def _enter_step(self) -> None:
        """A step that is come to for the first time sets its starting state, as one step of the lesson's own history."""
        play = self.play
        assert play is not None
        start = play.step.start
        if start is not None and play.now.state == OPEN:
            try:
                project = started(self._host.document.project, start)
            except NNLabError as error:
                self.failed.emit(str(error))
                project = self._host.document.project
            self._host.session.pause()
            project = replace(project, branch=self._host.document.project.branch)
            self._host.document.begin_anew(f"Lesson: {play.step.title}", project)  # also where somebody tried its settings before
        self._show_step()
        self.changed.emit()

    def _show_step(self) -> None:
        play = self.play
        assert play is not None
        self.hands.stop()
        self._is_showing = False
        self._waits, self._shows_then, self._brings = True, False, True
        self._revealed_step = -1
        is_choosing = self.column.segments.hasFocus()  # by arrow keys, which go on from there
        self._host.show_workspace("learn")
        self._show_question()
        self._refresh()
        self.column.area.verticalScrollBar().setValue(0)
        self._begin_when_ready()
        if not is_choosing:
            self.column.take_keyboard()
        self._on_change()

    def _begin_when_ready(self) -> None:
        """What a step remembers is taken as soon as the network that it begins with has numbers."""
        play, session = self.play, self._host.session
        if play is None or not self._waits:
            return
        has_numbers = session.frame is not None and session.frame.revision == session.revision
        if has_numbers or session.reason:
            self._waits = False
            play.begin(self._numbers.now())
            with self._keyboard_goes_on():
                self._show_question()
                self._refresh()
            self.changed.emit()
            self.begun.emit()
            if self._shows_then:
                self._shows_then = False
                self.show_me()

    def _show_question(self) -> None:
        play = self.play
        assert play is not None
        question = play.step.question
        form = self.column.question
        form.setVisible(question is not None)
        self._revealed_step = -1
        if question is None:
            return
        facts = self._numbers.now()
        form.show_question(question, play.written(question.text, facts), [play.written(c.label, facts) for c in question.choices])
        if question.kind == DRAG:
            known = play.facts(facts)
            form.picture.show_axis(known.value(question.low), known.value(question.high), question.is_log, question.unit, self._curve())
        if play.waits_for_action:
            form.show_recorded(RECORDED)

    def _curve(self) -> np.ndarray:
        view = self._numbers.view
        return np.empty(0) if view is None else view.curves.mean[-KEPT_CURVE:]

    def _refresh(self) -> None:
        """Everything in the column again, from the play and the network."""
        play, column = self.play, self.column
        assert play is not None
        lesson, step, facts = play.lesson, play.step, self._numbers.now()
        states = [play.of(each).state for each in lesson.steps]
        passed = [
            PassedStep(k + 1, each.title, play.of(each).words, play.of(each).state) for k, each in enumerate(lesson.steps[: play.place])
        ]
        column.show_place(f"Experiment {lesson.experiment}, {lesson.minutes} minutes", lesson.title, states, play.place, passed)
        column.show_step(play.place + 1, step.title, play.written(step.text, facts), lesson.folder)
        column.action.setVisible(bool(step.action))
        if step.action:
            words = play.now.words if play.now.action_done and play.now.words else play.written(step.action, facts)
            column.action.show_action(words, play.now.action_done, not play.action_is_open and not play.now.action_done)
        column.show_why(play.written(step.why, facts) if step.why and play.can_go_on else "")
        column.show_way_on(play.can_go_on, play.place > 0, play.is_last)
        if play.is_revealed and self._revealed_step != play.place:
            self._reveal()
        self._light_timer.start()

    def _reveal(self) -> None:
        play = self.play
        assert play is not None and play.step.question is not None
        self._revealed_step = play.place
        question, facts = play.step.question, self._numbers.now()
        known = play.facts(facts)
        given = play.now.given[0] if play.now.given else ""
        values = [number_in_words(known.value(choice.shows)) if choice.shows else "" for choice in question.choices]
        right = repr(play.right_number(facts)) if question.kind != CHOICE else ""
        place = play.right_choice(facts) if question.kind == CHOICE else -1
        self.column.question.reveal(right, given, play.now.question_shown, values, place, play.written(question.why, facts))

    def _follow_control(self, *_: object) -> None:
        """What the ring stands around may have moved within its widget: a tab of the bar, a card of the canvas."""
        if self.play is not None and self.spotlight.lights_part:
            self._light_timer.start()

    def _bring_again(self) -> None:
        """With type of another size the control may be scrolled out of sight."""
        self._brings = True
        if self.play is not None:
            self._look_timer.start()

    def _light(self) -> None:
        """The ring stands around the step's control until the step is done."""
        play = self.play
        if play is None or not play.step.control or (play.can_go_on and play.step.check):
            self.spotlight.light(None)
            return
        found = find_control(self._host, play.step.control)
        is_seen = found is not None and not found.widget.visibleRegion().isEmpty()
        if not is_seen and not self._is_showing and (found is None or self._brings):
            bring_into_view(self._host, play.step.control)
            found = find_control(self._host, play.step.control)
        self._brings = self._brings and not is_seen
        self.spotlight.light(found.widget if found is not None else None, found.part if found is not None else None)
