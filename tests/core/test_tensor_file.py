"""Files of safetensors are written as the library writes them, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from nnlab.core.tensor_file import read_metadata, read_tensors, write_tensors

CASES: dict[str, dict[str, np.ndarray]] = {
    "nothing": {},
    "weights": {"b.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "a.bias": np.ones(3, np.float32), "loss": np.zeros(1)},
    "every type": {
        f"of {name}": np.arange(5).astype(name)
        for name in ("bool", "uint8", "int8", "int16", "uint16", "float16", "int32", "uint32", "float32", "float64", "int64", "uint64")
    },
    "shapes": {"one number": np.array(2.5), "none": np.zeros((0, 3), np.float32), "deep": np.zeros((2, 1, 3, 1))},
    "names": {"größe": np.ones(2, np.float32), 'with "quotes"\n': np.ones(2, np.float32), "Z": np.ones(2, np.float32)},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("metadata", [None, {"format": "nnlab"}])
def test_a_file_is_the_librarys_to_the_byte(case: str, metadata: dict[str, str] | None) -> None:
    assert write_tensors(CASES[case], metadata) == save(CASES[case], metadata)


def test_it_is_read_again() -> None:
    content = write_tensors(CASES["weights"], {"format": "nnlab", "note": "two"})
    found = read_tensors(content, "it", ("F32", "F64"))
    assert {name: values.tolist() for name, values in found.items()} == {name: v.tolist() for name, v in CASES["weights"].items()}
    assert read_metadata(content) == {"format": "nnlab", "note": "two"}


def test_arrays_may_lie_in_memory_as_they_like() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    for given in (values.T, values[:, ::2], values.astype(">f4")):
        found = read_tensors(write_tensors({"x": given}), "it", ("F32",))["x"]
        assert found.tolist() == given.tolist()


def test_without_memory_it_raises_and_the_process_lives() -> None:
    """The library ends the process there."""
    much = np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 45,), (0,))  # 256 TB that are one number
    with pytest.raises(MemoryError):
        write_tensors({"much": much})
