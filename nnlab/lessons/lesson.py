"""A lesson as a value: its steps, what a step asks for, and what the learner is asked.

A step has a text, and any of: the one control that is lit, an action with the check that says whether it was done, and a question. What
is checked and what is right are formulas (`nnlab.lessons.facts`); the numbers in texts are, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path

NUMBER, CHOICE, DRAG = "number", "choice", "drag"
KINDS = (NUMBER, CHOICE, DRAG)
_GRADIENT = re.compile(r"\b[A-Za-z_]\w*\.d_\w+")
GIVEN, ANSWER = "given", "answer"  # in a hint: the number that was given, and the right one


@dataclass(frozen=True)
class StartingState:
    """What the lesson's document holds when a step begins. Empty parts leave what is there.

    `example` is the name of one, `network` a line such as 2-8-1 tanh, `settings` are differences as of `nnlab compare --vary`, those of
    the data set with data. before them. `learned`: so many iterations are trained, and the run starts from the weights they led to.
    `weights` sets all numbers of a parameter to one value. `wrong`: so many updates on swapped labels come before. `compare` is what
    trains beside, KEY=A,B; "none" ends it.
    """

    example: str = ""
    network: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    learned: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    wrong: int = 0
    compare: str = ""


@dataclass(frozen=True)
class ShownGesture:
    """One thing "show me" does with a control. `kind`: trigger, run, enter, choose, press, select or show."""

    kind: str
    value: str
    target: str = ""  # the field that is typed into, the choice that is made, the panel whose button is pressed


@dataclass(frozen=True)
class Hint:
    """What helps after a wrong answer; `when` is a formula with the number that was given, empty: always."""

    text: str
    when: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer to choose. `right` is a formula that is true (not 0) for the right one, `shows` a number that is revealed beside it."""

    label: str
    right: str
    shows: str = ""
    hint: str = ""


@dataclass(frozen=True)
class LessonQuestion:
    """A prediction that is recorded before anything is revealed. `answer`, `low`, `high` are formulas; of choices each has its own."""

    kind: str
    text: str
    answer: str = ""
    tolerance: float = 0.01  # relative to the answer, or absolute where that is larger
    slack: float = 0.0  # absolute
    low: str = ""
    high: str = ""
    is_log: bool = False
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    hints: tuple[Hint, ...] = ()
    why: str = ""  # Markdown, once it is answered


@dataclass(frozen=True)
class LessonStep:
    """One step. `control` names what is lit, `check` is a formula, `show` is what "show me" does until it is true.

    `remember` holds formulas whose values are taken when the step begins, as words for the formulas of this step and those after it;
    `keep` the same when its action is done (without one, when it begins).
    """

    id: str
    title: str
    text: str  # Markdown
    workspace: str = ""
    control: str = ""
    action: str = ""
    check: str = ""
    done: str = ""
    show: tuple[ShownGesture, ...] = ()
    start: StartingState | None = None
    remember: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    question: LessonQuestion | None = None
    why: str = ""
    following: str = ""  # the step after it, where that is not the next one


@dataclass(frozen=True)
class Lesson:
    """`experiment` is one of the seven, `order` its place among the lessons of that; `folder` holds its texts and pictures."""

    id: str
    title: str
    summary: str
    experiment: int
    order: int
    minutes: int
    steps: tuple[LessonStep, ...]
    folder: Path
    surprise: str = ""
    language: str = "en"  # a code such as de or pt-BR
    translates: str = ""  # the lesson that this one is in another language

    @property
    def gradients_named(self) -> frozenset[str]:
        """Gradients that the formulas of any step name as tensors (dense_2.d_y): they have to be asked for to be seen."""
        return frozenset(found for step in self.steps for found in _GRADIENT.findall(str(astuple(step))))

    def place_of(self, step_id: str) -> int:
        """Raises KeyError for a step that there is not."""
        for place, step in enumerate(self.steps):
            if step.id == step_id:
                return place
        raise KeyError(step_id)

    def after(self, place: int) -> int:
        """The place of the step after this one; the number of steps after the last."""
        following = self.steps[place].following
        return self.place_of(following) if following else place + 1
