"""Playing a lesson: which step it is at, what was done, predicted and revealed. Knows no window; what is so now it is given as `Facts`.

A step with a question alone judges the answer at once. Where a step asks for an action, too, the prediction is recorded first, and judged
when the action's check holds: what is predicted is what the action will show. A wrong answer gets its hint and never passes; whoever is
shown the right one goes on as well, and that is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from nnlab.lessons.facts import Facts
from nnlab.lessons.lesson import ANSWER, CHOICE, GIVEN, Lesson, LessonQuestion, LessonStep
from nnlab.lessons.markdown import filled

OPEN, DONE, SHOWN, SKIPPED = "open", "done", "shown", "skipped"
NOT_YET = "The network has no such number yet; do the step's action first, or train one iteration."
WRITTEN = 4  # significant digits, where a text does not say


class StepRecord(msgspec.Struct):
    """What became of a step. `given` are the answers in their order, `right` whether the last of them was."""

    state: str = OPEN
    given: list[str] = msgspec.field(default_factory=list)
    right: bool = False
    question_shown: bool = False
    action_done: bool = False
    action_shown: bool = False
    words: str = ""  # what was done


class LessonRecord(msgspec.Struct):
    """The progress of a lesson as it is kept: step by step, and where it was left."""

    at: str = ""
    steps: dict[str, StepRecord] = msgspec.field(default_factory=dict)
    remembered: dict[str, float] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """Of an answer: `hint` after a wrong one; `is_recorded` while it waits for the action."""

    right: bool
    hint: str = ""
    is_recorded: bool = False


@dataclass(eq=False)
class LessonPlay:
    """Starts at the first step, or where `record` was left."""

    lesson: Lesson
    record: LessonRecord = field(default_factory=LessonRecord)

    def __post_init__(self) -> None:
        known = [step.id for step in self.lesson.steps]
        self.place = known.index(self.record.at) if self.record.at in known else 0
        self._began = -1

    # Where it is

    @property
    def step(self) -> LessonStep:
        return self.lesson.steps[self.place]

    @property
    def now(self) -> StepRecord:
        return self.of(self.step)

    def of(self, step: LessonStep) -> StepRecord:
        return self.record.steps.setdefault(step.id, StepRecord())

    @property
    def remembered(self) -> Mapping[str, float]:
        return self.record.remembered

    @property
    def is_last(self) -> bool:
        return self.lesson.after(self.place) >= len(self.lesson.steps)

    @property
    def is_over(self) -> bool:
        """Whether every step was done, shown or skipped."""
        return all(self.of(step).state != OPEN for step in self.lesson.steps)

    @property
    def passed(self) -> int:
        return sum(self.of(step).state != OPEN for step in self.lesson.steps)

    # The question and the action of the step

    @property
    def question_is_open(self) -> bool:
        """Whether an answer is still wanted."""
        question, now = self.step.question, self.now
        return question is not None and not (now.right or now.question_shown)

    @property
    def waits_for_action(self) -> bool:
        """Whether a prediction is recorded and judged only once the action is done."""
        return self.question_is_open and bool(self.step.check) and not self.now.action_done and bool(self.now.given)

    @property
    def action_is_open(self) -> bool:
        """Whether the action may be done now: a prediction comes first."""
        has_predicted = self.step.question is None or bool(self.now.given) or self.now.question_shown
        return bool(self.step.check) and not self.now.action_done and has_predicted

    @property
    def is_revealed(self) -> bool:
        """Whether what the question hides is seen: never before the action that decides it."""
        return self.step.question is not None and not self.question_is_open and (not self.step.check or self.now.action_done)

    @property
    def can_go_on(self) -> bool:
        return not self.question_is_open and (not self.step.check or self.now.action_done)

    # What happens

    def begin(self, facts: Facts) -> None:
        """The step begins: what is to be remembered is taken once."""
        if self._began == self.place:
            return
        self._began = self.place
        self.record.at = self.step.id
        for word, text in self.step.remember.items():
            if self.now.state == OPEN or word not in self.record.remembered:
                self.record.remembered[word] = self.facts(facts).value(text)
        if not self.step.check:
            self._keep(facts)
        if not self.step.check and self.step.question is None and self.now.state == OPEN:
            self.now.state = DONE

    def facts(self, facts: Facts) -> Facts:
        """With what was remembered; what is to be, in a step that has not begun, is no number yet."""
        later = {word: math.nan for step in self.lesson.steps for word in (*step.remember, *step.keep)}
        return facts.with_words(**{**later, **self.record.remembered})

    def _keep(self, facts: Facts) -> None:
        """What the step came to, for the steps after it."""
        self.record.remembered.update({word: self.facts(facts).value(text) for word, text in self.step.keep.items()})

    def would_be_done(self, facts: Facts) -> bool:
        """Whether the action's check holds by these facts; nothing is recorded."""
        return self.action_is_open and self.facts(facts).holds(self.step.check)

    def look(self, facts: Facts, shown: bool = False) -> bool:
        """Whether the action has just been done, by whatever way."""
        if not self.would_be_done(facts):
            return False
        now = self.now
        now.action_done, now.action_shown = True, shown
        self._keep(facts)
        if self.step.done:
            now.words = self.written(self.step.done, facts)
        if self.step.question is not None and now.given:
            now.right = self._is_right(self.step.question, now.given[-1], self.facts(facts))
        self._settle()
        return True

    def answer(self, given: str, facts: Facts) -> Judgement:
        """An answer as it was given: the number, or the place of the choice."""
        question = self.step.question
        assert question is not None
        now = self.now
        if self.step.check and not now.action_done:
            now.given.append(given)
            return Judgement(False, is_recorded=True)
        known = self.facts(facts)
        if question.kind != CHOICE and not math.isfinite(known.value(question.answer)):
            return Judgement(False, NOT_YET)
        now.given.append(given)
        now.right = self._is_right(question, given, known)
        self._settle()
        return Judgement(now.right, "" if now.right else self.hint(given, facts))

    def show_answer(self) -> None:
        """The right answer is shown without having been given."""
        if self.question_is_open:
            self.now.question_shown = True
            self._settle()

    def skip(self) -> None:
        if self.now.state == OPEN:
            self.now.state = SKIPPED

    def go_to(self, place: int) -> None:
        if 0 <= place < len(self.lesson.steps):
            self._come_to(place)

    def next(self) -> bool:
        """Goes on; False after the last step."""
        following = self.lesson.after(self.place)
        if following >= len(self.lesson.steps):
            return False
        self._come_to(following)
        return True

    def _come_to(self, place: int) -> None:
        """Kept at once: whoever leaves before the step has its numbers comes back to it."""
        self.place, self.record.at = place, self.lesson.steps[place].id

    def back(self) -> bool:
        before = [place for place in range(self.place) if self.lesson.after(place) == self.place]
        if not before:
            return False
        self._come_to(before[-1])
        return True

    def _settle(self) -> None:
        now = self.now
        if now.state in (OPEN, SKIPPED) and self.can_go_on:
            now.state = SHOWN if now.question_shown or now.action_shown else DONE

    # Right and wrong

    def right_choice(self, facts: Facts) -> int:
        """The place of the right choice, by the learner's own network; −1 where none is."""
        question = self.step.question
        assert question is not None
        known = self.facts(facts)
        return next((place for place, choice in enumerate(question.choices) if known.holds(choice.right)), -1)

    def right_number(self, facts: Facts) -> float:
        question = self.step.question
        assert question is not None
        return self.facts(facts).value(question.answer)

    def hint(self, given: str, facts: Facts) -> str:
        """What helps whoever gave this answer."""
        question = self.step.question
        assert question is not None
        if question.kind == CHOICE:
            return self.written(question.choices[int(given)].hint, facts)
        known = self.facts(facts)
        words = {GIVEN: float(given), ANSWER: known.value(question.answer)}
        fitting = (hint for hint in question.hints if not hint.when or known.with_words(**words).holds(hint.when))
        return next((self.written(hint.text, facts) for hint in fitting), "")

    def _is_right(self, question: LessonQuestion, given: str, known: Facts) -> bool:
        if question.kind == CHOICE:
            place = int(given)
            return 0 <= place < len(question.choices) and known.holds(question.choices[place].right)
        answer, value = known.value(question.answer), float(given)
        return math.isfinite(answer) and abs(value - answer) <= max(question.slack, question.tolerance * abs(answer), 1e-12)

    # Words

    def written(self, text: str, facts: Facts) -> str:
        """A text with its numbers, as the network has them now."""
        known = self.facts(facts)
        return filled(text, lambda formula, form: number_in_words(known.value(formula), form))


