#!/usr/bin/env python3
"""The commands of a checkout: `run` opens NN Lab, `test` runs the whole suite, `build` makes what one installs (build.py).

The first two prepare what they need first, in this order, and say what they are doing and how long it may take:

1. On Linux, the parts of the system that Qt loads and pip cannot bring: shared libraries, one font, and Python's own
   `venv`. A fresh Debian or Ubuntu has none of them. As root with apt-get they are installed, otherwise the one command
   that installs them is printed.
2. `.venv` in the checkout, remade when it belongs to another Python or is broken.
3. The project with its libraries, installed by pip into `.venv` in editable form.

A stamp file in `.venv` holds what was installed, from which pyproject.toml, by which Python and for which folder; while
it matches, a start goes straight to the program.

Standard library only: this file runs before anything is installed.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
STARTER = "spiral"
OLDEST_PYTHON = (3, 11)
WORKERS = ["-n", "2", "--dist", "worksteal"]  # of pytest-xdist, for the whole suite

# Shared libraries that the Qt of PySide6-Essentials loads from the system, with the Debian packages that hold them. They
# are what `readelf -d` prints as NEEDED for Qt's libraries and plugins; tests/packaging/test_dev.py compares the two.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
FONT_PACKAGE = "fonts-dejavu-core"
FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".pfb")


class SetupError(Exception):
    """Something the person has to do or know; its text is the whole message, and the exit status is 1."""


def say(text: str) -> None:
    print(f"[NN Lab] {text}", flush=True)


# --- the system -------------------------------------------------------------------------------------------------------


def display_of(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """Where windows go: "native" (macOS, Windows), "wayland", "x11", "none", or "other" (a Qt platform asked for by name)."""
    if not platform.startswith("linux"):
        return "native"
    chosen = environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if chosen:
        return {"offscreen": "none", "minimal": "none", "wayland": "wayland", "xcb": "x11"}.get(chosen, "other")
    if environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x11" if environ.get("DISPLAY") else "none"


def missing_libraries(libraries: Mapping[str, str], load: Callable[[str], object] = ctypes.CDLL) -> dict[str, str]:
    """The part of `libraries` that the system's own loader cannot load (it knows every folder and the right architecture)."""
    missing = {}
    for name, package in libraries.items():
        try:
            load(name)
        except OSError:
            missing[name] = package
    return missing


