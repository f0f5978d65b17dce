"""Adapters in a project file: kept to the bit, refused in one sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from projects import small_project

from nnlab.core.errors import FileError
from nnlab.files import adapters
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.training.stored_adapter import StoredAdapter

CONFIG = b'{"peft_type": "LORA", "r": 2, "lora_alpha": 8, "target_modules": ["hidden"], "later_key": [1]}'
A, B = "base_model.model.hidden.lora_A.weight", "base_model.model.hidden.lora_B.weight"


def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {A: rng.normal(size=(2, 5)).astype("f4"), B: rng.normal(size=(3, 2)).astype("f4")}


def test_round_trip_to_the_bit(tmp_path: Path):
    project = replace(small_project(), adapters={"task_b": StoredAdapter("task_b", CONFIG, tensors())})
    save_project(tmp_path / "a.nnlab", SavedProject(project))
    kept = load_project(tmp_path / "a.nnlab").project
    assert kept == project and kept != small_project()
    assert kept.adapters["task_b"].config["later_key"] == [1]
    for key, values in tensors().items():
        assert kept.adapters["task_b"].tensors[key].tobytes() == values.tobytes()
        with pytest.raises(ValueError, match="WRITEABLE"):
            kept.adapters["task_b"].tensors[key].flags.writeable = True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({B: None}, "layer hidden: lora_B.weight is missing"),
        ({A: np.zeros((3, 5), "f4")}, r"layer hidden: lora_A \(3, 5\) and lora_B \(3, 2\)"),
        ({"model.hidden.lora_A.weight": np.zeros((2, 5), "f4")}, "is not a key of PEFT"),
    ],
)
def test_wrong_tensors_are_refused(change: dict[str, np.ndarray | None], words: str):
    given = {key: values for key, values in (tensors() | change).items() if values is not None}
    with pytest.raises(FileError, match=words):
        StoredAdapter("task_b", CONFIG, given)


@pytest.mark.parametrize("name", ["../x", "a/b", "", "lora", "weight", "CON", "a.b", "x\n"])
def test_unsafe_names_are_refused(name: str):
    with pytest.raises(FileError, match="cannot name an adapter"):
        StoredAdapter(name, CONFIG, tensors())


@pytest.mark.parametrize("key", ["peft_type", "r", "lora_alpha", "target_modules"])
def test_an_incomplete_config_is_refused(key: str):
    config = json.loads(CONFIG)
    del config[key]
    with pytest.raises(FileError, match=f"lacks {key}"):
        StoredAdapter("task_b", json.dumps(config).encode(), tensors())


@pytest.mark.parametrize("content", [b"\x80\x04K\x01.", (2**42).to_bytes(8, "little") + b"{}"], ids=["pickle", "terabytes"])
def test_what_is_not_safetensors_is_refused(content: bytes):
    entries = {"adapters/t/adapter_config.json": CONFIG, "adapters/t/adapter_model.safetensors": content}
    with pytest.raises(FileError, match="adapter t: adapter_model.safetensors is damaged or not safetensors"):
        adapters.decode(["t"], entries)


def test_missing_left_over_and_double_entries_are_refused():
    entries = adapters.encode({"t": StoredAdapter("t", CONFIG, tensors())})
    for names, words in ([], "is not named"), (["t", "u"], "is missing"), (["t", "T"], "two adapters"):
        with pytest.raises(FileError, match=words):
            adapters.decode(names, entries)
