#!/usr/bin/env python3
"""Tries a built NN Lab as a stranger would: `python3 packaging/smoke.py dist/nnlab/nnlab` (any program that is `nnlab`, a wheel's too).

From another folder, whose name has a space and other letters, with an empty home and no checkout in sight: every step says what it found
and how long it took. Ends with status 1 at the first thing that is not as it should be. Standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from bad_places import BadPlaces
from trial import PLUGIN, Trial, Window, screen

PNG = b"\x89PNG\r\n\x1a\n"


class Smoke(Trial):
    """The steps, in order: each leaves its home as the next finds it."""

    # What is tried

    def doctor(self) -> str:
        found = self.call("doctor")
        assert "Traceback" not in found and "compiled for" in found, found
        return next(line for line in found.splitlines() if line.startswith("compiled for"))

    def trains(self) -> str:
        report = json.loads(self.last_json("train", "xor", "--json"))
        assert report["step"] == 2000 and report["loss"] < 0.1, report
        return f"loss {report['loss']:.4g}"

    def finds_its_cache(self) -> str:
        found = self.call("train", "xor")
        assert "Compiling" not in found, found
        return "nothing is compiled again"

    def saves_and_opens(self) -> str:
        self.call("train", "spiral", "--steps", "50", "--out", "trained network.nnlab")
        report = json.loads(self.last_json("train", "trained network.nnlab", "--steps", "10", "--json"))
        return f"{(self.folder / 'trained network.nnlab').stat().st_size:,} bytes, and it goes on (loss {report['loss']:.4g})"

    def draws_the_window(self) -> str:
        self.call("picture", "spiral", "--steps", "200", "-o", "window.png")
        raw = (self.folder / "window.png").read_bytes()
        assert raw.startswith(PNG) and len(raw) > 20_000, len(raw)
        return f"{len(raw):,} bytes"

    def sweeps_with_processes(self) -> str:
        self.call("sweep", "xor", "--over", "learning_rate=0.01,0.1", "--workers", "2", "--steps", "50", "-o", "trials.csv")
        rows = (self.folder / "trials.csv").read_text(encoding="utf-8").splitlines()
        assert len(rows) == 3, rows
        return "two trials in processes of their own"

    def compiles_a_plug_in(self) -> str:
        """An operator in the person's folder, in this process and in those of a sweep; its code lies in the person's cache."""
        settings = next(line for line in self.call("doctor").splitlines() if line.startswith("settings")).split(maxsplit=1)[1]
        place = Path(settings) / "plugins"
        place.mkdir()
        (place / "softsign.py").write_text(PLUGIN, encoding="utf-8")
        self.call("sweep", "xor", "--over", "activation=own_softsign,tanh", "--workers", "2", "--steps", "50", "-o", "plugged.csv")
        rows = (self.folder / "plugged.csv").read_text(encoding="utf-8").splitlines()
        assert len(rows) == 3 and "own_softsign" in "".join(rows), rows
        found = [path.name for path in self.home.rglob("*softsign*.nbc")]
        assert found, "nothing was kept of what was compiled"
        return f"own_softsign trained in a process of its own, {len(found)} functions compiled"

    def opens_a_window(self) -> str:
        """On the trained project, whose lock it holds as soon as it shows it. With a keyboard: it trains, saves, and is opened again."""
        file, lock = self.folder / "trained network.nnlab", self.lock_of("trained network.nnlab")
        before, trained = file.read_bytes(), ""
        with self.window(file.name) as window:
            seconds = window.wait(lock.exists, "the file was shown")
            if window.has_keyboard:
                seconds = window.shown("trained network - NN Lab")
                window.press("space")
                window.wait(lambda: list(self.home.rglob("autosave/*.nnlab")), "a safety copy of what it learned")
                window.press("ctrl+s")
                window.wait(lambda: file.read_bytes() != before, "the file was written")
            self._ends(window, lock)
        if window.has_keyboard:
            step = json.loads(self.last_json("train", file.name, "--steps", "1", "--json"))["step"]
            assert step > 51, f"50 steps before the window, {step} after it and one more"
            with self.window(file.name) as window:
                window.shown("trained network - NN Lab")
                self._ends(window, lock)
            trained = f" it trained to iteration {step - 1:,}, saved, and was opened again;"
        return f"the file is shown after {seconds:.1f} s;{trained} told to end, it ends"

    def _ends(self, window: Window, lock: Path) -> None:
        status = window.end()
        assert os.name == "nt" or (status == 143 and not lock.exists()), f"it ended with {status}, lock {lock.exists()}"

    def refuses_in_a_sentence(self) -> str:
        said = self.call("train", "no such file.nnlab", expected=2).strip()
        assert said.startswith("nnlab: ") and len(said.splitlines()) == 1, said
        return said

    def works_without_a_home(self) -> str:
        nowhere = "/proc/none" if sys.platform.startswith("linux") else str(self.folder / "window.png")
        said = self.call("train", "xor", "--steps", "10", HOME=nowhere, USERPROFILE=nowhere, LOCALAPPDATA=nowhere)
        assert "cannot be used" in said, said
        return next(line for line in said.splitlines() if "cannot be used" in line)[:120]

    def survives_a_damaged_cache(self) -> str:
        """Code of this person's and code that was shipped: cut short, and in the place of other code. Nothing is believed or lost."""
        before = self._losses()
        own, shipped = self._code(self.home, "softsign"), self._code(self.program.parent / "_internal", "tanh")
        assert own, "this home has no compiled code of its own"
        with kept_whole(shipped):
            for files in (own, shipped):
                for path in files:
                    path.write_bytes(path.read_bytes()[:-9])
            assert self._losses() == before, "cut short"
        own = self._code(self.home, "softsign")
        first, *others = own
        for path in others:
            path.write_bytes(first.read_bytes())  # whole, and of another function
        assert self._losses() == before, "one in the place of another"
        return f"{len(own)} files of this home and {len(shipped)} that were shipped; the losses are the same"

    def _code(self, folder: Path, name: str) -> list[Path]:
        return sorted(path for path in folder.rglob("*.nb?") if name in path.name)

    def _losses(self) -> list[str]:
        """Of a sweep whose functions are those that get damaged."""
        (self.folder / "again.csv").unlink(missing_ok=True)
        self.call("sweep", "xor", "--over", "activation=own_softsign,tanh", "--workers", "0", "--steps", "50", "-o", "again.csv")
        head, *rows = (self.folder / "again.csv").read_text(encoding="utf-8").splitlines()
        columns = [k for k, name in enumerate(head.split(",")) if "loss" in name]
        assert columns and len(rows) == 2, head
        return [row.split(",")[k] for row in rows for k in columns]


