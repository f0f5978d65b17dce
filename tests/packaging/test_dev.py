"""dev.py finds what a system lacks, keeps its environment fresh, and says clearly what went wrong."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from endings import LIMIT

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = CHECKOUT / "packaging" / "dev.py"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="concerns Linux")


def load_dev():
    spec = importlib.util.spec_from_file_location("nnlab_dev", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


dev = load_dev()


@pytest.fixture
def checkout(tmp_path):
    """A folder with a space in its name that looks like a checkout."""
    folder = tmp_path / "my checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\nname = 'nnlab'\n", encoding="utf-8")
    return folder


def environment_in(checkout):
    """An environment with an interpreter but without pip, which is quick to make."""
    environment = checkout / ".venv"
    venv.create(environment, symlinks=os.name != "nt", with_pip=False)
    return environment


# --- displays


@pytest.mark.parametrize(
    ("environ", "display"),
    [
        ({}, "none"),
        ({"DISPLAY": ""}, "none"),
        ({"DISPLAY": ":0"}, "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "none"),
        ({"QT_QPA_PLATFORM": "xcb"}, "x11"),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, "wayland"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "other"),
    ],
)
def test_the_display_on_linux(environ, display):
    assert dev.display_of(environ, "linux") == display


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_have_a_display_of_their_own(platform):
    assert dev.display_of({}, platform) == "native"


# --- libraries


def test_a_library_the_loader_cannot_find_is_missing():
    def load(name):
        if name != "libGL.so.1":
            raise OSError(name)

    assert dev.missing_libraries({"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1"}, load) == {"libEGL.so.1": "libegl1"}


@linux_only
def test_the_system_loader_is_asked():
    assert dev.missing_libraries({"libc.so.6": "libc6", "libnone-such.so.7": "none"}) == {"libnone-such.so.7": "none"}


@linux_only
def test_the_table_names_everything_that_this_qt_needs():
    """Names of libraries stand in an ELF file as plain text between zero bytes; Qt's own, ICU's and those of every libc aside."""
    import PySide6

    folder = Path(PySide6.__file__).parent
    table = {**dev.QT_LIBRARIES, **dev.X11_LIBRARIES, **dev.WAYLAND_LIBRARIES}
    ours = re.compile(r"lib(Qt6|icu|pyside6|shiboken6)|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so")
    modules = [f"Qt/lib/libQt6{name}.so.6" for name in ("Core", "DBus", "Gui", "Widgets", "Svg", "OpenGL", "OpenGLWidgets", "Test")]
    window = ["Qt/lib/libQt6XcbQpa.so.6", "Qt/lib/libQt6WaylandClient.so.6", "Qt/plugins/platforms/libqxcb.so"]
    glx = sorted(str(p.relative_to(folder)) for p in (folder / "Qt/plugins/xcbglintegrations").glob("*.so"))
    needed = set()
    for file in (*modules, *window, *glx):
        names = re.findall(rb"\0(lib[\w.+-]+\.so\.\d+)(?=\0)", (folder / file).read_bytes())
        needed |= {name.decode() for name in names}
    assert "libxcb-cursor.so.0" in needed
    assert {name for name in needed if not ours.match(name)} <= set(table)


def test_every_library_has_a_package():
    for library, package in {**dev.QT_LIBRARIES, **dev.X11_LIBRARIES, **dev.WAYLAND_LIBRARIES}.items():
        assert re.fullmatch(r"lib[\w-]+\.so\.\d+", library.replace("2.0", "2"))
        assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", package)


@linux_only
@pytest.mark.parametrize(("display", "library"), [("x11", "libxcb-cursor.so.0"), ("wayland", "libwayland-cursor.so.0")])
def test_what_only_a_window_needs_is_needed_only_with_its_display(monkeypatch, display, library):
    monkeypatch.setattr(dev, "missing_libraries", lambda libraries: dict(libraries))
    needed, later = dev.missing_parts({}, display)
    assert library in needed
    assert library not in later
    needed, later = dev.missing_parts({}, "none")
    assert library in later
    assert set(dev.QT_LIBRARIES) <= set(needed)


# --- fonts and venv


def test_a_font_anywhere_in_the_usual_folders_is_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    environ = {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "share")}
    assert not dev.has_font(environ)
    folder = tmp_path / "share" / "fonts" / "truetype" / "inter"
    folder.mkdir(parents=True)
    (folder / "README").touch()
    assert not dev.has_font(environ)
    (folder / "Inter.TTF").touch()
    assert dev.has_font(environ)


def test_a_font_of_the_person_counts_too(tmp_path, monkeypatch):
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    (tmp_path / ".local/share/fonts").mkdir(parents=True)
    (tmp_path / ".local/share/fonts/a.otf").touch()
    assert dev.has_font({"HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "none")})


@linux_only
def test_missing_font_and_venv_are_named_with_their_packages(monkeypatch):
    monkeypatch.setattr(dev, "missing_libraries", lambda libraries: {})
    monkeypatch.setattr(dev, "has_font", lambda environ: False)
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # importing it now fails, as on a fresh Debian
    needed, later = dev.missing_parts({}, "none")
    assert set(needed.values()) == {dev.FONT_PACKAGE, f"python3.{sys.version_info.minor}-venv"}
    assert not later


# --- what is done about it


PARTS = {"libEGL.so.1": "libegl1", "libgthread-2.0.so.0": "libglib2.0-0", "libglib-2.0.so.0": "libglib2.0-0", "a font": "fonts-dejavu-core"}


def have_only(monkeypatch, *programs):
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)


def test_the_command_for_debian_names_each_package_once(monkeypatch):
    have_only(monkeypatch, "apt-get", "dnf")
    command = dev.install_command(PARTS)
    assert command.endswith("apt-get install -y --no-install-recommends fonts-dejavu-core libegl1 libglib2.0-0")
    assert command.startswith("sudo apt-get update &&")


@pytest.mark.parametrize("manager", ["dnf", "zypper"])
def test_other_package_managers_are_asked_for_the_library_itself(monkeypatch, manager):
    have_only(monkeypatch, manager)
    command = dev.install_command(PARTS)
    assert command.startswith(f"sudo {manager} install 'libEGL.so.1()(64bit)' ")
    assert "a font" not in command


def test_an_unknown_system_is_told_the_names(monkeypatch):
    have_only(monkeypatch)
    words = dev.install_command(PARTS)
    assert "libEGL.so.1" in words
    assert "a font" in words


class System:
    """A Linux whose missing parts, rights and package manager are given; it records what was run."""

    def __init__(self, monkeypatch, needed, later, root, installs=True):
        self.needed, self.later, self.commands = dict(needed), dict(later), []
        self.installs = installs
        monkeypatch.setattr(dev, "missing_parts", lambda environ, display: (dict(self.needed), dict(self.later)))
        monkeypatch.setattr(dev, "may_install", lambda: root)
        monkeypatch.setattr(dev, "run_step", self.run)
        have_only(monkeypatch, "apt-get")

    def run(self, command, environ=None, cwd=None):
        self.commands.append(command)
        if command[:2] == ["apt-get", "install"] and self.installs:
            self.needed.clear()
            self.later.clear()
        return 0 if self.installs else 100


def test_root_gets_everything_installed_in_one_go(monkeypatch):
    system = System(monkeypatch, needed={"libEGL.so.1": "libegl1"}, later={"libxcb-cursor.so.0": "libxcb-cursor0"}, root=True)
    dev.prepare_system({}, "none", first_time=True)
    assert [command[1] for command in system.commands] == ["update", "install"]
    assert {"libegl1", "libxcb-cursor0"} <= set(system.commands[1])


def test_others_are_told_the_one_command_and_nothing_runs(monkeypatch):
    system = System(monkeypatch, needed={"libEGL.so.1": "libegl1"}, later={}, root=False)
    with pytest.raises(dev.SetupError, match=r"lacks libEGL\.so\.1\..*\n\n  sudo apt-get update && sudo apt-get install .*libegl1"):
        dev.prepare_system({}, "none", first_time=True)
    assert not system.commands


def test_what_only_a_later_window_needs_stops_nobody(monkeypatch):
    system = System(monkeypatch, needed={}, later={"libxcb-cursor.so.0": "libxcb-cursor0"}, root=False)
    dev.prepare_system({}, "none", first_time=True)
    assert not system.commands


def test_what_only_a_later_window_needs_is_tried_once(monkeypatch):
    system = System(monkeypatch, needed={}, later={"libxcb-cursor.so.0": "libxcb-cursor0"}, root=True, installs=False)
    dev.prepare_system({}, "none", first_time=True)
    assert system.commands
    system.commands.clear()
    dev.prepare_system({}, "none", first_time=False)
    assert not system.commands


def test_an_installation_that_failed_says_what_is_still_missing(monkeypatch):
    System(monkeypatch, needed={"a font": "fonts-dejavu-core"}, later={}, root=True, installs=False)
    with pytest.raises(dev.SetupError, match="This system lacks a font"):
        dev.prepare_system({}, "none", first_time=True)


# --- the environment


def test_an_environment_is_ready_until_something_it_depends_on_changes(checkout):
    environment = environment_in(checkout)
    assert not dev.is_ready(environment, checkout, ())
    dev.write_stamp(environment, checkout, ["test"])
    assert dev.is_ready(environment, checkout, ())
    assert dev.is_ready(environment, checkout, ("test",))
    assert not dev.is_ready(environment, checkout, ("test", "oracle"))
    (checkout / "pyproject.toml").write_text("[project]\nname = 'other'\n", encoding="utf-8")
    assert not dev.is_ready(environment, checkout, ())


def test_an_environment_of_another_python_or_place_is_not_ready(checkout, monkeypatch):
    environment = environment_in(checkout)
    dev.write_stamp(environment, checkout, [])
    moved = checkout.rename(checkout.with_name("moved"))
    assert not dev.is_ready(moved / ".venv", moved, ())
    dev.write_stamp(moved / ".venv", moved, [])
    assert dev.is_ready(moved / ".venv", moved, ())
    monkeypatch.setattr(dev, "python_version", lambda: "cpython 3.99")
    assert not dev.is_ready(moved / ".venv", moved, ())


def test_an_environment_without_its_interpreter_is_not_ready(checkout):
    environment = environment_in(checkout)
    dev.write_stamp(environment, checkout, [])
    dev.environment_python(environment).unlink()
    assert not dev.is_ready(environment, checkout, ())


@pytest.mark.parametrize("text", ["", "[]", '{"extras":', '{"python": 3}'])
def test_a_damaged_stamp_counts_as_none(checkout, text):
    environment = environment_in(checkout)
    (environment / "nnlab-installed.json").write_text(text, encoding="utf-8")
    assert not dev.is_ready(environment, checkout, ())


def test_an_environment_without_pip_is_made_again(checkout, monkeypatch, capsys):
    environment = environment_in(checkout)
    (environment / "left-over").touch()
    commands = []
    monkeypatch.setattr(dev, "run_step", lambda command, *_, **__: commands.append(command) or 0)
    dev.make_environment(environment)
    assert not environment.exists()  # removed; the command that makes it was only recorded
    assert commands == [[sys.executable, "-m", "venv", str(environment)]]
    assert "making it again" in capsys.readouterr().out


class Pip:
    """Records pip's command lines instead of running them."""

    def __init__(self, monkeypatch, status=0):
        self.targets = []
        self.status = status
        monkeypatch.setattr(dev, "make_environment", lambda environment: None)
        monkeypatch.setattr(dev, "check_qt", lambda python: None)
        monkeypatch.setattr(dev, "run_step", self.run)

    def run(self, command, environ=None, cwd=None):
        self.targets.append(command[-1])
        return self.status


