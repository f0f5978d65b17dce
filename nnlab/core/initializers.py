"""Initial values of parameters, each a function of (shape, generator).

For a weight of shape (units, inputs), fan_in = inputs and fan_out = units (PyTorch's convention; further axes of a
convolution count into both).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnlab.core.written import rounded

Initializer = Callable[[tuple[int, ...], np.random.Generator], np.ndarray]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out) of a parameter's shape."""
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    receptive = math.prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive


@dataclass(frozen=True)
class Spread:
    """Independent numbers of mean 0: uniform between ±`size`, or normal with the standard deviation `size`, of (fan_in, fan_out).

    `formula` is the same size in words, with the fans to be put in.
    """

    is_uniform: bool
    size: Callable[[int, int], float]
    formula: str = ""

    def __call__(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        if self.is_uniform:
            return generator.uniform(-1.0, 1.0, shape) * self.size(*fans(shape))
        return generator.standard_normal(shape) * self.size(*fans(shape))


def _orthogonal(shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """Rows (or columns, where there are fewer) at right angles and of length 1, evenly drawn among all such matrices.

    The signs of R's diagonal make the decomposition unique (Mezzadri, How to Generate Random Matrices from the Classical Compact
    Groups (2007)). Further axes of a convolution count as columns.
    """
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(generator.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return (q if rows >= columns else q.T).reshape(shape)


def _identity(shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """Ones where the input and the output of the same number meet; of a convolution, at the middle of the window."""
    values = np.zeros(shape)
    if len(shape) == 1:
        return values
    middle = tuple(length // 2 for length in shape[2:])
    for unit in range(min(shape[:2])):
        values[(unit, unit, *middle)] = 1.0
    return values


# Glorot and Bengio 2010 (xavier); He et al. 2015 (he, for ReLU); LeCun et al. 1998 (lecun, for SELU and tanh); Saxe et al. 2014
# (orthogonal). A layer that is the identity at first can be inserted into a trained network (Chen et al., Net2Net, 2016).
initializers: Mapping[str, Initializer] = MappingProxyType(
    {
        "xavier_uniform": Spread(True, lambda i, o: math.sqrt(6.0 / (i + o)), "√(6 / ({fan_in} + {fan_out}))"),
        "xavier_normal": Spread(False, lambda i, o: math.sqrt(2.0 / (i + o)), "√(2 / ({fan_in} + {fan_out}))"),
        "he_uniform": Spread(True, lambda i, o: math.sqrt(6.0 / i), "√(6 / {fan_in})"),
        "he_normal": Spread(False, lambda i, o: math.sqrt(2.0 / i), "√(2 / {fan_in})"),
        "lecun_uniform": Spread(True, lambda i, o: math.sqrt(3.0 / i), "√(3 / {fan_in})"),
        "lecun_normal": Spread(False, lambda i, o: math.sqrt(1.0 / i), "√(1 / {fan_in})"),
        "orthogonal": _orthogonal,
        "identity": _identity,
        "normal": Spread(False, lambda i, o: 0.1),
        "uniform": Spread(True, lambda i, o: 0.1),
        "uniform_half": Spread(True, lambda i, o: 0.5),  # TensorFlow Playground's
        "standard_normal": Spread(False, lambda i, o: 1.0),
        "zeros": lambda shape, generator: np.zeros(shape),
        "ones": lambda shape, generator: np.ones(shape),
    }
)
TITLES = MappingProxyType(
    {
        "xavier_uniform": "Xavier uniform",
        "xavier_normal": "Xavier normal",
        "he_uniform": "He uniform",
        "he_normal": "He normal",
        "lecun_uniform": "LeCun uniform",
        "lecun_normal": "LeCun normal",
        "orthogonal": "Orthogonal",
        "identity": "Identity",
        "normal": "Normal, 0.1",
        "uniform": "Uniform, ±0.1",
        "uniform_half": "Uniform, ±0.5",
        "standard_normal": "Standard normal",
        "zeros": "Zeros",
        "ones": "Ones",
    }
)
CHOICE_TITLES = tuple(TITLES[name] for name in initializers)


_IN_WORDS = {
    "orthogonal": "orthogonal and of length 1",
    "identity": "1 where unit and input have the same index, else 0",
    "zeros": "all zeros",
    "ones": "all ones",
    "quarter": "all 0.25",
    "lora_pissa_A": "the largest singular directions of W₀",
    "lora_pissa_B": "the largest singular directions of W₀",
    "lora_magnitude": "the lengths of the rows of W₀",
}


def in_words(name: str, shape: tuple[int, ...]) -> str:
    """What an initialiser draws for a parameter of `shape`, with this shape's numbers: "uniform, ±0.612 = ±√(6 / (8 + 8))"."""
    spread = initializers.get(name) or _OF_ADAPTERS.get(name)
    if isinstance(spread, Spread):
        fan_in, fan_out = fans(shape)
        size = rounded(spread.size(fan_in, fan_out), 3)
        formula = spread.formula.format(fan_in=fan_in, fan_out=fan_out)
        sign, law = ("±", "uniform, ") if spread.is_uniform else ("", "normal, σ = ")
        return f"{law}{sign}{size}" + (f" = {sign}{formula}" if formula else "")
    words = _IN_WORDS.get(name, "")
    if name == "orthogonal":
        words = f"{'rows' if shape[0] <= math.prod(shape[1:]) else 'columns'} {words}"
    return words


# Of A in a low-rank adapter, which has no place among a layer's choices: PyTorch's kaiming_uniform_ with a = √5, and PEFT's "gaussian".
_OF_ADAPTERS: Mapping[str, Initializer] = MappingProxyType(
    {
        "lora_kaiming": Spread(True, lambda i, o: math.sqrt(1.0 / i), "√(1 / {fan_in})"),
        "lora_gaussian": Spread(False, lambda i, o: 1.0 / o, "1 / {fan_out}"),
    }
)

_FIXED = {"zeros": 0.0, "ones": 1.0, "quarter": 0.25}  # the last is PReLU's alone and no choice for a layer


def initial_values(name: str, shape: tuple[int, ...], seed: int, owner: str) -> np.ndarray:
    """Float64 values for parameter `owner` ("dense_1.weight"): a function of (seed, owner), so other nodes do not disturb it."""
    if name in _FIXED:  # nothing is drawn
        return np.full(shape, _FIXED[name])
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, zlib.crc32(owner.encode())])))
    return np.asarray((initializers.get(name) or _OF_ADAPTERS[name])(shape, generator), dtype=np.float64)
