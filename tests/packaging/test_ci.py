"""What `.ci/run` calls, in which order, and what its status is; the programs it calls are recorded and not run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from endings import LIMIT

CHECKOUT = Path(__file__).resolve().parents[2]
TEST, BUILD = "packaging/dev.py test", "packaging/dev.py build"
SMOKE, ORACLE = "packaging/smoke.py dist/nnlab/nnlab", "packaging/dev.py test --oracle -m oracle"
RECORDER = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in "$FAILING") exit "$STATUS" ;; esac
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None or not (CHECKOUT / ".ci" / "run").exists(), reason="no bash, or an sdist")


def run(folder: Path, asked: bool, failing: str = "nothing", status: int = 0) -> tuple[int, list[str], str]:
    """(exit status, what was called, what was said) with a python3 that does nothing, or fails for one command."""
    (folder / "python3").write_text(RECORDER, encoding="utf-8")
    (folder / "python3").chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if name != "NNLAB_SMOKE"} | ({"NNLAB_SMOKE": "1"} if asked else {})
    environ |= {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(folder / "calls"), "FAILING": failing, "STATUS": str(status)}
    done = subprocess.run(["bash", str(CHECKOUT / ".ci" / "run")], env=environ, capture_output=True, text=True, check=False, timeout=LIMIT)
    return done.returncode, (folder / "calls").read_text(encoding="utf-8").splitlines(), done.stdout


def test_the_readmes_test_command_and_the_oracle_run(tmp_path: Path) -> None:
    assert f"\npython3 {TEST} " in (CHECKOUT / "README.md").read_text(encoding="utf-8")
    status, called, said = run(tmp_path, asked=False)
    assert (status, called) == (0, [TEST, ORACLE]) and "NNLAB_SMOKE=1 asks for it" in said


def test_the_application_is_built_and_tried_when_that_is_asked_for(tmp_path: Path) -> None:
    assert run(tmp_path, asked=True)[:2] == (0, [TEST, BUILD, SMOKE, ORACLE])


def test_tools_that_cannot_be_installed_are_a_reason_to_leave_it_out(tmp_path: Path) -> None:
    status, called, said = run(tmp_path, asked=True, failing=BUILD, status=3)
    assert (status, called) == (0, [TEST, BUILD, ORACLE]) and "cannot be installed here" in said


@pytest.mark.parametrize(("failing", "called"), [(TEST, [TEST]), (BUILD, [TEST, BUILD]), (SMOKE, [TEST, BUILD, SMOKE])])
def test_what_fails_ends_it(tmp_path: Path, failing: str, called: list[str]) -> None:
    assert run(tmp_path, asked=True, failing=failing, status=1)[:2] == (1, called)
