"""From a data set to what a network is trained on: split, derived features, standardisation.

`prepare(DataSettings(...))` makes the samples, sets part of them aside for validation, forms the model's inputs
(chosen features and, for sets with two inputs, x², y², xy, sin x, sin y) and standardises them. Everything that is
fitted, the mean and the standard deviation of each input, is fitted on the training part only: the validation part
must stay as unknown to the model as tomorrow's data. Targets stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from weakref import WeakValueDictionary

import numpy as np

from nnlab.core.dataset import Dataset, Interval, Table, Target, datasets
from nnlab.core.errors import DataError
from nnlab.core.file_stamp import file_stamp
from nnlab.core.fitted_preparation import FUNCTIONS, InputStep, Preparation, RankInput, of_numbers, of_steps
from nnlab.core.setting import Setting, Value, check_settings
from nnlab.core.split import SPLIT_TITLES, SPLITS, split

SEED = Setting("seed", 0, minimum=0, maximum=2**31 - 1, tip="Draws the samples and the split; the same seed gives the same data.")
VALIDATION_SHARE = Setting(
    "validation_share",
    0.2,
    minimum=0.0,
    maximum=0.9,
    tip="Share of the samples that is kept out of training, to measure the loss on unseen data.",
)

TEST_SHARE = Setting(
    "test_share",
    0.0,
    minimum=0.0,
    maximum=0.9,
    tip="Share of the samples that is looked at only when you ask for it, once everything is decided.",
)
SPLIT = Setting(
    "split",
    "stratified",
    choices=SPLITS,
    choice_titles=SPLIT_TITLES,
    tip="How samples are kept out of training: the same share of every class, at random, whole groups, or the latest.",
)


@dataclass(frozen=True)
class DerivedFeature:
    """A feature computed from the two inputs x and y of a sample."""

    title: str
    compute: Callable[[np.ndarray, np.ndarray], np.ndarray]


DERIVED_FEATURES: Mapping[str, DerivedFeature] = MappingProxyType(
    {
        "x2": DerivedFeature("x²", FUNCTIONS["x2"]),
        "y2": DerivedFeature("y²", FUNCTIONS["y2"]),
        "xy": DerivedFeature("xy", FUNCTIONS["xy"]),
        "sin_x": DerivedFeature("sin x", FUNCTIONS["sin_x"]),
        "sin_y": DerivedFeature("sin y", FUNCTIONS["sin_y"]),
    }
)


@dataclass(frozen=True)
class SetNumber:
    """One number of the samples that a person set by hand, as the model sees it: an input, or behind the inputs a target.

    It counts only while the samples have `before` there: other samples are not changed by what was set in these.
    """

    sample: int  # of the table, validation samples among them
    column: int  # of the model's inputs; behind them the columns of the target
    before: float
    after: float


@dataclass(frozen=True)
class DataSettings:
    """Everything needed to make the same samples again; a value of plain JSON types."""

    name: str = "spiral"
    settings: dict[str, Value] = field(default_factory=dict, hash=False)  # of the data set; what is missing has its default
    seed: int = 0
    validation_share: float = 0.2
    inputs: tuple[str, ...] = ()  # the features to use, derived ones included; empty: all of the data set's own
    derived: tuple[str, ...] = ()  # derived features to add behind `inputs`
    standardize: bool | None = None  # None: the data set's own default
    set_numbers: tuple[SetNumber, ...] = ()  # by hand, one for each place
    test_share: float = 0.0
    split: str = "stratified"  # one of SPLITS

    def with_number(self, sample: int, column: int, before: float, after: float) -> DataSettings:
        """With one number of one sample set; `before` is what it is now. Set back to what the data set gave, it is not set any more."""
        others = tuple(s for s in self.set_numbers if (s.sample, s.column) != (sample, column))
        known = next((s for s in self.set_numbers if (s.sample, s.column) == (sample, column) and s.after == before), None)
        first = before if known is None else known.before
        return replace(self, set_numbers=others if first == after else (*others, SetNumber(sample, column, first, after)))


@dataclass(frozen=True, eq=False)
class Data:
    """Prepared samples: x and y for training, validation_x and validation_y for validation.

    x: float64 (samples, inputs), what the model sees. y: float64 (samples, outputs) for a continuous target, else
    int64 (samples,). raw_x and raw_validation_x: the data set's own features of the same samples, for plotting.
    """

    x: np.ndarray
    y: np.ndarray
    validation_x: np.ndarray
    validation_y: np.ndarray
    raw_x: np.ndarray
    raw_validation_x: np.ndarray
    features: tuple[str, ...]  # titles of the model's inputs, the columns of x
    raw_features: tuple[str, ...]  # titles of the data set's features, the columns of raw_x
    target: Target
    mean: np.ndarray  # (inputs,), what standardising subtracts
    scale: np.ndarray  # (inputs,), what it divides by
    columns: tuple[str, ...]  # the model's inputs: names of raw features, or keys of DERIVED_FEATURES
    image_shape: tuple[int, int] | None
    domain: tuple[Interval, ...] | None
    truth: Callable[[np.ndarray], np.ndarray] | None
    train_index: np.ndarray  # which samples of the table, in the order of x
    validation_index: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    test_index: np.ndarray
    steps: tuple[InputStep, ...] = ()  # what makes each column of raw_x from a person's table; empty where raw_x is the table itself
    notes: tuple[str, ...] = ()  # what became of the rows of a file, one sentence each
    color_shape: tuple[int, int] | None = None  # (height, width) of images in red, green and blue

    @property
    def planes(self) -> tuple[int, int, int] | None:
        """(channels, height, width) where a sample is an image."""
        if self.color_shape is not None:
            return (3, *self.color_shape)
        return None if self.image_shape is None else (1, *self.image_shape)

    @property
    def vocabularies(self) -> dict[int, int]:
        """The inputs that are categories by number, to be embedded, by their place, and how many numbers each has."""
        if not self.steps:
            return {}
        chosen = self._chosen_steps
        return {place: len(step.categories) for place, step in enumerate(chosen) if isinstance(step, RankInput) and step.is_embedded}

    @property
    def preparation(self) -> Preparation:
        """What leads from raw columns to `x`, and from outputs to class names, without the samples it was fitted on."""
        if self.steps:
            return of_steps(self._chosen_steps, self.mean, self.scale, self.target)
        return of_numbers(self.raw_features, self.columns, self.mean, self.scale, self.target)

    @property
    def _chosen_steps(self) -> list[InputStep]:
        """What makes each column of `x`, of a person's table."""
        place = {name: k for k, name in enumerate(self.raw_features)}
        return [self.steps[place[name]] for name in self.columns]

    def transform(self, raw: np.ndarray) -> np.ndarray:
        """What the model sees for raw features (samples, raw features): the same inputs, with the training part's mean and scale."""
        raw = np.asarray(raw, dtype=np.float64)
        if raw.ndim != 2 or raw.shape[1] != len(self.raw_features):
            raise DataError(f"The data has {len(self.raw_features)} features, but the samples to predict have the shape {raw.shape}.")
        return (_inputs(raw, self.raw_features, self.columns) - self.mean) / self.scale


