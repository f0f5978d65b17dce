"""PEFT's form of adapters, both ways: what the real PEFT wrote (tests/files/fixtures/peft) is read, and what is no adapter refused."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import nnlab
from nnlab.core.errors import FileError, GraphError, NNLabError
from nnlab.graph import adapters, edits
from nnlab.training.adapter_folder import CONFIG, MODEL, read_folder, write_folder
from nnlab.training.peft import _alpha, _pattern, _plain, _within, from_stored, to_stored, values_of_adapter
from nnlab.training.stored_adapter import StoredAdapter

X, Y = lora_cases.data()
A, B = "base_model.model.hidden_1.lora_A.weight", "base_model.model.hidden_1.lora_B.weight"


def fresh() -> nnlab.Session:
    return nnlab.Session(lora_cases.base(), initial_weights=lora_cases.fixture("base"))


@pytest.mark.parametrize("name", lora_cases.PEFT_CASES)
def test_what_peft_has_trained_computes_the_same_here(name: str) -> None:
    """Adapter and outputs are PEFT's own, computed by PyTorch."""
    s = fresh()
    plain = s.predict(X)
    s.load_adapter(lora_cases.PEFT_FIXTURES / name, "from_peft")
    lora_cases.agree(s.predict(X), lora_cases.fixture(name)["outputs"])
    s.switch(None)
    np.testing.assert_array_equal(s.predict(X), plain)


@pytest.mark.parametrize("name", lora_cases.PEFT_CASES)
def test_what_is_written_has_the_tensors_that_peft_writes(name: str, tmp_path: Path) -> None:
    """Names and shapes of PEFT's own file; of a rank that the layer does not have, what it has."""
    s = nnlab.Session(lora_cases.adapted(lora_cases.PEFT_CASES[name]))
    s.save_adapter("task_b", tmp_path / "a")
    ours, theirs = load_file(tmp_path / "a" / MODEL), load_file(lora_cases.PEFT_FIXTURES / name / MODEL)
    assert set(ours) == set(theirs)
    for key, values in theirs.items():
        expected = values.shape
        if "pissa" in name and ".out." in key:
            expected = (3, 4) if "lora_A" in key else (3, 3)
        assert ours[key].shape == expected, key
    config = json.loads((tmp_path / "a" / CONFIG).read_text())
    known = json.loads((lora_cases.PEFT_FIXTURES / name / CONFIG).read_text())
    assert {"peft_type", "r", "lora_alpha", "target_modules"} <= set(config) <= set(known), "nothing PEFT does not know"


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_to_the_bit_where_nothing_is_rearranged(case: dict[str, Any]) -> None:
    s = nnlab.Session(lora_cases.adapted(case), "adam", 0.05)
    s.step(X, Y)
    stored = to_stored(s.graph, s.parameters, "task_b", compact=False)
    found = values_of_adapter(s.graph, stored, "task_b")
    own = {name: values for name, values in s.parameters.items() if ".lora_" in name}
    assert found.keys() == own.keys() and all(np.array_equal(found[name], values) for name, values in own.items())


def test_patterns_are_written_and_read(tmp_path: Path) -> None:
    graph = adapters.attach(lora_cases.base(), rank=2, alpha=4, name="t", ranks={"out": 1}, alphas={"hidden_1": 9.5}, rslora=True)
    s = nnlab.Session(graph)
    s.save_adapter("t", tmp_path / "t")
    config = json.loads((tmp_path / "t" / CONFIG).read_text())
    assert (config["r"], config["rank_pattern"]) == (2, {"out": 1})
    assert (config["lora_alpha"], config["alpha_pattern"]) == (4, {"hidden_1": 9.5}) and config["use_rslora"] is True
    again, _ = from_stored(lora_cases.base(), read_folder(tmp_path / "t"))
    assert [(a.rank, a.alpha, a.rslora) for node in again for a in node.adapters] == [(2, 9.5, True), (2, 4.0, True), (1, 4.0, True)]


