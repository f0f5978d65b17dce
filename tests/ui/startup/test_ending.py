"""A window that is told to end, or killed: its work stays, and its children go with it. All with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from endings import mortal

from nnlab.files.project_file import load_project
from nnlab.ui.files.autosave import left_behind

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

# A window with an edit that nobody saved, and a child that compiles "for ever", as on a first start.
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from nnlab import app as nnlab_app
from nnlab.graph import edits
from nnlab.ui.startup import first_start
from nnlab.ui.window.main_window import MainWindow

note = repr(sys.argv[1])
code = "from nnlab.core.parent import end_with_parent; end_with_parent(); import os, threading; "
code += f"print(os.getpid(), file=open({note}, 'w'), flush=True); threading.Event().wait()"
first_start.own_command = lambda *arguments: [sys.executable, "-c", code]

def edit():
    window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow))
    graph = window.document.graph
    window.document.apply("Widen", edits.configure(graph, "dense_1", units=5))
    print("ready", flush=True)

app = nnlab_app.application()
first_start._compile_the_rest(app)
QTimer.singleShot(0, edit)
sys.exit(nnlab_app.main("spiral"))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def window(home: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "NNLAB_HOME": str(home)}
    command = [sys.executable, "-c", WINDOW, str(tmp_path / "child")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            with mortal(process):
                assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def child_of(tmp_path: Path) -> int:
    """The process that the window has started, once it runs."""
    note = tmp_path / "child"
    until(lambda: note.exists() and note.read_text().endswith("\n"))
    return int(note.read_text())


def until(condition, seconds: float = 30.0) -> None:  # type: ignore[no-untyped-def]
    """What another process does cannot be waited for by a signal."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"  # ended, and nobody has asked how
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_keeps_a_safety_copy_and_ends_its_children(
    window: subprocess.Popen[str], home: Path, tmp_path: Path, number: signal.Signals
) -> None:
    child = child_of(tmp_path)
    window.send_signal(number)
    assert window.wait(30) == 128 + number
    until(lambda: is_gone(child))
    (copy, left), = left_behind(home / "autosave")
    assert left.note.name == "spiral" and left.note.original is None
    assert load_project(copy.path).project.graph["dense_1"].settings["units"] == 5
    copy.remove()


EARLY = """
import signal, sys
from nnlab import app as nnlab_app
from nnlab.graph import edits

open_window = nnlab_app.open_window

def opened(*arguments, **settings):
    window = open_window(*arguments, **settings)
    window.document.apply("Widen", edits.configure(window.document.graph, "dense_1", units=5))
    signal.raise_signal(signal.SIGTERM)
    return window

nnlab_app.open_window = opened
sys.exit(nnlab_app.main("spiral"))
"""


def test_told_to_end_before_its_event_loop_runs_it_ends_all_the_same(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], env={**os.environ, "NNLAB_HOME": str(home)}, timeout=120, check=False)
    assert done.returncode == 128 + signal.SIGTERM
    (copy, left), = left_behind(home / "autosave")
    assert load_project(copy.path).project.graph["dense_1"].settings["units"] == 5 and left.note.name == "spiral"
    copy.remove()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it ends when it comes to read its standard input")
def test_killed_it_takes_its_children_along(window: subprocess.Popen[str], tmp_path: Path) -> None:
    child = child_of(tmp_path)
    assert not is_gone(child)
    window.kill()
    until(lambda: is_gone(child))


def test_without_the_systems_help_a_child_ends_with_its_standard_input() -> None:
    code = (
        "import sys; sys.platform = 'other'\n"
        "from nnlab.core.parent import end_with_parent\n"
        "end_with_parent(); print('there', flush=True)\n"
        "import threading; threading.Event().wait()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        with mortal(child):
            assert child.stdout.readline() == "there\n"
        child.stdin.close()
        assert child.wait(30) == 1
