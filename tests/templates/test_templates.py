"""Every template, on data of every kind: it fits, it trains, it is written and read back, and it can be undone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.files import schema
from nnlab.files.network_text import read_network_text, write_network_text
from nnlab.files.project import Project, View
from nnlab.graph.validation import DataShape, validate
from nnlab.templates.template import Template, fresh_training, make, ordered, templates
from nnlab.training.complete_run import prepare_run, result_of, train

# One of every kind: two classes in the plane, a number in the plane, a curve, a table with classes, images, samples as their own target.
DATA = {
    "spiral": DataSettings("spiral"),
    "plane": DataSettings("plane"),
    "function": DataSettings("function"),
    "iris": DataSettings("iris"),
    "digits": DataSettings("digits"),
    "flowers": DataSettings("reconstruction", {"samples_of": "iris"}),
}
NAMES = [template.name for template in ordered()]


@pytest.fixture(scope="module")
def prepared() -> dict[str, Data]:
    return {name: prepare(settings) for name, settings in DATA.items()}


def started(name: str, prepared: dict[str, Data]) -> tuple[Project, Data]:
    """A new project on some data, as the window would start it."""
    project = Project(data=DATA[name])
    return Project(data=DATA[name], training=fresh_training(project, prepared[name])), prepared[name]


def test_the_promised_templates_are_there() -> None:
    assert NAMES == ["mlp", "logistic_regression", "residual_mlp", "autoencoder", "convnet", "attention", "lora_mlp"]


@pytest.mark.parametrize("name", NAMES)
def test_texts_for_people(name: str) -> None:
    template = templates[name]
    assert template.title[0].isupper()
    assert template.description.endswith(".") and template.description.count(".") == 1
    assert all(setting.tip.endswith(".") for setting in template.settings)


@pytest.mark.parametrize("data_name", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_the_data_it_is_built_on(name: str, data_name: str, prepared: dict[str, Data]) -> None:
    project, data = started(data_name, prepared)
    made = make(templates[name], {}, project, data)
    used = data if made.project.data == project.data else prepare(made.project.data)
    assert validate(made.project.graph, DataShape(used.x.shape[1], used.target)) == ()
    assert bool(made.reason) == (made.project.data != project.data)
    if not made.reason:
        assert made.project.training == project.training
    for sentence in (made.reason, made.remark):
        assert not sentence or sentence.endswith(".")
    assert made.label and "\n" not in made.label
    assert len({node.position for node in made.project.graph.nodes}) > 2, "its cards are laid out"


@pytest.mark.parametrize("data_name", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_it_trains(name: str, data_name: str, prepared: dict[str, Data]) -> None:
    project, data = started(data_name, prepared)
    made = make(templates[name], {}, project, data)
    used = data if not made.reason else prepare(made.project.data)
    run = prepare_run(made.project.graph, used, made.project.training)
    before = result_of(run, used).loss
    train(run, 300, lambda done: None)
    after = result_of(run, used)
    assert math.isfinite(after.loss)
    least = 0.97 if name == "logistic_regression" else 0.85  # straight lines do not part two spirals
    assert after.loss < least * before


@pytest.mark.parametrize(
    ("name", "metric", "least"),
    [
        ("convnet", "accuracy", 0.97),
        ("attention", "accuracy", 0.93),
        ("logistic_regression", "accuracy", 0.95),
        ("autoencoder", "r2", 0.55),
    ],
)
def test_on_its_own_data_it_learns_what_it_is_known_for(name: str, metric: str, least: float) -> None:
    made = make(templates[name], {}, Project(), None)
    data = prepare(made.project.data)
    run = prepare_run(made.project.graph, data, made.project.training)
    train(run, 1500, lambda done: None)
    assert result_of(run, data).metrics[metric] >= least


@pytest.mark.parametrize("name", NAMES)
def test_it_is_an_ordinary_graph_afterwards(name: str, prepared: dict[str, Data]) -> None:
    project, data = started("digits", prepared)
    made = make(templates[name], {}, project, data)
    assert read_network_text(write_network_text(made.project.graph), Project()).graph == made.project.graph
    assert schema.decode(schema.encode(made.project, View(), None)).project == made.project


@pytest.mark.parametrize("name", NAMES)
def test_the_same_settings_make_the_same_graph(name: str, prepared: dict[str, Data]) -> None:
    project, data = started("digits", prepared)
    assert make(templates[name], {}, project, data) == make(templates[name], {}, project, data)


@pytest.mark.parametrize("name", NAMES)
def test_extreme_settings_are_built_or_refused_in_one_sentence(name: str, prepared: dict[str, Data]) -> None:
    template, refusals = templates[name], []
    for data_name in ("digits", "iris"):
        project, data = started(data_name, prepared)
        for settings in extremes(template):
            try:
                made = make(template, settings, project, data)
            except NNLabError as error:
                refusals.append(str(error))
                continue
            used = data if not made.reason else prepare(made.project.data)
            assert not [d for d in validate(made.project.graph, DataShape(used.x.shape[1], used.target)) if d.severity == "error"], settings
    assert all(refusal.endswith(".") and "\n" not in refusal for refusal in refusals)


def extremes(template: Template) -> list[dict[str, Any]]:
    """Each setting alone at both of its ends, or at every choice."""
    found: list[dict[str, Any]] = []
    for setting in template.settings:
        ends: tuple[Any, ...] = setting.choices or tuple(end for end in (setting.minimum, setting.maximum) if end is not None)
        ends = (False, True) if isinstance(setting.default, bool) else ends
        found += [{setting.name: end} for end in ends]
    return found


def test_a_wrong_setting_is_refused(prepared: dict[str, Data]) -> None:
    project, data = started("iris", prepared)
    with pytest.raises(NNLabError, match=r"MLP: layers is '2-'; a size is missing at the end"):
        make(templates["mlp"], {"layers": "2-"}, project, data)
    with pytest.raises(NNLabError, match="MLP: there is no setting 'width'"):
        make(templates["mlp"], {"width": 3}, project, data)


# What each is meant to be


def test_an_mlp_follows_its_line(prepared: dict[str, Data]) -> None:
    project, data = started("spiral", prepared)
    made = make(templates["mlp"], {"layers": "2-8-8-1 tanh", "activation": "relu"}, project, data)
    assert (made.label, made.remark) == ("MLP 2-8-8-1 tanh", "")
    assert [n.operator for n in made.project.graph.topological()] == [
        "input", "dense", "tanh", "dense", "tanh", "dense", "binary_cross_entropy",
    ]  # fmt: skip
    assert make(templates["mlp"], {"layers": "784-32-10"}, project, data).remark.startswith("The data has 2 features and needs 1 output")


def test_residual_blocks_let_everything_through_at_first(prepared: dict[str, Data]) -> None:
    """With the last layer of every block at zero, more blocks compute the same."""
    project, data = started("iris", prepared)
    few, many = (make(templates["residual_mlp"], {"blocks": blocks}, project, data).project.graph for blocks in (1, 8))
    first, second = nnlab.Session(few, seed=1), nnlab.Session(many, seed=1)
    second.set_parameters({name: first.parameters[name] for name in ("widen.weight", "head.weight")})
    np.testing.assert_array_equal(first.predict(data.x[:20]), second.predict(data.x[:20]))
    assert [group.title for group in many.groups] == [f"Block {k}" for k in range(1, 9)]


def test_an_autoencoder_is_as_narrow_as_its_code(prepared: dict[str, Data]) -> None:
    project, data = started("flowers", prepared)
    graph = make(templates["autoencoder"], {"code": 2, "units": 6}, project, data).project.graph
    assert [node.settings["units"] for node in graph.topological() if node.operator == "dense"] == [6, 2, 6, 4]
    made = make(templates["autoencoder"], {"code": 8}, project, data)
    assert made.label == "Autoencoder 4-32-3-32-4"
    assert made.remark == "A code as wide as a sample of 4 numbers would compress nothing, so the code has 3."


def test_a_convnet_cannot_halve_an_image_for_ever(prepared: dict[str, Data]) -> None:
    project, data = started("digits", prepared)
    make(templates["convnet"], {"blocks": 3}, project, data)
    with pytest.raises(NNLabError, match="can be halved 3 times"):
        make(templates["convnet"], {"blocks": 4}, project, data)


def test_attention_weights_of_every_token_sum_to_one(prepared: dict[str, Data]) -> None:
    project, data = started("digits", prepared)
    graph = make(templates["attention"], {}, project, data).project.graph
    session = nnlab.Session(graph, seed=0)
    writes = {
        name: value for moment in session.trace(data.x[:3], data.y[:3]) for name, value in moment.writes.items() if name == "attention.y"
    }
    assert writes["attention.y"].reshape(3, 8, 8).sum(axis=-1) == pytest.approx(np.ones((3, 8)), abs=1e-5)


def test_layers_made_for_lora_keep_their_names(prepared: dict[str, Data]) -> None:
    project, data = started("digits", prepared)
    made = make(templates["lora_mlp"], {"depth": 3, "units": 128}, project, data)
    assert [n.id for n in made.project.graph.topological() if n.operator == "dense"] == ["hidden_1", "hidden_2", "hidden_3", "head"]
    assert made.remark == "An update of rank 4 of hidden_3 would train 1,024 numbers instead of its 16,384 weights."
    assert "no fewer" in make(templates["lora_mlp"], {"units": 8}, project, data).remark
