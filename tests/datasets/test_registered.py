"""Everything registered: reproducible, well formed, described, and fast to import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from endings import LIMIT
from PIL import Image

from nnlab.core.dataset import CATEGORIES, Table, datasets
from nnlab.core.setting import Value, check_settings

NAMES = datasets.names()
GENERATED = [name for name in NAMES if datasets[name].category in ("Two inputs", "One input")]
NOISY = [name for name in GENERATED if any(setting.name == "noise" for setting in datasets[name].settings)]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Value]]:
    """The settings without which a data set makes nothing, by name."""
    path: Path = tmp_path_factory.mktemp("csv") / "small.csv"
    path.write_text("length,width,kind\n" + "".join(f"{i}.5,{i * i},{'ab'[i % 2]}\n" for i in range(20)))
    images = path.parent / "images"
    for number in range(20):
        folder = images / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), number * 10).save(folder / f"{number}.png")
    small: dict[str, Value] = {"path": str(images), "height": 4, "width": 4}
    return {"csv_file": {"path": str(path)}, "table": {"path": str(path)}, "images": small}


def table(name: str, seed: int = 0, settings: Mapping[str, Value] | None = None) -> Table:
    return datasets[name].make(check_settings(datasets[name].settings, settings or {}, name), seed)


def test_the_promised_sets_are_there() -> None:
    assert set(NAMES) >= {"circle", "xor", "gaussians", "spiral", "plane", "multi_gaussian", "curve", "function", "surface", "drawn"}
    assert set(NAMES) >= {"digits", "iris", "wine", "breast_cancer", "diabetes", "csv_file"}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_makes_the_same_samples(name: str, given: dict[str, dict[str, Value]]) -> None:
    first, again = (table(name, 5, given.get(name)) for _ in range(2))
    assert first.x.tobytes() == again.x.tobytes()
    assert first.y.tobytes() == again.y.tobytes()
    assert first.x is not again.x  # a caller who writes into its table disturbs nobody


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_well_formed(name: str, given: dict[str, dict[str, Value]]) -> None:
    made = table(name, 0, given.get(name))  # a Table checks shapes, types and finiteness itself
    assert made.samples >= (4 if name == "typed" else 20)  # a truth table has four
    assert all(text.strip() == text and text for text in (*made.features, *made.target.names))
    if made.image_shape:
        assert made.image_shape[0] * made.image_shape[1] == len(made.features)
    if made.target.classes:
        share = np.bincount(made.y, minlength=made.target.classes) / made.samples
        assert share.min() > 0.5 / made.target.classes
    else:
        assert made.y.std() > 0.0


@pytest.mark.parametrize("name", NAMES)
def test_texts_for_people(name: str) -> None:
    dataset = datasets[name]
    assert dataset.category in CATEGORIES
    assert dataset.description[-1] in ".?"
    assert dataset.title[0].isupper()
    assert all(setting.tip.endswith(".") for setting in dataset.settings)


@pytest.mark.parametrize("name", GENERATED)
def test_generated_sets_have_a_domain_and_follow_samples_and_seed(name: str) -> None:
    made, other = table(name, 0, {"samples": 101}), table(name, 1, {"samples": 101})
    assert made.samples == 101
    assert made.domain is not None
    assert len(made.domain) == len(made.features)
    if name not in ("spiral", "function", "drawn", "points"):  # without noise, these draw nothing
        assert not np.array_equal(made.x, other.x)
    for column, (low, high) in zip(table(name).x.T, made.domain, strict=True):
        assert low <= column.min() < column.max() <= high


@pytest.mark.parametrize("name", NOISY)
def test_noise_disturbs_and_moves_no_other_random_number(name: str) -> None:
    calm, noisy, noisier = (table(name, 0, {"noise": noise}) for noise in (0.0, 20.0, 50.0))
    assert not (np.array_equal(calm.x, noisy.x) and np.array_equal(calm.y, noisy.y))
    if name in ("spiral", "gaussians"):  # noise moves the points, in proportion: along the same directions
        moved, further = noisy.x - calm.x, noisier.x - calm.x
        assert (np.sign(moved) == np.sign(further)).mean() > 0.99
    else:  # noise moves the labels and leaves the points
        assert np.array_equal(calm.x, noisier.x)


@pytest.mark.parametrize("name", NAMES)
def test_derived_inputs_are_offered_for_two_inputs_only(name: str) -> None:
    assert datasets[name].inputs == (datasets[name].category == "Two inputs")
    if datasets[name].inputs:
        assert table(name).features == ("x", "y")


def test_listing_data_sets_imports_nothing_heavy() -> None:
    program = """
import sys
from nnlab.core.dataset import datasets
datasets.names()
print(*{"sklearn", "duckdb", "scipy", "numba"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=LIMIT).stdout.strip() == ""
