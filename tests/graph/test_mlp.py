"""Lines such as 2-8-8-1 tanh: what they say, what is wrong with them, and the networks they become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.dataset import Target
from nnlab.core.operator import operators
from nnlab.graph.mlp import (
    HiddenLayer,
    MlpShape,
    ShapeLineError,
    initializer_for,
    is_shape_line,
    mlp_graph,
    mlp_line,
    outputs_for,
    parse_mlp,
)
from nnlab.graph.validation import DataShape, validate

NUMBERS, TWO, THREE = Target("continuous", ("y",)), Target("binary", ("no", "yes")), Target("classes", ("a", "b", "c"))


def layers(*pairs: tuple[int, str]) -> tuple[HiddenLayer, ...]:
    return tuple(HiddenLayer(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2-8-8-1 tanh", MlpShape(layers((8, "tanh"), (8, "tanh")), 2, 1)),
        ("784x128x10 relu", MlpShape(layers((128, "relu")), 784, 10)),
        ("784 × 128 × 10", MlpShape(layers((128, "relu")), 784, 10)),
        ("2 -> 8 -> 1 Tanh", MlpShape(layers((8, "tanh")), 2, 1)),
        ("2 → 4 → 1 sigmoid", MlpShape(layers((4, "sigmoid")), 2, 1)),
        ("MLP 2–8–1 gelu", MlpShape(layers((8, "gelu")), 2, 1)),
        ("2-8 tanh-4 relu-1", MlpShape(layers((8, "tanh"), (4, "relu")), 2, 1)),
        ("2-8-8 tanh-4-4 silu-1", MlpShape(layers((8, "tanh"), (8, "tanh"), (4, "silu"), (4, "silu")), 2, 1)),
        ("2-16-1 leaky relu", MlpShape(layers((16, "leaky_relu")), 2, 1)),
        ("2-16-1 linear", MlpShape(layers((16, "")), 2, 1)),
        ("2-16-1 swish", MlpShape(layers((16, "silu")), 2, 1)),
        ("13-1", MlpShape((), 13, 1)),
        ("8, 8 relu", MlpShape(layers((8, "relu"), (8, "relu")))),
        ("8 4 tanh", MlpShape(layers((8, "tanh"), (4, "tanh")))),
        ("8 relu, 4 tanh", MlpShape(layers((8, "relu"), (4, "tanh")))),
        ("32", MlpShape(layers((32, "relu")))),
    ],
)
def test_what_a_line_says(text: str, expected: MlpShape) -> None:
    assert parse_mlp(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type the sizes"),
        ("tanh", "before “tanh”"),
        ("2-8-1 tahn", "There is no activation tahn; did you mean tanh?"),
        ("2-8-1 zzz", "There is no activation zzz; known are elu"),
        ("2--8", "between two signs"),
        ("-2-8", "between two signs"),
        ("2-8-", "at the end"),
        ("2-0-1", "A layer of 0 units"),
        ("2-999999999999999999-1", "999,999,999,999 units"),
        ("2-8-1!", "“!” is not allowed here"),
        ("2-8.5-1", "“.” is not allowed here"),
        ("8-8 relu", "write 8, 8 relu for hidden ones"),
        ("2-8 relu-1 tanh", "The output layer takes no activation"),
        ("-".join(["4"] * 300), "300 layers are too many"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ShapeLineError) as caught:
        parse_mlp(text)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value) and str(caught.value)[-1] in ".?"


@given(st.text(max_size=40) | st.text("0123456789-x, >relutanh", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        shape = parse_mlp(text)
    except ShapeLineError:
        return
    assert all(layer.units >= 1 for layer in shape.hidden)


@st.composite
def hidden_layers(draw: st.DrawFn) -> tuple[HiddenLayer, ...]:
    activation = st.sampled_from(("relu", "tanh", "leaky_relu", "sine", ""))
    pairs = draw(st.lists(st.tuples(st.integers(1, 300), activation), max_size=6))
    return layers(*pairs)


@given(hidden_layers(), st.integers(1, 99), st.integers(1, 9))
def test_a_written_line_is_read_back(hidden: tuple[HiddenLayer, ...], features: int, outputs: int) -> None:
    line = mlp_line(hidden, features, outputs)
    assert is_shape_line(line)
    assert parse_mlp(line) == MlpShape(hidden, features, outputs)


@pytest.mark.parametrize("text", ["2-8-8-1 tanh", "8 relu", "8, 8", "8 8", "mlp 2x4x1", "2-8-1 tahn", "2 -> 8 -> 1"])
def test_texts_that_are_meant_as_a_line(text: str) -> None:
    assert is_shape_line(text)


@pytest.mark.parametrize("text", ["", "8", "hello", "relu", "1,2\n3,4", "3.14", "{}", "8 & 8", "x" * 500])
def test_texts_that_are_not(text: str) -> None:
    assert not is_shape_line(text)


def test_the_data_decides_about_the_ends() -> None:
    assert parse_mlp("2-8-1").fitted(2, 1) == "" == parse_mlp("8, 8").fitted(64, 10)
    assert parse_mlp("2-8-1").fitted(2, 3) == "The data has 2 features and needs 3 outputs, so this is 2-8-3."
    assert parse_mlp("9-8-8-7").fitted(2, 1).endswith("so this is 2-8-8-1. For hidden layers of these sizes write 9, 8, 8, 7.")


@pytest.mark.parametrize(
    ("target", "loss", "outputs"), [(NUMBERS, "mse", 1), (TWO, "binary_cross_entropy", 1), (THREE, "cross_entropy", 3)]
)
@pytest.mark.parametrize("text", ["5", "5-1", "5, 4 tanh", "7-5 relu-4 tanh-9"])
def test_the_network_fits_its_data(text: str, target: Target, loss: str, outputs: int) -> None:
    graph = mlp_graph(parse_mlp(text).hidden, 7, target, dropout=0.1)
    assert validate(graph, DataShape(7, target)) == ()
    assert graph.losses[0].operator == loss
    assert outputs_for(target) == outputs


def test_the_initialiser_suits_the_activation() -> None:
    graph = mlp_graph(parse_mlp("2-8 relu-8 tanh-1").hidden, 2, TWO)
    assert [node.settings["init"] for node in graph.nodes if node.operator == "dense"] == ["he_uniform", "xavier_uniform", "xavier_uniform"]
    assert {initializer_for(operator.name) for operator in operators if operator.is_activation} == {
        "he_uniform", "xavier_uniform", "lecun_normal",
    }  # fmt: skip


def test_a_line_of_up_to_399_letters_is_read_as_one() -> None:
    """Longer ones are a text that somebody pasted."""
    line = "2-" + "-".join(["8"] * 198)
    assert len(line) == 397
    assert is_shape_line(f"{line}-1") and not is_shape_line(f"{line}-12")


def test_at_most_256_layers_of_at_most_65536_units() -> None:
    assert len(parse_mlp(", ".join(["4"] * 256)).hidden) == 256 and parse_mlp("1, 65536").hidden[1].units == 65_536
    with pytest.raises(ShapeLineError, match="257 layers are too many; at most 256 can be built at once"):
        parse_mlp(", ".join(["4"] * 257))
    with pytest.raises(ShapeLineError, match="A layer of 65,537 units cannot be built; choose from 1 to 65,536"):
        parse_mlp("8, 65537")


def test_a_word_for_none_is_no_activation_of_the_output() -> None:
    assert parse_mlp("13-1 linear") == MlpShape((), 13, 1)
    assert parse_mlp("2-8 tanh-1 none") == MlpShape(layers((8, "tanh")), 2, 1)


def test_the_line_of_a_network_names_its_activation_once_where_all_are_alike() -> None:
    assert mlp_line(layers((8, "tanh"), (8, "tanh")), 2, 1) == "2-8-8-1 tanh"
    assert mlp_line(layers((16, "relu"), (8, "tanh")), 2, 1) == "2-16 relu-8 tanh-1"
    assert mlp_line(layers((16, "relu"), (8, "")), 2, 1) == "2-16 relu-8 linear-1"
    assert (mlp_line((), 2, 1), mlp_line(layers((8, "")), 2, 1)) == ("2-1", "2-8-1 linear")


def test_outputs_of_every_hidden_layer_are_dropped_where_that_is_asked_for() -> None:
    hidden = layers((8, "tanh"), (4, ""))
    dropped = [node.settings["p"] for node in mlp_graph(hidden, 2, TWO, dropout=0.25) if node.operator == "dropout"]
    assert dropped == [0.25, 0.25]
    assert not any(node.operator == "dropout" for node in mlp_graph(hidden, 2, TWO))


def test_a_sign_before_the_activation_joins_nothing() -> None:
    assert parse_mlp("8 -> tanh") == MlpShape(layers((8, "tanh"))) == parse_mlp("8 tanh")
