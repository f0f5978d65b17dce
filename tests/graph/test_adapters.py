"""Adapters as a value: attaching, naming, blending, merging and taking away; what does not fit is refused in one sentence."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import lora_cases
import pytest

from nnlab.core.errors import NNLabError
from nnlab.graph import adapters, edits, parts
from nnlab.graph.axes import tensor_axes
from nnlab.graph.graph import FORMAT, Graph
from nnlab.graph.letters import letter_of
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.graph.node_adapters import with_adapter
from nnlab.graph.validation import infer, validate

BASE = lora_cases.base()
ONE = adapters.attach(BASE, ["hidden_1"], rank=2, alpha=6, name="task_b")


def test_all_dense_layers_get_one_and_everything_else_is_frozen() -> None:
    graph = adapters.attach(BASE, rank=2, name="task_b", rslora=True, ranks={"out": 1}, alphas={"out": 3})
    assert adapters.adapted(graph) == {"task_b": ("hidden_1", "hidden_2", "out")}
    assert all({p.name for p in node.own_parameters} == node.frozen for node in graph)
    assert [p.name for p in graph["out"].trained] == ["lora_A.task_b", "lora_B.task_b"]
    assert graph["hidden_1"].adapters[0].scale == 8 / 2**0.5 and graph["out"].adapters[0].scale == 3
    assert graph["hidden_1"].frozen_words == "weight and bias frozen" and not graph["hidden_1"].is_frozen
    assert not [d for d in validate(graph) if d.is_error] and lora_cases.base() == BASE


def test_shapes_axes_and_letters_are_those_of_any_tensor() -> None:
    shapes = infer(ONE)
    assert shapes["hidden_1", "lora_A.task_b"] == (2, 6) and shapes["hidden_1", "lora_B.task_b"] == (5, 2)
    known = tensor_axes(ONE)
    assert known["hidden_1", "lora_A.task_b"].words == ("direction", "input")
    assert known["hidden_1", "lora_B.task_b"].words == ("neuron", "direction")
    assert known["hidden_1", "lora_A.task_b"].axes[1] == known["hidden_1", "weight"].axes[1]
    assert letter_of(ONE, "hidden_1.lora_A.task_b") == "A"
    both = adapters.attach(ONE, ["hidden_1"], rank=1, name="task_c", dora=True)
    assert [p.letter for p in both["hidden_1"].parameters] == ["W", "b", "A task_b", "B task_b", "A task_c", "B task_c", "m task_c"]


def test_text_pickle_copies_and_value() -> None:
    assert Graph.from_json(ONE.to_json()) == ONE == pickle.loads(pickle.dumps(ONE)) and ONE != BASE
    assert f'"format": {FORMAT}' in ONE.to_json() and "adapters" not in BASE.to_json()
    copied, (new, *_), _ = parts.insert(ONE, parts.extract(ONE, ["hidden_1"]))
    assert copied[new].adapters == ONE["hidden_1"].adapters and copied[new].frozen == ONE["hidden_1"].frozen


def test_a_graph_of_an_earlier_format_has_none() -> None:
    text = BASE.to_json().replace(f'"format": {FORMAT}', '"format": 3')
    assert Graph.from_json(text) == BASE


def test_enabling_switching_and_blending() -> None:
    graph = adapters.attach(ONE, ["out"], rank=1, name="task_c")

    def state(changed: Graph) -> list[tuple[str, bool, float]]:
        return [(a.name, a.enabled, a.weight) for node in changed for a in node.adapters]

    assert state(adapters.enable(graph, "task_b", False)) == [("task_b", False, 1.0), ("task_c", True, 1.0)]
    assert state(adapters.switch(graph, "task_c")) == [("task_b", False, 1.0), ("task_c", True, 1.0)]
    assert state(adapters.switch(graph, None)) == [("task_b", False, 1.0), ("task_c", False, 1.0)]
    assert state(adapters.blend(graph, {"task_b": 0.5, "task_c": -0.25})) == [("task_b", True, 0.5), ("task_c", True, -0.25)]
    assert adapters.switch(graph, None)["out"].is_frozen


def test_what_is_merged_or_kept_does_not_learn() -> None:
    merged = adapters.merge(ONE, "task_b")
    assert merged["hidden_1"].trained == () and [b.name for b in merged["hidden_1"].buffers] == ["merged_weight"]
    assert infer(merged)["hidden_1", "merged_weight"] == (5, 6)
    assert adapters.unmerge(merged, "task_b") == ONE
    kept = adapters.learn(ONE, "task_b", False)
    assert kept["hidden_1"].trained == () and adapters.learn(kept, "task_b") == ONE
    # A base that was made to learn again does not while adapters are merged into it: it is what they are added to.
    assert [p.name for p in edits.freeze(merged, "hidden_1", [])["hidden_1"].trained] == ["bias"]


def test_renaming_duplicating_and_taking_away() -> None:
    renamed = adapters.rename_adapter(adapters.learn(ONE, "task_b", False), "task_b", "inverted")
    assert "lora_A.inverted" in renamed["hidden_1"].frozen and adapters.adapted(renamed) == {"inverted": ("hidden_1",)}
    doubled = adapters.duplicate_adapter(ONE, "task_b", "copy")
    assert [(a.name, a.copied_from, a.enabled) for a in doubled["hidden_1"].adapters] == [("task_b", "", True), ("copy", "task_b", False)]
    gone = adapters.detach(renamed, "inverted")
    assert gone["hidden_1"].adapters == () and gone["hidden_1"].frozen == {"weight", "bias"}
    assert adapters.free_adapter_name(ONE) == "task_a"
    assert adapters.free_adapter_name(adapters.rename_adapter(ONE, "task_b", "TASK_A")) == "task_b"


def test_names_that_are_free_are_letters_and_behind_the_last_letter_numbers_from_1() -> None:
    graph = adapters.rename_adapter(ONE, "task_b", "task_a")
    for name in "bcdefghijklmnopqrstuvwxyz":
        assert adapters.free_adapter_name(graph) == f"task_{name}"
        graph = adapters.duplicate_adapter(graph, "task_a", f"task_{name}")
    assert adapters.free_adapter_name(graph) == "task_1"
    assert adapters.free_adapter_name(adapters.duplicate_adapter(graph, "task_a", "task_1")) == "task_2"


def test_edits_of_the_layer_keep_what_fits() -> None:
    assert edits.configure(ONE, "hidden_1", units=9)["hidden_1"].adapters == ONE["hidden_1"].adapters
    assert edits.configure(ONE, "hidden_1", bias=False)["hidden_1"].frozen == {"weight"}
    back = edits.configure(edits.configure(ONE, "hidden_1", bias=False), "hidden_1", bias=True)
    assert back["hidden_1"].frozen == {"weight", "bias"}, "a frozen base stays frozen as a whole"
    assert edits.replace_operator(ONE, "hidden_1", "layer_norm")["hidden_1"].adapters == ()
    narrow = edits.configure(ONE, "hidden_1", units=1)
    (problem,) = [d for d in validate(narrow) if d.is_error]
    assert problem.message == (
        "hidden_1: the adapter task_b has rank 2, more than the smaller side of the weight (1, 6); choose a rank from 1 to 1."
    )


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "rank 0": (lambda: adapters.attach(BASE, rank=0), "hidden_1: rank is 0; it must be from 1 to 65,536."),
    "rank too high": (
        lambda: adapters.attach(BASE, ["out"], rank=4),
        "out: the adapter task_a has rank 4, more than the smaller side of the weight (3, 4); choose a rank from 1 to 3.",
    ),
    "fractional rank": (lambda: adapters.attach(BASE, rank=1.5), "hidden_1: rank is 1.5; it must be a whole number."),
    "alpha NaN": (lambda: adapters.attach(BASE, rank=1, alpha=float("nan")), "hidden_1: alpha is NaN; it must be a finite number."),
    "blend infinite": (
        lambda: adapters.blend(ONE, {"task_b": float("inf")}), "adapter task_b: weight is infinity; it must be a finite number.",
    ),
    "blend of no names": (lambda: adapters.blend(ONE, [0.5]), "A blend is given by name, as a dict of weights, not as [0.5]."),
    "dropout": (lambda: adapters.attach(BASE, rank=1, dropout=1.1), "hidden_1: dropout is 1.1; it must be from 0 to 1."),
    "initialiser": (
        lambda: adapters.attach(BASE, rank=1, init="ones"),
        "hidden_1: init is 'ones'; choose one of kaiming, gaussian, orthogonal, pissa.",
    ),
    "no such layer": (lambda: adapters.attach(BASE, ["hidden_7"]), "There is no node 'hidden_7' in this graph."),
    "no dense layer": (lambda: adapters.attach(BASE, ["act_1"]), "act_1 takes no adapter; only dense layers do."),
    "none at all": (lambda: adapters.attach(Graph()), "This network has no dense layer that could take an adapter."),
    "empty list": (lambda: adapters.attach(BASE, []), "An adapter needs at least one layer; name some, or none for all dense layers."),
    "rank for another layer": (
        lambda: adapters.attach(BASE, ["out"], rank=1, ranks={"hidden_1": 2}),
        "A rank or alpha is given for 'hidden_1', which gets no adapter; name one of out.",
    ),
    "two of one name": (
        lambda: adapters.attach(ONE, ["out"], rank=1, name="Task_B"), "An adapter named 'Task_B' already exists; choose another name.",
    ),
    "a reserved name": (
        lambda: adapters.attach(BASE, rank=1, name="lora"),
        "'lora' cannot name an adapter; use up to 64 letters, digits, - and _, and not a reserved word.",
    ),
    "renamed to one that is there": (
        lambda: adapters.rename_adapter(adapters.attach(ONE, ["out"], rank=1, name="task_c"), "task_c", "task_b"),
        "An adapter named 'task_b' already exists; choose another name.",
    ),
    "unknown": (lambda: adapters.detach(ONE, "task_x"), "There is no adapter named 'task_x'; this network has task_b."),
    "unknown in a network without": (lambda: adapters.merge(BASE, "task_x"), "There is no adapter named 'task_x'; this network has none."),
    "not on that layer": (lambda: adapters.detach(ONE, "task_b", ["out"]), "The adapter task_b is not on 'out'; it is on hidden_1."),
    "unknown setting": (
        lambda: adapters.configure_adapter(ONE, "task_b", beta=1),
        "hidden_1: there is no setting 'beta'; choose from alpha, base_sha256, copied_from, dora, dropout, enabled, init, merged, name, "
        "rank, rslora, weight.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_in_one_sentence(name: str) -> None:
    act, sentence = WRONG[name]
    with pytest.raises(NNLabError) as caught:
        act()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"rank": 2', '"rank": 0', "hidden_1: rank is 0"),
        ('"name": "task_b"', '"name": "../x"', "hidden_1: '../x' cannot name an adapter"),
        ('"base_sha256": ""', '"base_sha256": "zz"', "hidden_1: base_sha256 is not a SHA-256"),
        ('"copied_from": ""', '"copied_from": "a/b"', "hidden_1: 'a/b' cannot name an adapter"),
        ('"weight": 1.0', '"weight": 1e999', "not an NN Lab graph"),
        ('"enabled": true', '"enabled": 3', "hidden_1: enabled is 3; it must be true or false"),
        ('"alpha": 6.0', '"alhpa": 6.0', "hidden_1: there is no setting 'alhpa'"),
    ],
)
def test_a_file_that_says_nonsense_is_refused(old: str, new: str, words: str) -> None:
    text = ONE.to_json()
    assert old in text
    with pytest.raises(NNLabError, match=r".") as caught:
        Graph.from_json(text.replace(old, new))
    assert words in str(caught.value)


def test_a_rank_may_be_as_high_as_the_smaller_side() -> None:
    """The layer makes 3 units of 4 inputs."""
    assert infer(adapters.attach(BASE, ["out"], rank=3))["out", "lora_A.task_a"] == (3, 4)


def test_a_layer_has_room_for_forty() -> None:
    node = BASE["out"]
    for k in range(40):
        node = with_adapter(node, LoraAdapter(f"task_{k}", 1))
    with pytest.raises(NNLabError, match="out has 40 adapters, the most a layer can have; delete one"):
        with_adapter(node, LoraAdapter("one_more", 1))
    with pytest.raises(NNLabError, match="out has an adapter named 'TASK_7' already; choose another name"):
        with_adapter(node, LoraAdapter("TASK_7", 1))


def test_a_copy_of_what_is_merged_lies_beside_the_weight() -> None:
    doubled = adapters.duplicate_adapter(adapters.merge(ONE, "task_b"), "task_b", "copy", enabled=True)
    assert [(a.name, a.merged, a.enabled) for a in doubled["hidden_1"].adapters] == [("task_b", True, True), ("copy", False, True)]


def test_what_had_nothing_to_freeze_learns_as_another_operator() -> None:
    graph = edits.replace_operator(BASE, "act_1", "layer_norm")
    assert graph["act_1"].parameters and graph["act_1"].frozen == frozenset()


def test_attached_without_further_words_it_is_as_its_settings_begin() -> None:
    assert adapters.attach(BASE, ["hidden_1"])["hidden_1"].adapters == (LoraAdapter("task_a"),)
    resting = adapters.enable(ONE, "task_b", False)
    assert adapters.enable(resting, "task_b") == ONE and adapters.is_enabled(ONE, "task_b") and not adapters.is_enabled(resting, "task_b")
    assert adapters.duplicate_adapter(ONE, "task_b", "copy")["hidden_1"].adapters[1].enabled is False
