"""Compiles kernels into the disk cache ahead of time: what the very first start does once, best in a child process.

What the project at hand needs comes first, everything else afterwards, so that nobody waits for operators that nobody uses.

`python -m nnlab.training.warm` compiles everything and prints one line "done/all name" per kernel, for whoever shows the progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nnlab.core.kernel import Adapter, compiled_listeners, module_is_compiled
from nnlab.core.operator import inner_operators, operators
from nnlab.core.optimizer import optimizers
from nnlab.core.schedule import schedules

REAL = "float32"
MACHINE = "the machine"
MACHINE_SHARE = 24  # its functions count as so many kernels, for they take as long
KERNELS_EACH = 2

NamedAdapter = tuple[str, Adapter]
_found: set[Adapter | str] = set()  # what lies in the cache folder for certain


def adapters() -> list[NamedAdapter]:
    """Every adapter that training may need, with the name people know it by."""
    found: list[NamedAdapter] = []
    for kind in (*operators, *inner_operators):
        found.extend((kind.title, adapter) for adapter in kind.adapters)
    found.extend((kind.title, kind.update_adapter) for kind in optimizers)
    found.extend((kind.title, kind.update_adapter) for kind in schedules if kind.update is not None)
    return found


def adapters_of(names: Iterable[str]) -> list[NamedAdapter]:
    """The adapters of some operators, optimisers and schedules, by their registered names; unknown names are left out."""
    found: list[NamedAdapter] = []
    for name in dict.fromkeys(names):
        for registry in (operators, inner_operators):
            if name in registry:
                found.extend((registry[name].title, adapter) for adapter in registry[name].adapters)
        if name in optimizers:
            used = [optimizers[name], *([optimizers[optimizers[name].others]] if optimizers[name].others else [])]
            found.extend((kind.title, kind.update_adapter) for kind in used)
        if name in schedules and schedules[name].update is not None:
            found.append((schedules[name].title, schedules[name].update_adapter))
    return found


def is_warm(parts: Iterable[NamedAdapter] | None = None) -> bool:
    """Whether the machine and these adapters (all of them, unless given) were compiled before, by this version on this machine.

    What was found is not looked for again by this process: each look walks the folder, and every window that opens asks.
    """
    wanted = adapters() if parts is None else parts
    return _is_found(MACHINE) and all(_is_found(adapter) for _, adapter in wanted)


def _is_found(part: Adapter | str) -> bool:
    """Whether an adapter, or the machine, lies in the cache folder."""
    if part not in _found:
        is_there = module_is_compiled("nnlab.engine.machine_code", "run_training") if isinstance(part, str) else part.is_cached(REAL)
        if not is_there:
            return False
        _found.add(part)
    return True


def warm_up(progress: Callable[[int, int, str], None], parts: Iterable[NamedAdapter] | None = None) -> None:
    """Compiles what is missing; `progress(done, all, name)` before each part and once at the end."""
    waiting = adapters() if parts is None else list(parts)
    total = len(waiting) + MACHINE_SHARE
    progress(0, total, MACHINE)
    functions: list[str] = []

    def one_more(name: str) -> None:
        functions.append(name)
        progress(min(len(functions) * KERNELS_EACH, MACHINE_SHARE - 1), total, MACHINE)

    compiled_listeners.append(one_more)
    try:
        import nnlab.engine.machine_code  # noqa: F401  (its functions compile when it is imported)
    finally:
        compiled_listeners.remove(one_more)
    for i, (name, one) in enumerate(waiting):
        progress(MACHINE_SHARE + i, total, name)
        one.address(REAL)
    progress(total, total, "ready")


if __name__ == "__main__":
    warm_up(lambda done, total, name: print(f"{done}/{total} {name}", flush=True))
