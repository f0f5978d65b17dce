"""What is proposed where shapes do not fit, before it is tried: every proposal with exactly what it changes.

Lengths follow from arithmetic: a window fits an image whose shorter side with the padding at both ends is as long; a matrix product wants
as many columns on its left as its right has rows; a reshape keeps the product of all lengths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from nnlab.core.dataset import Target
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape, Diagnostic
from nnlab.graph.fixes import PROPOSERS, Case
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer, validate
from tests.support.fix_proposals import between, drawn, proposed

Proposal = tuple[str, str, set[str]]


def alone(operator: str, given: str, length: int, **settings: object) -> Graph:
    """One operator that reads so many numbers in a given shape, flat where it is empty."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=length)
        b.mse(b.dense(b.flatten(b.node(operator, b.reshape(x, shape=given) if given else x, **settings)), units=1))

    return drawn(make)


def pair(operator: str, left: str, right: str, length: int) -> Graph:
    """One operator that reads the same numbers in two shapes."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=length)
        b.mse(b.dense(b.flatten(b.node(operator, b.reshape(x, shape=left), b.reshape(x, shape=right))), units=1))

    return drawn(make)


def removals(node: str, source: str, reader: str) -> list[Proposal]:
    return [
        (f"Remove {node}, join neighbours", f"Remove {node}", {f"-{node}", f"+{source}>{reader}.x"}),
        (f"Remove {node}", f"Remove {node}", {f"-{node}"}),
    ]


@pytest.mark.parametrize(
    ("operator", "given", "length", "wanted"),
    [
        ("conv2d", "", 64, "1, 8, 8"), ("conv2d", "", 12, "3, 2, 2"), ("conv2d", "", 13, "1, 1, 13"), ("conv2d", "3, 4", 12, "1, 3, 4"),
        ("conv2d", "2, 3, 4, 5", 120, "6, 4, 5"), ("transpose", "", 6, "1, 6"),
    ],
)  # fmt: skip
def test_what_has_another_number_of_axes_is_reshaped_first(operator: str, given: str, length: int, wanted: str) -> None:
    node, source, new = f"{operator}_1", "reshape_1" if given else "input_1", "reshape_2" if given else "reshape_1"
    label = f"Add a reshape to {wanted}"
    assert proposed(alone(operator, given, length), "shape", node) == [
        (label, f"{label} before {node}", between(source, new, f"{node}.x", f" shape={wanted}")), *removals(node, source, "flatten_1"),
    ]  # fmt: skip


def test_what_has_one_number_more_than_fits_no_image_is_left_alone() -> None:
    """A single number is no image."""
    assert proposed(alone("conv2d", "", 1), "shape", "conv2d_1") == removals("conv2d_1", "input_1", "flatten_1")


def test_a_row_that_is_the_left_operand_becomes_a_row_and_the_right_one_a_column() -> None:
    for left, right, source, port, wanted in (("6", "2, 3", "reshape_1", "a", "1, 6"), ("2, 3", "6", "reshape_2", "b", "6, 1")):
        label = f"Add a reshape to {wanted}"
        assert proposed(pair("matmul", left, right, 6), "shape", "matmul_1") == [
            (label, f"{label} before matmul_1", between(source, "reshape_3", f"matmul_1.{port}", f" shape={wanted}")),
            *removals("matmul_1", "reshape_1", "flatten_1"),
        ]


@pytest.mark.parametrize("image", ["1, 8, 5", "1, 5, 8"])
def test_a_window_fits_the_shorter_side_of_its_image(image: str) -> None:
    """5 cells and one of padding at both ends hold a window of 7; one of 9 needs (9 − 5) / 2 = 2 at both ends, and at most 9 // 2."""
    found = proposed(alone("conv2d", image, 40, kernel_size=9, padding=1), "shape", "conv2d_1")
    assert found == [
        ("Set window to 7", "Set window to 7 in conv2d_1", {"conv2d_1.kernel_size=7"}),
        ("Set padding to 4", "Set padding to 4 in conv2d_1", {"conv2d_1.padding=4"}),
        ("Set padding to 2", "Set padding to 2 in conv2d_1", {"conv2d_1.padding=2"}),
        ("Set window back to 3", "Set window back to 3 in conv2d_1", {"conv2d_1.kernel_size=3"}),
        ("Set padding back to 0", "Set padding back to 0 in conv2d_1", {"conv2d_1.padding=0"}),
        *removals("conv2d_1", "reshape_1", "flatten_1"),
    ]


