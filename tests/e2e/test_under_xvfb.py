"""Once with nothing simulated: the program as people start it, an X server, and keys as a keyboard sends them.

Everything is judged from outside: by the titles of windows, by the files that are written, by what is in them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from endings import LIMIT, mortal

from nnlab.core.kernel.context import ITERATION
from nnlab.core.preparation import prepare
from nnlab.files.autosave import read_copy
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project
from nnlab.graph.graph import Graph
from nnlab.training.session import Session

PROGRAMS = ("Xvfb", "xdotool")
PATIENCE = 90.0  # seconds; the very first start compiles kernels
IS_THERE = "import sys; from PySide6.QtGui import QGuiApplication; QGuiApplication([]); print('shown')"

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(any(shutil.which(name) is None for name in PROGRAMS), reason=f"needs {' and '.join(PROGRAMS)}"),
]


class Desk:
    """A screen of its own with a keyboard, and the programs started on it."""

    def __init__(self, home: Path) -> None:
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
        self._screen = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with mortal(self._screen), os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.skip("no X server could be started here")
        self.environ = {**os.environ, "DISPLAY": f":{number}", "NNLAB_HOME": str(home), "QT_QPA_PLATFORM": "xcb"}
        self._programs: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts NN Lab as `python -m nnlab` and waits for its window."""
        program = subprocess.Popen([sys.executable, "-m", "nnlab", *arguments], env=self.environ, start_new_session=True)
        self._programs.append(program)
        self.wait(lambda: program.poll() is not None or bool(self._search(" - NN Lab")), "the window")
        assert program.poll() is None, "the program ended"
        return program

    def close(self) -> None:
        for program in self._programs:  # with the children it may have started
            try:
                os.killpg(program.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            program.wait(timeout=LIMIT)
        self._screen.terminate()
        self._screen.wait(timeout=LIMIT)

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Until something holds, looked at often; fails by its name."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}"
            time.sleep(0.05)

    def window(self, title: str) -> None:
        """Waits for a window with this title and gives it the keyboard, as a window manager would."""
        self.wait(lambda: self._search(f"^{title}$"), f"a window {title!r}")
        self._xdotool("windowfocus", "--sync", self._search(f"^{title}$")[-1])

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "15", text)

    def _search(self, pattern: str) -> list[str]:
        return self._xdotool("search", "--onlyvisible", "--name", pattern, check=False).split()

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        return subprocess.run(["xdotool", *arguments], env=self.environ, capture_output=True, text=True, check=check, timeout=LIMIT).stdout


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home")
    try:
        command = [sys.executable, "-c", IS_THERE]
        probe = subprocess.run(command, env=desk.environ, capture_output=True, text=True, check=False, timeout=LIMIT)
        if probe.returncode != 0:
            pytest.skip(f"Qt shows no windows on an X server here: {probe.stderr.strip().splitlines()[:1]}")
        yield desk
    finally:
        desk.close()


def copies(desk: Desk) -> list[Path]:
    return sorted((Path(desk.environ["NNLAB_HOME"]) / "autosave").glob("*.nnlab"))


def copied(desk: Desk) -> Graph:
    """The network of the safety copy."""
    return load_project(copies(desk)[0]).project.graph


def iteration(saved: SavedProject) -> int:
    return int(saved.snapshot.context[ITERATION]) if saved.snapshot is not None else 0


def loss(saved: SavedProject, weights: dict[str, np.ndarray] | None = None) -> float:
    """The loss over all training data, with these weights or those of the run's seed."""
    data, training = prepare(saved.project.data), saved.project.training
    session = Session(saved.project.graph, optimizer=training.optimizer, learning_rate=training.learning_rate, seed=training.seed)
    if weights is not None:
        session.set_parameters(weights)
    return session.gradients(data.x, data.y)[0]


def test_build_train_save_kill_recover(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "first.nnlab"
    program = desk.start()
    desk.window("untitled - NN Lab")

    # A start without a project shows Learn. Build 2-8-1 from nothing: Tab opens the search, a name is typed, Enter adds it behind the
    # selected card.
    desk.press("ctrl+1")
    for name in ("input", "dense 8", "tanh", "dense 1", "binary"):
        desk.press("Tab")
        desk.type(name)
        desk.press("Return")
    desk.window(r"untitled \(edited\) - NN Lab")
    whole = ["input", "dense", "tanh", "dense", "binary_cross_entropy"]  # a copy may come while the last of them are typed
    desk.wait(lambda: copies(desk) and [node.operator for node in copied(desk)] == whole, "a safety copy of what was built")
    built = copied(desk)
    assert [node.settings["units"] for node in built if node.operator == "dense"] == [8, 1]
    assert len(built.edges) == 4

    # Train, and save while it trains.
    desk.press("space")
    desk.press("ctrl+s")
    desk.window("Save as")
    desk.type(str(path))
    desk.press("Return")
    desk.window("first - NN Lab")
    for _ in range(20):  # where other work is done, training may have begun later than the first save
        if iteration(load_project(path)) > 100:
            break
        written = path.stat().st_mtime_ns
        desk.press("ctrl+s")
        desk.wait(lambda written=written: path.stat().st_mtime_ns != written, "another save")
    saved = load_project(path)
    assert saved.project.graph == built and iteration(saved) > 100 and saved.snapshot is not None
    assert loss(saved, saved.snapshot.parameters) < loss(saved)
    assert copies(desk) == [], "what is saved needs no safety copy"

    # Go on after the save: a nudged card, and more training. Then the process is killed.
    desk.press("Right", "Right", "space")
    desk.window(r"first \(edited\) - NN Lab")
    desk.wait(lambda: copies(desk), "a safety copy of what was changed")
    work = load_project(copies(desk)[0])
    assert read_copy(copies(desk)[0]).note.name == "first" and read_copy(copies(desk)[0]).original == path
    assert work.project != saved.project and iteration(work) > iteration(saved) and work.snapshot is not None
    program.send_signal(signal.SIGKILL)
    program.wait(timeout=LIMIT)
    again = load_project(path)
    assert again.project == saved.project and iteration(again) == iteration(saved), "the file is as it was saved"
    assert (tmp_path / ".first.nnlab.lock").exists() and len(copies(desk)) == 1

    # Start again and recover, save without being asked for a name, close.
    program = desk.start()
    desk.window("untitled - NN Lab")
    desk.press("ctrl+k")
    desk.type("recover unsaved")
    desk.press("Return")
    desk.window(r"first \(edited\) - NN Lab")
    assert len(copies(desk)) == 1, "the copy stays until its work is saved"
    desk.press("ctrl+s")
    desk.window("first - NN Lab")
    recovered = load_project(path)
    assert recovered.project == work.project and iteration(recovered) == iteration(work) and recovered.snapshot is not None
    for name, values in work.snapshot.parameters.items():
        np.testing.assert_array_equal(recovered.snapshot.parameters[name], values)
    desk.press("ctrl+q")
    assert program.wait(timeout=PATIENCE) == 0
    assert copies(desk) == [] and not (tmp_path / ".first.nnlab.lock").exists()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
