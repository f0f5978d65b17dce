"""Adapters inside a project file: adapters/<name>/adapter_config.json and adapter_model.safetensors, as PEFT lays them out."""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.errors import FileError
from nnlab.files.tensor_file import read_tensors
from nnlab.training.stored_adapter import StoredAdapter

FOLDER, CONFIG, MODEL = "adapters/", "adapter_config.json", "adapter_model.safetensors"
MAX_ADAPTERS = 40  # two entries each, within what an archive may have
_LIMITS = {CONFIG: 2**20, MODEL: 256 * 2**20}
_DTYPES = ("F16", "F32", "F64")


def limit_of(entry: str) -> int | None:
    """The most bytes of an adapter's entry; None: not one."""
    parts = entry.split("/")
    return _LIMITS.get(parts[2]) if len(parts) == 3 and parts[0] + "/" == FOLDER else None


def encode(adapters: Mapping[str, StoredAdapter]) -> dict[str, bytes]:
    """The archive's entries; raises FileError for what could not be read again."""
    from safetensors.numpy import save

    if len(adapters) > MAX_ADAPTERS:
        raise FileError(f"a project keeps at most {MAX_ADAPTERS} adapters, this one has {len(adapters)}; delete some")
    entries = {}
    for name, adapter in adapters.items():
        for file, content in ((CONFIG, adapter.config_json), (MODEL, save(dict(adapter.tensors), {"format": "pt"}))):
            if len(content) > _LIMITS[file]:
                size, limit = len(content), _LIMITS[file]
                raise FileError(f"adapter {name}: {file} has {size:,} bytes, more than the {limit:,} a project keeps; lower its rank")
            entries[f"{FOLDER}{name}/{file}"] = content
    return entries


def decode(names: list[str], entries: Mapping[str, bytes]) -> dict[str, StoredAdapter]:
    """The adapters that project.json names; raises FileError when an entry is missing, left over or wrong."""
    if len({name.lower() for name in names}) != len(names):
        raise FileError("two adapters have one name; rename one of them")
    expected = {f"{FOLDER}{name}/{file}" for name in names for file in _LIMITS}
    found = {entry for entry in entries if entry.startswith(FOLDER)}
    for entry in sorted(expected ^ found):
        raise FileError(f"{entry!r} {'is missing' if entry in expected else 'is not named in project.json'}; use an undamaged copy")
    return {name: _decode(name, entries[f"{FOLDER}{name}/{CONFIG}"], entries[f"{FOLDER}{name}/{MODEL}"]) for name in names}


def _decode(name: str, config: bytes, model: bytes) -> StoredAdapter:
    return StoredAdapter(name, config, read_tensors(model, f"adapter {name}: {MODEL}", _DTYPES))
