"""Which form cards take at which zoom, by what the workspace prefers."""

from __future__ import annotations

import pytest

from nnlab.ui.canvas.scene.card_detail import CardDetail


@pytest.mark.parametrize(("expanded", "collapse", "expand"), [(True, 0.48, 0.52), (False, 1.45, 1.6)])
def test_cards_keep_their_form_between_the_two_zooms(expanded: bool, collapse: float, expand: float) -> None:
    detail = CardDetail()
    detail.prefer(expanded)
    for zoom, shows_tiles in [
        (expand + 0.01, True), (collapse, True), (collapse - 0.01, False), (expand, False), (expand + 0.01, True)
    ]:  # fmt: skip
        detail.set_zoom(zoom)
        assert detail.shows_tiles is shows_tiles, zoom


def test_another_preference_holds_from_the_present_zoom_on() -> None:
    detail = CardDetail()
    assert detail.shows_tiles and detail.prefers_tiles and detail.is_spread
    detail.prefer(False)
    assert not detail.shows_tiles and not detail.prefers_tiles and not detail.is_spread
    detail.set_zoom(1.6)
    detail.prefer(False)
    assert detail.shows_tiles and detail.is_spread and not detail.prefers_tiles
    detail.set_zoom(0.52)
    detail.prefer(True)
    assert detail.shows_tiles
    detail.set_zoom(0.51)
    detail.prefer(True)
    assert not detail.shows_tiles and detail.is_spread, "cards keep the room of their neurons"


def test_close_cards_are_compact_until_one_looks_from_near_by() -> None:
    detail = CardDetail()
    detail.set_close(0.3)
    assert detail.close == 0.3 and detail.is_close and not detail.shows_tiles and not detail.is_spread
    detail.set_zoom(1.6)
    assert detail.is_close and not detail.shows_tiles, "as in a workspace that prefers compact cards"
    detail.set_zoom(1.61)
    assert not detail.is_close and detail.shows_tiles
    detail.set_close(0.3)
    detail.set_close(None)
    assert not detail.is_close and detail.shows_tiles
    detail.set_close(0.3)
    detail.prefer(True)
    assert not detail.is_close


@pytest.mark.parametrize(("zoom", "scale"), [(0.7, 1 / 0.7), (1.0, 1.0), (1.25, 1.0), (2.5, 0.5)])
def test_a_pixel_of_text_takes_so_many_canvas_units(zoom: float, scale: float) -> None:
    detail = CardDetail()
    detail.set_zoom(zoom)
    assert detail.text_scale == pytest.approx(scale)
