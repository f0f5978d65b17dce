"""An adapter on disk, as PEFT lays it out: a folder with adapter_config.json and adapter_model.safetensors. Nothing in it is executed.

PEFT only warns about missing keys and leaves the adapter untrained; here a folder that is not whole is refused.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import IO

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError, NNLabError
from nnlab.core.sizes import MEGABYTE
from nnlab.core.tensor_file import read_metadata, read_tensors, write_tensors
from nnlab.graph.lora_adapter import name_problem
from nnlab.training.stored_adapter import StoredAdapter

CONFIG, MODEL = "adapter_config.json", "adapter_model.safetensors"
LIMITS = {CONFIG: MEGABYTE, MODEL: 256 * MEGABYTE}  # bytes
_DTYPES = ("F16", "F32", "F64")
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
_BASE = "nnlab.base_sha256."  # begins the keys of the file's metadata that say what base it was trained on; PEFT ignores them


def packed(adapter: StoredAdapter) -> dict[str, bytes]:
    """The content of both files by name."""
    metadata = {"format": "pt"} | {f"{_BASE}{layer}": text for layer, text in adapter.base_sha256.items()}
    return {CONFIG: adapter.config_json, MODEL: write_tensors(dict(adapter.tensors), metadata)}


def unpacked(name: str, config: bytes, model: bytes) -> StoredAdapter:
    """The adapter that two files hold; raises FileError saying what is wrong with them."""
    tensors = read_tensors(model, f"adapter {name}: {MODEL}", _DTYPES)
    base = {key.removeprefix(_BASE): text for key, text in read_metadata(model).items() if key.startswith(_BASE)}
    return StoredAdapter(name, config, tensors, base)


def read_folder(path: Path | str, name: str | None = None) -> StoredAdapter:
    """The adapter in a folder, under the folder's own name unless another is given; also by the path of one of its two files.

    Raises FileError in one sentence that begins with the path.
    """
    given = Path(path)
    folder = given.parent if given.name in LIMITS or given.suffix in _PICKLES else given
    try:
        if given.suffix in _PICKLES:
            raise FileError(f"a {given.suffix} file is a pickle, which could run anything; save it with safe_serialization=True")
        if not folder.is_dir():
            raise FileError("there is no such folder" if not folder.exists() else f"choose a folder with {CONFIG} and {MODEL}")
        contents = {file: _content(folder, file) for file in (CONFIG, MODEL)}
        own = folder.resolve().name
        return unpacked(name or (own if name_problem(own) is None else "adapter"), contents[CONFIG], contents[MODEL])
    except (FileError, OSError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error).rstrip(".")
        raise FileError(f"{path} was not loaded: {reason}.") from error


def _content(folder: Path, file: str) -> bytes:
    path = folder / file
    if not path.is_file():
        pickles = [other.name for other in sorted(folder.iterdir()) if other.suffix in _PICKLES]
        if file == MODEL and pickles:
            raise FileError(f"{pickles[0]} is a pickle, which could run anything; save it with safe_serialization=True, as {MODEL}")
        inner = [other.parent.name for other in sorted(folder.glob(f"*/{CONFIG}"))]
        hint = f"; its folder {inner[0]} holds one" if inner else ""
        raise FileError(f"it holds no {file}{hint}")
    size = path.stat().st_size
    if size > LIMITS[file]:
        raise FileError(f"{file} has {size:,} bytes, more than the {LIMITS[file]:,} an adapter may have")
    return path.read_bytes()


def is_adapter_path(path: Path | str) -> bool:
    """Whether something on disk is meant as an adapter: a folder, or one of the files in it. What is in it is not looked at."""
    given = Path(path)
    return bool(str(path)) and (given.is_dir() or given.name in LIMITS or given.suffix in (*_PICKLES, ".safetensors"))


def write_folder(adapter: StoredAdapter, path: Path | str) -> None:
    """Writes both files into a folder, which is made if need be; raises FileError in one sentence. Other files in it stay."""
    folder = Path(path)
    for file, content in packed(adapter).items():
        if len(content) > LIMITS[file]:
            size, limit = len(content), LIMITS[file]
            raise FileError(f"{path} was not written: {file} would have {size:,} bytes, more than the {limit:,} allowed; lower the rank.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{path} cannot be made a folder: {error.strerror}; choose another place.") from error
    # The weights first: a folder whose second file could not be written is refused when it is read, not taken for another adapter.
    contents = packed(adapter)
    for file in (MODEL, CONFIG):
        write_atomically(folder / file, partial(_write, contents[file]))


def _write(content: bytes, file: IO[bytes]) -> None:
    file.write(content)


def saved_bytes(adapter: StoredAdapter) -> int:
    """How many bytes both files have."""
    try:
        return sum(map(len, packed(adapter).values()))
    except NNLabError:
        return 0