def number_in_words(value: float, form: str = "") -> str:
    """A number in a text; a whole one without decimals. As in the rest of the window only the whole is 100 %, and only nothing 0 %."""
    if math.isnan(value):
        return "…"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if form.endswith("%"):
        written = _percent(value, form)
    elif form:
        written = format(value, form)
    elif value == round(value) and abs(value) < 1e15:
        written = f"{value:,.0f}"
    else:
        written = f"{value:.{WRITTEN}g}"
    mantissa, _, exponent = written.partition("e")
    if exponent:
        written = f"{mantissa}·10^{int(exponent)}"
    return written.replace("-", "−")


def _percent(share: float, form: str) -> str:
    written = format(share, form)
    if 0 < share < 1 and float(written.removesuffix("%")) in (0.0, 100.0):
        written = ">\u00a099.9%" if share >= 0.9995 else "<\u00a00.1%" if share < 0.0005 else f"{share:.1%}"
    return written.replace("%", "\u00a0%")


def answer_rows(plays: Sequence[tuple[Lesson, LessonRecord]]) -> list[tuple[str, ...]]:
    """(lesson, step, question, answers in their order, right, state) of every step that was begun, for a teacher's table."""
    rows: list[tuple[str, ...]] = []
    for lesson, record in plays:
        for step in lesson.steps:
            known = record.steps.get(step.id)
            if known is None:
                continue
            question = step.question
            given = [_in_words(question, each) for each in known.given]
            asked = question.text if question is not None else ""
            rows.append((lesson.id, step.title, asked, "; ".join(given), str(known.right).lower() if question else "", known.state))
    return rows


def _in_words(question: LessonQuestion | None, given: str) -> str:
    if question is not None and question.kind == CHOICE and given.isdigit() and int(given) < len(question.choices):
        return question.choices[int(given)].label
    return given