def test_half_a_cell_of_padding_is_a_whole_one() -> None:
    """8 cells are 3 more than 5: (8 − 5) / 2 = 1.5, so 2 at both ends."""
    labels = [label for label, _, _ in proposed(alone("conv2d", "1, 5, 5", 25, kernel_size=8), "shape", "conv2d_1")]
    assert labels[:4] == ["Set window to 5", "Set padding to 4", "Set padding to 2", "Set window back to 3"]


def test_a_pooling_whose_window_has_room_keeps_it() -> None:
    """PyTorch's rule: at most half a window of padding. The window of 3 fits, so its size is not asked about."""
    found = proposed(alone("max_pool2d", "1, 6, 6", 36, kernel_size=3, padding=2), "shape", "max_pool2d_1")
    labels = [label for label, _, _ in found]
    assert labels[0] == "Set padding to 1" and "Set window back to 2" in labels and "Set padding back to 0" in labels
    assert not any(label.startswith("Set window to") for label in labels)


def test_a_window_exactly_as_large_as_the_image_keeps_its_size() -> None:
    """6 cells and 2 of padding at both ends hold a window of 10 and none of 11; so it is not asked about for another reason either."""
    for size, offered in ((10, []), (11, ["Set window to 10"])):
        graph = drawn(lambda b, size=size: b.mse(b.flatten(b.max_pool2d(b.reshape(b.input(features=36), shape="1, 6, 6"), kernel_size=size,
                                                                        padding=2, stride=1))))  # fmt: skip
        problem = Diagnostic("error", "", "max_pool2d_1", "shape")
        case = Case(graph, problem, infer(graph).shapes, None, validate)
        assert [fix.label for fix in PROPOSERS["shape"](case) if fix.label.startswith("Set window to")] == offered


def test_a_shape_of_another_length_becomes_an_image_or_a_row() -> None:
    found = proposed(alone("reshape", "3, 4", 12, shape="5, 5"), "shape", "reshape_2")
    assert found[:2] == [
        ("Set shape to 3, 2, 2", "Set shape to 3, 2, 2 in reshape_2", {"reshape_2.shape=3, 2, 2"}),
        ("Set shape to 12", "Set shape to 12 in reshape_2", {"reshape_2.shape=12"}),
    ]


def test_what_is_emptied_is_cleared() -> None:
    graph = drawn(lambda b: b.cross_entropy(b.dense(b.input(features=2), units=3), class_weights="1, 2"))
    assert proposed(graph, "shape", "cross_entropy_1") == [
        ("Clear class weights", "Clear class weights in cross_entropy_1", {"cross_entropy_1.class_weights="}),
        ("Remove cross_entropy_1", "Remove cross_entropy_1", {"-cross_entropy_1"}),
    ]


# Operands of equal shape


def test_of_two_rows_either_may_follow_the_other() -> None:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=3)
        b.mse(b.dense(b.add(b.tanh(b.dense(x, units=16)), b.dense(x, units=4)), units=1))

    def way(layer: str, source: str, port: str, units: int) -> list[Proposal]:
        return [
            (f"Set units of {layer} to {units}", f"Set units of {layer} to {units}", {f"{layer}.units={units}"}),
            (f"Add dense {units} after {source}", f"Match {source} to (N, {units})",
             between(source, "dense_4", f"add_1.{port}", f" units={units}")),
        ]  # fmt: skip

    assert proposed(drawn(make), "shape", "add_1") == [
        *way("dense_2", "dense_2", "b", 16), *way("dense_1", "tanh_1", "a", 4), *removals("add_1", "tanh_1", "dense_3"),
    ]  # fmt: skip