def test_a_second_installation_keeps_what_the_first_brought(checkout, monkeypatch):
    environment, pip = environment_in(checkout), Pip(monkeypatch)
    dev.prepare_environment(environment, checkout, ())
    dev.prepare_environment(environment, checkout, ("test",))
    dev.prepare_environment(environment, checkout, ())
    assert pip.targets == [".", ".[test]", ".[test]"]
    assert json.loads((environment / "nnlab-installed.json").read_text(encoding="utf-8"))["extras"] == ["test"]


def test_a_failing_pip_is_one_sentence_and_leaves_no_stamp(checkout, monkeypatch):
    environment = environment_in(checkout)
    Pip(monkeypatch, status=3)
    with pytest.raises(dev.SetupError, match=r"pip could not install NN Lab \(exit status 3\)"):
        dev.prepare_environment(environment, checkout, ("test",))
    assert not dev.is_ready(environment, checkout, ())


def test_a_qt_that_does_not_load_is_reported_with_its_own_words(checkout):
    python = str(dev.environment_python(environment_in(checkout)))  # has no PySide6
    with pytest.raises(dev.SetupError, match="Qt does not load: ModuleNotFoundError: No module named 'PySide6'"):
        dev.check_qt(python)


# --- the two commands


@pytest.fixture
def programs(monkeypatch):
    """The programs that would have been started, each with its environment's QT_QPA_PLATFORM."""
    started = []

    def run_program(command, environ):
        started.append((command[1:], environ.get("QT_QPA_PLATFORM")))
        return 0

    monkeypatch.setattr(dev, "prepare", lambda extras, display: "python")
    monkeypatch.setattr(dev, "run_program", run_program)
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    return started


