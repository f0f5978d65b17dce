"""What an installation consists of, without building one: the tree of the .deb, desktop file and MIME type, the spec, the smoke test."""

from __future__ import annotations

import ast
import configparser
import importlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest
from endings import LIMIT

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The scripts, imported as they import one another."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    names = ("dev", "build", "debian", "trial", "bad_places", "smoke")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return {name: importlib.import_module(name) for name in names}


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A folder that looks like the built one."""
    folder = tmp_path / "my dist" / "nnlab"
    (folder / "_internal").mkdir(parents=True)
    (folder / "nnlab").write_text("#!/bin/sh\necho NN Lab\n")
    (folder / "nnlab").chmod(0o755)
    return folder


def test_the_tree_of_the_package(tools: dict[str, ModuleType], application: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tools["debian"].write_tree(tree, application, PACKAGING.parent)
    files = {str(path.relative_to(tree)) for path in tree.rglob("*") if not path.is_dir()}
    assert files == {
        "opt/nnlab/nnlab", "usr/bin/nnlab", "usr/share/applications/nnlab.desktop", "usr/share/mime/packages/nnlab.xml",
        "usr/share/doc/nnlab/copyright", "usr/share/icons/hicolor/scalable/apps/nnlab.svg",
        "usr/share/icons/hicolor/scalable/mimetypes/application-x-nnlab.svg",
    }  # fmt: skip
    assert (tree / "usr/bin/nnlab").readlink() == Path("/opt/nnlab/nnlab")
    assert (tree / "opt/nnlab/nnlab").stat().st_mode & 0o111


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="makes a .deb")
def test_dpkg_reads_the_package(tools: dict[str, ModuleType], application: Path, tmp_path: Path) -> None:
    package = tools["debian"].write_package(application, PACKAGING.parent, tmp_path, "1.2.3")
    shown = subprocess.run(["dpkg-deb", "--info", str(package)], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
    assert "Package: nnlab" in shown and "Version: 1.2.3" in shown and "libegl1" in shown and "postrm" in shown
    listed = subprocess.run(["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
    assert "./usr/bin/nnlab -> /opt/nnlab/nnlab" in listed and "root/root" in listed
    assert [path.name for path in tmp_path.iterdir() if path.suffix not in (".deb",)] == ["my dist"], "nothing is left behind"
    subprocess.run(["dpkg-deb", "--control", str(package), str(tmp_path / "control")], check=True, timeout=LIMIT)
    assert (tmp_path / "control" / "postrm").read_text().splitlines()[-1] == "mkdir -p /opt", "it was there before the package"


def test_desktop_file_and_mime_type_name_the_same(tools: dict[str, ModuleType]) -> None:
    desktop = configparser.ConfigParser(interpolation=None)
    desktop.optionxform = str  # type: ignore[assignment, method-assign]  # keys have capitals
    desktop.read(PACKAGING / "linux" / "nnlab.desktop", encoding="utf-8")
    entry = desktop["Desktop Entry"]
    kinds = list(ET.parse(PACKAGING / "linux" / "nnlab.xml").getroot())
    assert entry["MimeType"] == "".join(f"{kind.get('type')};" for kind in kinds)
    assert entry["Exec"] == "nnlab %f" and entry["Icon"] == "nnlab"
    globs = [kind.find("{http://www.freedesktop.org/standards/shared-mime-info}glob") for kind in kinds]
    assert [glob.get("pattern") for glob in globs if glob is not None] == ["*.nnlab", "*.nnlesson"]
    assert ET.parse(PACKAGING.parent / "resources" / "icons" / "nnlab.svg").getroot().get("viewBox") == "0 0 256 256"


def test_the_spec_keeps_sources_and_leaves_nothing_out_that_is_imported() -> None:
    tree = ast.parse((PACKAGING / "application" / "nnlab.spec").read_text(encoding="utf-8"))
    assigned = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    unused = set(ast.literal_eval(assigned["UNUSED"]))
    needed: set[str] = set()
    for path in (PACKAGING.parent / "nnlab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if "bench" not in path.parts else ():
            if isinstance(node, ast.Import):
                needed |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed.add(node.module or "")
    optional = {"dask", "distributed", "torch", "onnxruntime", "IPython", "pandas"}  # extras, which the application does not bring
    assert not {name for name in needed if name.partition(".")[0] in unused - optional or name in unused - optional}
    assert "'nnlab': 'py'" in ast.unparse(assigned["analysis"])


def test_one_version_is_built_at_a_time(tools: dict[str, ModuleType], tmp_path: Path) -> None:
    build = tools["build"].Build(tmp_path, print)
    build.dist.mkdir()
    (build.dist / "nnlab-1.2.3-py3-none-any.whl").write_bytes(b"12345")
    assert build.version == "1.2.3" and tools["build"].size_of(build.dist) == 5


def test_a_step_that_fails_says_which(tools: dict[str, ModuleType], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = tools["build"].Build(tmp_path, print)
    with pytest.raises(tools["build"].BuildError, match=r"ended with status 3; its last lines are above\."):
        build._call([sys.executable, "-c", "print('why'); raise SystemExit(3)"], {})
    assert "why" in capsys.readouterr().err


def test_tools_that_cannot_be_installed_have_a_status_of_their_own(tools: dict[str, ModuleType], tmp_path: Path) -> None:
    build = tools["build"].Build(tmp_path, print)
    build._interpreter.parent.mkdir(parents=True)
    build._interpreter.write_text("#!/bin/sh\nexit 1\n")
    build._interpreter.chmod(0o755)
    with pytest.raises(tools["build"].NoToolsError, match=r"pyinstaller.* cannot be installed here: python -m pip") as caught:
        build.run(only_wheel=True)
    assert caught.value.status == 3


def test_the_smoke_test_fails_for_a_program_that_is_not_right(
    tools: dict[str, ModuleType], application: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tools["smoke"].main([]) == 2
    assert tools["smoke"].main([str(application / "nnlab")]) == 1
    assert "FAILED  doctor: NN Lab" in capsys.readouterr().out