def file_of(settings: DataSettings) -> str:
    """The path of the file that the samples are read from, "" where they are made."""
    if settings.name not in datasets:
        return ""
    return next((path for name in datasets[settings.name].files if (path := str(settings.settings.get(name, "")).strip())), "")


def with_file(settings: DataSettings, path: str) -> DataSettings:
    """The same samples read from another place."""
    return replace(settings, settings={**settings.settings, datasets[settings.name].files[0]: path})


def data_title(settings: DataSettings) -> str:
    """What the data is called: the name of the file it is read from, or the data set's title."""
    if settings.name not in datasets:
        return settings.name
    return Path(file_of(settings)).name or datasets[settings.name].title


def prepare(settings: DataSettings) -> Data:
    """The samples that `settings` describe, ready for training.

    Whoever asks for the same samples again while somebody has them, or next, is given the same arrays, which nobody may write to: a
    file is read once when it is opened, and again when it has changed.

    Raises NNLabError for an unknown data set, SettingError for a setting out of range, and DataError for samples
    that cannot be read, made or split.
    """
    dataset = datasets[settings.name]
    key = _key(dataset, settings)
    data = _prepared.get(key)
    if data is None:
        data = _prepare(dataset, settings)
        _prepared[key] = data
    _newest[:] = [data]
    return data


_prepared: WeakValueDictionary[Hashable, Data] = WeakValueDictionary()
_newest: list[Data] = []  # is kept until others are asked for, so that it can be handed on


def _key(dataset: Dataset, settings: DataSettings) -> Hashable:
    """What decides the samples: the data set itself, the settings, and of files when they were written and how long they are."""
    named = [Path(path).expanduser() for name in dataset.files if (path := str(settings.settings.get(name, "")).strip())]
    others = dataset.files_beside(settings.settings) if dataset.files_beside is not None else ()
    stamps = tuple((str(path), file_stamp(path)) for path in (*named, *others))
    in_order = replace(settings, settings=dict(sorted(settings.settings.items())))
    return dataset.make, repr(in_order), stamps  # as text, for a list or an array among the settings has no hash


