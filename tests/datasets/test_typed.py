import numpy as np
import pytest

from nnlab.core.dataset import datasets
from nnlab.core.errors import SettingError
from nnlab.core.setting import check_settings


def test_typed_samples_are_the_table() -> None:
    table = datasets["typed"].make({"rows": "0.05 0.10 -> 0.01 0.99; 0.15 0.10 -> 3 4"}, 0)
    assert np.array_equal(table.x, [[0.05, 0.1], [0.15, 0.1]]) and np.array_equal(table.y, [[0.01, 0.99], [3, 4]])
    assert table.features == ("x1", "x2") and table.target.names == ("y1", "y2")
    assert table.domain is not None
    np.testing.assert_allclose(table.domain, [(0.04, 0.16), (-0.9, 1.1)])


def test_what_is_no_sample_is_refused_where_it_is_set() -> None:
    with pytest.raises(SettingError, match="Typed samples: rows is '1 2'; it must be samples such as 0 1 -> 1"):
        check_settings(datasets["typed"].settings, {"rows": "1 2"}, "Typed samples")