def test_rows_of_a_matrix_may_get_another_length_too() -> None:
    """What a dense layer makes of 2 rows of 3 and of 2 rows of 4 differs in the last axis alone."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=12)
        b.mse(b.dense(b.flatten(b.subtract(b.reshape(x, shape="2, 6"), b.slice(b.reshape(x, shape="2, 6"), stop=4))), units=1))

    assert proposed(drawn(make), "shape", "subtract_1")[:2] == [
        ("Add dense 6 after slice_1", "Match slice_1 to (N, 2, 6)", between("slice_1", "dense_2", "subtract_1.b", " units=6")),
        ("Add dense 4 after reshape_1", "Match reshape_1 to (N, 2, 4)", between("reshape_1", "dense_2", "subtract_1.a", " units=4")),
    ]


def test_matrices_of_as_many_numbers_take_each_others_shape() -> None:
    assert proposed(pair("subtract", "2, 3", "3, 2", 6), "shape", "subtract_1") == [
        ("Reshape reshape_2 to 2, 3", "Match reshape_2 to (N, 2, 3)", between("reshape_2", "reshape_3", "subtract_1.b", " shape=2, 3")),
        ("Reshape reshape_1 to 3, 2", "Match reshape_1 to (N, 3, 2)", between("reshape_1", "reshape_3", "subtract_1.a", " shape=3, 2")),
        *removals("subtract_1", "reshape_1", "flatten_1"),
    ]


def test_a_row_beside_a_matrix_takes_its_shape_or_the_matrix_is_flattened_into_as_many_units() -> None:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=4)
        b.mse(b.dense(b.flatten(b.subtract(b.dense(x, units=3), b.reshape(x, shape="2, 2"))), units=1))

    flat = {"+flatten_2", "+dense_3 units=3", "-reshape_1>subtract_1.b", "+reshape_1>flatten_2.x", "+flatten_2>dense_3.x",
            "+dense_3>subtract_1.b"}  # fmt: skip
    assert proposed(drawn(make), "shape", "subtract_1")[:2] == [
        ("Flatten reshape_1 into 3 units", "Match reshape_1 to (N, 3)", flat),
        ("Set units of dense_1 to 2", "Set units of dense_1 to 2", {"dense_1.units=2"}),
    ]


def test_convolutions_of_different_size_keep_that_of_the_image_or_get_as_many_filters() -> None:
    """A window of k cells leaves an image as large as it was with a stride of 1 and (k − 1) / 2 cells of padding."""

    def make(b: GraphBuilder) -> None:
        image = b.reshape(b.input(features=64), shape="1, 8, 8")
        left, right = b.conv2d(image, filters=2, kernel_size=5, stride=2), b.conv2d(image, filters=4, kernel_size=3)
        b.mse(b.dense(b.flatten(b.subtract(left, right)), units=1))

    assert proposed(drawn(make), "shape", "subtract_1") == [
        ("Set filters of conv2d_2 to 2", "Set filters of conv2d_2 to 2", {"conv2d_2.filters=2"}),
        ("Keep the image size in conv2d_2", "Match conv2d_2 to (N, 2, 2, 2)", {"conv2d_2.filters=2", "conv2d_2.padding=1"}),
        ("Set filters of conv2d_1 to 4", "Set filters of conv2d_1 to 4", {"conv2d_1.filters=4"}),
        ("Keep the image size in conv2d_1", "Match conv2d_1 to (N, 4, 6, 6)",
         {"conv2d_1.filters=4", "conv2d_1.stride=1", "conv2d_1.padding=2"}),
        *removals("subtract_1", "conv2d_1", "flatten_1"),
    ]  # fmt: skip


def test_images_that_differ_in_their_channels_alone_may_get_a_convolution_of_single_cells() -> None:
    def make(b: GraphBuilder) -> None:
        image = b.reshape(b.input(features=64), shape="1, 8, 8")
        b.mse(b.dense(b.flatten(b.subtract(image, b.relu(b.conv2d(image, filters=4, kernel_size=3, padding=1)))), units=1))

    single = " filters={} kernel_size=1"
    assert proposed(drawn(make), "shape", "subtract_1")[:4] == [
        ("Set filters of conv2d_1 to 1", "Set filters of conv2d_1 to 1", {"conv2d_1.filters=1"}),
        ("Keep the image size in conv2d_1", "Match relu_1 to (N, 1, 8, 8)", {"conv2d_1.filters=1"}),
        ("Add a 1 × 1 convolution of 1 after relu_1", "Match relu_1 to (N, 1, 8, 8)",
         between("relu_1", "conv2d_2", "subtract_1.b", single.format(1))),
        ("Add a 1 × 1 convolution of 4 after reshape_1", "Match reshape_1 to (N, 4, 8, 8)",
         between("reshape_1", "conv2d_2", "subtract_1.a", single.format(4))),
    ]  # fmt: skip


# More than two operands


def operands(*widths: int) -> Callable[[GraphBuilder], object]:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=4)
        b.mse(b.dense(b.add(*(b.dense(x, units=width) for width in widths)), units=1))

    return make


def test_of_many_operands_all_follow_the_shape_that_most_have_or_the_next() -> None:
    found = proposed(drawn(operands(3, 5, 5, 7)), "shape", "add_1")
    assert found[:2] == [
        ("Give all inputs the shape (N, 5)", "Equal shapes for add_1", {"dense_1.units=5", "dense_4.units=5"}),
        ("Give all inputs the shape (N, 3)", "Equal shapes for add_1", {"dense_2.units=3", "dense_3.units=3", "dense_4.units=3"}),
    ]
    assert [label for label, _, _ in found[2:]] == [
        "Disconnect dense_1", "Disconnect dense_2", "Disconnect dense_3", "Disconnect dense_4", "Remove add_1, join neighbours",
        "Remove add_1",
    ]  # fmt: skip
    assert found[3][1:] == ("Disconnect dense_2 from add_1", {
        "-dense_2>add_1.b", "-dense_3>add_1.c", "-dense_4>add_1.d", "+dense_3>add_1.b", "+dense_4>add_1.c"})  # fmt: skip


def test_where_one_operand_differs_it_alone_follows() -> None:
    found = proposed(drawn(operands(4, 4, 5)), "shape", "add_1")
    assert found[:3] == [
        ("Set units of dense_3 to 4", "Set units of dense_3 to 4", {"dense_3.units=4"}),
        ("Add dense 4 after dense_3", "Match dense_3 to (N, 4)", between("dense_3", "dense_5", "add_1.c", " units=4")),
        ("Give all inputs the shape (N, 5)", "Equal shapes for add_1", {"dense_1.units=5", "dense_2.units=5"}),
    ]


def test_two_operands_are_not_disconnected() -> None:
    labels = [label for label, _, _ in proposed(drawn(operands(4, 5)), "shape", "add_1")]
    assert not any(label.startswith("Disconnect") for label in labels)


def test_where_one_operand_cannot_follow_nothing_is_offered_for_all() -> None:
    """The data has 4 features, which nobody can make 3 by a setting; but a layer can."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=4)
        b.mse(b.dense(b.add(b.dense(x, units=3), b.dense(x, units=3), x, b.reshape(x, shape="2, 2")), units=1))

    found = {label: change for label, _, change in proposed(drawn(make), "shape", "add_1")}
    assert found["Give all inputs the shape (N, 3)"] == {
        *between("input_1", "dense_4", "add_1.c", " units=3"),
        "+flatten_1", "+dense_5 units=3", "-reshape_1>add_1.d", "+reshape_1>flatten_1.x", "+flatten_1>dense_5.x", "+dense_5>add_1.d",
    }  # fmt: skip


