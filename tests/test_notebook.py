"""`nnlab.show`: graphs, sessions and curves are pictures; other things are refused in a sentence."""

from pathlib import Path

import numpy as np
import pytest

import nnlab
from tests.support.networks import mlp


def test_graphs_sessions_and_curves_are_shown(tmp_path: Path) -> None:
    session = nnlab.Session(mlp([2, 3, 1]))
    assert nnlab.show(session.graph).svg == session.graph._repr_html_() == nnlab.show(session).svg
    curves = session.fit(np.zeros((4, 2)), np.ones((4, 1)), epochs=3)
    picture = nnlab.show(curves)
    assert picture.svg == curves._repr_svg_() == picture._repr_html_()
    picture.save(str(tmp_path / "loss.svg"))
    assert (tmp_path / "loss.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_what_has_no_picture_is_refused() -> None:
    with pytest.raises(nnlab.NNLabError, match="no picture of 3; show takes a graph"):
        nnlab.show(3)
