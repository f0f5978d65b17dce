"""`nnlab doctor`: what this machine offers."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata

from nnlab import __version__


def doctor() -> None:
    """Versions, kernel cache, display, thread counts."""
    import shutil

    import numba
    import numpy
    import threadpoolctl

    from nnlab.core.folders import NOTES
    from nnlab.core.kernel import cache_folder
    from nnlab.core.kernel.cache import shipped_folder
    from nnlab.core.kernel.processor import described
    from nnlab.files.places import home
    from nnlab.training.warm import is_warm

    folder = cache_folder()
    native = "system" if sys.platform in ("win32", "darwin") else "none"
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or native
    threads = "; ".join(f"{p['internal_api']} {p['num_threads']} thread(s)" for p in threadpoolctl.threadpool_info()) or "none loaded"
    for label, value in {
        "NN Lab": __version__, "Python": f"{platform.python_version()} on {platform.platform()}", "NumPy": numpy.__version__,
        "numba": numba.__version__, "PySide6": metadata.version("PySide6-Essentials"),
        "compiled for": described(),
        "kernel cache": f"{folder} ({'compiled' if is_warm() else 'not compiled yet'})",
        "shipped": shipped_folder() or "no kernels came with this installation",
        "free disk space": f"{shutil.disk_usage(folder).free / 1e9:.1f} GB", "settings": home(), "display": display,
        "Qt platform": os.environ.get("QT_QPA_PLATFORM", "default"), "cores": _cores(), "BLAS": threads,
    }.items():  # fmt: skip
        print(f"{label:13} {value}")
    for note in NOTES:
        print(f"{'note':13} {note}")


def _cores() -> str:
    from nnlab.core.processors import usable_processors

    usable, present = usable_processors(), os.cpu_count() or 1
    return str(present) if usable == present else f"{usable} of {present} may be used"
