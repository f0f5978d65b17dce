"""Programs: where tensors lie and which instructions there are."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from networks import graphs, mlp

import nnlab
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import BACKWARD
from nnlab.graph.graph import Graph


@given(graph=graphs())
@settings(max_examples=100, deadline=None)
def test_tensors_do_not_overlap_and_every_view_lies_in_its_tensor(graph: Graph) -> None:
    program = compile(graph, 8, update=Update("adam"))
    spans = sorted(place.span(8) for place in program.places.values())
    spans += [(program.arena_size, 0)]
    for (start, length), (following, _) in itertools.pairwise(spans):
        assert start + length <= following
    for instruction in program.instructions:
        for operand in instruction.operands:
            if operand.tensor is None:
                continue
            offset, size = program.places[operand.tensor].span(8)
            lengths = iter(operand.words[1:])
            total = 1
            for axis in operand.argument.axes:
                total *= (8 if "batch" in axis else 1) * (next(lengths) if "size" in axis else 1)
            assert (operand.words[0], total) == (offset, size), operand


def test_a_branch_without_parameters_beside_one_with_them() -> None:
    """Found by hypothesis: the sum of inputs has no gradient of its own, though its consumer passes one back."""
    b = nnlab.GraphBuilder()
    x = b.input(features=1)
    b.mse(b.dense(b.concat(x, b.dense(x, units=1), b.add(x, x, x)), units=1))
    graph = b.build()
    backward = [i.node_id for i in compile(graph, 4, update=Update()).instructions if i.phase == BACKWARD]
    assert "add_1" not in backward
    session = nnlab.Session(graph, dtype="float64")
    before = session.parameters
    session.gradients(np.ones((3, 1)), np.ones((3, 1)))
    assert all((before[k] == v).all() for k, v in session.parameters.items())


def test_the_gradient_of_the_input_is_not_computed() -> None:
    program = compile(mlp([2, 8, 1]), 4, update=Update())
    assert "input_1.d_y" not in program.places


def test_an_evaluation_has_no_gradients_and_the_same_parameter_region() -> None:
    graph = mlp([2, 8, 1])
    training, evaluation = compile(graph, 4, update=Update("adam")), compile(graph, 64)
    assert evaluation.parameters_end == training.parameters_end
    assert [p.place for p in evaluation.parameters] == [p.place for p in training.parameters]
    assert not any(".d_" in name for name in evaluation.places)


@given(graph=graphs())
@settings(max_examples=10, deadline=None)
def test_every_tensor_begins_its_own_cache_line_and_takes_no_more_of_them_than_it_needs(graph: Graph) -> None:
    """Of 64 bytes: 16 numbers of float32. Constants lie packed in a stretch of their own."""
    program = compile(graph, 8, update=Update("adam"))
    lines = [(offset // 16, -(-(offset + length) // 16)) for offset, length in (place.span(8) for place in program.places.values())]
    assert all(place.offset % 16 == 0 for place in program.places.values())
    numbers = sorted(offset for offset, _ in program.constants.values())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] % 16 == 0
    lines.append((numbers[0] // 16, -(-(numbers[-1] + 1) // 16)))
    for (_, end), (begin, _) in itertools.pairwise([*sorted(lines), (program.arena_size // 16, 0)]):
        assert end == begin


def test_an_evaluation_takes_one_batch_at_a_time() -> None:
    program = compile(mlp([2, 8, 1]), 4)
    assert (program.accumulate, program.batch_end, program.schedule) == (1, len(program.instructions), "")
    assert [bool(program.parts.table), program.moments] == [False, {}]
