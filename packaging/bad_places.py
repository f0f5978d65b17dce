"""The built NN Lab where things are not as they should be.

A home that cannot be written to, a full disk, strange paths, a folder that is moved while it runs, two versions side by side, compiled code
of another processor.

Each step has a home and folders of its own. On Linux the homes are file systems that are mounted for one process alone (`unshare`); where
that is not possible the step says so. Part of the smoke test (smoke.py); `--places` runs these steps alone. Standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from debian import linked
from trial import PLUGIN, Trial

PROJECT = "network.nnlab"
TITLE = "network - NN Lab"
READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$HOME"'
FULL = 'mount -t tmpfs -o size=128k tmpfs "$HOME"; cat /dev/zero > "$HOME/everything else" 2>/dev/null'
NO_NAMESPACES = "not tried: this system mounts nothing for one process alone"
NO_FOLDER = "not tried: this program is no application folder"


class BadPlaces(Trial):
    """The room is that of the smoke test; every step makes new homes in it."""

    def steps(self) -> tuple[Callable[[], str], ...]:
        return (
            self.from_a_strange_path, self.two_versions, self.code_of_another_processor, self.in_a_read_only_home, self.on_a_full_disk,
            self.window_on_a_full_disk, self.moved_while_it_runs,
        )  # fmt: skip

    # The steps

    def from_a_strange_path(self) -> str:
        """The application, the home and the project in folders with spaces, quotes and letters of other scripts."""
        home = self._home("домашняя папка 'моя'")
        program = self._copy("Приложения и 神经 网络") if self.is_folder else self.program
        project = "сеть ünd 网络.nnlab"
        self.call("train", "xor", "--steps", "50", "--out", project, program=program, **home)
        report = json.loads(self.last_json("train", project, "--steps", "10", "--json", program=program, **home))
        assert report["step"] == 60, report
        swept = ("--over", "learning_rate=0.01,0.1", "--workers", "2", "--steps", "9", "-o", "таблица.csv")
        self.call("sweep", project, *swept, program=program, **home)
        assert len((self.folder / "таблица.csv").read_text(encoding="utf-8").splitlines()) == 3
        with self.window(project, program=program, **home) as window:
            window.wait(self.lock_of(project).exists, "the file was shown")
            assert window.end() in (143, 1), "it did not end as told"
        return f"trains, sweeps and opens {project} from {program.parent.name if self.is_folder else 'there'}"

    def two_versions(self) -> str:
        """Another version with another tanh, in one home with this one, in turn: neither computes with the other's code."""
        if not self.is_folder:
            return NO_FOLDER
        home, other = self._home("two versions"), self._copy("another version")
        source = other.parent / "_internal" / "nnlab" / "operators" / "tanh.py"
        text = source.read_text(encoding="utf-8")
        assert "y[i] = tanh(x[i])" in text, "tanh is written in another way now"
        source.unlink()  # it may be a link to the first one's
        source.write_text(text.replace("y[i] = tanh(x[i])", "y[i] = 0.75 * tanh(x[i])"), encoding="utf-8")
        for compiled in (source.parent / "__pycache__").glob("tanh.*.pyc"):
            compiled.unlink()
        losses = [self._loss(program, **home) for program in (self.program, other, self.program, other)]
        assert losses[0] == losses[2] != losses[1] == losses[3], losses
        return f"losses in turn {losses[0]:.6f} and {losses[1]:.6f}"

    def code_of_another_processor(self) -> str:
        """Native and portable code in one home; then the files of the one in the places of the other."""
        home = self._home("processors")
        portable, native = ({**home, "NNLAB_PROCESSOR": choice} for choice in ("x86-64-v3", "native"))
        losses = [self._loss(self.program, **which) for which in (portable, native, portable, native)]
        assert losses[0] == losses[2] and losses[1] == losses[3], losses
        files = [path for path in Path(home["HOME"]).rglob("*.nbc") if "tanh" in path.name]
        assert files, "nothing was compiled natively"
        foreign = sorted(self.program.parent.rglob("*tanh*.nbc")) or files
        for path in files:
            path.write_bytes(foreign[0].read_bytes())
        assert self._loss(self.program, **native) == losses[1], "code of another processor was believed"
        return f"portable {losses[0]!r}, native {losses[1]!r}; {len(files)} files of code exchanged and not believed"

    def in_a_read_only_home(self) -> str:
        if not self._mounter:
            return NO_NAMESPACES
        (self.room / "temporary").mkdir()
        said = self.call("train", "xor", before=self._mounted(READ_ONLY), TMPDIR=str(self.room / "temporary"), **self._home("read-only"))
        assert "Traceback" not in said and "xor: 2,000 steps" in said, said
        return self._sentence(said, "cannot be used")

    def on_a_full_disk(self) -> str:
        """The first start with shipped code, and a plug-in whose code cannot be kept; temporary files are on the same disk."""
        if not self._mounter:
            return NO_NAMESPACES
        home = self._home("full")
        home["TMPDIR"] = home["HOME"]
        said = self.call("train", "xor", before=self._mounted(FULL), **home)
        assert "Traceback" not in said and "xor: 2,000 steps" in said, said
        (self.room / "settings" / "plugins").mkdir(parents=True)
        (self.room / "settings" / "plugins" / "softsign.py").write_text(PLUGIN, encoding="utf-8")
        swept = ("sweep", "xor", "--over", "activation=own_softsign,tanh", "--workers", "0", "--steps", "50", "-o", "full.csv")
        compiled = self.call(*swept, before=self._mounted(FULL), NNLAB_HOME=str(self.room / "settings"), **home)
        rows = (self.folder / "full.csv").read_text(encoding="utf-8")
        assert "Traceback" not in compiled and "own_softsign" in rows, compiled
        return self._sentence(compiled, "cannot be kept")

    def window_on_a_full_disk(self) -> str:
        """It opens and trains; what it cannot write it says in the window; it ends as told."""
        if not self._mounter:
            return NO_NAMESPACES
        home = self._home("full, with a window")
        home["TMPDIR"] = home["HOME"]
        self._project()
        with self.window(PROJECT, before=self._mounted(FULL), **home) as window:
            if window.has_keyboard:
                before = (self.folder / PROJECT).read_bytes()
                window.shown(TITLE)
                window.press("space", "ctrl+s")
                window.wait(lambda: (self.folder / PROJECT).read_bytes() != before, "the project on another disk was written")
            else:
                window.wait(self.lock_of(PROJECT).exists, "the file was shown")
            status = window.end()
            said = window.said()
        assert status == 143 and "Traceback" not in said, (status, said)
        return said.strip().splitlines()[0] if said.strip() else "nothing needed to be said"

    def moved_while_it_runs(self) -> str:
        """The application's folder gets another name while its window trains: what was learned is saved, and the next start finds all."""
        if not self.is_folder:
            return NO_FOLDER
        home, program = self._home("moved"), self._copy("before it was moved")
        self._project()
        with self.window(PROJECT, program=program, **home) as window:
            if not window.has_keyboard:
                return "not tried: no keyboard (xdotool) here"
            window.shown(TITLE)
            window.press("space")
            window.wait(lambda: list(Path(home["HOME"]).rglob("autosave/*.nnlab")), "a safety copy of what it learned")
            moved = program.parent.rename(program.parent.with_name("after it was moved"))
            before = (self.folder / PROJECT).read_bytes()
            window.press("ctrl+s")
            window.wait(lambda: (self.folder / PROJECT).read_bytes() != before, "the file was written")
            status = window.end()
            said = window.said()
        assert status == 143 and "Traceback" not in said, (status, said)
        again = self.call("train", PROJECT, "--steps", "1", program=moved / program.name, **home)
        assert "Compiling" not in again, again
        return "it trained on and saved; started from the new place it goes on without compiling"

    # What they stand on

    @property
    def is_folder(self) -> bool:
        return (self.program.parent / "_internal").is_dir()

    def _home(self, name: str) -> dict[str, str]:
        """The variables of a new home."""
        place = self.room / name
        place.mkdir()
        return dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(place))

    def _copy(self, name: str) -> Path:
        """The program of a second application folder; its files are links where that is possible."""
        folder = self.room / name
        shutil.copytree(self.program.parent, folder, symlinks=True, copy_function=linked)
        return folder / self.program.name

    def _project(self) -> None:
        self.call("train", "spiral", "--steps", "50", "--out", PROJECT)

    def _loss(self, program: Path, **environ: str) -> float:
        return float(json.loads(self.last_json("train", "xor", "--json", program=program, **environ))["loss"])

    def _sentence(self, said: str, words: str) -> str:
        found = [line for line in said.splitlines() if words in line]
        assert found and all("nnlab: " in line and "Warning:" not in line for line in found), said  # behind a bar of progress, perhaps
        return found[0].partition("nnlab: ")[2][:160]

    @cached_property
    def _mounter(self) -> tuple[str, ...]:
        """The command that lets another see file systems of its own, or nothing."""
        if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
            return ()
        for command in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
            environ = {**os.environ, "HOME": str(self.home)}
            if subprocess.run([*command, "sh", "-c", READ_ONLY], env=environ, capture_output=True, check=False).returncode == 0:
                return command
        return ()

    def _mounted(self, script: str) -> tuple[str, ...]:
        return (*self._mounter, "sh", "-c", f'{script}; exec "$@"', "sh")
