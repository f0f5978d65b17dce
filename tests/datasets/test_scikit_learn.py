"""The real data that ships in scikit-learn, against what its documentation says."""

import numpy as np
import pytest

from nnlab.core.dataset import datasets


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
    table = datasets[name].make({}, 0)
    assert table.x.shape == shape
    assert (table.target.kind, table.target.classes) == (kind, classes)
    assert datasets[name].standardize


def test_digits_are_images_with_grey_levels_up_to_16() -> None:
    table = datasets["digits"].make({}, 0)
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