def test_run_opens_the_starter_project(programs, monkeypatch):
    monkeypatch.setattr(dev, "display_of", lambda environ: "native")
    assert dev.main(["run"]) == 0
    assert dev.main(["run", "my net.nnlab", "--debug"]) == 0
    assert [command for command, _ in programs] == [["-m", "nnlab", "spiral"], ["-m", "nnlab", "my net.nnlab", "--debug"]]


@linux_only
def test_run_without_a_display_ends_in_a_picture(programs, capsys):
    assert dev.main(["run"]) == 0
    assert programs == [
        (["-m", "nnlab", "train", "spiral"], "offscreen"),
        (["-m", "nnlab", "picture", "spiral", "--steps", "3000", "-o", "nnlab.png"], "offscreen"),
    ]
    assert capsys.readouterr().out.splitlines()[0].startswith("[NN Lab] There is no display")


@pytest.mark.parametrize(
    ("arguments", "pytest_arguments"),
    [
        ([], ["-n", "2", "--dist", "worksteal"]),
        (["-k", "two words", "tests/core"], ["-k", "two words", "tests/core"]),
        (["--oracle"], ["-m", "", "-n", "2", "--dist", "worksteal"]),
        (["--oracle", "-m", "oracle"], ["-m", "", "-m", "oracle"]),
    ],
)
def test_test_hands_its_arguments_to_pytest(programs, monkeypatch, arguments, pytest_arguments):
    monkeypatch.chdir(CHECKOUT)  # put back afterwards; the command works from any folder
    monkeypatch.setattr(dev.os, "cpu_count", lambda: 2)
    assert dev.main(["test", *arguments]) == 0
    assert [command for command, _ in programs] == [["-m", "pytest", *pytest_arguments]]


