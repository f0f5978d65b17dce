"""Adapters in a project file: kept to the bit, refused in one sentence."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from projects import small_project

import nnlab
from nnlab.cli import main
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


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch):
    """The real limit is 256 MB; a smaller one shows the same without the memory."""
    monkeypatch.setitem(adapters.LIMITS, adapters.MODEL, 100)
    with pytest.raises(FileError, match=r"adapter t: adapter_model.safetensors has \d+ bytes, more than the 100 .* lower its rank"):
        adapters.encode({"t": StoredAdapter("t", CONFIG, tensors())})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("r", "2", "r is '2'; give a whole number of at least 1"),
        ("r", 2.0, "r is 2.0"),
        ("r", True, "r is True"),
        ("r", 0, "r is 0"),
        ("lora_alpha", "8", "lora_alpha is '8'; give a finite number"),
        ("lora_alpha", True, "lora_alpha is True"),
        ("lora_alpha", None, "lora_alpha is None"),
        ("target_modules", None, "target_modules is None; give a list of layers' names, or one pattern"),
        ("target_modules", [], "target_modules is []"),
        ("target_modules", ["hidden", 3], "target_modules is ['hidden', 3]"),
        ("target_modules", {"hidden": 1}, "target_modules is {'hidden': 1}"),
        ("rank_pattern", {"hidden": "2"}, "rank_pattern is {'hidden': '2'}; give whole numbers of at least 1 by layer"),
        ("rank_pattern", [2], "rank_pattern is [2]"),
        ("alpha_pattern", {"hidden": None}, "alpha_pattern is {'hidden': None}; give finite numbers by layer"),
        ("peft_type", "LOHA", "peft_type is 'LOHA'; only LORA can be kept"),
    ],
)
def test_settings_of_a_wrong_type_are_refused(key: str, value: object, words: str):
    config = json.dumps({**json.loads(CONFIG), key: value}).encode()
    with pytest.raises(FileError) as caught:
        StoredAdapter("task_b", config, tensors())
    assert f"adapter task_b: adapter_config.json: {words}" in str(caught.value)


def test_a_key_that_stands_twice_is_refused():
    """The safetensors library keeps one of the two without a word."""
    for header in (
        b'{"%s":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"%s":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}'
        % (A.encode(), A.encode()),
        b'{"%s":{"dtype":"F32","shape":[2,1],"shape":[1,1],"data_offsets":[0,4]}}' % A.encode(),
    ):
        content = len(header).to_bytes(8, "little") + header + bytes(4)
        entries = {"adapters/t/adapter_config.json": CONFIG, "adapters/t/adapter_model.safetensors": content}
        with pytest.raises(FileError, match="adapter t: adapter_model.safetensors is damaged"):
            adapters.decode(["t"], entries)


def test_a_config_whose_key_stands_twice_is_refused():
    with pytest.raises(FileError, match="r stands twice"):
        StoredAdapter("t", CONFIG.replace(b'"r": 2', b'"r": 1, "r": 2'), tensors())


@pytest.mark.parametrize(
    ("units", "layer", "words"),
    [
        (3, "hidden", None),
        (3, "gone", "adapter task_b does not fit this network: it has no layer 'gone'"),
        (3, "act", "adapter task_b does not fit this network: act has no weight matrix; only dense layers take adapters"),
        (4, "hidden", "adapter task_b does not fit this network: its hidden is (3, 5), but the weight of hidden is (4, 5)"),
    ],
)
def test_an_adapter_is_checked_against_the_network(units: int, layer: str, words: str | None):
    b = nnlab.GraphBuilder()
    b.mse(b.tanh(b.dense(b.input(features=5), units=units, id="hidden"), id="act"))
    moved = {key.replace("hidden", layer): values for key, values in tensors().items()}
    assert StoredAdapter("task_b", CONFIG, moved).misfit(b.build()) == (None if words is None else words + ".")


def test_a_project_with_adapters_goes_to_another_process():
    project = replace(small_project(), adapters={"task_b": StoredAdapter("task_b", CONFIG, tensors())})
    back = pickle.loads(pickle.dumps(project))
    assert back == project
    with pytest.raises(TypeError):
        back.adapters["x"] = project.adapters["task_b"]


def test_check_says_which_adapter_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    save_project(tmp_path / "a.nnlab", SavedProject(replace(small_project(), adapters={"t": StoredAdapter("t", CONFIG, tensors())})))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "a.nnlab")])
    assert ended.value.code == 0
    assert "a: warning: adapter t does not fit this network: it has no layer 'hidden'." in capsys.readouterr().out
