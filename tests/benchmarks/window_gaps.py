"""How long the window's thread is away: random events on the real window, with a second thread that watches and says where it was.

    PYTHONPATH=. python tests/benchmarks/window_gaps.py --seconds 600 --seed 7 [--cpu]

Every turn of the event loop sends one random event; all that follows from it belongs to the turn. A turn longer than `--limit` (150 ms) is
printed with its event and with what the thread was at when the time was up. "CPU" is the thread's own time: on a machine that does other
things as well, a turn with little of it was only waiting for its turn, and `--cpu` judges by this time alone. A
new example is opened every 20 seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import pytest
from PySide6.QtCore import QObject, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from random_events import close_popups, random_event, tame

from nnlab.app import open_window, settle
from nnlab.files.examples import example_names
from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow

LOOK = 0.01  # seconds between two looks of the watching thread
EXAMPLE_SECONDS = 20.0


class Watch:
    """Notes what the thread that made it is at, once in every turn that has lasted for `limit` seconds, and again every `again` seconds."""

    def __init__(self, limit: float, again: float = 0.2) -> None:
        self._limit, self._again = limit, again
        self._thread = threading.get_ident()
        self._began = time.perf_counter()
        self._stacks: list[tuple[float, str]] = []
        threading.Thread(target=self._look, daemon=True).start()

    def begin(self) -> None:
        self._stacks, self._began = [], time.perf_counter()

    @property
    def stacks(self) -> list[tuple[float, str]]:
        """(seconds since the turn began, where the thread was), of the present turn."""
        return self._stacks

    def _look(self) -> None:
        while True:
            threading.Event().wait(LOOK)
            stacks, lasted = self._stacks, time.perf_counter() - self._began
            if lasted > self._limit + self._again * len(stacks) and len(stacks) < 8:
                stacks.append((lasted, self._where()))

    def _where(self) -> str:
        """The watched thread's place, and in short those of others that run Python: one of them may hold its lock."""
        frames, names = sys._current_frames(), {thread.ident: thread.name for thread in threading.enumerate()}
        found = "".join(traceback.format_stack(frames.pop(self._thread, None))[-14:])
        frames.pop(threading.get_ident(), None)
        for ident, frame in frames.items():
            last = traceback.extract_stack(frame)[-1]
            found += f"  beside it, {names.get(ident, 'a thread')}: {Path(last.filename).name}, line {last.lineno}, in {last.name}\n"
        return found


class Tester(QObject):
    """Sends one event in every turn of the event loop, and notes how long the turns take."""

    def __init__(self, window: MainWindow, seconds: float, seed: int, limit: float, by_cpu: bool) -> None:
        super().__init__()
        self._by_cpu = by_cpu
        self.turns, self.over, self.longest = 0, 0, (0.0, 0.0, "nothing")
        self.busiest = (0.0, "nothing")  # the most of the thread's own time
        self._window, self._seconds, self._limit = window, seconds, limit
        self._watch, self._generator, self._names = Watch(limit), random.Random(seed), example_names()
        self._start = time.perf_counter()
        self._next_example = EXAMPLE_SECONDS
        self._what = ""
        self._begun = self._own = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._turn)
        self._has_waited = False  # a menu or dialog with an event loop of its own was open
        self._rescue = QTimer(self, interval=300)
        self._rescue.timeout.connect(self._close_what_waits)

    def run(self) -> None:
        self._timer.start()
        self._rescue.start()
        QApplication.exec()

    def _close_what_waits(self) -> None:
        """Nobody is there to answer a menu; this timer runs in its event loop too."""
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            self._has_waited = True
            close_popups()

    def _turn(self) -> None:
        if self._what and not self._has_waited:
            self._note(time.perf_counter() - self._begun, time.thread_time() - self._own)
        close_popups()
        self._has_waited = False
        self._watch.begin()
        self._begun, self._own = time.perf_counter(), time.thread_time()
        now = self._begun - self._start
        if now > self._seconds:
            QApplication.exit()
        elif now > self._next_example:
            self._next_example += EXAMPLE_SECONDS
            name = self._generator.choice(self._names)
            self._what = f"opening {name}"
            self._window.files.open_source(name, ask=False)
        else:
            self._what = random_event(self._window, self._generator)

    def _note(self, lasted: float, own: float) -> None:
        self.turns += 1
        self.longest = max(self.longest, (lasted, own, self._what))
        self.busiest = max(self.busiest, (own, self._what))
        if (own if self._by_cpu else lasted) <= self._limit:
            return
        self.over += 1
        print(f"\n{lasted * 1000:.0f} ms ({own * 1000:.0f} ms CPU) at {self._begun - self._start:.1f} s: {self._what}")
        for when, stack in self._watch.stacks:
            print(f"  after {when * 1000:.0f} ms:\n{stack}", end="")
        sys.stdout.flush()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--limit", type=float, default=150.0, help="milliseconds")
    options.add_argument("--cpu", action="store_true", help="the limit is for the thread's own time, where the machine does other things")
    given = options.parse_args()
    qInstallMessageHandler(lambda *_: None)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        window = open_window("spiral", store=Store(Path(folder)))
        tame(window, patch)
        settle(1000)
        tester = Tester(window, given.seconds, given.seed, given.limit / 1000, given.cpu)
        tester.run()
        lasted, own, what = tester.longest
        print(
            f"\n{tester.turns:,} turns in {given.seconds:g} s, {tester.over} above {given.limit:g} ms; the longest took "
            f"{lasted * 1000:.0f} ms ({own * 1000:.0f} ms CPU): {what}"
        )
        own, what = tester.busiest
        print(f"most of the thread's own time: {own * 1000:.0f} ms: {what}")
        window.files.give_up()
        window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
