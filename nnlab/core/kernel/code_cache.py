"""Compiled code on disk: named after what it was made from, and believed only with its hash.

numba keeps its files by the path and the line of a function. Here they are named after the function's module and a hash of everything the
function depends on (`dependencies`), so that code of another version is never taken, two versions stand side by side, and the whole folder
can be moved or shipped with an application. A file whose hash does not fit, for it is damaged or cut short, is compiled again; where
nothing can be written, code is compiled at every start, which is said once.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numba
from numba.core import typeinfer
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator
from numba.core.ccallback import CFunc
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys

from nnlab.core.kernel.cache import cache_folder, digest, shipped_folder
from nnlab.core.kernel.dependencies import dependencies
from nnlab.core.kernel.processor import compile_for_it

ADAPTERS = "adapters"  # the folder of generated functions
_HASH = 32  # bytes in front of each file
compile_for_it()


def module_folder(module: str, source: str) -> Path:
    """Where the compiled functions of a module lie, as its text is now."""
    return cache_folder() / f"{module.rpartition('.')[2]}-{digest(module, source)}"


def index_path(folder: Path, name: str, stamp: str) -> Path:
    """The index of one function: which types and processors it has been compiled for."""
    return folder / f"{name}-{stamp}.nbi"


def is_compiled(index: Path) -> bool:
    """Whether a function's code for the processor of this process is there, or came with the application."""
    here = cpu_target.target_context.codegen().magic_tuple()
    for path in _places(index):
        found = _read(path)
        known = found[2] if found is not None and found[0] == numba.__version__ else {}
        if any(key[1] == here and (path.parent / name).exists() for key, name in known.items()):
            return True
    return False


def _places(path: Path) -> tuple[Path, ...]:
    """Where a file may be: in the person's folder, or among what came with the application."""
    shipped = shipped_folder()
    return (path,) if shipped is None else (path, shipped / path.relative_to(cache_folder()))


def module_is_compiled(module: str, function: str) -> bool:
    """Whether a function of a module has code on disk for the text as it is and this processor; the module is not imported."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    folder = module_folder(module, Path(spec.origin).read_text(encoding="utf-8"))
    return any(is_compiled(folder / index.name) for place in _places(folder) for index in place.glob(f"{function}-*.nbi"))


def compile_ahead(function: Any, signatures: list[Any], **options: Any) -> Any:
    """A function compiled for these signatures, or loaded; it takes no others."""
    ready = numba.njit(**options)(function)
    ready._cache = CodeCache(function)
    with typeinfer.register_dispatcher(ready):
        for signature in signatures:
            ready.compile(signature)
    ready.disable_compile()
    return ready


def compile_c_function(function: Any, signature: Any, **options: Any) -> Any:
    """A C function with this signature, compiled or loaded."""
    ready: Any = CFunc(function, (signature.args, signature.return_type), locals={}, options=options)
    ready._cache = CodeCache(function)
    ready.compile()
    return ready


class SourceLocator(_CacheLocator):
    """Tells numba where a function's files lie: by its module, never by its path."""

    def __init__(self, function: Any) -> None:
        module = sys.modules[function.__module__]
        self.stamp = getattr(module, "NNLAB_STAMP", "") or dependencies(function)
        is_generated = hasattr(module, "NNLAB_STAMP")
        self.folder = cache_folder() / ADAPTERS if is_generated else module_folder(module.__name__, inspect.getsource(module))

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> SourceLocator:
        return cls(py_func)

    def get_cache_path(self) -> str:
        return str(self.folder)

    def get_source_stamp(self) -> str:
        return self.stamp

    def get_disambiguator(self) -> str:
        return self.stamp


class _Serialised(CompileResultCacheImpl):
    _locator_classes = [SourceLocator]

    def __init__(self, function: Any) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = SourceLocator(function)
        self._filename_base = f"{function.__qualname__.replace('<', '').replace('>', '')}-{self._locator.stamp}"


class CodeCache(FunctionCache):
    """numba's cache of one function, with files that are hashed. What cannot be written is compiled at every start."""

    _impl_class = _Serialised

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = _HashedFile(self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp())

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """As numba's, without all that typing and lowering need: whoever compiles asks for it, and to load is most of a start."""
        rtsys.initialize(target_context)  # the symbols of numba's memory, which loaded code may name
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, target_context)

    def save_overload(self, signature: Any, data: Any) -> None:
        try:
            super().save_overload(signature, data)
        except OSError as error:
            _tell(error)


class _HashedFile(IndexDataCacheFile):
    def load(self, key: Any) -> Any:
        """From the person's folder, else from what came with the application."""
        found = super().load(key)
        if found is None and (shipped := shipped_folder()) is not None and Path(self._cache_path).is_relative_to(cache_folder()):
            there = _HashedFile(str(shipped / Path(self._cache_path).relative_to(cache_folder())), "", self._source_stamp)
            there._index_path = os.path.join(there._cache_path, self._index_name)
            name = there._load_index().get(key)
            data = _checked(Path(there._data_path(name))) if name is not None else None
            found = None if data is None else pickle.loads(data)
        return found

    def _load_index(self) -> dict[Any, str]:
        found = _read(Path(self._index_path))
        if found is None or found[:2] != (self._version, self._source_stamp):
            return {}
        return found[2]

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, self._dump((self._version, self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        data = _checked(Path(self._data_path(name)))
        if data is None:
            raise FileNotFoundError(name)  # numba then compiles, and writes it again
        return pickle.loads(data)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), self._dump(data))

    def _write(self, path: str, data: bytes) -> None:
        with self._open_for_write(path) as file:
            file.write(_sealed(Path(path).name, data) + data)


def _read(index: Path) -> tuple[str, str, dict[Any, str]] | None:
    """(numba's version, stamp, file by key) of an index; None where there is none that can be believed."""
    data = _checked(index)
    if data is None:
        return None
    version, stamp, overloads = pickle.loads(data)
    return version, stamp, overloads


def _checked(path: Path) -> bytes | None:
    """What a file holds behind its hash; None where it is not there, or not whole."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    data = raw[_HASH:]
    return data if _sealed(path.name, data) == raw[:_HASH] else None


def _sealed(name: str, data: bytes) -> bytes:
    """What stands in front of a file's data: a hash of its name, too, so that one file in the place of another is no more believed."""
    return hashlib.sha256(name.encode() + b"\0" + data).digest()


_told: set[str] = set()


def _tell(error: OSError) -> None:
    reason = error.strerror or str(error)
    if reason not in _told:
        _told.add(reason)
        where = os.fspath(cache_folder())
        warnings.warn(f"Compiled kernels cannot be kept in {where} ({reason}), so every start compiles them again.", stacklevel=2)
