"""Edits of the data: pure functions from a project to a project whose network fits the new data, in the same undo step."""

from __future__ import annotations

from dataclasses import replace

from nnlab.core.dataset import Dataset
from nnlab.core.preparation import DERIVED_FEATURES, Data, DataSettings, prepare
from nnlab.files.project import Project
from nnlab.files.starting_network import graph_for
from nnlab.graph.adapt import adapt
from nnlab.graph.embedded_inputs import fitting_embeddings
from nnlab.graph.target_unit import fitting_unit
from nnlab.graph.validation import DataShape


def data_shape(data: Data) -> DataShape:
    return DataShape(data.x.shape[1], data.target)


def with_data(project: Project, settings: DataSettings, before: Data | None) -> tuple[Project, Data]:
    """The project on other data, and that data. Raises NNLabError for data that cannot be made or read; nothing has changed then.

    The network is only touched when the data asks for other inputs or outputs than `before` did: more noise must not fix, or
    remove, what the person is in the middle of drawing. Where other columns are embedded than before, it begins anew as the one that such a
    table starts with; where a column has more or fewer categories by now, its embedding has as many rows.
    """
    data = prepare(settings)
    graph = fitting_unit(project.graph, before, data)
    if before is None or data_shape(before) != data_shape(data):
        graph = adapt(graph, data_shape(data))
    if data.vocabularies != ({} if before is None else before.vocabularies):
        graph = fitting_embeddings(graph, data.vocabularies) or graph_for(data)
    return replace(project, data=settings, graph=graph), data


def chosen(settings: DataSettings, dataset: Dataset) -> DataSettings:
    """Another data set with its own defaults; seed and shares of the samples stay, and the derived inputs where it allows them."""
    return DataSettings(
        name=dataset.name,
        seed=settings.seed,
        validation_share=settings.validation_share,
        test_share=settings.test_share,
        derived=settings.derived if dataset.inputs else (),
    )


def with_derived(settings: DataSettings, name: str, is_used: bool) -> DataSettings:
    """With or without a derived input, in the order of the list."""
    used = {*settings.derived, name} if is_used else {*settings.derived} - {name}
    return replace(settings, derived=tuple(key for key in DERIVED_FEATURES if key in used))


def standardizes(settings: DataSettings, dataset: Dataset) -> bool:
    return dataset.standardize if settings.standardize is None else settings.standardize
