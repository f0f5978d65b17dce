"""The preparation: what each step makes of raw columns, what it refuses, that a file gives back the same."""

import dataclasses
import json

import numpy as np
import pytest

from nnlab.core import fitted_preparation
from nnlab.core.dataset import Target
from nnlab.core.errors import DataError, FileError
from nnlab.core.fitted_preparation import (
    CategoryInput,
    FunctionInput,
    MissingInput,
    NumberInput,
    Preparation,
    RankInput,
    RawColumn,
)  # fmt: skip
from nnlab.core.preparation import DataSettings, prepare

PENGUINS = Preparation(
    (RawColumn("mass"), RawColumn("island", is_text=True), RawColumn("size", is_text=True)),
    (
        NumberInput("mass", fill=4.0, mean=2.0, scale=0.5), MissingInput("mass"), CategoryInput("island", "Biscoe"),
        CategoryInput("island", "Dream"), RankInput("size", ("small", "middle", "large"), mean=1.0, scale=1.0),
    ),
    Target("binary", ("no", "yes")),
)  # fmt: skip
ROWS = {"mass": np.array([3.0, np.nan]), "island": np.array(["Dream", "Biscoe"]), "size": np.array(["small", "large"])}


def test_every_step_makes_its_number() -> None:
    assert PENGUINS.transform(ROWS).tolist() == [[2.0, 0.0, 0.0, 1.0, -1.0], [4.0, 1.0, 1.0, 0.0, 1.0]]
    two = FunctionInput("xy", "x", "y", mean=1.0, scale=2.0)
    product = Preparation((RawColumn("x"), RawColumn("y")), (two,), Target("continuous", ("t",)))
    assert product.transform({"x": np.array([3.0]), "y": np.array([5.0])}).tolist() == [[7.0]]


def test_what_is_missing_or_unknown_is_named() -> None:
    with pytest.raises(DataError, match=r"lacks the columns 'mass', 'size'"):
        PENGUINS.transform({"island": ROWS["island"]})
    strange = ROWS | {"island": np.array(["Dream", "Torgersen"]), "size": np.array(["huge", "small"])}
    with pytest.raises(DataError, match=r"'island' holds the category 'Torgersen' \(first in row 2\).*'size' holds the category 'huge'"):
        PENGUINS.transform(strange)
    assert PENGUINS.transform(strange, "zeros")[1].tolist() == [4.0, 1.0, 0.0, 0.0, -1.0]
    needed = dataclasses.replace(PENGUINS, steps=(NumberInput("mass"),))
    with pytest.raises(DataError, match="Row 2 has no number in column 'mass'"):
        needed.transform(ROWS)


def test_numbers_go_back_to_their_own_unit() -> None:
    prices = Preparation((RawColumn("x"),), (NumberInput("x"),), Target("continuous", ("price",)), (100.0,), (20.0,))
    assert prices.restored(np.array([[0.5], [-1.0]])).tolist() == [[110.0], [80.0]]
    assert fitted_preparation.decode(fitted_preparation.encode(prices)) == prices


def test_a_file_gives_back_the_same_and_refuses_what_is_none() -> None:
    assert fitted_preparation.decode(fitted_preparation.encode(PENGUINS)) == PENGUINS
    raw = json.loads(fitted_preparation.encode(PENGUINS))
    for spoiled, words in (
        (raw | {"steps": []}, "missing"),
        (raw | {"columns": raw["columns"][:2]}, "reads the column 'size'"),
        (raw | {"steps": [raw["steps"][0] | {"scale": 0.0}]}, "divided by 0"),
        (raw | {"steps": [{"type": "eval", "column": "mass"}]}, "Invalid value 'eval'|invalid value 'eval'"),
    ):
        with pytest.raises(FileError, match=words):
            fitted_preparation.decode(json.dumps(spoiled).encode())


@pytest.mark.parametrize("settings", [DataSettings("iris"), DataSettings("circle", inputs=("y",), derived=("x2", "sin_y"))])
def test_that_of_a_data_set_makes_its_inputs(settings: DataSettings) -> None:
    data = prepare(settings)
    raw = {name: data.raw_x[:, k] for k, name in enumerate(data.raw_features)}
    assert np.array_equal(data.preparation.transform(raw), data.x)