def test_a_name_that_is_a_pattern_is_escaped() -> None:
    graph = edits.rename_node(lora_cases.base(), "out", "out (2+)")
    graph = adapters.attach(graph, rank=2, name="t", ranks={"out (2+)": 1})
    stored = to_stored(graph, nnlab.Session(graph).parameters, "t")
    assert stored.config["rank_pattern"] == {r"out\ \(2\+\)": 1}
    again, _ = from_stored(edits.rename_node(lora_cases.base(), "out", "out (2+)"), stored)
    assert [a.rank for node in again for a in node.adapters] == [2, 2, 1]


@pytest.mark.parametrize(("pattern", "alpha"), [("hidden_1", 7), ("^hidden_1", 7), (".*_1", 7), ("hidden_2", 5), ("hidden", 5)])
def test_alpha_patterns_mean_what_they_mean_to_peft(pattern: str, alpha: float, tmp_path: Path) -> None:
    """`re.match(rf"(.*\\.)?({key})$", layer)`, as in PEFT's get_pattern_key."""
    folder = copied(tmp_path, config={"alpha_pattern": {pattern: 7}})
    graph, _ = from_stored(lora_cases.base(), read_folder(folder))
    assert graph["hidden_1"].adapters[0].alpha == alpha


def test_mixed_scalings_are_written_as_one() -> None:
    graph = adapters.attach(lora_cases.base(), rank=2, alpha=4, name="t")
    graph = adapters.configure_adapter(graph, "t", ["out"], rslora=True)
    stored = to_stored(graph, nnlab.Session(graph).parameters, "t")
    again, _ = from_stored(lora_cases.base(), stored)
    for layer in ("hidden_1", "out"):
        assert again[layer].adapters[0].scale == pytest.approx(graph[layer].adapters[0].scale, rel=1e-15)


def test_the_folder_or_a_file_in_it_and_other_files_stay(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "README.md").write_text("kept")
    assert read_folder(folder) == read_folder(folder / MODEL) == read_folder(folder / CONFIG)
    write_folder(read_folder(folder), folder)
    assert (folder / "README.md").read_text() == "kept" and sorted(p.name for p in folder.iterdir()) == ["README.md", CONFIG, MODEL]
    renamed = folder.rename(folder.with_name("no name. for an adapter"))
    assert read_folder(renamed).name == "adapter"


def copied(place: Path, config: dict[str, Any] | None = None, tensors: dict[str, Any] | None = None) -> Path:
    """The plain fixture with some keys of its configuration or tensors changed; None takes one away."""
    folder = place / "given"
    shutil.copytree(lora_cases.PEFT_FIXTURES / "plain", folder)
    known = json.loads((folder / CONFIG).read_text()) | (config or {})
    (folder / CONFIG).write_text(json.dumps({key: value for key, value in known.items() if value != "absent"}))
    found = load_file(folder / MODEL) | (tensors or {})
    save_file({key: values for key, values in found.items() if values is not None}, folder / MODEL, {"format": "pt"})
    return folder


def without(place: Path, file: str, *, instead: bytes | None = None, name: str | None = None) -> Path:
    folder = copied(place)
    (folder / file).unlink()
    if instead is not None:
        (folder / (name or file)).write_bytes(instead)
    return folder


