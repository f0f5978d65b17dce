"""Fit, in the real window of 1280 × 800 pixels: every example and template is seen whole, every name on it can be read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.app import open_window
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.examples import example_names, load_example
from nnlab.files.project import Project
from nnlab.templates.template import make, ordered
from nnlab.ui.canvas.cards import compact_text
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.model.pictures import cell_of, outputs_across
from nnlab.ui.files.store import Store
from nnlab.ui.window.centre import CANVAS
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

LEAST = 9.9  # pixels of a name's font that can be read; 12 is the smallest of the window itself
NAME = 13.0  # pixels of a name's font as it is meant
LEAST_WRITTEN = 8.9  # of whatever is written on the canvas
CAPTION, LEAST_SHAPE = 12.0, 9.5  # pixels of the font of shapes on edges as it is meant, and at least
LEAST_MAP, LEAST_FILTER = 14.5, 10.5  # pixels a side of the smallest maps, of 2 × 2 values, and of filters, of 3 × 3
LOWEST_PANEL = 100  # pixels before the interface scale
NETWORKS = [*example_names(), *(f"{template.name} on {data}" for template in ordered() for data in ("iris", "digits"))]
WORKSPACES = [name for name, workspace in workspaces().items() if workspace.centre == CANVAS]


def project_of(name: str) -> Project:
    if name in example_names():
        return load_example(name)
    template, _, data = name.partition(" on ")
    project = Project(data=DataSettings(data))
    return make(next(t for t in ordered() if t.name == template), {}, project, prepare(project.data)).project


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    opened = open_window("plane", theme="dark", size=QSize(1280, 800), store=Store(tmp_path_factory.mktemp("store")))
    yield opened
    opened._theme.set_scale(1.0)
    opened.files.give_up()
    opened.close()
    opened.deleteLater()


def show(window: MainWindow, project: Project, workspace: str) -> None:
    if window.document.project != project:
        window.document.edit("Show", project)
    window.show_workspace(workspace)
    for _ in range(3):  # docks find their sizes over several turns of the event loop
        QApplication.processEvents()
    window.canvas.fit()


def name_of(window: MainWindow, item: CardItem) -> tuple[list[str], float, bool]:
    """The lines of a card's name, the size of their font in pixels of the screen, and whether all of it is seen."""
    zoom, kit = window.canvas.view.zoom, item.kit
    if item.geometry.is_expanded:
        room, scale, texts = item.geometry.header.width() - 12.0, item.text_scale, [item.card.title]
    else:
        lines = [line for line in compact_text.lines(item, zoom) if line.is_name]
        room, scale, texts = lines[0].room.width(), lines[0].scale, [line.text for line in lines]
    widest = max(kit.text_width(text, "name") for text in texts)
    return texts, NAME * kit.scale * scale * zoom, widest * scale <= room + 0.5 * scale


