"""For which processor code is compiled: this one, or every one of a level, so that an application can bring its kernels along.

Native code and portable code give different bits, for a compiler joins a product and a sum where the processor can. So the choice is made
once for a person and kept, in a file beside the compiled code, until `nnlab warm-up --processor` changes it on purpose; NNLAB_PROCESSOR
overrides it for one process and its children.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import llvmlite.binding
import numba

from nnlab.core.errors import SettingError
from nnlab.core.kernel.cache import cache_root, shipped_folder

NATIVE, PORTABLE = "native", "x86-64-v3"
CHOICES = (NATIVE, PORTABLE)
LEVELS = {PORTABLE: ("avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")}  # beyond what every x86-64 has
FILE, VARIABLE = "processor", "NNLAB_PROCESSOR"


@cache
def processor() -> str:
    """NATIVE, or the level that code is compiled for in this process."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return checked(named)
    kept = _kept()
    if kept is not None:
        return kept
    chosen = PORTABLE if shipped_folder() is not None and can_run(PORTABLE) else NATIVE
    keep(chosen)
    return chosen


@cache
def _host() -> str:
    """What this processor is called; to find out takes milliseconds."""
    return str(llvmlite.binding.get_host_cpu_name())


def described() -> str:
    """For people: the choice, and what the processor is called."""
    host = _host()
    return f"{host} (native)" if processor() == NATIVE else f"{processor()} (portable; this one is {host})"


def computing_code() -> str:
    """What is written beside results: "x86-64-v3", or "native" with the name of this processor, for native code differs between them."""
    return processor() if processor() != NATIVE else f"{NATIVE} ({_host()})"


def can_run(choice: str) -> bool:
    features = llvmlite.binding.get_host_cpu_features()
    return all(features.get(name, False) for name in LEVELS.get(choice, ()))


def checked(choice: str) -> str:
    """The choice, if there is such a one and this processor can run it; raises SettingError."""
    if choice not in CHOICES:
        raise SettingError(f"There is no processor named '{choice}'; choose {' or '.join(CHOICES)}.")
    if not can_run(choice):
        raise SettingError(f"This processor cannot run code for {choice}; choose {NATIVE}.")
    return choice


def keep(choice: str) -> None:
    """From now on, in every process that starts; where it cannot be written the same choice is made anew."""
    path = _file()
    other = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        other.write_text(choice + "\n", encoding="utf-8")
        os.replace(other, path)
    except OSError:
        other.unlink(missing_ok=True)


def _kept() -> str | None:
    """The choice that was kept; None where there is none that this processor can run."""
    try:
        found = _file().read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return found if found in CHOICES and can_run(found) else None


def _file() -> Path:
    return cache_root() / FILE


def compile_for_it() -> None:
    """Tells numba, before it compiles anything."""
    if processor() != NATIVE:
        numba.config.CPU_NAME, numba.config.CPU_FEATURES = processor(), ""