def test_one_core_takes_one_process(programs, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr(dev.os, "cpu_count", lambda: 1)
    assert dev.main(["test"]) == 0
    assert [command for command, _ in programs] == [["-m", "pytest"]]


@linux_only
def test_tests_without_a_display_are_offscreen(programs, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    dev.main(["test"])
    assert programs[0][1] == "offscreen"


def test_the_exit_status_is_the_programs(capfd):
    assert dev.run_program([sys.executable, "-c", "raise SystemExit(5)"], os.environ) == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to count")
def test_a_program_ended_by_a_signal_has_the_shells_status():
    assert dev.run_program([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"], os.environ) == 128 + 15


def test_a_setup_error_is_one_message_and_status_one(monkeypatch, capsys):
    def fail(arguments):
        raise dev.SetupError("This system lacks a font.")

    monkeypatch.setattr(dev, "run", fail)
    assert dev.main(["run"]) == 1
    assert capsys.readouterr().err == "[NN Lab] This system lacks a font.\n"


def test_an_old_python_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2, "final", 0))
    assert dev.main(["run"]) == 1
    error = capsys.readouterr().err
    assert "needs Python 3.11 or newer" in error
    assert "3.9.2" in error


@pytest.mark.parametrize("arguments", [[], ["walk"]])
def test_a_wrong_command_is_bad_usage(arguments):
    answer = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=LIMIT)
    assert answer.returncode == 2
    assert "run | test" in answer.stderr or "'walk'" in answer.stderr
