"""What the zoom bar says is how large the picture is: the pixels that a hundred units of the canvas take."""

import pytest
from PySide6.QtCore import QPoint, QPointF


def shown(desk) -> str:
    return desk.canvas._zoom_bar.label.text()


def pixels_of_a_hundred_units(desk) -> float:
    start, end = (desk.canvas.view.transform().map(QPointF(x, 0.0)) for x in (0.0, 100.0))
    return end.x() - start.x()


@pytest.mark.parametrize(
    ("zoom", "text"), [(1.0, "100 %"), (0.1, "10 %"), (0.734, "73 %"), (0.996, "100 %"), (2.0, "200 %"), (40.0, "4000 %")]
)
def test_a_zoom_is_written_in_percent(bench, chain, zoom, text):
    desk = bench(chain)
    desk.canvas._zoom_bar.show_zoom(zoom)
    assert shown(desk) == text


def test_it_follows_the_picture(bench, chain):
    desk = bench(chain)
    view = desk.canvas.view
    seen = set()
    for zoom in (view.fit, desk.canvas.zoom_in, desk.canvas.zoom_in, desk.canvas.zoom_out, lambda: view.show_at(0.5, QPointF(0, 0))):
        zoom()
        assert shown(desk) == f"{round(pixels_of_a_hundred_units(desk))} %"
        seen.add(shown(desk))
    assert len(seen) >= 4 and "50 %" in seen


def test_a_step_in_and_a_step_out_are_a_fifth(bench, chain):
    desk = bench(chain)
    desk.canvas.view.show_at(1.0, QPointF(0, 0))
    desk.canvas.zoom_in()
    assert shown(desk) == "120 %"
    desk.canvas.zoom_in()
    assert shown(desk) == "144 %"
    desk.canvas.zoom_out()
    desk.canvas.zoom_out()
    desk.canvas.zoom_out()
    assert shown(desk) == "83 %"


def test_it_stands_at_the_lower_right_and_keeps_its_width(bench, chain):
    desk = bench(chain)
    bar = desk.canvas._zoom_bar
    corner = bar.mapTo(desk.canvas, QPoint(bar.width(), bar.height()))
    assert desk.canvas.width() - corner.x() == 12 and 0 < desk.canvas.height() - corner.y() < 24
    width = bar.width()
    bar.show_zoom(40.0)
    assert bar.sizeHint().width() == width
