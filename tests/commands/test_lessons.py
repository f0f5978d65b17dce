"""`nnlab lessons`: the list, and every mistake of a folder on a line of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from nnlab.commands.lessons import lessons
from nnlab.core.errors import SettingError


def test_the_list_names_every_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    lessons(as_json=True)
    found = json.loads(capsys.readouterr().out)["lessons"]
    assert "one_neuron" in [each["id"] for each in found]
    lessons()
    assert "One neuron" in capsys.readouterr().out


def test_mistakes_stand_on_lines_of_their_own_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lesson.toml").write_text('title = "A"\nstep = 3\ncolour = 1\n', encoding="utf-8")
    with pytest.raises(typer.Exit) as stopped:
        lessons("check", str(tmp_path))
    assert stopped.value.exit_code == 2
    lines = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'lesson.toml'}:3:1: There is no key 'colour'" in lines[-1]
    assert len(lines) == 6  # four keys are missing


def test_what_is_no_task_is_refused() -> None:
    with pytest.raises(SettingError):
        lessons("paint", "x")
    with pytest.raises(SettingError):
        lessons("check")
