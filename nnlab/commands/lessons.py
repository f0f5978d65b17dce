"""`nnlab lessons [check FOLDER]`: lists the lessons, or checks one that is being written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import BAD_INPUT, AsJson
from nnlab.core.errors import SettingError


def lessons(
    task: Annotated[str, typer.Argument(metavar="[check]", help="Nothing lists them")] = "",
    what: Annotated[str, typer.Argument(metavar="[FOLDER]", help="The folder to check")] = "",
    as_json: AsJson = False,
) -> None:
    """Lists the lessons, or checks the folder of one."""
    if task not in ("", "check") or (bool(task) != bool(what)):
        raise SettingError("Give nothing or `check FOLDER` after `nnlab lessons`.")
    if task == "check":
        _check(Path(what).expanduser(), as_json)
    else:
        _list(as_json)


def _list(as_json: bool) -> None:
    from nnlab.lessons.library import EXPERIMENT_TITLES, shipped

    found = [
        {"id": lesson.id, "title": lesson.title, "experiment": lesson.experiment, "minutes": lesson.minutes, "steps": len(lesson.steps)}
        for lesson in shipped()
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


def _check(folder: Path, as_json: bool) -> None:
    """Every problem on a line of its own, as compilers write them; the status says whether there is any."""
    from nnlab.lessons.reader import examine
    from nnlab.ui.learn.known_controls import window_controls

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
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
