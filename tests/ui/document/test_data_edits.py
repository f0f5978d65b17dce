"""Other data in one step with a network that fits them; what a person set of data stays where it means something."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp

from nnlab.core.dataset import datasets
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.validation import validate
from nnlab.ui.document.data_edits import chosen, data_shape, standardizes, with_data, with_derived


def test_the_network_is_made_to_fit_only_where_other_inputs_or_outputs_are_asked_for() -> None:
    spiral = DataSettings("spiral")
    project = Project(edits.add_node(mlp([2, 4, 1]), "relu"), data=spiral)
    before = prepare(spiral)
    noisier, data = with_data(project, replace(spiral, seed=5), before)
    assert noisier.graph == project.graph and noisier.data.seed == 5 and data_shape(data) == data_shape(before)
    flowers, data = with_data(project, DataSettings("iris"), before)
    assert flowers.graph.input_nodes[0].settings["features"] == 4
    assert [d for d in validate(flowers.graph, data_shape(data)) if d.kind in ("features", "wrong_loss", "wrong_width")] == []
    first, _ = with_data(project, DataSettings("iris"), None)
    assert first.graph == flowers.graph, "where nothing is known of the data before"


def test_another_data_set_keeps_the_seed_and_the_shares() -> None:
    plane = next(d for d in datasets if d.name == "spiral")
    table = next(d for d in datasets if not d.inputs)
    settings = DataSettings("circle", seed=7, validation_share=0.3, test_share=0.1)
    for dataset in (plane, table):
        found = chosen(settings, dataset)
        assert (found.name, found.seed, found.validation_share, found.test_share) == (dataset.name, 7, 0.3, 0.1)
    derived = replace(settings, derived=("anything",))
    assert chosen(derived, plane).derived == ("anything",) and chosen(derived, table).derived == ()


def test_derived_inputs_stand_in_the_order_of_the_list() -> None:
    from nnlab.core.preparation import DERIVED_FEATURES

    first, second, *_ = DERIVED_FEATURES
    settings = with_derived(with_derived(DataSettings("spiral"), second, True), first, True)
    assert settings.derived == (first, second)
    assert with_derived(settings, second, True) == settings
    assert with_derived(settings, first, False).derived == (second,)
    assert with_derived(settings, "unknown", True) == settings


@pytest.mark.parametrize(("chosen_by_hand", "usual", "is_standardized"), [(None, True, True), (None, False, False), (True, False, True),
                                                                          (False, True, False)])  # fmt: skip
def test_data_are_standardized_as_usual_unless_asked_otherwise(chosen_by_hand: bool | None, usual: bool, is_standardized: bool) -> None:
    dataset = replace(next(iter(datasets)), standardize=usual)
    assert standardizes(replace(DataSettings("spiral"), standardize=chosen_by_hand), dataset) is is_standardized
