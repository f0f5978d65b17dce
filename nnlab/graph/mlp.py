"""Multilayer perceptrons as people write them: `2-8-8-1 tanh`.

A line of layer sizes, from the input to the output, with the activation behind them. Numbers joined by -, x, × or -> are the whole
network, so the first is the number of features and the last the number of outputs; numbers with commas or spaces between them (`8, 8
relu`), or one alone, are the hidden layers. An activation belongs to the hidden layers before it that have none yet, so one word
serves all of them and `2-16 relu-8 tanh-1` gives each its own. The output layer has none: losses here take its plain values.

What a line says about the two ends is a wish; how wide they really are is decided by the data (`MlpShape.fitted`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nnlab.core.dataset import Target
from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.embedded_inputs import embedded_front
from nnlab.graph.graph import Graph

MOST_UNITS, MOST_LAYERS = 65_536, 256
LOSSES = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}

NO_ACTIVATION = ("linear", "none", "identity")

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+)|(?P<word>[a-z][a-z_]*)|(?P<joint>->|→|-|–|—|x(?=\s*\d)|×|>|:)|(?P<comma>[,;]))|\s+")
_MEANT = re.compile(r"(?:mlp\s*)?\d+(?: *[a-z,;x×:>→–—-][\da-z_ ,;x×:>→–—-]*|(?: +\d+)+(?: +[a-z_]+)*)")
_JOINED_BY_X = re.compile(r"(?<=\d)\s*x\s*(?=\d)")


class ShapeLineError(NNLabError):
    """A line that does not say which layers a network has."""


@dataclass(frozen=True)
class HiddenLayer:
    units: int
    activation: str = ""  # name of an operator; "" for none


@dataclass(frozen=True)
class MlpShape:
    """What a line says: the hidden layers, and the two ends where it names them."""

    hidden: tuple[HiddenLayer, ...]
    features: int | None = None
    outputs: int | None = None

    def fitted(self, features: int, outputs: int) -> str:
        """A sentence about what the data makes of the two ends; "" where they are as written."""
        if (self.features or features, self.outputs or outputs) == (features, outputs):
            return ""
        sizes = (features, *(layer.units for layer in self.hidden), outputs)
        text = f"The data has {counted(features, 'feature')} and needs {counted(outputs, 'output')}, so this is {line_of(sizes)}."
        if self.features != features and self.outputs != outputs:
            written = ", ".join(str(n) for n in (self.features, *(layer.units for layer in self.hidden), self.outputs))
            text += f" For hidden layers of these sizes write {written}."
        return text


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def line_of(sizes: Sequence[int]) -> str:
    return "-".join(str(size) for size in sizes)


def outputs_for(target: Target) -> int:
    """The width of the last layer that the target asks for."""
    return target.classes if target.kind == "classes" else target.outputs


# Reading


def parse_mlp(text: str, activation: str = "relu") -> MlpShape:
    """The layers that a line describes; `activation` is for hidden layers where the line names none.

    Raises ShapeLineError in one sentence.
    """
    groups, joined = _groups(text)
    numbers = [number for group, _ in groups for number in group]
    if not numbers:
        raise ShapeLineError("Type the sizes of the layers and an activation, such as 2-8-8-1 tanh.")
    _check_sizes(numbers)
    is_whole = joined and len(numbers) > 1
    inner = range(1, len(numbers) - 1) if is_whole else range(len(numbers))
    hidden: list[HiddenLayer] = []
    index = 0
    for group, word in groups:
        places = range(index, index + len(group))
        index += len(group)
        name = activation if word is None else _activation(word)
        if name and word is not None and not any(place in inner for place in places):
            raise ShapeLineError(_no_layer(numbers, word))
        hidden += [HiddenLayer(number, name) for place, number in zip(places, group, strict=True) if place in inner]
    return MlpShape(tuple(hidden), numbers[0], numbers[-1]) if is_whole else MlpShape(tuple(hidden))


def is_shape_line(text: str) -> bool:
    """Whether a text is meant as such a line, right or wrong in its details: several sizes on one line, or one and a word."""
    line = text.strip().lower()
    return len(line) < 400 and _MEANT.fullmatch(line) is not None


def _groups(text: str) -> tuple[list[tuple[list[int], str | None]], bool]:
    """Numbers in groups, each with the activation behind it, and whether a dash or arrow joins any of them."""
    groups: list[tuple[list[int], str | None]] = []
    numbers: list[int] = []
    words: list[str] = []
    joined, previous = False, ""
    for kind, token in _tokens(text):
        if kind == "number":
            if words:
                groups.append((numbers, "_".join(words)))
                numbers, words = [], []
            numbers.append(int(token[:12]))
        elif kind == "word":
            if not numbers:
                raise ShapeLineError(f"Write the sizes of the layers before “{token}”, such as 2-8-8-1 {token}.")
            words.append(token)
        elif previous in ("joint", "comma") or not numbers:
            raise ShapeLineError("A size is missing between two signs; write for example 2-8-8-1 tanh.")
        else:
            joined = joined or kind == "joint"
        previous = kind
    if previous in ("joint", "comma"):
        raise ShapeLineError("A size is missing at the end; write for example 2-8-8-1 tanh.")
    if numbers:
        groups.append((numbers, "_".join(words) or None))
    return groups, joined


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, token) of numbers, words, joints and commas; an `mlp` in front is a title and left out."""
    line = re.sub(r"^\s*mlp\b", "", text.strip().lower().replace("‐", "-").replace("−", "-"))
    line = _JOINED_BY_X.sub("×", line)
    place = 0
    while place < len(line):
        found = _TOKEN.match(line, place)
        if found is None:
            sign = line[place:].strip()[:1]
            raise ShapeLineError(f"“{sign}” is not allowed here; write sizes and an activation, such as 2-8-8-1 tanh.")
        place = found.end()
        if found.lastgroup is not None:
            yield found.lastgroup, found.group(found.lastgroup)


