"""Compiles every kernel into the disk cache: what the very first start does once, best in a child process.

`python -m nnlab.training.warm` prints one line "done/all name" per kernel, for whoever shows the progress.
"""

from __future__ import annotations

from collections.abc import Callable

from nnlab.core.kernel import Adapter, cache_folder
from nnlab.core.operator import operators
from nnlab.core.optimizer import optimizers

REAL = "float32"
MACHINE = "the machine"
MACHINE_SHARE = 12  # its functions count as so many kernels, for they take as long


def adapters() -> list[tuple[str, Adapter]]:
    """Every adapter that training may need, with the name people know it by."""
    found = []
    for kind in operators:
        if kind.forward is not None:
            found.append((f"{kind.title}, forward", kind.forward_adapter))
        if kind.backward is not None:
            found.append((f"{kind.title}, backward", kind.backward_adapter))
    found.extend((kind.title, kind.update_adapter) for kind in optimizers)
    return found


def is_warm() -> bool:
    """Whether all of it was compiled before, by this version on this machine."""
    return any(cache_folder().rglob("machine.run_training-*.nbc")) and all(adapter.is_cached(REAL) for _, adapter in adapters())


def warm_up(progress: Callable[[int, int, str], None]) -> None:
    """Compiles what is missing; `progress(done, all, name)` before each part and once at the end."""
    parts = adapters()
    total = len(parts) + MACHINE_SHARE
    progress(0, total, MACHINE)
    from nnlab.engine import machine  # its functions compile when it is imported

    assert machine.run_training.signatures
    for i, (name, one) in enumerate(parts):
        progress(MACHINE_SHARE + i, total, name)
        one.address(REAL)
    progress(total, total, "ready")


if __name__ == "__main__":
    warm_up(lambda done, total, name: print(f"{done}/{total} {name}", flush=True))
