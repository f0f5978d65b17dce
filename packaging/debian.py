"""A .deb of the application folder: under /opt/nnlab, `nnlab` on the path, in the menu, for *.nnlab files; purged without a trace.

What a person's own folders hold (projects, settings, compiled kernels) is theirs and stays.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from dev import QT_LIBRARIES, X11_LIBRARIES  # the shared libraries that Qt takes from the system, with their packages

PREFIX = "opt/nnlab"
CONTROL = """\
Package: nnlab
Version: {version}
Section: education
Priority: optional
Architecture: {architecture}
Installed-Size: {kilobytes}
Depends: libc6 (>= 2.28), {depends}
Recommends: fonts-dejavu-core
Maintainer: The NN Lab authors <nnlab@localhost>
Description: desktop laboratory for neural networks
 Draw a network as a graph, watch it learn, and step through backpropagation,
 with every number, formula and gradient in sight.
"""
REFRESH = """\
#!/bin/sh
set -e
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q /usr/share/applications || true; fi
if command -v gtk-update-icon-cache >/dev/null; then gtk-update-icon-cache -q -t /usr/share/icons/hicolor || true; fi
"""
# dpkg takes an empty /opt away with the last package in it, though it was there before; every system has one (FHS 3.0, 3.13).
PURGE = REFRESH + 'if [ "$1" = purge ]; then rm -rf /opt/nnlab; fi\nmkdir -p /opt\n'


def write_package(application: Path, checkout: Path, target: Path, version: str) -> Path:
    """Writes `target`/nnlab_VERSION_ARCHITECTURE.deb; the folder is linked into the tree, not copied, where the file system can."""
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    package = target / f"nnlab_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=target) as folder:
        tree = Path(folder)
        write_tree(tree, application, checkout)
        size = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
        depends = ", ".join(sorted({*QT_LIBRARIES.values(), *X11_LIBRARIES.values()}))
        control = tree / "DEBIAN"
        control.mkdir()
        text = CONTROL.format(version=version, architecture=architecture, kilobytes=size // 1024, depends=depends)
        (control / "control").write_text(text, encoding="utf-8")
        for name, script in (("postinst", REFRESH), ("postrm", PURGE)):
            (control / name).write_text(script, encoding="utf-8")
            (control / name).chmod(0o755)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z9", "--build", str(tree), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


def write_tree(tree: Path, application: Path, checkout: Path) -> None:
    """Everything that is installed, as it lies on the system."""
    shutil.copytree(application, tree / PREFIX, symlinks=True, copy_function=linked)
    _link(tree / "usr/bin/nnlab", "/opt/nnlab/nnlab")
    shared = tree / "usr/share"
    icon = checkout / "resources" / "icons" / "nnlab.svg"
    for source, place in (
        (checkout / "packaging/linux/nnlab.desktop", "applications/nnlab.desktop"),
        (checkout / "packaging/linux/nnlab.xml", "mime/packages/nnlab.xml"),
        (checkout / "LICENSE", "doc/nnlab/copyright"),
        (icon, "icons/hicolor/scalable/apps/nnlab.svg"),
        (icon, "icons/hicolor/scalable/mimetypes/application-x-nnlab.svg"),
    ):
        target = shared / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o644)
    for folder in (path for path in tree.rglob("*") if path.is_dir() and not path.is_symlink()):
        folder.chmod(0o755)
    tree.chmod(0o755)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
