"""Builds what one installs into `dist/`: wheel and sdist, then the application folder with its kernels compiled, then a .deb of it.

`python3 packaging/dev.py build` calls this; `--wheel` stops after the wheel. Everything is made from the wheel in an environment of its
own (`build/venv`), so that what is missing in the wheel is missing in the application, too, and is noticed. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

TOOLS = ("hatchling>=1.26", "pyinstaller>=6.22")
PROCESSOR = "x86-64-v3"  # the kernels that are shipped run on every processor of this level (2013 and later)


class BuildError(Exception):
    """One sentence, and the status that the command ends with."""

    status = 1


class NoToolsError(BuildError):
    """What builds cannot be installed here: nothing is wrong with what was to be built."""

    status = 3


class Build:
    """The steps, in order; each says what it does and how long it took."""

    def __init__(self, checkout: Path, say: Callable[[str], None]) -> None:
        self.checkout, self.say = checkout, say
        self.dist, self.work = checkout / "dist", checkout / "build"
        self.environment = self.work / "venv"
        self.application = self.dist / "nnlab"

    def run(self, only_wheel: bool = False) -> None:
        self.dist.mkdir(exist_ok=True)
        steps: list[tuple[str, Callable[[], object]]] = [("Making the wheel and the sdist", self.make_wheel)]
        if not only_wheel:
            steps += [
                ("Installing the wheel and PyInstaller into build/venv", self.install),
                ("Collecting the application folder (a minute)", self.collect),
                ("Stripping symbols that only a debugger reads", self.strip),
                ("Taking out what nothing in it needs", self.slim),
                ("Compiling our own modules to byte code", self.byte_compile),
                (f"Compiling the kernels for {PROCESSOR} (a minute)", self.compile_kernels),
            ]
            if shutil.which("dpkg-deb"):
                steps.append(("Making the .deb", self.make_deb))
        for words, step in steps:
            self.say(words)
            begun = time.monotonic()
            step()
            self.say(f"  done after {time.monotonic() - begun:.0f} s")
        for path in sorted(self.dist.iterdir()):
            self.say(f"dist/{path.name}  {size_of(path) / 1e6:.1f} MB")

    # The steps

    def make_wheel(self) -> None:
        """Both are built by hatchling in build/venv; old ones of the same version are replaced."""
        self._environment()
        for old in (*self.dist.glob("nnlab-*.whl"), *self.dist.glob("nnlab-*.tar.gz")):
            old.unlink()
        self._python("-m", "hatchling", "build", "-d", str(self.dist))

    def install(self) -> None:
        self._python("-m", "pip", "install", "-q", "--disable-pip-version-check", str(self.wheel))
        self._python("-m", "pip", "install", "-q", "--disable-pip-version-check", "--force-reinstall", "--no-deps", str(self.wheel))

    def collect(self) -> None:
        """From the installed wheel: -P keeps the checkout, in which this runs, out of sight; its resources lie elsewhere."""
        spec = self.checkout / "packaging" / "application" / "nnlab.spec"
        folders = ["--distpath", str(self.dist), "--workpath", str(self.work / "pyinstaller")]
        self._python("-P", "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *folders, str(spec))

    def strip(self) -> None:
        """Libraries that wheels have changed to be found (in folders *.libs) are left alone: strip moves what is in them off its pages."""
        tool = shutil.which("strip")
        for library in self.application.rglob("*.so*") if tool else ():
            if not library.is_symlink() and not library.parent.name.endswith(".libs"):
                subprocess.run([str(tool), "--strip-unneeded", "--preserve-dates", str(library)], stderr=subprocess.DEVNULL, check=False)

    def slim(self) -> None:
        from slim import slim

        slim(self.application, self.say)

    def byte_compile(self) -> None:
        """Our package lies there as sources, which each start would compile; the byte code is valid wherever the folder is moved to."""
        package = self.application / "_internal" / "nnlab"
        self._python("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(package))

    def compile_kernels(self) -> None:
        """By the application itself, into its own folder; every file begins with its hash, and the manifest lists them all."""
        cache, shipped = self.work / "kernels", self.application / "_internal" / "nnlab" / "kernels"
        for folder in (cache, shipped):
            shutil.rmtree(folder, ignore_errors=True)
        environment = {**os.environ, "NNLAB_CACHE": str(cache), "NNLAB_HOME": str(self.work / "home"), "QT_QPA_PLATFORM": "offscreen"}
        self._call([str(self.program), "warm-up", "--processor", PROCESSOR], environ=environment)
        shutil.copytree(cache / "kernels", shipped)
        files = {str(path.relative_to(shipped)): sha256(path) for path in sorted(shipped.rglob("*.nb?"))}
        (shipped / "manifest.json").write_text(json.dumps({"processor": PROCESSOR, "files": files}, indent=1), encoding="utf-8")

    def make_deb(self) -> None:
        from debian import write_package

        write_package(self.application, self.checkout, self.dist, self.version)

    # What they stand on

    @property
    def program(self) -> Path:
        return self.application / ("nnlab.exe" if os.name == "nt" else "nnlab")

    @property
    def wheel(self) -> Path:
        return next(iter(sorted(self.dist.glob("nnlab-*.whl"))))

    @property
    def version(self) -> str:
        return self.wheel.name.split("-")[1]

    def _environment(self) -> None:
        python = self._interpreter
        if not python.exists():
            venv.create(self.environment, with_pip=True)
        try:
            self._python("-m", "pip", "install", "-q", "--disable-pip-version-check", *TOOLS)
        except BuildError as error:
            raise NoToolsError(f"{' and '.join(TOOLS)} cannot be installed here: {error}") from None

    @property
    def _interpreter(self) -> Path:
        return self.environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def _python(self, *arguments: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        self._call([str(self._interpreter), *arguments], environ=clean)

    def _call(self, command: Sequence[str], environ: dict[str, str]) -> None:
        """Its output is shown when it fails."""
        done = subprocess.run(command, cwd=self.checkout, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
            what = f"{Path(command[0]).name} {' '.join(command[1:3])}"
            raise BuildError(f"{what} ended with status {done.returncode}; its last lines are above.")


def size_of(path: Path) -> int:
    """Bytes of a file, or of all in a folder; what is linked counts once."""
    return path.stat().st_size if path.is_file() else sum(f.lstat().st_size for f in path.rglob("*") if f.is_file() and not f.is_symlink())


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
