"""The real data that ships in scikit-learn, against what its documentation says."""

import numpy as np
import pytest

from nnlab.core.dataset import datasets
from nnlab.core.setting import check_settings


@pytest.mark.parametrize(
    ("name", "shape", "kind", "classes"),
    [
        ("digits", (1797, 64), "classes", 10),
        ("iris", (150, 4), "classes", 3),
        ("wine", (178, 13), "classes", 3),
        ("breast_cancer", (569, 30), "binary", 2),
        ("diabetes", (442, 10), "continuous", 0),
    ],
)
def test_sizes_and_targets(name: str, shape: tuple[int, int], kind: str, classes: int) -> None:
    table = datasets[name].make(check_settings(datasets[name].settings, {}, name), 0)
    assert table.x.shape == shape
    assert (table.target.kind, table.target.classes) == (kind, classes)
    assert datasets[name].standardize


def test_digits_are_images_with_grey_levels_up_to_16() -> None:
    table = datasets["digits"].make(check_settings(datasets["digits"].settings, {}, "digits"), 0)
    assert table.image_shape == (8, 8)
    assert table.target.names == tuple("0123456789")
    assert (table.x.min(), table.x.max()) == (0.0, 16.0)


def test_names_are_readable() -> None:
    assert datasets["wine"].make({}, 0).features[1] == "malic acid"
    assert datasets["iris"].make({}, 0).target.names == ("setosa", "versicolor", "virginica")
    assert datasets["breast_cancer"].make({}, 0).target.names == ("malignant", "benign")


def test_diabetes_keeps_its_units() -> None:
    table = datasets["diabetes"].make({}, 0)
    assert table.features[0] == "age"
    assert 18 < np.median(table.x[:, 0]) < 80
    assert (table.y.min(), table.y.max()) == (25.0, 346.0)


def test_digits_turned_inverted_and_some_of_them() -> None:
    """Of image 0: turned clockwise the first row is the first column from below; light and dark exchanged; the digits that are left."""

    def make(**chosen: object) -> object:
        return datasets["digits"].make(check_settings(datasets["digits"].settings, chosen, "digits"), 0)

    plain, turned, inverted, few = make(), make(turned="90"), make(inverted=True), make(classes="5 to 9")
    image = plain.x[0].reshape(8, 8)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(turned.x[0].reshape(8, 8)[0], image[::-1, 0])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(inverted.x, 16.0 - plain.x)  # type: ignore[attr-defined]
    assert set(few.y) == {5, 6, 7, 8, 9} and few.target.classes == 10  # type: ignore[attr-defined]
    assert len(few.x) == (plain.y >= 5).sum()  # type: ignore[attr-defined]
