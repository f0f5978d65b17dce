"""Preparation: a fair split, and nothing fitted on the validation part."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from networks import mlp

from nnlab.core.dataset import Dataset, Table, Target, datasets, register
from nnlab.core.errors import DataError, NNLabError, SettingError
from nnlab.core.preparation import DataSettings, data_title, prepare
from nnlab.core.setting import Setting, Value
from nnlab.datasets import csv_file
from nnlab.datasets._csv_text import read_csv_text
from nnlab.training.session import Session


@pytest.fixture
def small_set() -> Iterator[str]:
    """A data set with a constant column, a wide one, and classes of 1, 2 … samples when asked for."""

    def make(settings: Mapping[str, Value], seed: int) -> Table:
        y = np.repeat([0, 1], [int(settings["rare"]), 20]).astype(np.int64)
        x = np.column_stack([np.full(len(y), 0.1), np.arange(len(y)) * 1000.0])
        return Table(x, y, ("constant", "wide"), Target("binary", ("rare", "common")))

    dataset = register(Dataset("small", "Small", "Real data", "For tests.", make, (Setting("rare", 5, minimum=1),), standardize=True))
    yield dataset.name
    datasets.remove(dataset.name)


def test_standardisation_is_fitted_on_the_training_part_only(small_set: str) -> None:
    data = prepare(DataSettings(small_set))
    np.testing.assert_allclose(data.mean[1], data.raw_x[:, 1].mean())
    np.testing.assert_allclose(data.scale[1], data.raw_x[:, 1].std())
    np.testing.assert_allclose([data.x[:, 1].mean(), data.x[:, 1].std()], [0.0, 1.0], atol=1e-12)
    assert abs(data.validation_x[:, 1].mean()) > 1e-3
    assert np.array_equal(data.transform(data.raw_validation_x), data.validation_x)
    assert np.array_equal(data.transform(data.raw_x), data.x)


def test_a_constant_column_becomes_zero_and_keeps_scale_one(small_set: str) -> None:
    data = prepare(DataSettings(small_set))
    assert data.scale[0] == 1.0
    assert (data.x[:, 0] == 0.0).all()


def test_standardisation_can_be_switched_either_way(small_set: str) -> None:
    assert np.array_equal((data := prepare(DataSettings(small_set, standardize=False))).x, data.raw_x)
    assert prepare(DataSettings("spiral", standardize=True)).x.std() == pytest.approx(1.0)
    assert np.array_equal((data := prepare(DataSettings("spiral"))).x, data.raw_x)


def test_the_parts_are_disjoint_complete_and_shuffled() -> None:
    data = prepare(DataSettings("spiral", seed=3))
    table = datasets["spiral"].make({"samples": 500, "noise": 0.0}, 3)
    together = np.concatenate([data.train_index, data.validation_index])
    assert sorted(together) == list(range(500))
    assert len(data.validation_index) == 100
    assert not (np.diff(data.train_index) > 0).all()
    assert np.array_equal(table.x[data.train_index], data.raw_x)
    assert np.array_equal(table.y[data.validation_index], data.validation_y)


def test_the_same_seed_gives_the_same_split_and_another_another() -> None:
    first, again, other = (prepare(DataSettings("plane", seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.train_index, again.train_index)
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.train_index, other.train_index)


def test_no_validation_part_when_the_share_is_zero(small_set: str) -> None:
    data = prepare(DataSettings(small_set, {"rare": 1}, validation_share=0.0))
    assert (data.x.shape, data.validation_x.shape, data.validation_y.shape) == ((21, 2), (0, 2), (0,))
    assert prepare(DataSettings("plane", validation_share=0.0)).validation_y.shape == (0, 1)


def test_a_class_with_a_single_sample_is_for_training_and_named(small_set: str) -> None:
    data = prepare(DataSettings(small_set, {"rare": 1}))
    rare = data.target.names.index("rare")
    assert (data.y == rare).sum() == 1 and not (data.validation_y == rare).any() and len(data.validation_y)
    assert data.notes == ("The class 'rare' has a single sample and is used for training only.",)


def test_derived_inputs_keep_the_chosen_order() -> None:
    data = prepare(DataSettings("circle", derived=("sin_y", "xy", "x2")))
    x, y = data.raw_x.T
    assert data.features == ("x", "y", "sin y", "xy", "x²")
    assert np.array_equal(data.x, np.column_stack([x, y, np.sin(y), x * y, x * x]))
    assert (data.raw_features, data.raw_x.shape[1]) == (("x", "y"), 2)
    assert data.transform(np.array([[2.0, 3.0]])).tolist() == [[2.0, 3.0, np.sin(3.0), 6.0, 4.0]]


def test_any_input_can_be_left_out() -> None:
    assert prepare(DataSettings("circle", inputs=("y",), derived=("y2",))).features == ("y", "y²")
    only_squares = prepare(DataSettings("circle", inputs=("x2", "y2"), standardize=True))
    assert only_squares.features == ("x²", "y²")
    assert only_squares.x.std(axis=0) == pytest.approx(1.0)
    assert prepare(DataSettings("circle", inputs=("x2",), derived=("x2", "x2"))).features == ("x²",)  # each once


def test_an_image_stays_one_only_with_all_its_pixels() -> None:
    data = prepare(DataSettings("digits"))
    assert (data.image_shape, data.x.shape[1]) == ((8, 8), 64)
    assert prepare(DataSettings("digits", inputs=data.features[:8])).image_shape is None


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (DataSettings("nothing"), NNLabError, "no data set named 'nothing'"),
        (DataSettings(inputs=("z",)), DataError, "Spiral has no feature 'z'; choose from x, y, x2"),
        (DataSettings("function", derived=("x2",)), DataError, "Function has no feature 'x2'; choose from x."),
        (DataSettings(settings={"noise": 51.0}), SettingError, "Spiral: noise is 51; it must be from 0 to 50"),
        (DataSettings(settings={"colour": 1}), SettingError, "no setting 'colour'"),
        (DataSettings(validation_share=1.0), SettingError, "validation_share is 1"),
        (DataSettings(seed=-1), SettingError, "seed is -1"),
        (DataSettings("csv_file"), DataError, "No CSV file is chosen"),
    ],
)
def test_what_cannot_be_prepared_is_said(settings: DataSettings, error: type[NNLabError], message: str) -> None:
    with pytest.raises(error, match=message):
        prepare(settings)


def test_samples_of_another_width_are_refused() -> None:
    with pytest.raises(DataError, match=r"has 2 features, but the samples to predict have the shape \(5, 3\)"):
        prepare(DataSettings("spiral")).transform(np.zeros((5, 3)))


def test_settings_survive_json() -> None:
    settings = DataSettings("function", {"formula": "x^2", "noise": 5.0, "samples": 100}, 7, 0.5, ("x",), (), True)
    again = msgspec.json.decode(msgspec.json.encode(settings), type=DataSettings)
    assert again == settings
    assert hash(again) == hash(settings)
    assert isinstance(again.settings["noise"], float)


class TestHandedOn:
    """The same samples are made once and handed on; nobody may write to them."""

    @pytest.fixture
    def table(self, tmp_path: Path) -> Path:
        path = tmp_path / "table.csv"
        path.write_text("a,y\n1,0.5\n2,1.5\n3,2.25\n4,3.5\n")
        return path

    @pytest.fixture
    def reads(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        found: list[Path] = []
        monkeypatch.setattr(csv_file, "read_csv_text", lambda path: found.append(path) or read_csv_text(path))
        return found

    def test_a_file_is_read_once_until_it_changes(self, table: Path, reads: list[Path]) -> None:
        settings = DataSettings("csv_file", {"path": str(table)}, validation_share=0.0)
        first = prepare(settings)
        assert prepare(replace(settings, settings={"path": str(table)})) is first and len(reads) == 1
        table.write_text("a,y\n1,0.5\n2,1.5\n3,2.25\n4,3.5\n5,7.125\n")
        assert sorted(prepare(settings).y.ravel()) == [0.5, 1.5, 2.25, 3.5, 7.125] and len(reads) == 2

    def test_samples_stay_as_long_as_somebody_has_them(self, table: Path, reads: list[Path]) -> None:
        settings = DataSettings("csv_file", {"path": str(table)})
        mine = prepare(settings)
        prepare(DataSettings("spiral"))
        assert prepare(settings) is mine and len(reads) == 1

    def test_nobody_keeps_more_than_the_newest(self) -> None:
        forgotten = weakref.ref(prepare(DataSettings("spiral", seed=5)))
        assert forgotten() is not None
        prepare(DataSettings("spiral", seed=6))
        gc.collect()
        assert forgotten() is None

    @pytest.mark.parametrize(
        "other", [DataSettings("spiral", {"noise": 1}), DataSettings("spiral", seed=1), DataSettings("spiral", validation_share=0.5)]
    )
    def test_other_settings_are_other_samples(self, other: DataSettings) -> None:
        assert prepare(other) is not prepare(DataSettings("spiral"))

    def test_shared_samples_cannot_be_written_to(self) -> None:
        data = prepare(DataSettings("spiral"))
        for values in (data.x, data.y, data.validation_x, data.validation_y, data.raw_x, data.raw_validation_x):
            with pytest.raises(ValueError, match="read-only"):
                values[0] = 0

    def test_they_train_in_float64_all_the_same(self) -> None:
        data = prepare(DataSettings("plane"))
        session = Session(mlp([2, 1]), "sgd", 0.01, dtype="float64")
        session.fit(data.x, data.y, epochs=1)
        assert session.iteration == -(-len(data.x) // 32)


def test_a_problem_of_a_file_is_found_anew_each_time(tmp_path: Path) -> None:
    settings = DataSettings("csv_file", {"path": str(tmp_path / "later.csv")})
    with pytest.raises(DataError):
        prepare(settings)
    (tmp_path / "later.csv").write_text("a,y\n1,0.5\n2,1.5\n3,2.5\n")
    assert len(prepare(settings).x) + len(prepare(settings).validation_x) == 3


def test_data_is_called_as_its_file_or_as_its_data_set() -> None:
    assert data_title(DataSettings("csv_file", {"path": "/home/me/wine 2024.csv"})) == "wine 2024.csv"
    assert data_title(DataSettings("csv_file")) == "CSV file"
    assert data_title(DataSettings("iris")) == datasets["iris"].title
    assert data_title(DataSettings("gone")) == "gone"


def test_a_number_set_by_hand_is_what_the_model_sees_and_follows_its_samples(small_set: str) -> None:
    settings = DataSettings(small_set)
    data = prepare(settings)
    row, before = int(data.train_index[3]), float(data.x[3, 1])
    changed = settings.with_number(row, 1, before, 0.25)
    after = prepare(changed)
    assert after.x[3, 1] == 0.25
    assert after.raw_x[3, 1] == pytest.approx(0.25 * data.scale[1] + data.mean[1])
    rest = np.ones_like(data.x, dtype=bool)
    rest[3, 1] = False
    assert (after.x[rest] == data.x[rest]).all()
    assert changed.with_number(row, 1, 0.25, 0.5).set_numbers[0].before == before  # one for each place, from what the data set gave
    assert changed.with_number(row, 1, 0.25, before) == settings
    target = prepare(settings.with_number(row, 2, float(data.y[3]), 1.0 - float(data.y[3])))
    assert target.y[3] == 1 - data.y[3]
    other = prepare(replace(changed, settings={"rare": 9}))  # another table, in which it was not set
    assert not (other.x == 0.25).any()
    with pytest.raises(DataError, match="classes run from"):
        prepare(settings.with_number(row, 2, float(data.y[3]), 7.0))