def test_matrices_among_rows_are_flattened() -> None:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=4)
        b.mse(b.dense(b.concat(b.dense(x, units=3), b.reshape(x, shape="2, 2"), b.reshape(x, shape="4, 1")), units=1))

    both = between("reshape_1", "flatten_1", "concat_1.b") | between("reshape_2", "flatten_2", "concat_1.c")
    assert proposed(drawn(make), "shape", "concat_1")[0] == ("Flatten every input", "Flatten before concat_1", both)
    one = between("reshape_1", "flatten_2", "concat_1.a")
    assert proposed(pair("concat", "2, 3", "6", 6), "shape", "concat_1") == [
        ("Add a flatten", "Flatten before concat_1", one), *removals("concat_1", "reshape_1", "flatten_1"),
    ]  # fmt: skip


# Matrix products


def test_a_matrix_may_be_turned_round_or_get_as_many_columns_as_the_other_has_rows() -> None:
    """(4, 5) times (6, 2): the left needs 6 columns."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=12)
        b.mse(b.dense(b.flatten(b.matmul(b.dense(b.reshape(x, shape="4, 3"), units=5), b.reshape(x, shape="6, 2"))), units=1))

    assert proposed(drawn(make), "shape", "matmul_1") == [
        ("Add a transpose after reshape_2", "Transpose reshape_2", between("reshape_2", "transpose_1", "matmul_1.b")),
        ("Add a transpose after dense_1", "Transpose dense_1", between("dense_1", "transpose_1", "matmul_1.a")),
        ("Set units of dense_1 to 6", "Set units of dense_1 to 6", {"dense_1.units=6"}),
        ("Add dense 6 after dense_1", "Match dense_1", between("dense_1", "dense_3", "matmul_1.a", " units=6")),
        *removals("matmul_1", "dense_1", "flatten_1"),
    ]


def test_a_matrix_of_the_data_has_no_setting_for_its_columns() -> None:
    assert proposed(pair("matmul", "2, 3", "2, 3", 6), "shape", "matmul_1") == [
        ("Add a transpose after reshape_2", "Transpose reshape_2", between("reshape_2", "transpose_1", "matmul_1.b")),
        ("Add a transpose after reshape_1", "Transpose reshape_1", between("reshape_1", "transpose_1", "matmul_1.a")),
        ("Add dense 2 after reshape_1", "Match reshape_1", between("reshape_1", "dense_2", "matmul_1.a", " units=2")),
        *removals("matmul_1", "reshape_1", "flatten_1"),
    ]


# Before a loss

CLASSES = DataShape(12, Target("classes", ("a", "b", "c")))


def image_before_loss(shape: str, length: int) -> Graph:
    return drawn(lambda b: b.cross_entropy(b.reshape(b.input(features=length), shape=shape)))


def flattened(*steps: str) -> set[str]:
    """The image through these new nodes into the loss; each is written as `between` writes its settings."""
    names = ["reshape_1", *(step.partition(" ")[0] for step in steps)]
    joined = {f"+{a}>{b}.x" for a, b in pairwise(names)}
    return {"-reshape_1>cross_entropy_1.x", f"+{names[-1]}>cross_entropy_1.x", *joined, *(f"+{step}" for step in steps)}


def test_an_image_before_a_loss_becomes_as_many_numbers_as_the_target_has_classes() -> None:
    """3 channels are 3 classes once they are averaged."""
    data = replace(CLASSES, features=12)
    assert proposed(image_before_loss("3, 2, 2", 12), "shape", "cross_entropy_1", data)[:3] == [
        ("Add a global average pooling", "Add a global average pooling", flattened("average_pool2d_1", "flatten_1")),
        ("Add a flatten", "Add a flatten before cross_entropy_1", flattened("flatten_1")),
        ("Add a flatten and dense 3", "Add a flatten before cross_entropy_1", flattened("flatten_1", "dense_1 units=3")),
    ]


def test_of_other_channels_than_classes_a_layer_makes_as_many() -> None:
    found = proposed(image_before_loss("1, 4, 4", 16), "shape", "cross_entropy_1", replace(CLASSES, features=16))
    assert found[0] == (
        "Add global average pooling and dense 3", "Add a global average pooling",
        flattened("average_pool2d_1 kernel_size=4", "flatten_1", "dense_1 units=3"),
    )  # fmt: skip


@pytest.mark.parametrize(("shape", "length"), [("1, 2, 3", 6), ("1, 3, 2", 6), ("2, 2", 4), ("1, 65, 65", 65 * 65)])
def test_only_a_square_image_of_at_most_64_cells_is_averaged(shape: str, length: int) -> None:
    """A window has 64 cells at most."""
    found = proposed(image_before_loss(shape, length), "shape", "cross_entropy_1", replace(CLASSES, features=length))
    assert [label for label, _, _ in found] == ["Add a flatten", "Add a flatten and dense 3", "Add a flatten", "Remove cross_entropy_1"]


def test_64_cells_are_averaged() -> None:
    found = proposed(image_before_loss("3, 64, 64", 3 * 64 * 64), "shape", "cross_entropy_1", replace(CLASSES, features=3 * 64 * 64))
    assert found[0][2] == flattened("average_pool2d_1 kernel_size=64", "flatten_1")


def test_without_data_nobody_knows_how_many_numbers_a_loss_wants() -> None:
    labels = [label for label, _, _ in proposed(image_before_loss("3, 2, 2", 12), "shape", "cross_entropy_1")]
    assert labels == ["Add a flatten", "Remove cross_entropy_1"]


def test_edits_that_follow_keep_what_was_frozen() -> None:
    graph = edits.set_frozen(drawn(operands(4, 5)), ["dense_1"], True)
    assert proposed(graph, "shape", "add_1")[0][2] == {"dense_2.units=4"}
