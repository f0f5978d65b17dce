"""A picture says of which iteration it is once training has left it behind, until training rests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nnlab.ui.run.picture_age import PictureAge


def view(behind: float, playing: bool = True, at: int | None = 1234) -> Any:
    probed = {} if at is None else {"scores": at, "others": 7}
    return SimpleNamespace(playing=playing, probed_at=probed, seconds_behind=lambda probe: behind if probe == "scores" else 99.0)


def test_a_second_of_training_makes_a_picture_old() -> None:
    assert [PictureAge("scores").words(view(behind)) for behind in (0.0, 1.0, 1.01)] == ["", "", "at iteration 1,234"]
    assert PictureAge("scores").words(view(5.0, at=None)) == "", "of a picture that is not there nothing is said"


def test_it_is_said_until_training_rests() -> None:
    age = PictureAge("scores")
    assert age.words(view(0.5)) == ""
    assert age.words(view(1.5)) == "at iteration 1,234"
    assert age.words(view(0.2, at=1300)) == "at iteration 1,300", "no flicker when the next picture has come"
    assert age.words(view(5.0, playing=False)) == ""
    assert age.words(view(0.2)) == "", "and begins anew when it goes on"
