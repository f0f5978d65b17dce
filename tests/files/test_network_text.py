"""Texts that stand for a network, and those that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from projects import projects, small_project

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files import schema
from nnlab.files.network_text import kind_of, read_network, read_network_text, write_network_text
from nnlab.files.project import Project, View
from nnlab.graph.graph import Graph
from nnlab.training.initial_weights import InitialWeights


@settings(max_examples=30, deadline=None)
@given(projects())
def test_a_copied_network_is_pasted_back_equal(project: Project) -> None:
    text = write_network_text(project.graph)
    assert kind_of(text) == "graph"
    assert read_network_text(text, Project()).graph == project.graph
    assert read_network_text(text, project) == project


def test_a_graph_without_places_is_laid_out() -> None:
    text = '{"nodes": [{"id": "a", "operator": "input"}, {"id": "b", "operator": "mse"}], "edges": [["a", "y", "b", "x"]]}'
    graph = read_network_text(text, small_project()).graph
    assert graph["a"].position != graph["b"].position


def test_a_project_brings_its_data_and_training() -> None:
    project = small_project()
    text = schema.encode(project, View(), None).decode()
    assert kind_of(text) == "project"
    assert read_network_text(f"\ufeff{text}", Project()) == project


def test_a_project_whose_initial_weights_are_not_in_the_text_says_so() -> None:
    start = InitialWeights("by hand", "", {"dense_1.bias": np.zeros(3, np.float32)})
    pasted = read_network(schema.encode(replace(small_project(), initial=start), View(), None).decode(), Project())
    assert pasted.project == small_project() and "“by hand” are not in the text" in pasted.note


def test_a_playground_address_brings_its_data_and_training() -> None:
    pasted = read_network("#dataset=xor&networkShape=3", small_project())
    assert pasted.project.data.name == "xor"
    assert pasted.label == "Playground 2-3-1"


@pytest.mark.parametrize(
    ("text", "label"), [("2-8-8-1 tanh", "MLP 2-8-8-1 tanh"), ("5, 4", "MLP 2-5-4-1 relu"), ("3 tanh", "MLP 2-3-1 tanh")]
)
def test_a_line_becomes_a_network_for_the_present_data(text: str, label: str) -> None:
    project = small_project()
    pasted = read_network(text, project)
    assert (pasted.label, pasted.note) == (label, "")
    assert pasted.project.data == project.data and pasted.project.training == project.training
    assert pasted.project.graph.losses[0].operator == "binary_cross_entropy"


def test_a_line_for_other_data_is_adapted_and_says_so() -> None:
    project = Project(Graph(), DataSettings("iris"))
    pasted = read_network("2-8-1 tanh", project, prepare(project.data))
    assert pasted.label == "MLP 4-8-3 tanh"
    assert "so this is 4-8-3" in pasted.note


@pytest.mark.parametrize("text", ["", "hello", "[1, 2]", "{}", "8", "import torch"])
def test_other_texts_are_none(text: str) -> None:
    assert kind_of(text) is None
    with pytest.raises(NNLabError, match="This text is not a network; paste"):
        read_network_text(text, small_project())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"nodes": 3}', "graph"),
        ('{"schema": 99}', "project"),
        ('{"schema": 1', "project"),
        ("2-8-1 tahn", "line"),
        ("#activation=what&x=true", "address"),
    ],
)
def test_a_faulty_one_is_refused_in_one_sentence(text: str, kind: str) -> None:
    assert kind_of(text) == kind
    with pytest.raises(NNLabError) as caught:
        read_network_text(text, small_project())
    assert "\n" not in str(caught.value)


def test_a_network_that_forms_a_cycle_is_pasted_as_it_is() -> None:
    nodes = '{"id": "a", "operator": "relu"}, {"id": "b", "operator": "relu"}'
    text = f'{{"nodes": [{nodes}], "edges": [["a", "y", "b", "x"], ["b", "y", "a", "x"]]}}'
    graph = read_network_text(text, small_project()).graph
    assert {(edge.source, edge.target) for edge in graph.edges} == {("a", "b"), ("b", "a")}
