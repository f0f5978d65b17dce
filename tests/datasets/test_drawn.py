import numpy as np
import pytest

from nnlab.core.dataset import Table, datasets
from nnlab.core.errors import SettingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.setting import Value, check_settings


def drawn(seed: int = 0, **settings: Value) -> Table:
    return datasets["drawn"].make(check_settings(datasets["drawn"].settings, settings, "Drawn"), seed)


def test_samples_lie_on_the_lines_between_the_points() -> None:
    table = drawn(points="0 0; 1 2; 3 2", samples=31)
    assert table.domain == ((0.0, 3.0),)
    assert np.array_equal(table.x[:, 0], np.linspace(0, 3, 31))
    np.testing.assert_allclose(table.y[:, 0], np.minimum(2 * table.x[:, 0], 2.0))


def test_the_truth_ends_where_the_drawing_ends() -> None:
    truth = drawn(points="0 0; 1 2").truth
    assert truth is not None
    assert np.array_equal(truth(np.array([[-0.1], [0.5], [1.1]])), [[np.nan], [1.0], [np.nan]], equal_nan=True)


def test_the_points_are_a_value_of_the_project() -> None:
    first, other = (prepare(DataSettings("drawn", {"points": text})) for text in ("0 0; 1 2", "0 0; 1 3"))
    assert first.y.max() == 2.0 and other.y.max() == 3.0


def test_noise_is_measured_by_the_amplitude() -> None:
    table = drawn(points="0 0; 1 4", noise=50.0, samples=20_000)
    np.testing.assert_allclose((table.y[:, 0] - 4 * table.x[:, 0]).std(), 1.0, rtol=0.03)


def test_what_is_no_drawing_is_said() -> None:
    with pytest.raises(SettingError, match="Drawn: points is '1 0; 0 1'; x must rise from point to point, but 0 comes after 1"):
        drawn(points="1 0; 0 1")
