"""Where the machine finds what it needs of a program."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.engine import machine
from nnlab.engine.compile import Update, compile
from nnlab.engine.layout import gradient_spans, layout_of, parameter_spans
from nnlab.engine.program import Program
from nnlab.engine.state import new_state
from nnlab.graph import edits


def program(**settings: float) -> Program:
    return compile(mlp([2, 4, 1], loss="mse"), 8, update=Update("sgd", 0.01, settings))


def test_every_parameter_and_its_gradient_has_its_place_and_length() -> None:
    """4 × 2 weights and 4 biases, 1 × 4 weights and 1 bias."""
    made = program()
    assert parameter_spans(made)[:, 1].tolist() == gradient_spans(made)[:, 1].tolist() == [8, 4, 4, 1]
    names = ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"]
    assert parameter_spans(made)[:, 0].tolist() == [made.places[name].offset for name in names]
    assert gradient_spans(made)[:, 0].tolist() == [made.places[name.replace(".", ".d_")].offset for name in names]


def test_of_a_frozen_layer_nothing_moves() -> None:
    graph = mlp([2, 4, 1], loss="mse")
    frozen = compile(edits.set_frozen(graph, ["dense_1"], True), 8, update=Update("sgd"))
    assert parameter_spans(frozen).tolist()[:2] == gradient_spans(frozen).tolist()[:2] == [[0, 0], [0, 0]]
    assert parameter_spans(frozen)[2:, 1].tolist() == gradient_spans(frozen)[2:, 1].tolist() == [4, 1]


def test_limits_of_gradients_are_found_among_the_constants_or_nowhere() -> None:
    """clip_value 0.25, clip_norm 3: numbers that float32 holds exactly."""
    limits = (machine.LAYOUT_CLIP_NORM, machine.LAYOUT_CLIP_VALUE)
    made = program(clip_norm=3.0, clip_value=0.25)
    arena = new_state(made, 8, 0).arena
    assert [float(arena[layout_of(made)[word]]) for word in limits] == [3.0, 0.25]
    evaluated = compile(mlp([2, 4, 1], loss="mse"), 8)
    assert [int(layout_of(evaluated)[word]) for word in limits] == [-1, -1]


@pytest.mark.parametrize("shuffle", [True, False])
def test_its_words_are_those_of_the_program(shuffle: bool) -> None:
    made = program()
    layout = layout_of(made, shuffle)
    assert layout[machine.LAYOUT_SHUFFLE] == shuffle
    assert layout[machine.LAYOUT_END] == len(made.instructions)
    phases = [i.phase for i in made.instructions]
    assert layout[machine.LAYOUT_FORWARD_END] == phases.index(2), "the backward pass begins there"
    assert layout[machine.LAYOUT_UPDATE_START] == phases.index(3) == layout[machine.LAYOUT_BATCH_END]
    tensors = (machine.LAYOUT_INPUT, made.input_name), (machine.LAYOUT_OUTPUT, "dense_2.y"), (machine.LAYOUT_LOSS, made.loss_name)
    for word, name in tensors:
        assert layout[word] == made.places[str(name)].offset
    assert (layout[machine.LAYOUT_CAPACITY], layout[machine.LAYOUT_ACCUMULATE], layout[machine.LAYOUT_TOTAL_WEIGHT]) == (8, 1, -1)