def _check_sizes(numbers: Sequence[int]) -> None:
    if len(numbers) > MOST_LAYERS:
        raise ShapeLineError(f"{len(numbers)} layers are too many; at most {MOST_LAYERS} can be built at once.")
    for number in numbers:
        if not 1 <= number <= MOST_UNITS:
            raise ShapeLineError(f"A layer of {number:,} units cannot be built; choose from 1 to {MOST_UNITS:,}.")


def _no_layer(numbers: Sequence[int], word: str) -> str:
    if len(numbers) == 2:
        first, last = numbers
        return f"{first}-{last} goes from input to output and has no hidden layer for {word}; write {first}, {last} {word} for hidden ones."
    return f"The output layer takes no activation, because losses read logits or raw values; remove {word} after the last size."


def _activation(word: str) -> str:
    """The operator a word names; "" for none."""
    aliases = activation_aliases()
    name = aliases.get(word, word)
    known = activation_names()
    if not name or name in known:
        return name
    similar = difflib.get_close_matches(word, [*known, *aliases], n=1)
    hint = f"did you mean {similar[0]}?" if similar else f"known are {', '.join(known)}."
    raise ShapeLineError(f"There is no activation {word}; {hint}")


def activation_names() -> tuple[str, ...]:
    """The operators that may follow a size in a line."""
    return tuple(operator.name for operator in operators if operator.category == "Activations" or operator.is_activation)


def activation_aliases() -> dict[str, str]:
    """What other programs and papers call them -> operator; "" for words that mean none."""
    return dict.fromkeys(NO_ACTIVATION, "") | {alias: operator.name for operator in operators for alias in operator.aliases}


# Building


def mlp_graph(
    hidden: Sequence[HiddenLayer], features: int, target: Target, dropout: float = 0.0, vocabularies: Mapping[int, int] | None = None
) -> Graph:  # fmt: skip
    """Dense layers with their activations, an output layer as wide as the target asks for, and the loss that fits it.

    `vocabularies`: the columns that hold categories by number, to be embedded, and how many numbers each has.
    """
    builder = GraphBuilder()
    layer = embedded_front(builder, features, vocabularies or {})
    for each in hidden:
        layer = hidden_layer(builder, layer, each)
        if dropout > 0.0:
            layer = builder.dropout(layer, p=dropout)
    end(builder, layer, target)
    return builder.build()


def hidden_layer(builder: GraphBuilder, source: Output, layer: HiddenLayer, node_id: str | None = None) -> Output:
    """A dense layer with the initialiser that suits its activation, and the activation."""
    dense = builder.dense(source, units=layer.units, init=initializer_for(layer.activation), id=node_id)
    return builder.node(layer.activation, dense) if layer.activation else dense


def end(builder: GraphBuilder, source: Output, target: Target, node_id: str | None = None) -> None:
    """The output layer and the loss for a target."""
    builder.node(LOSSES[target.kind], builder.dense(source, units=outputs_for(target), id=node_id))


def initializer_for(activation: str) -> str:
    """The initialiser of a layer in front of this activation ("" for none): its scale keeps the size of a signal through the layer.

    He et al. 2015 for units that are 0 on one side, LeCun et al. 1998 for SELU, which was designed with it (Klambauer et al. 2017), Glorot
    and Bengio 2010 for the symmetric ones.
    """
    return operators[activation].initializer if activation else "xavier_uniform"


def mlp_line(hidden: Sequence[HiddenLayer], features: int, outputs: int) -> str:
    """The line for a network: 2-8-8-1 tanh, or 2-16 relu-8 tanh-1 where the activations differ; `parse_mlp` reads it back."""
    kinds = {layer.activation or "linear" for layer in hidden}
    if len(kinds) <= 1:
        return " ".join([line_of((features, *(layer.units for layer in hidden), outputs)), *kinds])
    middle = [f"{layer.units} {layer.activation or 'linear'}" for layer in hidden]
    return "-".join([str(features), *middle, str(outputs)])