def font_folders(environ: Mapping[str, str]) -> list[Path]:
    """The folders where fontconfig's usual configuration looks for fonts."""
    home = Path(environ.get("HOME") or Path.home())
    data = [environ.get("XDG_DATA_HOME") or str(home / ".local/share")]
    data += (environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [home / ".fonts", *(Path(folder) / sub for folder in data if folder for sub in ("fonts", "X11/fonts"))]


def has_font(environ: Mapping[str, str]) -> bool:
    """Whether there is at least one scalable font; without one, Qt draws every letter as an empty box."""
    for folder in font_folders(environ):
        for _, _, files in os.walk(folder):
            if any(file.lower().endswith(FONT_ENDINGS) for file in files):
                return True
    if shutil.which("fc-list"):  # fonts in unusual places
        return bool(subprocess.run(["fc-list"], capture_output=True, check=False).stdout.strip())
    return False


def has_venv() -> bool:
    """Whether this Python can make environments with pip in them (Debian keeps that in a package of its own)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def missing_parts(environ: Mapping[str, str], display: str) -> tuple[dict[str, str], dict[str, str]]:
    """(needed now, needed once a window opens): what the Linux system lacks, each as {part: Debian package}."""
    needed = missing_libraries(QT_LIBRARIES)
    if not has_font(environ):
        needed["a font"] = FONT_PACKAGE
    if not has_venv():
        needed["Python's venv module"] = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    x11, wayland = missing_libraries(X11_LIBRARIES), missing_libraries(WAYLAND_LIBRARIES)
    later: dict[str, str] = {}
    (needed if display == "x11" else later).update(x11)
    (needed if display == "wayland" else later).update(wayland)
    return needed, later


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_command(parts: Mapping[str, str]) -> str:
    """The one line a person can paste to install `parts`, or words where the package manager is not known."""
    if shutil.which("apt-get"):
        packages = " ".join(sorted(set(parts.values())))
        return f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}"
    for manager, font in (("dnf", "dejavu-sans-fonts"), ("zypper", "dejavu-fonts")):
        if shutil.which(manager):  # both find a package by the library it holds
            wanted = [font if part == "a font" else f"{part}()(64bit)" for part in parts if part.startswith("lib") or part == "a font"]
            return shlex.join(["sudo", manager, "install", *wanted])
    return "(with this system's package manager: the packages that hold " + ", ".join(parts) + ")"


def prepare_system(environ: Mapping[str, str], display: str, first_time: bool) -> None:
    """Sees to it that Qt finds its libraries and a font, and Python its venv module.

    What only a window needs is installed along with the rest on the first start, and insisted on when there is a display.
    """
    needed, later = missing_parts(environ, display)
    if may_install() and (needed or (later and first_time)):
        parts = {**needed, **later}
        packages = sorted(set(parts.values()))
        say(f"Installing what this system lacks for Qt and Python (up to a minute): {' '.join(packages)}")
        quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        if run_step(["apt-get", "update", "-q"], quiet) or run_step(install, quiet):
            say("apt-get could not install them; its own words are above.")
        needed, later = missing_parts(environ, display)
    if needed:
        raise SetupError(f"This system lacks {', '.join(needed)}. Install them with:\n\n  {install_command({**needed, **later})}\n")


# --- the environment --------------------------------------------------------------------------------------------------


def environment_python(environment: Path) -> Path:
    """The interpreter inside a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(checkout: Path) -> dict[str, Any]:
    """What an installation depends on; the folder counts because an editable installation points to it."""
    project = hashlib.sha256((checkout / "pyproject.toml").read_bytes()).hexdigest()
    return {"pyproject": project, "python": python_version(), "checkout": str(checkout)}


def python_version() -> str:
    return f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"


def read_stamp(environment: Path) -> dict[str, Any]:
    """What the last finished installation wrote, or {} when there is none."""
    try:
        stamp = json.loads((environment / "nnlab-installed.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(environment: Path, checkout: Path, extras: Sequence[str]) -> None:
    text = json.dumps({**fingerprint(checkout), "extras": sorted(extras)}, indent=1)
    (environment / "nnlab-installed.json").write_text(text, encoding="utf-8")


def is_ready(environment: Path, checkout: Path, extras: Sequence[str]) -> bool:
    """Whether the environment already holds this project with at least these extras."""
    stamp = read_stamp(environment)
    installed = stamp.pop("extras", ())
    return stamp == fingerprint(checkout) and set(extras) <= set(installed) and environment_python(environment).exists()


def works(environment: Path) -> bool:
    """Whether the environment's Python starts, is of the running version, and has pip."""
    question = "import pip, sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([str(environment_python(environment)), "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == python_version()


def make_environment(environment: Path) -> None:
    """Makes `environment` again unless it works; what lies there is removed first."""
    if works(environment):
        return
    if environment.exists() or environment.is_symlink():
        say(f"{environment.name} was made by another Python or is broken: making it again.")
        try:
            if environment.is_symlink() or environment.is_file():
                environment.unlink()
            else:
                shutil.rmtree(environment)
        except OSError as error:
            raise SetupError(f"{environment} cannot be removed ({error}). Close what uses it, remove it and start again.") from None
    say(f"Making {environment.name} with Python {sys.version.split()[0]} (some seconds)")
    if run_step([sys.executable, "-m", "venv", str(environment)]):
        raise SetupError(f"Python could not make the environment {environment}; its own words are above.")


def prepare_environment(environment: Path, checkout: Path, extras: Sequence[str]) -> None:
    """Installs the project with `extras` into the environment; raises SetupError with one sentence when that fails."""
    make_environment(environment)
    stamp = read_stamp(environment)
    installed = stamp.pop("extras", ())
    wanted = sorted({*extras, *(installed if stamp == fingerprint(checkout) else ())})
    if "oracle" in extras:
        say("Installing NN Lab, its test tools and PyTorch (200 MB to several GB: minutes to half an hour)")
    else:
        say("Installing NN Lab and its libraries (downloads about 300 MB the first time: one to five minutes)")
    target = "." + (f"[{','.join(wanted)}]" if wanted else "")
    python = str(environment_python(environment))
    status = run_step([python, "-m", "pip", "install", "--disable-pip-version-check", "--editable", target], cwd=checkout)
    if status:
        raise SetupError(
            f"pip could not install NN Lab (exit status {status}); its last lines above say why. "
            "Is there a network connection and room on the disk? The same command goes on from here."
        )
    check_qt(python)
    write_stamp(environment, checkout, wanted)


def check_qt(python: str) -> None:
    """Loads Qt once in the new environment, so that a library nobody thought of is named here and not in a traceback."""
    modules = "from PySide6 import QtCore, QtGui, QtWidgets, QtSvg, QtOpenGLWidgets"
    answer = subprocess.run([python, "-c", modules], capture_output=True, text=True, check=False)
    if answer.returncode:
        words = answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"]
        raise SetupError(f"Qt does not load: {words[-1]}. Install what it names and run the same command again.")


# --- running things ---------------------------------------------------------------------------------------------------


def run_step(command: Sequence[str], environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Runs one step of the preparation with its output shown; returns its exit status."""
    return subprocess.run(command, env=environ, cwd=cwd, stdin=subprocess.DEVNULL, check=False).returncode


def run_program(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs the program to its end and returns its exit status.

    Ctrl-C reaches the program too, which ends in its own way; a second one makes it stop.
    """
    process = subprocess.Popen(command, env=environ)
    interrupts = 0
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            interrupts += 1
            if interrupts > 1:
                process.terminate()


def prepare(extras: Sequence[str], display: str) -> str:
    """Does what is missing for windows on `display` and returns the environment's Python."""
    environment = CHECKOUT / ".venv"
    ready = is_ready(environment, CHECKOUT, extras)
    if sys.platform.startswith("linux"):
        prepare_system(os.environ, display, first_time=not ready)
    if not ready:
        start = time.monotonic()
        prepare_environment(environment, CHECKOUT, extras)
        say(f"Ready after {time.monotonic() - start:.0f} s; the next start is quick.")
    return str(environment_python(environment))


def run(arguments: Sequence[str]) -> int:
    """Opens the window on the project or example named first in `arguments`, or does its main job without a window."""
    display = display_of(os.environ)
    python = prepare((), display)
    if display != "none":
        return run_program([python, "-m", "nnlab", *(arguments or [STARTER])], os.environ)
    project = next((a for a in arguments if not a.startswith("-")), STARTER)
    picture = "nnlab.png"
    say(f"There is no display, so NN Lab trains {project} without a window and then draws the window into {picture}.")
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for command in (["train", project], ["picture", project, "--steps", "3000", "-o", picture]):
        status = run_program([python, "-m", "nnlab", *command], environ)
        if status:
            return status
    say(f"The window is in {Path(picture).resolve()}.")
    return 0


def test(arguments: Sequence[str]) -> int:
    """Runs pytest with `arguments`; `--oracle` among them adds PyTorch and the tests that compare with it.

    Without arguments the whole suite runs on two cores; who names tests wants few, for which more processes take longer.
    """
    oracle = "--oracle" in arguments
    rest = [a for a in arguments if a != "--oracle"]
    python = prepare(("test", "oracle") if oracle else ("test",), display="none")
    environ = dict(os.environ)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes that tests start would each compile every source again
    if display_of(environ) == "none":
        environ["QT_QPA_PLATFORM"] = "offscreen"
    selection = ["-m", ""] if oracle else []  # pyproject.toml leaves out the tests marked oracle; the last -m wins
    os.chdir(CHECKOUT)
    workers = [] if rest or (os.cpu_count() or 1) < 2 else WORKERS
    return run_program([python, "-m", "pytest", *selection, *workers, *rest], environ)


def build(arguments: Sequence[str]) -> int:
    """Wheel, sdist, application folder and .deb into dist/; `--wheel` the first two alone."""
    sys.path.insert(0, str(Path(__file__).parent))
    from build import Build, BuildError

    try:
        Build(CHECKOUT, say).run(only_wheel="--wheel" in arguments)
    except BuildError as error:
        print(f"[NN Lab] {error}", file=sys.stderr)
        return error.status
    return 0


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < OLDEST_PYTHON:
        version, program = ".".join(map(str, sys.version_info[:3])), sys.executable
        print(f"NN Lab needs Python 3.11 or newer, and {program} is Python {version}. Start this file with a newer one.", file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="dev.py", description="Prepares this checkout and opens NN Lab, or tests it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="run | test | build")
    commands.add_parser("run", help=f"open NN Lab: run [FILE or EXAMPLE], by default the example {STARTER}", add_help=False)
    commands.add_parser("test", help="run the tests: test [--oracle] [what pytest takes]", add_help=False)
    commands.add_parser("build", help="build what one installs into dist/: build [--wheel]", add_help=False)
    command = parser.parse_args(arguments[:1]).command
    try:
        return {"run": run, "test": test, "build": build}[command](arguments[1:])
    except SetupError as error:
        print(f"[NN Lab] {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n[NN Lab] Stopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
