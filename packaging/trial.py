"""A built NN Lab as a stranger has it: a program, an empty home, a folder with a strange name, a screen and a keyboard, no checkout.

What the smoke test (smoke.py) and the trials in bad places (bad_places.py) stand on. Standard library only; Xvfb and xdotool are used
where they are.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 240.0  # seconds until something is given up; kernels may be compiled meanwhile, on a busy machine
KEPT = ("PATH", "LANG", "SYSTEMROOT", "DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")  # of the environment; a stranger has no other

PLUGIN = '''"""x / (1 + |x|), an operator that no installation has."""
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def softsign(x, y):
    for i in range(x.size):
        y[i] = x[i] / (1.0 + abs(x[i]))


@kernel
def softsign_backward(x, d_x, d_y):
    for i in range(x.size):
        d_x[i] += d_y[i] / (1.0 + abs(x[i])) ** 2.0


register(
    Operator(
        name="own_softsign", title="Softsign", category="Activations", formula="y = x / (1 + |x|)",
        inputs=(Tensor("x", "..."),), outputs=(Tensor("y", "..."),), forward=softsign, backward=softsign_backward,
    )
)
'''


class Trial:
    """`program` is the command that is tried; `room` is an empty folder for a home and a folder to work in."""

    def __init__(self, program: Path, room: Path) -> None:
        self.program = program.resolve()
        self.room, self.home, self.folder = room, room / "home", room / "Übungen mit Netzen"
        for made in (self.home, self.folder):
            made.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        home = str(self.home)
        self.environ = {**kept, "HOME": home, "USERPROFILE": home, "LOCALAPPDATA": home}
        if sys.platform.startswith("linux") and "DISPLAY" not in kept:
            self.environ["QT_QPA_PLATFORM"] = "offscreen"

    def call(self, *arguments: str, expected: int = 0, program: Path | None = None, before: tuple[str, ...] = (), **environ: str) -> str:
        """Its output; `before` is a command that starts it, `program` another than the one that is tried."""
        command = [*before, str(program or self.program), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env={**self.environ, **environ}, capture_output=True, text=True, encoding="utf-8",
            check=False, timeout=600, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode != expected:
            raise AssertionError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
        return done.stdout + done.stderr

    def last_json(self, *arguments: str, program: Path | None = None, **environ: str) -> str:
        return next(line for line in reversed(self.call(*arguments, program=program, **environ).splitlines()) if line.startswith("{"))

    @contextmanager
    def window(self, *arguments: str, program: Path | None = None, before: tuple[str, ...] = (), **environ: str) -> Iterator[Window]:
        """The program with its window, told to end at the end (and killed where it does not)."""
        command = [*before, str(program or self.program), *arguments]
        with subprocess.Popen(command, cwd=self.folder, env={**self.environ, **environ}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, encoding="utf-8", start_new_session=os.name != "nt") as process:  # fmt: skip
            try:
                yield Window(process, self.environ)
            finally:
                if process.poll() is None:
                    end_all(process)

    def lock_of(self, name: str) -> Path:
        """Whoever shows a project holds this file."""
        return self.folder / f".{name}.lock"


class Window:
    """A started program, and a keyboard before it where xdotool is."""

    def __init__(self, process: subprocess.Popen[str], environ: dict[str, str]) -> None:
        self.process, self.environ, self.begun = process, environ, time.monotonic()

    @property
    def has_keyboard(self) -> bool:
        return "DISPLAY" in self.environ and shutil.which("xdotool") is not None

    def wait(self, condition: Callable[[], object], what: str) -> float:
        """Until something holds outside this process, where no signal comes from; the seconds since the start."""
        while not condition():
            if self.process.poll() is not None:
                said = self.process.stderr.read() if self.process.stderr is not None else ""
                raise AssertionError(f"it ended with {self.process.returncode} before {what}: {said.strip()[-600:]}")
            assert time.monotonic() < self.begun + PATIENCE, f"in vain for {what}"
            time.sleep(0.02)
        return time.monotonic() - self.begun

    def shown(self, title: str) -> float:
        """Waits for a window with this title, gives it the keyboard as a window manager would; the seconds since the start."""
        seconds = self.wait(lambda: self._search(title), f"a window {title!r}")
        self._xdotool("windowfocus", "--sync", self._search(title)[-1])
        return seconds

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "40", *keys)

    def end(self) -> int:
        """Told to end as a system that shuts down tells it; its status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def said(self) -> str:
        """All it has told on standard error, once it has ended."""
        assert self.process.poll() is not None and self.process.stderr is not None
        return self.process.stderr.read()

    def _search(self, title: str) -> list[str]:
        return self._xdotool("search", "--onlyvisible", "--name", f"^{title}$", check=False).split()

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        return subprocess.run(["xdotool", *arguments], env=self.environ, capture_output=True, text=True, check=check).stdout


def end_all(process: subprocess.Popen[str]) -> None:
    """With the children it may have started."""
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def screen() -> Iterator[str]:
    """Sees to it that there is a screen while it lasts: the one that is there, or an Xvfb of its own; what it found, in words."""
    if not sys.platform.startswith("linux"):
        yield "this desktop"
    elif os.environ.get("DISPLAY"):
        yield f"the screen {os.environ['DISPLAY']}"
    elif shutil.which("Xvfb") is None:
        yield "no screen and no Xvfb here: windows are opened offscreen"
    else:
        with _own_screen() as name:
            yield name


@contextmanager
def _own_screen() -> Iterator[str]:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        try:
            with os.fdopen(reader) as answer:
                number = answer.readline().strip()
            if not number:
                raise OSError("Xvfb could not be started")
            os.environ["DISPLAY"] = f":{number}"
            yield f"an Xvfb of its own, :{number}"
        finally:
            os.environ.pop("DISPLAY", None)
            server.terminate()
