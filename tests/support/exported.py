"""Models to export: around every operator, of every example and template, and one behind a preparation of every kind."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import nnlab
from nnlab.core.dataset import Target
from nnlab.core.fitted_preparation import CategoryInput, FunctionInput, MissingInput, NumberInput, Preparation, RankInput, RawColumn
from nnlab.core.operator import operators
from nnlab.core.preparation import prepare
from nnlab.exchange.model import Model, model_of
from nnlab.files.examples import example_names, load_example
from nnlab.files.project import Project, SavedProject
from nnlab.files.session_file import saved_session, session_of
from nnlab.graph.graph import Graph
from nnlab.templates.template import make, ordered, templates
from tests.support.networks import mlp, operator_cases, single_operator_graph, targets

FORMS_AGREE = 1e-5  # relative to the largest output, in float32


def of_graph(graph: Graph, dtype: str = "float32") -> Model:
    """A network that learned a little on random samples, so that no number is still where it began."""
    session = nnlab.Session(graph, "sgd", 0.01, seed=2, dtype=dtype)
    generator = np.random.default_rng(5)
    x = generator.normal(size=(12, 3))
    session.fit(x, targets(graph, 12, generator), epochs=2, batch_size=6)
    return model_of(saved_session(session), "network")


def of_project(project: Project) -> Model:
    """A project that learned for a few steps."""
    session = session_of(SavedProject(project))
    data = prepare(project.data)
    from nnlab.graph.targets import encoded

    count = min(len(data.x), 64)
    session.fit(data.x[:count], encoded(project.graph, data.target, data.y)[:count], epochs=2, batch_size=min(32, count))
    return model_of(saved_session(session), "network")


def of_template(name: str) -> Model:
    project = load_example("digits" if name == "convnet" else "iris")
    return of_project(make(templates[name], {}, project, prepare(project.data)).project)


CASES: list[Any] = [case for case in operator_cases() if not (case.values[0][0].is_loss or case.values[0][0].is_input)]
PROJECTS = [*(pytest.param("example", name, id=name) for name in example_names())]
PROJECTS += [pytest.param("template", template.name, id=f"template-{template.name}") for template in ordered()]


@cache
def model_for(kind: str, name: str) -> Model:
    return of_project(load_example(name)) if kind == "example" else of_template(name)


def operator_model(case: tuple[Any, dict[str, Any]]) -> Model:
    return _operator_model(case[0].name, tuple(case[1].items()))


@cache
def _operator_model(name: str, settings: tuple[tuple[str, Any], ...]) -> Model:
    return of_graph(single_operator_graph(operators[name], dict(settings)))


def mixed_model(target: Target, loss: str, outputs: int, dtype: str = "float32") -> Model:
    """A network behind numbers, categories, an order, missing cells and a function of two columns."""
    steps = (
        NumberInput(column="mass", fill=4.0, mean=2.0, scale=0.5), MissingInput(column="mass"),
        CategoryInput(column="the island", category="Biscoe", takes_missing=True),
        CategoryInput(column="the island", category="It's \"Dream\""),
        MissingInput(column="the island"), RankInput(column="size", categories=("small", "middle", "large"), mean=1.0, scale=0.5),
        FunctionInput(function="xy", x="age", y="year", mean=3.0, scale=7.0), FunctionInput(function="sin_x", x="age", y="year"),
        NumberInput(column="year", mean=2019.0, scale=0.25),
    )  # fmt: skip
    columns = (RawColumn("age"), RawColumn("year"), RawColumn("mass"), RawColumn("the island", True), RawColumn("size", True))
    session = nnlab.Session(mlp([len(steps), 6, outputs], loss=loss), seed=1, dtype=dtype)
    unit = ((100.0,) * outputs, (20.0,) * outputs) if target.kind == "continuous" else ((), ())
    session.preparation = Preparation(columns, steps, target, *unit)
    model = model_of(saved_session(session), "penguins")
    model.__dict__["rows"] = {
        "age": np.array([1.5, 2.0, 8.0]), "year": np.array([2018.0, 2019.0, 2021.5]), "mass": np.array([np.nan, 3.25, 5.0]),
        "the island": np.array(["It's \"Dream\"", "", "Biscoe"]), "size": np.array(["large", "small", "middle"]),
    }  # fmt: skip
    return model


TARGETS = [
    pytest.param(Target("binary", ("no", "yes")), "binary_cross_entropy", 1, id="binary"),
    pytest.param(Target("binary", ("no", "yes")), "mse", 1, id="binary-mse"),
    pytest.param(Target("classes", ("=cmd", "ä\n", "c")), "cross_entropy", 3, id="classes"),
    pytest.param(Target("continuous", ("price",)), "mse", 1, id="number"),
    pytest.param(Target("continuous", ("p", "q"), True), "binary_cross_entropy", 2, id="probabilities"),
]