WRONG: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no folder": (lambda p: p / "nothing", "there is no such folder"),
    "no config": (lambda p: without(p, CONFIG), "it holds no adapter_config.json"),
    "no weights": (lambda p: without(p, MODEL), "it holds no adapter_model.safetensors"),
    "the folder above": (lambda p: copied(p).parent, "it holds no adapter_config.json; its folder given holds one"),
    "a pickle beside": (
        lambda p: without(p, MODEL, instead=pickle.dumps({}), name="adapter_model.bin"),
        "adapter_model.bin is a pickle, which could run anything; save it with safe_serialization=True, as adapter_model.safetensors",
    ),
    "a pickle by path": (
        lambda p: without(p, MODEL, instead=pickle.dumps({}), name="adapter_model.bin") / "adapter_model.bin",
        "a .bin file is a pickle, which could run anything; save it with safe_serialization=True",
    ),
    "a pickle under another name": (lambda p: without(p, MODEL, instead=pickle.dumps({})), "damaged or not safetensors"),
    "terabytes": (lambda p: without(p, MODEL, instead=(2**43).to_bytes(8, "little") + b"{}"), "damaged or not safetensors"),
    "no JSON": (lambda p: without(p, CONFIG, instead=b"{"), "adapter_config.json cannot be read"),
    "another kind": (lambda p: copied(p, {"peft_type": "IA3"}), "peft_type is 'IA3'; only LORA can be kept"),
    "rank 0": (lambda p: copied(p, {"r": 0}), "r is 0; give a whole number of at least 1"),
    "another rank": (lambda p: copied(p, {"r": 3}), "lora_A (2, 6) and lora_B (5, 2) do not fit the rank 3"),
    "alpha NaN": (lambda p: copied(p, {"lora_alpha": float("nan")}), "lora_alpha is nan; give a finite number"),
    "dropout": (lambda p: copied(p, {"lora_dropout": "much"}), "lora_dropout is 'much'; give a finite number"),
    "a missing key": (lambda p: copied(p, tensors={B: None}), "layer hidden_1: lora_B.weight is missing; export the adapter again"),
    "a layer without weights": (
        lambda p: copied(p, tensors={A: None, B: None}),
        "target_modules names hidden_1, but the file holds no weights for it; export the adapter again",
    ),
    "a layer nobody names": (
        lambda p: copied(p, {"target_modules": ["hidden_2", "out"]}),
        "it holds weights for hidden_1, which target_modules does not name; export the adapter again",
    ),
    "a wrong prefix": (
        lambda p: copied(p, tensors={A: None, "hidden_1.lora_A.weight": np.zeros((2, 6), "f4")}),
        "'hidden_1.lora_A.weight' is not a key of PEFT (base_model.model.LAYER.lora_A.weight)",
    ),
    "another base": (
        lambda p: copied(p, tensors={A: np.zeros((2, 7), "f4")}), "its hidden_1 is (5, 7), but the weight of hidden_1 is (5, 6)",
    ),
    "an unknown layer": (
        lambda p: copied(p, tensors={key.replace("hidden_1", "q_proj"): np.zeros((2, 2), "f4") for key in (A, B)}),
        "it has no layer 'q_proj'",
    ),
    "a target that is not there": (
        lambda p: copied(p, {"target_modules": ["hidden_1", "hidden_2", "out", "q_proj"]}),
        "target_modules names 'q_proj', but this network has no such layer",
    ),
    "NaN": (lambda p: copied(p, tensors={A: np.full((2, 6), np.nan, "f4")}), "layer hidden_1 contains NaN or infinity"),
    "whole numbers": (lambda p: copied(p, tensors={A: np.zeros((2, 6), "i4")}), "has numbers of type I32; use F16 or F32 or F64"),
    "lengths that are missing": (
        lambda p: copied(p, {"use_dora": True}), "layer hidden_1: lora_magnitude_vector is missing, though use_dora is on",
    ),
    "lengths too many": (
        lambda p: copied(p, tensors={"base_model.model.out.lora_magnitude_vector": np.ones(3, "f4")}),
        "layer out: lora_magnitude_vector is there, though use_dora is off",
    ),
    "biases": (lambda p: copied(p, {"bias": "all"}), "bias is 'all'; only adapters that leave the biases alone can be loaded"),
    "more than LoRA": (
        lambda p: copied(p, {"modules_to_save": ["out"]}),
        "modules_to_save is set, which changes what is computed in a way that NN Lab does not know",
    ),
    "a base that PiSSA changed": (
        lambda p: copied(p, {"init_lora_weights": "pissa_niter_4"}),
        "it was trained on a base that pissa_niter_4 had changed; save it in PEFT with path_initial_model_for_weight_conversion",
    ),
    "a pattern that could take for ever": (
        lambda p: copied(p, {"alpha_pattern": {"(a+)+$": 3}}), "alpha_pattern has the regular expression '(a+)+$'; name the layers instead",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_adapter_for_this_network_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    make, words = WRONG[name]
    path = make(tmp_path)
    s = fresh()
    graph, parameters = s.graph, s.parameters
    with pytest.raises(NNLabError) as caught:
        s.load_adapter(path)
    text = str(caught.value)
    assert words in text and text.endswith(".") and text.count(". ") == 0, text
    assert s.graph == graph and all(np.array_equal(values, s.parameters[key]) for key, values in parameters.items())


def test_two_of_one_name_are_refused_and_another_name_helps(tmp_path: Path) -> None:
    s = fresh()
    folder = copied(tmp_path)
    s.load_adapter(folder)
    with pytest.raises(NNLabError, match=r"^An adapter named 'given' already exists; choose another name\.$"):
        s.load_adapter(folder)
    assert s.load_adapter(folder, "again") == "again"


def test_lengths_on_some_layers_only_cannot_be_said_in_peft(tmp_path: Path) -> None:
    graph = adapters.configure_adapter(lora_cases.adapted({}), "task_b", ["out"], dora=True)
    with pytest.raises(NNLabError, match="has DoRA on some layers only"):
        nnlab.Session(graph).save_adapter("task_b", tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NNLabError, match=r"cannot be made a folder: .*; choose another place\.$"):
        nnlab.Session(lora_cases.adapted({})).save_adapter("task_b", tmp_path / "file" / "a")


# The form itself, worked out by hand


def attached(**case: Any) -> nnlab.Graph:
    return adapters.attach(lora_cases.base(), name="t", **case)


def stored_of(graph: nnlab.Graph) -> StoredAdapter:
    return to_stored(graph, nnlab.Session(graph, dtype="float64").parameters, "t")


def test_what_most_layers_have_stands_for_all() -> None:
    """Ranks 4, 4 and 1 and alphas 9, 5 and 9: what occurs most often, not how often that is."""
    config = stored_of(attached(rank=4, alpha=9.0, ranks={"out": 1}, alphas={"hidden_2": 5.0})).config
    assert (config["r"], config["lora_alpha"]) == (4, 9)
    assert (config["rank_pattern"], config["alpha_pattern"]) == ({"out": 1}, {"hidden_2": 5})
    assert config["target_modules"] == ["hidden_1", "hidden_2", "out"]
    assert "use_rslora" not in config and "use_dora" not in config, "what has its default is left out"


def test_the_largest_dropout_is_written() -> None:
    graph = adapters.configure_adapter(attached(rank=2, dropout=0.125), "t", ["hidden_2"], dropout=0.5)
    assert stored_of(graph).config["lora_dropout"] == 0.5


def test_dora_on_some_layers_has_no_words() -> None:
    graph = adapters.configure_adapter(attached(rank=2), "t", ["out"], dora=True)
    with pytest.raises(GraphError, match="The adapter t has DoRA on some layers only, which PEFT has no words for"):
        stored_of(graph)
    with pytest.raises(GraphError, match="There is no adapter named 'u'; this network has t"):
        to_stored(graph, {}, "u")


@pytest.mark.parametrize(("units", "inputs", "rank", "kept"), [(3, 5, 3, 3), (3, 5, 2, 2), (3, 5, 4, 3), (5, 3, 4, 3), (3, 3, 6, 3)])
def test_no_more_directions_than_a_layer_has(units: int, inputs: int, rank: int, kept: int) -> None:
    generator = np.random.default_rng(1)
    b, a = generator.standard_normal((units, rank)), generator.standard_normal((rank, inputs))
    fewer_a, fewer_b = _within(b, a)
    assert (fewer_a.shape, fewer_b.shape) == ((kept, inputs), (units, kept))
    np.testing.assert_allclose(fewer_b @ fewer_a, b @ a)
    assert (fewer_a is a and fewer_b is b) == (rank <= min(units, inputs))


@pytest.mark.parametrize(("rslora", "alpha"), [(False, 8 * 3 / 12), (True, 8 * (3 / 12) ** 0.5)])
def test_fewer_directions_keep_the_scale(rslora: bool, alpha: float) -> None:
    """Of rank 12 the last layer, 3 × 4, has 3 directions: alpha / rank, or alpha / √rank, stays what it was."""
    generator = np.random.default_rng(2)
    config = {"peft_type": "LORA", "r": 12, "lora_alpha": 8, "target_modules": ["out"], "use_rslora": rslora}
    given = {
        "base_model.model.out.lora_A.weight": generator.standard_normal((12, 4)),
        "base_model.model.out.lora_B.weight": generator.standard_normal((3, 12)),
    }
    graph, values = from_stored(lora_cases.base(), StoredAdapter("t", json.dumps(config).encode(), given))
    (adapter,) = graph["out"].adapters
    assert (adapter.rank, adapter.alpha, adapter.rslora) == (3, pytest.approx(alpha), rslora)
    scale = 8 / (12**0.5 if rslora else 12)
    made = adapter.scale * values["out.lora_B.t"] @ values["out.lora_A.t"]
    np.testing.assert_allclose(made, scale * given["base_model.model.out.lora_B.weight"] @ given["base_model.model.out.lora_A.weight"])


@pytest.mark.parametrize(
    ("patterns", "alpha"),
    [
        ({}, 16.0), ({"hidden_1": 3}, 3.0), ({"den_1": 3}, 16.0), ({"hidden_": 3}, 16.0), ({"hidden_1|out": 3}, 3.0), ({".*1": 3}, 3.0),
        ({".*_.*": 3, "hidden_1": 4}, 3.0), ({"out": 4, "hidden_1": 3}, 3.0), ({"h.*d.*n.*": 3}, 3.0),
    ],
)  # fmt: skip
def test_the_first_pattern_that_means_a_layer_decides(patterns: dict[str, float], alpha: float) -> None:
    assert _alpha("adapter t", "hidden_1", {"alpha_pattern": patterns, "lora_alpha": 16}) == alpha
    assert _alpha("adapter t", "hidden_1", {}) == 8.0, "as in PEFT where nothing is said"


@pytest.mark.parametrize("pattern", ["h.*i.*d.*d.*", "(hidden)+", "[a-z]+_1", "x" * 201])
def test_patterns_that_may_take_long_are_refused(pattern: str) -> None:
    with pytest.raises(FileError) as caught:
        _alpha("adapter t", "hidden_1", {"alpha_pattern": {pattern: 3}})
    assert str(caught.value) == f"adapter t: alpha_pattern has the regular expression {pattern[:80]!r}; name the layers instead."


def test_whole_numbers_and_names_are_written_plainly() -> None:
    assert [_plain(8.0), _plain(8.5), type(_plain(8.0))] == [8, 8.5, int]
    assert [_pattern(name) for name in ("hidden_1", "a-b", "out (2+)")] == ["hidden_1", "a-b", r"out\ \(2\+\)"]


@pytest.mark.parametrize("rslora", [False, True])
def test_a_number_that_was_typed_is_written_as_it_was(rslora: bool) -> None:
    """Not as what alpha / rank comes to, times the rank: that would be rounded twice."""
    for tenths in range(1, 40):
        graph = attached(rank=3, alpha=tenths / 10, rslora=rslora)
        assert stored_of(graph).config["lora_alpha"] == tenths / 10


def test_without_a_word_about_it_nothing_is_dropped() -> None:
    stored = stored_of(attached(rank=2, dropout=0.25))
    config = {key: value for key, value in stored.config.items() if key != "lora_dropout"}
    graph, _ = from_stored(lora_cases.base(), StoredAdapter("t", json.dumps(config).encode(), stored.tensors))
    assert graph["out"].adapters[0].dropout == 0.0 and json.dumps(config)[0] == "{"


@pytest.mark.parametrize("pattern", [{"out": 0}, {"out": 65537}, {"out": 1.5}, {"out": "2"}, [2], "out"])
def test_a_pattern_of_ranks_is_of_ranks(pattern: object) -> None:
    stored = stored_of(attached(rank=2))
    with pytest.raises(FileError, match="rank_pattern is"):
        StoredAdapter("t", json.dumps({**stored.config, "rank_pattern": pattern}).encode(), stored.tensors)
