"""`nnlab lessons`: lists the lessons, plays one, checks one that is being written, packs it to hand out, writes a learner's answers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import BAD_INPUT, UNFINISHED, AsJson
from nnlab.core.errors import SettingError

TASKS = ("check", "play", "open", "pack", "answers")


def lessons(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="check, play, open, pack or answers; nothing lists them")] = "",
    what: Annotated[str, typer.Argument(metavar="[LESSON]", help="A lesson's name, folder or file")] = "",
    output: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where pack and answers write")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists the lessons; `open` one, `play` one by itself, `check` or `pack` its folder, write a learner's `answers` as CSV."""
    if task not in ("", *TASKS) or (task in ("", "answers")) != (not what):
        raise SettingError("Give nothing, `answers`, or one of `check`, `play`, `open`, `pack` with a lesson after `nnlab lessons`.")
    if output is not None and task not in ("pack", "answers"):
        raise SettingError("The option --out is for `nnlab lessons pack` and `nnlab lessons answers`.")
    match task:
        case "":
            _list(as_json)
        case "check":
            _check(what, as_json)
        case "pack":
            _pack(what, output)
        case "answers":
            _answers(output, as_json)
        case _:
            _play(what, task == "play", as_json)


def _list(as_json: bool) -> None:
    from nnlab.lessons.library import EXPERIMENT_TITLES, offered

    found = [
        {"id": lesson.id, "title": lesson.title, "experiment": lesson.experiment, "minutes": lesson.minutes, "steps": len(lesson.steps)}
        for lesson in offered()
    ]
    if as_json:
        print(json.dumps({"lessons": found}))
        return
    experiment = 0
    for each in found:
        if each["experiment"] != experiment:
            experiment = int(str(each["experiment"]))
            print(f"{experiment}  {EXPERIMENT_TITLES[experiment - 1]}")
        print(f"   {each['id']:<28} {each['title']}  ({each['steps']} steps, {each['minutes']} minutes)")


def _check(what: str, as_json: bool) -> None:
    """Every problem on a line of its own, as compilers write them; the status says whether there is any."""
    from nnlab.lessons.archive import is_lesson_path
    from nnlab.lessons.library import find_folder
    from nnlab.lessons.reader import examine
    from nnlab.ui.window.known_controls import window_controls

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(what).expanduser()
    if is_lesson_path(folder) or not folder.is_dir():
        folder = find_folder(what) if is_lesson_path(folder) or not folder.exists() else folder
    lesson, found = examine(folder, window_controls())
    if as_json:
        problems = [{"file": p.file, "line": p.line, "column": p.column, "problem": p.sentence} for p in found]
        print(json.dumps({"folder": str(folder), "steps": len(lesson.steps) if lesson else 0, "problems": problems}))
    else:
        for problem in found:
            print(f"{folder / problem.file}:{problem.line}:{problem.column}: {problem.sentence}", file=sys.stderr)
        if lesson is not None:
            print(f"{lesson.title}: {len(lesson.steps)} steps, nothing to correct.")
    if found:
        raise typer.Exit(BAD_INPUT)


def _pack(what: str, output: Path | None) -> None:
    """The folder as one file, once nothing is wrong with it."""
    from nnlab.lessons.archive import SUFFIX, pack
    from nnlab.lessons.library import find_folder
    from nnlab.lessons.reader import read_lesson
    from nnlab.ui.window.known_controls import window_controls

    folder = find_folder(what)
    lesson = read_lesson(folder, window_controls())
    path = output or Path(f"{folder.name}{SUFFIX}")
    if path.suffix.lower() != SUFFIX:
        raise SettingError(f"The file of a lesson ends in {SUFFIX}, not {path.name!r}.")
    pack(folder, path)
    print(f"{path}: {lesson.title}, {len(lesson.steps)} steps; a double-click or `nnlab {path.name}` opens it.")


def _answers(output: Path | None, as_json: bool) -> None:
    """What was answered in the window on this computer, by lesson and step."""
    from nnlab.core.atomic import write_atomically
    from nnlab.lessons.answers import HEAD, answers_csv
    from nnlab.lessons.play import answer_rows
    from nnlab.ui.files.store import Store
    from nnlab.ui.learn.progress import LessonProgress

    plays = LessonProgress(Store()).all_begun()
    if as_json:
        print(json.dumps({"answers": [dict(zip(HEAD, row, strict=True)) for row in answer_rows(plays)]}))
    elif output is None:
        print(answers_csv(plays), end="")
    else:
        text = answers_csv(plays).encode()
        write_atomically(output, lambda file: file.write(text))


def _play(what: str, by_itself: bool, as_json: bool) -> None:
    """Opens the window in a lesson; `play` has it played by itself, through the same controls, until somebody takes over."""
    from nnlab.commands.open import require_display
    from nnlab.lessons.library import find_folder
    from nnlab.lessons.reader import read_lesson
    from nnlab.ui.window.known_controls import window_controls

    folder = find_folder(what)
    lesson = read_lesson(folder, window_controls())  # a mistake is told before a window opens
    if not by_itself:
        require_display()
        from nnlab.app import main

        raise typer.Exit(main(str(folder)))
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from nnlab.app import show_lesson

    was_whole, digests = show_lesson(lesson)
    if as_json:
        print(json.dumps({"lesson": lesson.id, "steps": len(lesson.steps), "whole": was_whole, "weights": digests}))
    else:
        print(f"{lesson.title}: {'played to its end' if was_whole else f'{len(digests)} of {len(lesson.steps)} steps played'}.")
    raise typer.Exit(0 if was_whole else UNFINISHED)
