"""The address of a TensorFlow Playground: its whole state, written behind the # of the page's address.

`#activation=tanh&batchSize=10&dataset=circle&…&networkShape=4,2&seed=0.66230&…&problem=classification`. Names, types, order and defaults
are those of `src/state.ts` (Smilkov, Carter et al., Apache License 2.0), and like there a name that is missing or empty has its default
(but an empty `networkShape` is a network without hidden layers). What only concerns the page (discretize, showTestData, the hidden
controls, …) is left out; an unknown value of a known name, which Playground passes over, is an error here, because it would quietly give
another network.
"""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.core.written import plain_number

PAGE = "https://playground.tensorflow.org/"
ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
REGULARIZATIONS = ("none", "L1", "L2")
PROBLEMS = ("classification", "regression")
CLASS_DATASETS = ("circle", "xor", "gauss", "spiral")
NUMBER_DATASETS = ("reg-plane", "reg-gauss")
FEATURES = ("x", "y", "xSquared", "ySquared", "xTimesY", "sinX", "sinY")  # in the order in which they enter the network
MOST_LAYERS, MOST_UNITS = 64, 4096
_NAMES = (
    "activation", "regularization", "batchSize", "dataset", "regDataset", "learningRate", "regularizationRate", "noise", "networkShape",
    "seed", "showTestData", "discretize", "percTrainData", *FEATURES, "cosX", "cosY", "collectStats", "tutorial", "problem", "initZero",
    "hideText",
)  # fmt: skip


class PlaygroundError(NNLabError):
    """An address that is none of TensorFlow Playground's, or a project that it cannot show."""


@dataclass(frozen=True)
class Address:
    """What Playground computes with, in its own terms; the defaults are its own."""

    activation: str = "tanh"
    regularization: str = "none"
    batch_size: int = 10
    dataset: str = "circle"
    regression_dataset: str = "reg-plane"
    learning_rate: float = 0.03
    regularization_rate: float = 0.0
    noise: float = 0.0  # per cent
    hidden: tuple[int, ...] = (4, 2)
    seed: str = ""  # "" draws another one on every visit
    training_share: float = 50.0  # per cent
    features: tuple[str, ...] = ("x", "y")
    problem: str = "classification"
    zero_weights: bool = False

    @property
    def text(self) -> str:
        """The full address; `parse_address` reads it back to an equal value."""
        parts: dict[str, object] = {
            "activation": self.activation,
            "regularization": None if self.regularization == "none" else self.regularization,
            "batchSize": self.batch_size,
            "dataset": self.dataset,
            "regDataset": self.regression_dataset,
            "learningRate": _written(self.learning_rate),
            "regularizationRate": _written(self.regularization_rate),
            "noise": _written(self.noise),
            "networkShape": ",".join(map(str, self.hidden)),
            "seed": self.seed or None,
            "percTrainData": _written(self.training_share),
            **{name: str(name in self.features).lower() for name in FEATURES},
            "problem": self.problem,
            "initZero": str(self.zero_weights).lower(),
        }
        return f"{PAGE}#" + "&".join(f"{name}={value}" for name, value in parts.items() if value is not None)


def is_address(text: str) -> bool:
    """Whether a text is meant as such an address: the page's own, or at least one of its names with a value, on one line."""
    line = text.strip()
    if "\n" in line or len(line) > 4000:
        return False
    if re.match(r"(https?://)?playground\.tensorflow\.org(/|#|\?|$)", line):
        return True
    start = line.rpartition("#")[2] if "#" in line else line
    first = start.split("&")[0].partition("=")
    return bool(first[1]) and first[0] in _NAMES and ("#" in line or "&" in line)


def parse_address(text: str) -> Address:
    """What an address says; only its part behind # counts. Raises PlaygroundError in one sentence."""
    if not is_address(text):
        raise PlaygroundError(
            "This is not a TensorFlow Playground address; one looks like #activation=tanh&networkShape=4,2&dataset=circle."
        )
    given = _given(text)
    default = Address()
    features = tuple(name for name in FEATURES if _flag(given, name, name in default.features))
    if not features:
        raise PlaygroundError("The address switches every input off; a network needs at least one, such as x=true.")
    return Address(
        activation=_choice(given, "activation", ACTIVATIONS, default.activation),
        regularization=_choice(given, "regularization", REGULARIZATIONS, default.regularization),
        batch_size=round(_number(given, "batchSize", default.batch_size, 1, 65536, whole=True)),
        dataset=_choice(given, "dataset", CLASS_DATASETS, default.dataset),
        regression_dataset=_choice(given, "regDataset", NUMBER_DATASETS, default.regression_dataset),
        learning_rate=_number(given, "learningRate", default.learning_rate, 0, 1000),
        regularization_rate=_number(given, "regularizationRate", default.regularization_rate, 0, 100),
        noise=_number(given, "noise", default.noise, 0, 50),
        hidden=_shape(given) if "networkShape" in given else default.hidden,
        seed=given.get("seed", ""),
        training_share=_number(given, "percTrainData", default.training_share, 10, 100),
        features=features,
        problem=_choice(given, "problem", PROBLEMS, default.problem),
        zero_weights=_flag(given, "initZero", default.zero_weights),
    )


def _given(text: str) -> Mapping[str, str]:
    """Names and values as they are written; an address copied from a page's source has &amp; between them."""
    line = text.strip().replace("&amp;", "&")
    fragment = line.rpartition("#")[2] if "#" in line else "" if "://" in line or line.startswith("playground.") else line
    found = {}
    for part in fragment.split("&"):
        name, _, value = part.partition("=")
        found[urllib.parse.unquote(name).strip()] = urllib.parse.unquote(value).strip()
    return found


def _choice(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name) or default
    if value not in choices:
        raise PlaygroundError(f"The address has {name}={_shown(value)}; TensorFlow Playground knows {', '.join(choices)}.")
    return value


def _flag(given: Mapping[str, str], name: str, default: bool) -> bool:
    value = given.get(name)
    return value != "false" if value else default


def _number(given: Mapping[str, str], name: str, default: float, low: float, high: float, whole: bool = False) -> float:
    value = given.get(name)
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not low <= number <= high or (whole and number != round(number)):
        kind = "a whole number" if whole else "a number"
        limits = f"from {plain_number(low)} to {plain_number(high)}"
        raise PlaygroundError(f"The address has {name}={_shown(value)}; it must be {kind} {limits}.")
    return number


def _shape(given: Mapping[str, str]) -> tuple[int, ...]:
    value = given["networkShape"]
    sizes = value.split(",") if value else []
    if len(sizes) > MOST_LAYERS or not all(re.fullmatch(r"\s*\d{1,6}\s*", size) and 1 <= int(size) <= MOST_UNITS for size in sizes):
        raise PlaygroundError(
            f"The address has networkShape={_shown(value)}; it must be the sizes of at most {MOST_LAYERS} hidden layers, such as 4,2."
        )
    return tuple(int(size) for size in sizes)


def _shown(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:37]}…"


def _written(number: float) -> str:
    """The shortest text that is this number again."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