def written(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What is written on the canvas, and the size of its font in pixels of the screen."""
    found: dict[str, float] = {}
    draw = QPainter.drawText

    def noted(painter: QPainter, *arguments: object) -> object:
        world, text = painter.worldTransform(), next((a for a in reversed(arguments) if isinstance(a, str)), "")
        if text.strip():
            pixels = math.hypot(world.m11(), world.m12()) * painter.font().pixelSize()
            found[text] = min(pixels, found.get(text, pixels))
        return draw(painter, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(QPainter, "drawText", noted)
        window.canvas.grab()
    assert found
    return found


@pytest.mark.parametrize("workspace", WORKSPACES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_name_can_be_read_and_nothing_overlaps(
    window: MainWindow, name: str, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(window, project_of(name), workspace)
    scene, view = window.canvas.scene, window.canvas.view
    items = list(scene.items_by_card.values())
    assert len(items) > 2
    for item in items:
        texts, pixels, whole = name_of(window, item)
        assert pixels >= LEAST, f"{item.card.title} is written in {pixels:.1f} px"
        assert whole and "".join(texts).replace(" ", "") == item.card.title.replace(" ", "")
    for first, second in combinations(items, 2):
        assert not first.outline.intersects(second.outline), (first.card.title, second.card.title)
    for frame in scene.frames.values():
        for item in items:
            inside = set(item.card.nodes) <= set(frame.shown_group.members)
            assert inside or not frame.rect.intersects(item.outline), f"{item.card.title} lies in the frame {frame.shown_group.title}"
        for picture in item.geometry.maps.places:
            side = view.zoom * max(picture.width(), picture.height())
            assert side >= LEAST_MAP, f"feature maps of {item.card.title} are {side:.1f} px a side"
        if item.geometry.filters is not None and item.card.filters is not None:
            outputs, inputs = item.geometry.filters.shown
            shape = (outputs, inputs, *item.card.filters[2:])
            place = item.geometry.filters.place
            side = view.zoom * max(shape[2:]) * cell_of(shape, outputs_across(shape, place), place)
            assert side >= LEAST_FILTER, f"filters of {item.card.title} are {side:.1f} px a side"
    shown = view.mapFromScene(scene.content_rect()).boundingRect()
    assert view.viewport().rect().contains(shown), "all of it is seen"
    small = {text: pixels for text, pixels in written(window, monkeypatch).items() if pixels < LEAST_WRITTEN}
    assert not small, "what has no room for larger words is left out"


@pytest.mark.parametrize("name", ["attention on iris", "attention on digits", "residual_mlp on iris"])
def test_shapes_on_edges_can_be_read_in_a_small_window_too(window: MainWindow, name: str) -> None:
    """Or are left out, where a line is too short for them."""
    window.resize(1024, 700)
    show(window, project_of(name), "build")
    view, layer = window.canvas.view, window.canvas.scene.edges._layer
    assert CAPTION * layer.kit.scale * layer.shape_pixel(view.zoom) * view.zoom >= LEAST_SHAPE
    assert any(edge.label and not edge.hidden for edge in layer.edges)
    window.resize(1280, 800)
    show(window, load_example("plane"), "build")


@pytest.mark.parametrize("workspace", ["build", "train", "step"])
def test_a_larger_scale_enlarges_names_leaves_the_network_its_room_and_squashes_no_panel(window: MainWindow, workspace: str) -> None:
    """Panels beside each other, none over another, all in the window; and what stands beside the canvas does not grow at its cost.

    Both networks at every scale, for to set one takes longer than to look.
    """
    at_first = {}
    for name in ("digits_convnet", "spiral"):
        show(window, load_example(name), workspace)
        at_first[name] = (window.canvas.width(), smallest_name(window))
    for scale in (2.0, 1.8, 1.25, 1.4, 1.6):
        window._theme.set_scale(scale)
        for name, (width, smallest) in at_first.items():
            show(window, load_example(name), workspace)
            look_at_scale(window, (name, workspace), scale, width, smallest)
    window._theme.set_scale(1.0)
    for name, (width, _) in at_first.items():
        show(window, load_example(name), workspace)
        assert window.canvas.width() == width
    below = {"build": "problems", "train": "loss", "step": "stepper"}[workspace]
    assert window.area.is_shown(below), "panels are below the canvas again"


def smallest_name(window: MainWindow) -> float:
    return min(name_of(window, item)[1] for item in window.canvas.scene.items_by_card.values())


def look_at_scale(window: MainWindow, case: tuple[str, str], scale: float, width: int, before: float) -> None:
    """`width` of the canvas and the smallest name as they are at scale 1."""
    (name, workspace), area = case, window.area
    if workspace != "step" or scale < 2.0:  # twice the size of 640 × 400 pixels leaves two rows of cards 230 of them
        assert smallest_name(window) > min(before, LEAST), (case, scale)
    assert window.canvas.width() > 0.9 * width and window.canvas.height() > 0.35 * area.height(), (case, scale)
    places = {dock.name: dock.geometry() for dock in area.docks.values() if area.is_shown(dock.name)}
    places["centre"] = area.centralWidget().geometry()
    for first, second in combinations(places, 2):
        assert not places[first].intersects(places[second]), (case, scale, first, second)
    assert all(area.rect().contains(place) for place in places.values()), (case, scale, places)
    if name == "spiral" and workspace != "step":
        assert smallest_name(window) > before and window.canvas.height() >= area.height() / 2, (case, scale)
        for dock in places.keys() - {"centre", "palette"}:
            assert area.docks[dock].widget().height() >= LOWEST_PANEL * scale, (case, dock, scale)


def test_a_step_on_a_projector_has_its_tensors_in_a_tab(window: MainWindow, qtbot: QtBot) -> None:
    window._theme.set_scale(1.8)
    show(window, load_example("spiral"), "step")
    area = window.area
    assert area.docks["stepper"].width() == area.width() and area.is_shown("stepper") and not area.is_shown("moment")
    area.reveal("moment")
    QApplication.processEvents()
    assert area.is_shown("moment") and not area.is_shown("stepper")
    window._theme.set_scale(1.0)
    show(window, load_example("spiral"), "step")
    qtbot.waitUntil(lambda: area.is_shown("stepper") and area.is_shown("moment"), timeout=10_000)


def test_a_narrow_window_shows_the_palette_as_a_rail_with_the_whole_beside_it(window: MainWindow) -> None:
    window.resize(1024, 700)
    show(window, load_example("spiral"), "build")
    palette = window.palette_list
    assert palette.width() == 48 and palette.unfold.isVisible() and not palette.search.isVisible()
    assert palette.list.topLevelItem(0).toolTip(0) and palette.list.topLevelItem(1).child(0).toolTip(0).startswith("Dense")
    palette.unfold.click()
    flyout = palette.flyout
    assert flyout is not None and flyout.isVisible() and flyout.palette_list.search.isVisible()
    count = len(window.document.graph.nodes)
    flyout.palette_list.search.setText("tanh")
    flyout.palette_list.search.accepted.emit()
    assert len(window.document.graph.nodes) == count + 1 and not flyout.isVisible()
    window.document.undo_stack.undo()
    window.resize(1280, 800)
    show(window, load_example("spiral"), "build")
    assert palette.width() > 100 and palette.search.isVisible() and not palette.unfold.isVisible()
