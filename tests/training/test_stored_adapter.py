"""Adapters as values: equal by content, never changed, refused with layer, file and both shapes. See also tests/files/test_adapters.py."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import FileError
from nnlab.training.stored_adapter import MAX_RANK, StoredAdapter, check_name

PREFIX = "base_model.model."


def config(**changed: object) -> bytes:
    return json.dumps({"peft_type": "LORA", "r": 2, "lora_alpha": 8, "target_modules": ["hidden"], **changed}).encode()


def tensors(layer: str = "hidden", rank: int = 2, inputs: int = 5, outputs: int = 3, magnitude: int = 0) -> dict[str, np.ndarray]:
    made = {
        f"{PREFIX}{layer}.lora_A.weight": np.arange(rank * inputs, dtype="f4").reshape(rank, inputs),
        f"{PREFIX}{layer}.lora_B.weight": np.ones((outputs, rank), "f4"),
    }
    return made | ({f"{PREFIX}{layer}.lora_magnitude_vector": np.ones(magnitude, "f4")} if magnitude else {})


def refused(given: dict[str, np.ndarray], text: bytes = config()) -> str:
    with pytest.raises(FileError) as caught:
        StoredAdapter("t", text, given)
    return str(caught.value)


def test_it_is_equal_by_its_content() -> None:
    one = StoredAdapter("t", config(), tensors(), {"hidden": "ab"})
    assert one == StoredAdapter("t", config(), dict(reversed(tensors().items())), {"hidden": "ab"}), "whatever the order"
    assert hash(one) == hash(StoredAdapter("t", config(), tensors()))
    others = [
        StoredAdapter("u", config(), tensors(), {"hidden": "ab"}), StoredAdapter("t", config(lora_alpha=9), tensors(), {"hidden": "ab"}),
        StoredAdapter("t", config(), tensors(), {"hidden": "ac"}), StoredAdapter("t", config(), tensors()),
        StoredAdapter("t", config(), {k: v + 1 for k, v in tensors().items()}, {"hidden": "ab"}),
        StoredAdapter("t", config(), {k: v.astype("f8") for k, v in tensors().items()}, {"hidden": "ab"}),
        StoredAdapter("t", config(), tensors(outputs=4), {"hidden": "ab"}),
    ]  # fmt: skip
    assert all(one != other for other in (*others, "t"))
    back = pickle.loads(pickle.dumps(one))
    assert back == one and dict(back.base_sha256) == {"hidden": "ab"}


def test_it_keeps_copies() -> None:
    given, known = tensors(), {"hidden": "ab"}
    one = StoredAdapter("t", config(), given, known)
    given[f"{PREFIX}hidden.lora_A.weight"][0, 0] = 99.0
    known["hidden"] = "changed"
    assert one.tensors[f"{PREFIX}hidden.lora_A.weight"][0, 0] == 0.0
    assert dict(one.base_sha256) == {"hidden": "ab"}
    with pytest.raises(TypeError):
        one.tensors["x"] = given  # type: ignore[index]
    with pytest.raises(TypeError):
        one.base_sha256["x"] = ""  # type: ignore[index]
    one.config["r"] = 7
    assert one.config["r"] == 2, "a fresh copy each time"


def test_tensors_stand_by_their_layers() -> None:
    two = tensors("a.b") | tensors("c", magnitude=3)
    layers = StoredAdapter("t", config(), two).layers
    assert {layer: sorted(parts) for layer, parts in layers.items()} == {
        "a.b": ["lora_A.weight", "lora_B.weight"], "c": ["lora_A.weight", "lora_B.weight", "lora_magnitude_vector"]
    }  # fmt: skip
    np.testing.assert_array_equal(layers["c"]["lora_A.weight"], np.arange(10.0).reshape(2, 5))


def test_a_transposed_array_is_kept_as_it_reads() -> None:
    given = tensors()
    given[f"{PREFIX}hidden.lora_A.weight"] = np.arange(10, dtype="f4").reshape(5, 2).T
    kept = StoredAdapter("t", config(), given).layers["hidden"]["lora_A.weight"]
    np.testing.assert_array_equal(kept, [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]])


# Whether it fits a network


def test_a_layer_without_a_matrix_takes_no_adapter() -> None:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=16), shape="1, 4, 4")
    b.mse(b.dense(b.flatten(b.conv2d(image, filters=3, kernel_size=2, id="conv")), units=3, id="hidden"))
    graph = b.build()
    assert StoredAdapter("t", config(), tensors("conv", inputs=4)).misfit(graph) == (
        "adapter t does not fit this network: conv has no weight matrix; only dense layers take adapters."
    )
    assert StoredAdapter("t", config(), tensors("hidden", inputs=27)).misfit(graph) is None
    assert StoredAdapter("t", config(), tensors("hidden", inputs=26)).misfit(graph) == (
        "adapter t does not fit this network: its hidden is (3, 26), but the weight of hidden is (3, 27)."
    )


# Settings


@pytest.mark.parametrize("rank", [1, MAX_RANK])
def test_ranks_from_one_to_65536(rank: int) -> None:
    assert MAX_RANK == 65_536
    one = StoredAdapter("t", config(r=rank), tensors(rank=rank, inputs=1, outputs=1))
    assert one.layers["hidden"]["lora_A.weight"].shape == (rank, 1)


@pytest.mark.parametrize("rank", [0, -1, 65_537, 1.0, True, "1", None])
def test_other_ranks_are_refused(rank: object) -> None:
    words = refused(tensors(), config(r=rank))
    assert words == f"adapter t: adapter_config.json: r is {rank!r}; give a whole number of at least 1"


@pytest.mark.parametrize("alpha", [0, -8, 0.5, 2**53, -(2**53)])
def test_alpha_is_any_finite_number(alpha: float) -> None:
    assert StoredAdapter("t", config(lora_alpha=alpha), tensors()).config["lora_alpha"] == alpha


@pytest.mark.parametrize("alpha", [2**53 + 1, -(2**53) - 1, True, None, [8]])
def test_other_alphas_are_refused(alpha: object) -> None:
    words = refused(tensors(), config(lora_alpha=alpha))
    assert words == f"adapter t: adapter_config.json: lora_alpha is {alpha!r}; give a finite number"


@pytest.mark.parametrize("target", [".*hidden", ["hidden", "output"]])
def test_targets_are_names_or_one_pattern(target: object) -> None:
    assert StoredAdapter("t", config(target_modules=target), tensors()).config["target_modules"] == target


@pytest.mark.parametrize("target", ["", [], [""], ["hidden", ""], 3])
def test_other_targets_are_refused(target: object) -> None:
    words = refused(tensors(), config(target_modules=target))
    assert words == f"adapter t: adapter_config.json: target_modules is {target!r}; give a list of layers' names, or one pattern"


@pytest.mark.parametrize("name", ["rank_pattern", "alpha_pattern"])
def test_patterns_may_be_null_or_empty(name: str) -> None:
    assert StoredAdapter("t", config(**{name: None}), tensors()).config[name] is None
    assert StoredAdapter("t", config(**{name: {}}), tensors()).config[name] == {}
    assert StoredAdapter("t", config(**{name: {"other.*": 4}}), tensors()).config[name] == {"other.*": 4}


@pytest.mark.parametrize("text", [b"[1]", b'"LORA"', b"null"])
def test_a_config_that_is_no_object_is_refused(text: bytes) -> None:
    assert refused(tensors(), text) == "adapter t: adapter_config.json has to be an object with r, lora_alpha and target_modules"


@pytest.mark.parametrize("text", [b"{", b"", b"\xff", b"[" * 100_000])
def test_a_config_that_cannot_be_read_is_refused(text: bytes) -> None:
    assert refused(tensors(), text).startswith("adapter t: adapter_config.json cannot be read: ")


# Tensors


def test_the_rank_of_a_layer_is_that_of_its_pattern() -> None:
    for layer in ("hidden", "block.hidden"):
        StoredAdapter("t", config(rank_pattern={"hidden": 4}), tensors(layer, rank=4))
        words = refused(tensors(layer, rank=2), config(rank_pattern={"hidden": 4}))
        assert words == f"adapter t, layer {layer}: lora_A (2, 5) and lora_B (3, 2) do not fit the rank 4"
    assert "do not fit the rank 2" in refused(tensors("xhidden", rank=4), config(rank_pattern={"hidden": 4})), "another layer"
    assert "do not fit the rank 2" in refused(tensors("hidden.x", rank=4), config(rank_pattern={"hidden": 4}))


def test_a_pattern_that_is_no_name_leaves_the_rank_open() -> None:
    assert StoredAdapter("t", config(rank_pattern={"hid.*": 4}), tensors(rank=7))
    assert "do not fit the rank 2" in refused(tensors(rank=7), config(rank_pattern={"a.b": 4})), "a dot is part of a name"


@pytest.mark.parametrize(("missing", "words"), [("lora_A", "lora_A.weight is missing"), ("lora_B", "lora_B.weight is missing")])
def test_both_matrices_are_needed(missing: str, words: str) -> None:
    given = {key: values for key, values in tensors(magnitude=3).items() if missing not in key}
    assert refused(given) == f"adapter t, layer hidden: {words}; export the adapter again"


@pytest.mark.parametrize(
    ("a", "b"), [((2,), (3, 2)), ((2, 5), (2,)), ((2, 5), (3, 3)), ((3, 5), (3, 3)), ((2, 5, 1), (3, 2)), ((2, 5), (3, 2, 1))]
)
def test_shapes_that_do_not_fit_are_named(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    given = {f"{PREFIX}hidden.lora_A.weight": np.zeros(a, "f4"), f"{PREFIX}hidden.lora_B.weight": np.zeros(b, "f4")}
    assert refused(given) == f"adapter t, layer hidden: lora_A {a} and lora_B {b} do not fit the rank 2"


def test_magnitudes_are_one_for_each_output() -> None:
    assert StoredAdapter("t", config(), tensors(magnitude=3))
    assert refused(tensors(magnitude=5)) == "adapter t, layer hidden: lora_magnitude_vector (5,) does not fit lora_B (3, 2)"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["lora_A.weight", "lora_B.weight", "lora_magnitude_vector"])
def test_numbers_that_are_not_finite_are_refused(part: str, value: float) -> None:
    given = tensors(magnitude=3)
    given[f"{PREFIX}hidden.{part}"].flat[1] = value
    assert refused(given) == "adapter t, layer hidden contains NaN or infinity"


def test_keys_are_pefts() -> None:
    assert refused({}) == "adapter t holds no tensors; export the adapter again"
    for key in ("hidden.lora_A.weight", f"{PREFIX}hidden.lora_C.weight", f"{PREFIX}.lora_A.weight", f"{PREFIX}hidden.lora_A.weight.x"):
        words = refused(tensors() | {key: np.zeros((2, 5), "f4")})
        assert words == f"adapter t: {key!r} is not a key of PEFT (base_model.model.LAYER.lora_A.weight)"
    long = "x" * 121
    assert f"adapter t: {'x' * 120!r} is" in refused(tensors() | {long: np.zeros(1, "f4")})


def test_names_of_folders() -> None:
    check_name("task_b")
    with pytest.raises(FileError, match="cannot name an adapter"):
        check_name("a/b")