@contextmanager
def kept_whole(files: list[Path]) -> Iterator[None]:
    """Puts back what the files held."""
    contents = {path: path.read_bytes() for path in files}
    try:
        yield
    finally:
        for path, content in contents.items():
            path.write_bytes(content)


def main(arguments: list[str]) -> int:
    programs = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(programs) != 1 or not programs[0].is_file():
        print("Which program? Usage: smoke.py PROGRAM [--places]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as room, screen() as words:
        print(f"         on {words}", flush=True)
        smoke, places = Smoke(programs[0], Path(room)), BadPlaces(programs[0], Path(room))
        steps: list[Callable[[], str]] = [
            smoke.doctor, smoke.trains, smoke.finds_its_cache, smoke.saves_and_opens, smoke.draws_the_window, smoke.sweeps_with_processes,
            smoke.compiles_a_plug_in, smoke.opens_a_window, smoke.refuses_in_a_sentence, smoke.works_without_a_home,
            smoke.survives_a_damaged_cache,
        ]  # fmt: skip
        for step in [] if "--places" in arguments else steps:
            if not _passes(step):
                return 1
        return 0 if all(_passes(step) for step in places.steps()) else 1


def _passes(step: Callable[[], str]) -> bool:
    begun = time.monotonic()
    try:
        said = step()
    except (AssertionError, subprocess.SubprocessError, OSError, ValueError, StopIteration) as error:
        print(f"FAILED  {step.__name__}: {error}")
        return False
    print(f"{time.monotonic() - begun:6.1f} s  {step.__name__.replace('_', ' ')}: {said}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
