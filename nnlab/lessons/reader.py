"""Reads a lesson's folder: `lesson.toml` and Markdown become a `Lesson`, or problems with file, line and column.

Whatever a folder holds, reading it executes nothing and loads nothing from elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnlab.core.errors import NNLabError
from nnlab.files.examples import load_example
from nnlab.files.network_text import kind_of
from nnlab.lessons import keys
from nnlab.lessons.controls import Controls, control_fault, gesture_of
from nnlab.lessons.facts import Names, refusal
from nnlab.lessons.lesson import ANSWER, CHOICE, DRAG, GIVEN, Choice, Hint, Lesson, LessonQuestion, LessonStep, StartingState
from nnlab.lessons.markdown import NUMBER, sections, text_problems, texts_of
from nnlab.lessons.problem import LessonError, LessonProblem
from nnlab.lessons.starting import started
from nnlab.lessons.toml_places import KeyPath, Spot, places
from nnlab.training.project import Project

FILE = "lesson.toml"
KEPT = ("remember", "keep")  # tables of words for later formulas
MOST_BYTES = 1_000_000
EXPERIMENTS = range(1, 8)
ENGLISH = "en"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?$")
_AT = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_COLUMN = re.compile(r"^Column (\d+): (.*)$", re.DOTALL)


def read_lesson(folder: Path, controls: Controls | None = None) -> Lesson:
    """Raises LessonError with every problem of the folder."""
    lesson, found = examine(folder, controls)
    if lesson is None or found:
        raise LessonError(found)
    return lesson


def examine(folder: Path, controls: Controls | None = None) -> tuple[Lesson | None, tuple[LessonProblem, ...]]:
    """The lesson, None where it cannot be made, and everything that is wrong; `controls`: of the window, None where they are not known."""
    try:
        text = _text_of(folder)
        texts = texts_of(folder)
    except (OSError, UnicodeDecodeError) as error:
        where = getattr(error, "filename", None) or folder / FILE
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return None, (LessonProblem(Path(where).name, 1, 1, f"{where} cannot be read: {reason}."),)
    except NNLabError as error:
        return None, (LessonProblem(FILE, 1, 1, str(error)),)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, (_not_toml(str(error), text),)
    spots = places(text)
    faults = list(keys.key_faults(values))
    if faults:
        return None, tuple(sorted(_problem(spots, path, sentence) for path, sentence in faults))
    reading = _Reading(folder, values, texts, spots, controls)
    found = tuple(sorted(set(reading.problems())))
    return (None if found else reading.lesson()), found


def read_shipped(folder: Path) -> Lesson:
    """A lesson that ships, whose soundness tests look at: read without looking for problems, which takes most of the time of reading."""
    values = tomllib.loads(_text_of(folder))
    return _Reading(folder, values, texts_of(folder), {}, None).lesson()


def _text_of(folder: Path) -> str:
    path = folder / FILE
    if not folder.is_dir():
        raise NNLabError(f"{folder} is not a folder; name the folder of a lesson, which holds {FILE}.")
    if not path.is_file():
        raise NNLabError(f"{folder} holds no {FILE}.")
    if path.stat().st_size > MOST_BYTES:
        raise NNLabError(f"{path} has more than {MOST_BYTES:,} bytes.")
    return path.read_text(encoding="utf-8")


def _not_toml(message: str, text: str) -> LessonProblem:
    found = _AT.search(message)
    sentence = _AT.sub("", message).rstrip(".") + "."
    if found is not None and found["line"]:
        return LessonProblem(FILE, int(found["line"]), int(found["column"]), sentence)
    return LessonProblem(FILE, text.count("\n") + 1, 1, sentence)


def _spot(spots: Mapping[KeyPath, Spot], path: KeyPath) -> Spot:
    """Of the key, or of the nearest one around it that stands on a line of its own."""
    while path and path not in spots:
        path = path[:-1]
    return spots[path]


def _problem(spots: Mapping[KeyPath, Spot], path: KeyPath, sentence: str) -> LessonProblem:
    spot = _spot(spots, path)
    return LessonProblem(FILE, spot.line, spot.column, sentence)


class _Reading:
    """A folder whose keys are sound."""

    def __init__(
        self, folder: Path, values: dict[str, Any], texts: Mapping[str, str], spots: Mapping[KeyPath, Spot], controls: Controls | None
    ) -> None:
        self._folder, self._values, self._texts, self._spots, self._controls = folder, values, texts, spots, controls
        self._sections = {name: sections(text) for name, text in texts.items()}
        remembered = {word for step in values["step"] for key in KEPT for word in step.get(key, {})}
        known = controls or Controls()
        self._names = Names(known.workspaces, known.panels, frozenset({*remembered, GIVEN, ANSWER}), controls is None)

    # Problems

    def problems(self) -> Iterator[LessonProblem]:
        if self._values["experiment"] not in EXPERIMENTS:
            yield self._at(("experiment",), f"There are experiments 1 to 7, not {self._values['experiment']}.")
        language = self._values.get("language", ENGLISH)
        if not _LANGUAGE.match(language):
            yield self._at(("language",), f"{language!r} is no code of a language, such as en, de or pt-BR.")
        if self._values.get("translates") and language == ENGLISH:
            yield self._at(("translates",), 'A translation names its language, such as language = "de".')
        for name, text in self._texts.items():
            yield from text_problems(name, text, self._folder, self._names)
        for path, text in keys.formulas(self._values):
            yield from self._formula(path, text)
        if "start" in self._values:
            yield from self._start(("start",), self._values["start"])
        for place, step in enumerate(self._values["step"]):
            yield from self._step(("step", place), step)
        yield from self._starts()
        yield from self._order()

    def _at(self, path: KeyPath, sentence: str) -> LessonProblem:
        return _problem(self._spots, path, sentence)

    def _formula(self, path: KeyPath, text: str) -> Iterator[LessonProblem]:
        reason = refusal(text, self._names) if text.strip() else "it is empty."
        if reason:
            spot, found = _spot(self._spots, path), _COLUMN.match(reason)
            column = spot.value_column + int(found[1]) - 1 if found is not None else spot.value_column
            yield LessonProblem(FILE, spot.line, column, f"The formula {text!r} is refused: {found[2] if found is not None else reason}")

    def _start(self, path: KeyPath, start: Mapping[str, Any]) -> Iterator[LessonProblem]:
        if example := start.get("example"):
            try:
                load_example(example)
            except NNLabError as error:
                yield self._at((*path, "example"), str(error))
        if (network := start.get("network")) and kind_of(network) != "line":
            yield self._at((*path, "network"), f"{network!r} is no network in one line, such as 2-8-1 tanh.")

    def _starts(self) -> Iterator[LessonProblem]:
        """The first starting state that cannot be, each begun from the one before it; nothing is trained for it."""
        project = Project()
        of_steps = [(("step", place, "start"), step["start"]) for place, step in enumerate(self._values["step"]) if "start" in step]
        found: list[tuple[KeyPath, Mapping[str, Any]]] = [(("start",), self._values.get("start", {})), *of_steps]
        for path, start in found:
            if any(self._start(path, start)):
                return
            try:
                project = started(project, _started(start), learns=False)
            except NNLabError as error:
                known = {**start.get("set", {}), **start.get("weights", {})}
                named = [key for key in known if f"cannot set {key}" in str(error)]
                at = ("set" if named and named[0] in start.get("set", {}) else "weights", *named) if named else ()
                yield self._at((*path, *at), str(error))
                return
            except (TypeError, ValueError) as error:  # a number where a text belongs, or the other way round
                yield self._at(path, f"The starting state cannot be: {error}.")
                return

    def _step(self, path: KeyPath, step: Mapping[str, Any]) -> Iterator[LessonProblem]:
        for key in ("text", "why"):
            if key in step:
                yield from self._reference((*path, key), step[key])
        if "start" in step:
            yield from self._start((*path, "start"), step["start"])
        for word, text in step.get("remember", {}).items():
            yield from (
                self._formula((*path, "remember", word), text)
                if isinstance(text, str)
                else [self._at((*path, "remember", word), f"The key {word!r} is a formula in quotes, not {text!r}.")]
            )
        for key in ("action", "show"):
            if step.get(key) and not step.get("check"):
                yield self._at((*path, key), f"The step has the key {key!r} but no check, so nothing would say that it was done.")
        if step.get("check") and not step.get("show"):
            yield self._at((*path, "check"), 'The step has a check but no "show", so nobody could be shown how.')
        for key in ("done", "title", "action"):
            yield from self._numbers((*path, key), step.get(key, ""))
        if self._controls is not None:
            yield from self._controls_of(path, step, self._controls)
        if "question" in step:
            yield from self._question((*path, "question"), step["question"])

    def _controls_of(self, path: KeyPath, step: Mapping[str, Any], controls: Controls) -> Iterator[LessonProblem]:
        if step.get("workspace") and step["workspace"] not in controls.workspaces:
            known = ", ".join(sorted(controls.workspaces))
            yield self._at((*path, "workspace"), f"There is no workspace {step['workspace']!r}; there are {known}.")
        if step.get("control") and (fault := control_fault(step["control"], controls)):
            yield self._at((*path, "control"), fault)
        for place, gesture in enumerate(step.get("show", ())):
            try:
                gesture_of(gesture, controls)
            except NNLabError as error:
                yield self._at((*path, "show", place), str(error))

    def _reference(self, path: KeyPath, reference: str) -> Iterator[LessonProblem]:
        """A text is named as file#section; without a # it is the section of this name in lesson.md."""
        file, section = _named(reference)
        if file not in self._texts:
            yield self._at(path, f"The text {file!r} is missing in the lesson's folder.")
        elif section not in self._sections[file]:
            yield self._at(path, f"{file} has no section ## {section}.")

    def _numbers(self, path: KeyPath, text: str) -> Iterator[LessonProblem]:
        for found in NUMBER.finditer(text):
            yield from self._formula(path, found["formula"])

    def _question(self, path: KeyPath, question: Mapping[str, Any]) -> Iterator[LessonProblem]:
        kind = question["kind"]
        yield from self._numbers((*path, "text"), question["text"])
        if kind == CHOICE:
            if len(question.get("choice", ())) < 2:
                yield self._at(path, "A question to choose has at least two choices.")
            for place, choice in enumerate(question.get("choice", ())):
                if "hint" not in choice:
                    yield self._at((*path, "choice", place), "This choice has no hint for whoever chooses it wrongly.")
        else:
            if "answer" not in question:
                yield self._at(path, f"A question of the kind {kind} needs an answer.")
            if not question.get("hint"):
                yield self._at(path, "The question has no hint for a wrong answer.")
            if kind == DRAG and not {"low", "high"} <= set(question):
                yield self._at(path, "A question to drag needs low and high, the ends of its axis.")
        if "why" in question:
            yield from self._reference((*path, "why"), question["why"])

    def _order(self) -> Iterator[LessonProblem]:
        """Steps that follow one another in a circle, or name one that there is not, or have one name."""
        steps = self._values["step"]
        names = [_id_of(step, place) for place, step in enumerate(steps)]
        for place, name in enumerate(names):
            if name in names[:place]:
                yield self._at(("step", place, "id"), f"Two steps have the name {name!r}.")
        for place, step in enumerate(steps):
            following = step.get("next")
            if following and following not in names:
                yield self._at(("step", place, "next"), f"There is no step {following!r}.")
        after = [names.index(step["next"]) if step.get("next") in names else place + 1 for place, step in enumerate(steps)]
        seen: list[int] = []
        place = 0
        while place < len(steps):
            if place in seen:
                circle = " → ".join(names[k] for k in [*seen[seen.index(place) :], place])
                yield self._at(("step", seen[-1], "next"), f"The steps go round in a circle: {circle}.")
                return
            seen.append(place)
            place = after[place]

    # The lesson

    def lesson(self) -> Lesson:
        values = self._values
        steps = tuple(self._made_step(place, step) for place, step in enumerate(values["step"]))
        if "start" in values and steps[0].start is None:
            steps = (replace(steps[0], start=_started(values["start"])), *steps[1:])
        return Lesson(
            self._folder.name, values["title"], values["summary"], values["experiment"], values["order"], values["minutes"], steps,
            self._folder, values.get("surprise", ""), values.get("language", ENGLISH), values.get("translates", ""),
        )  # fmt: skip

    def _text(self, reference: str) -> str:
        if not reference:
            return ""
        file, section = _named(reference)
        return self._sections[file][section][1]

    def _made_step(self, place: int, step: Mapping[str, Any]) -> LessonStep:
        show = tuple(gesture_of(gesture, self._controls) for gesture in step.get("show", ()))
        return LessonStep(
            _id_of(step, place), step["title"], self._text(step["text"]), step.get("workspace", ""), step.get("control", ""),
            step.get("action", ""), step.get("check", ""), step.get("done", ""), show,
            _started(step["start"]) if "start" in step else None, dict(step.get("remember", {})), dict(step.get("keep", {})),
            self._made_question(step["question"]) if "question" in step else None, self._text(step.get("why", "")), step.get("next", ""),
        )  # fmt: skip

    def _made_question(self, question: Mapping[str, Any]) -> LessonQuestion:
        choices = tuple(Choice(c["label"], c["right"], c.get("shows", ""), c["hint"]) for c in question.get("choice", ()))
        hints = tuple(Hint(hint["text"], hint.get("when", "")) for hint in question.get("hint", ()))
        return LessonQuestion(
            question["kind"], question["text"], question.get("answer", ""), float(question.get("tolerance", 0.01)),
            float(question.get("slack", 0.0)), question.get("low", ""), question.get("high", ""), question.get("log", False),
            question.get("unit", ""), choices, hints, self._text(question.get("why", "")),
        )  # fmt: skip


def _named(reference: str) -> tuple[str, str]:
    file, mark, section = reference.partition("#")
    return (file or "lesson.md", section) if mark else ("lesson.md", reference)


def _id_of(step: Mapping[str, Any], place: int) -> str:
    return str(step.get("id") or step["text"].rpartition("#")[2] or place + 1)


def _started(start: Mapping[str, Any]) -> StartingState:
    settings = {key: str(value) for key, value in start.get("set", {}).items()}
    return StartingState(
        start.get("example", ""), start.get("network", ""), settings, start.get("learned", 0), dict(start.get("weights", {})),
        start.get("wrong", 0), start.get("compare", ""),
    )  # fmt: skip
