"""Reading a lesson: what is sound becomes a value, and what is not is named with file, line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnlab.lessons.controls import Controls
from nnlab.lessons.library import shipped
from nnlab.lessons.problem import LessonError
from nnlab.lessons.reader import examine, read_lesson

HEAD = 'title = "A"\nsummary = "B"\nexperiment = 1\norder = 1\nminutes = 5\n'  # lines 1 to 5
STEP = '[[step]]\ntitle = "C"\ntext = "first"\n'  # lines 6 to 8
CONTROLS = Controls(frozenset({"run.play", "run.rewind"}), frozenset({"loss", "training"}), frozenset({"train", "step"}))
Writes = Callable[..., Path]


def test_a_sound_folder_becomes_a_lesson(lesson_folder: Writes) -> None:
    toml = HEAD + STEP + 'check = "iteration >= 3"\naction = "Train"\nshow = [{ run = 3 }]\ncontrol = "action:run.play"\n'
    lesson = read_lesson(lesson_folder(toml), CONTROLS)
    assert (lesson.id, lesson.title, lesson.experiment) == ("mine", "A", 1)
    step = lesson.steps[0]
    assert (step.id, step.text, step.check) == ("first", "Words.", "iteration >= 3")
    assert (step.show[0].kind, step.show[0].value) == ("run", "3")
    assert lesson.after(0) == 1


@pytest.mark.parametrize(
    ("toml", "line", "column", "words"),
    [
        (HEAD + "[[step]\n", 6, 8, "Expected"),
        (HEAD + STEP + 'colour = "red"\n', 9, 1, "no key 'colour'"),
        (HEAD + '[[step]]\ntext = "first"\n', 6, 3, "'title' is missing"),
        (HEAD + STEP + "check = 3\n", 9, 1, "a text in quotes"),
        (HEAD + STEP + 'check = "iteration >> 3"\nshow = [{ run = 1 }]\n', 9, 21, "refused"),
        (HEAD + STEP + 'check = "__import__(1)"\nshow = [{ run = 1 }]\n', 9, 10, "refused"),
        (HEAD + STEP + 'check = "lossy < 3"\nshow = [{ run = 1 }]\n', 9, 10, "'lossy'"),
        (HEAD + STEP + 'control = "action:run.plai"\n', 9, 1, "did you mean 'run.play'?"),
        (HEAD + STEP + 'control = "button"\n', 9, 1, "no control 'button'"),
        (HEAD + STEP + 'workspace = "nowhere"\n', 9, 1, "no workspace 'nowhere'"),
        (HEAD + STEP + 'check = "iteration > 0"\nshow = [{ jump = 1 }]\n', 10, 1, "no key 'jump'"),
        (HEAD + STEP + 'check = "iteration > 0"\nshow = [{ run = 1, enter = "2" }]\n', 10, 1, "one thing"),
        (HEAD + STEP + 'check = "iteration > 0"\nshow = [{ set = "a", to = "2" }]\n', 10, 1, "no key 'set'"),
        (HEAD + STEP + 'check = "iteration > 0"\n', 9, 1, 'no "show"'),
        (HEAD + STEP + 'action = "Do it"\n', 9, 1, "no check"),
        (HEAD + STEP + 'next = "first"\n', 9, 1, "circle: first → first"),
        (HEAD + STEP + 'next = "third"\n', 9, 1, "no step 'third'"),
        (HEAD + STEP + STEP, 9, 3, "Two steps have the name 'first'"),
        (HEAD + STEP.replace("first", "second"), 8, 1, "no section ## second"),
        (HEAD + STEP.replace("first", "other.md#a"), 8, 1, "'other.md' is missing"),
        (HEAD + STEP + '[step.question]\nkind = "essay"\ntext = "?"\n', 10, 1, "number, choice, drag"),
        (HEAD + STEP + '[step.question]\nkind = "number"\ntext = "?"\nanswer = "loss"\n', 9, 2, "no hint"),
        (HEAD + '[start]\nexample = "nope"\n' + STEP, 7, 1, "no example 'nope'"),
        (HEAD + '[start]\nexample = "xor"\nset = { "data.colour" = "3" }\n' + STEP, 8, 1, "no setting 'colour'"),
        (HEAD + '[start]\nexample = "xor"\n[start.set]\nbatch_sise = "3"\n' + STEP, 9, 1, "did you mean batch_size"),
        (HEAD + '[start]\nexample = "xor"\nweights = { "dense_9.bias" = 1 }\n' + STEP, 8, 1, "no such parameter"),
        (HEAD + '[start]\nexample = "xor"\ncompare = "loss"\n' + STEP, 6, 2, "give a key and values"),
        (HEAD + '[start]\nexample = "xor"\nlearned = "long"\n' + STEP, 8, 1, "a whole number"),
        (HEAD + STEP + 'check = "iteration > 0"\nshow = [{ press = "OK", into = "x" }]\n', 10, 1, "takes press"),
        (HEAD.replace("= 1\norder", "= 9\norder") + STEP, 3, 1, "experiments 1 to 7"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_column(lesson_folder: Writes, toml: str, line: int, column: int, words: str) -> None:
    lesson, problems = examine(lesson_folder(toml), CONTROLS)
    assert lesson is None
    found = [problem for problem in problems if words in problem.sentence]
    assert found, [str(problem) for problem in problems]
    where = found[-1] if "Two steps" in words else found[0]
    assert (where.file, where.line) == ("lesson.toml", line)
    assert where.column == column or "Two steps" in words or "Expected" in words


@pytest.mark.parametrize(
    ("markdown", "line", "column", "words"),
    [
        ("## first\nA <script>alert(1)</script> b\n", 2, 3, "A script is not allowed"),
        ("## first\n\n<div>\nx\n</div>\n", 3, 1, "HTML is not allowed"),
        ("## first\nSee [this](https://example.org/x).\n", 2, 12, "leads out of the window"),
        ("## first\nSee <https://example.org>.\n", 2, 6, "leads out of the window"),
        ("## first\n[x](javascript:alert(1))\n", 2, 5, "leads out of the window"),
        ("## first\n![p](https://example.org/a.png)\n", 2, 6, "not in the lesson's folder"),
        ("## first\n![p](../secret.png)\n", 2, 6, "not in the lesson's folder"),
        ("## first\n![p](missing.png)\n", 2, 6, "is missing"),
        ("## first\n![p](film.gif)\n", 2, 6, "of a kind"),
        ("## first\nLoss {{loss +}}.\n", 2, 8, "refused"),
        ("## first\nLoss {{open(1)}}.\n", 2, 8, "refused"),
        ("## first\n$\\frac{1}{$\n", 2, 1, "cannot be typeset"),
    ],
)
def test_what_is_wrong_in_a_text_is_named(lesson_folder: Writes, markdown: str, line: int, column: int, words: str) -> None:
    lesson, problems = examine(lesson_folder(HEAD + STEP, markdown), CONTROLS)
    assert lesson is None
    assert [(p.file, p.line, p.column) for p in problems if words in p.sentence] == [("lesson.md", line, column)], problems


def test_a_folder_that_is_none_and_bytes_that_are_no_text(tmp_path: Path, lesson_folder: Writes) -> None:
    with pytest.raises(LessonError, match="holds no lesson.toml"):
        read_lesson(tmp_path)
    with pytest.raises(LessonError, match="is not a folder"):
        read_lesson(tmp_path / "none")
    folder = lesson_folder(HEAD + STEP)
    (folder / "lesson.md").write_bytes(b"## first\n\xff\xfe")
    with pytest.raises(LessonError, match="cannot be read"):
        read_lesson(folder)


def test_a_text_of_its_own_language_takes_the_same_steps(lesson_folder: Writes) -> None:
    """A lesson is translated by copying its folder: a file named in a step is taken from there."""
    folder = lesson_folder(HEAD + STEP.replace('"first"', '"de.md#erster"'))
    (folder / "de.md").write_text("## erster\nWörter.\n", encoding="utf-8")
    assert read_lesson(folder).steps[0].text == "Wörter."


def test_the_lessons_that_ship_are_sound() -> None:
    """They are read without a look for problems, so that the window opens sooner; here is that look."""
    from nnlab.ui.window.known_controls import window_controls

    lessons, controls = shipped(), window_controls()
    assert lessons
    assert all(1 <= lesson.minutes <= 10 and lesson.steps and lesson.surprise for lesson in lessons)
    assert all(sum(lesson.experiment == k for lesson in lessons) >= 2 for k in range(1, 8))
    assert all(any(step.check for step in lesson.steps) and any(step.question for step in lesson.steps) for lesson in lessons)
    for lesson in lessons:
        assert examine(lesson.folder, controls) == (lesson, ()), lesson.id