def _prepare(dataset: Dataset, settings: DataSettings) -> Data:
    seed = SEED.check(settings.seed, dataset.title)
    share = VALIDATION_SHARE.check(settings.validation_share, dataset.title)
    table = dataset.make(check_settings(dataset.settings, settings.settings, dataset.title), int(seed))
    parts = split(
        table, str(SPLIT.check(settings.split, dataset.title)), float(share),
        float(TEST_SHARE.check(settings.test_share, dataset.title)), int(seed),
    )  # fmt: skip
    train_index, validation_index = parts.training, parts.validation
    steps: tuple[InputStep, ...] = ()
    is_scaled = np.ones(1, dtype=bool)
    if table.fit is not None:
        fitted = table.fit(train_index)
        steps, is_scaled = fitted.steps, fitted.scaled
        table = replace(table, x=fitted.x, features=fitted.names, fit=None)
    columns = _columns(dataset, table, settings)
    standardize = dataset.standardize if settings.standardize is None else settings.standardize

    inputs = _inputs(table.x, table.features, columns)
    mean, scale = _fit(inputs[train_index]) if standardize else (np.zeros(len(columns)), np.ones(len(columns)))
    if steps:  # what is 0 or 1 stays so
        places = {name: k for k, name in enumerate(table.features)}
        used = is_scaled[[places[name] for name in columns]]
        mean, scale = np.where(used, mean, 0.0), np.where(used, scale, 1.0)
    is_plain = not standardize and columns == table.features  # what is seen is what there is: images are not held twice
    x, y, raw = inputs if is_plain else _standardized(inputs, mean, scale), table.y, table.x
    if settings.set_numbers:
        x, y, raw = x.copy(), y.copy(), raw.copy()
        for number in settings.set_numbers:
            if _set(number, x, y) and number.column < len(columns) and columns[number.column] in table.features:
                place = table.features.index(columns[number.column])
                raw[number.sample, place] = number.after * scale[number.column] + mean[number.column]
        table = replace(table, x=raw, y=y)  # which says in a sentence what samples cannot hold
    train_x, validation_x = _read_only(x[train_index]), _read_only(x[validation_index])
    own = set(table.features)
    return Data(
        x=train_x,
        y=_read_only(y[train_index]),
        validation_x=validation_x,
        validation_y=_read_only(y[validation_index]),
        raw_x=train_x if x is raw else _read_only(raw[train_index]),
        raw_validation_x=validation_x if x is raw else _read_only(raw[validation_index]),
        features=tuple(c if c in own else DERIVED_FEATURES[c].title for c in columns),
        raw_features=table.features,
        target=table.target,
        mean=mean,
        scale=scale,
        columns=columns,
        image_shape=table.image_shape if columns == table.features else None,
        color_shape=table.color_shape if columns == table.features else None,
        domain=table.domain,
        truth=table.truth,
        train_index=train_index,
        validation_index=validation_index,
        test_x=_read_only(x[parts.test]),
        test_y=_read_only(y[parts.test]),
        test_index=parts.test,
        steps=steps,
        notes=(*table.notes, *parts.notes),
    )


def _set(number: SetNumber, x: np.ndarray, y: np.ndarray) -> bool:
    """Writes one number into inputs or targets, if they are still the samples in which it was set."""
    inputs, targets = x.shape[1], y.reshape(len(y), -1)
    values, column = (x, number.column) if number.column < inputs else (targets, number.column - inputs)
    if number.sample >= len(x) or column >= values.shape[1] or values[number.sample, column] != number.before:
        return False
    values[number.sample, column] = number.after
    return True


def _read_only(values: np.ndarray) -> np.ndarray:
    values.setflags(write=False)
    return values


def _columns(dataset: Dataset, table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The model's inputs, checked, each once and in the order chosen."""
    chosen = tuple(dict.fromkeys((*(settings.inputs or table.features), *settings.derived)))
    derivable = tuple(DERIVED_FEATURES) if dataset.inputs else ()
    there = {*table.features, *derivable}
    for name in chosen:
        if name not in there:
            known = (*table.features, *derivable)
            listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
            raise DataError(f"{dataset.title} has no feature {name!r}; choose from {listed}.")
    return chosen


def _inputs(raw: np.ndarray, features: tuple[str, ...], columns: tuple[str, ...]) -> np.ndarray:
    """The columns the model sees, not standardised yet: (samples, inputs)."""
    if columns == features:
        return raw
    place = {name: index for index, name in enumerate(features)}
    return np.column_stack([raw[:, place[c]] if c in place else DERIVED_FEATURES[c].compute(raw[:, 0], raw[:, 1]) for c in columns])


def _standardized(inputs: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    x = inputs - mean
    x /= scale  # in its place: of a large table, a copy is what there is no room for
    return x


def _fit(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (population) of each column; a constant column keeps the scale 1 and so becomes 0."""
    mean = inputs.mean(axis=0)
    deviation = inputs.std(axis=0)
    constant = inputs.max(axis=0) == inputs.min(axis=0)
    # The rounded mean of equal numbers may differ from them in the last digit; their own value leaves exactly 0.
    return np.where(constant, inputs[0], mean), np.where(constant | (deviation == 0.0), 1.0, deviation)
