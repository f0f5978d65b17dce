"""Categories that are embedded: a network that looks their vectors up, from a table to its exports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.exchange.exporter import exporters
from nnlab.exchange.model import model_of
from nnlab.files.project import SavedProject
from nnlab.files.session_file import saved_session, session_of
from nnlab.files.starting_network import project_for_data
from nnlab.graph.embedded_inputs import embeddings_of, fitting_embeddings, vector_length
from nnlab.graph.validation import DataShape, validate
from nnlab.jobs.context import TaskContext
from nnlab.tables.column_settings import in_words, settings_of, with_choice
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table
from nnlab.ui.document.data_edits import with_data

CITIES = 60


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> DataSettings:
    """600 rows: the price is the city's own level plus twice the size; city and colour are embedded, the size lies between them."""
    generator = np.random.default_rng(0)
    level = generator.normal(0.0, 3.0, CITIES)
    city, size = generator.integers(0, CITIES, 600), generator.random(600)
    rows = [f"town {c},{s:.4f},{'rgb'[k % 3]},{level[c] + 2 * s:.4f}" for k, (c, s) in enumerate(zip(city, size, strict=True))]
    path = tmp_path_factory.mktemp("embedded") / "prices.csv"
    path.write_text("\n".join(["city,size,colour,price", *rows]) + "\n", encoding="utf-8")
    proposal = propose(read_table(path), "price")
    plan = proposal.plan
    assert plan.column("city").use == "left_out" and "can be embedded" in proposal.remarks["city"]
    reading = proposal.readings[0]
    plan = plan.with_column(with_choice(reading, plan.column("city"), "use", "feature"))
    assert plan.column("city").encoding == "embedded" and in_words(reading, plan.column("city")) == "embedded"
    offered = next(s for s in settings_of(proposal.readings[2], plan.column("colour")) if s.name == "encoding")
    assert offered.choices == ("one_hot", "ordered", "embedded")
    plan = plan.with_column(msgspec.structs.replace(plan.column("colour"), encoding="embedded"))
    return DataSettings("table", {"path": str(path), "plan": plan.to_json()})


def test_the_starting_network_embeds_them_and_learns_and_is_exported(settings: DataSettings, tmp_path: Path) -> None:
    data = prepare(settings)
    assert data.features == ("city", "size", "colour") and data.vocabularies == {0: CITIES + 1, 2: 4}
    project = project_for_data(settings, data)
    graph = project.graph
    assert not validate(graph, DataShape(3, data.target))
    found = embeddings_of(graph)
    lengths = {place: (node.settings["vocabulary"], node.settings["features"]) for place, node in found.items()}
    assert lengths == {0: (CITIES + 1, 8), 2: (4, 2)} and vector_length(10_000) == 16
    assert graph[graph.inputs("dense_1")[0].source].operator == "concat"
    session = session_of(SavedProject(project))
    session.fit(data.x, data.y, epochs=60, batch_size=32)
    error = np.abs(session.predict(data.validation_x) - data.validation_y).mean()
    assert error < 0.5 * np.abs(data.validation_y - data.y.mean()).mean()
    saved = saved_session(replace_preparation(session, data))
    for name, suffix in (("onnx", ".onnx"), ("numpy", ".py"), ("torch", ".py")):
        remarks = exporters[name].write(model_of(saved, "prices"), tmp_path / f"prices_{name}{suffix}", TaskContext())
        assert (tmp_path / f"prices_{name}{suffix}").is_file()
        assert name == "torch" or "outputs agree" in " ".join(remarks)


def replace_preparation(session, data):  # type: ignore[no-untyped-def]
    session.preparation = data.preparation
    return session


def test_other_samples_change_rows_and_other_columns_the_network(settings: DataSettings) -> None:
    data = prepare(settings)
    project = project_for_data(settings, data)
    fewer = prepare(replace(settings, validation_share=0.85))  # 90 rows for training do not have all of the towns
    assert fewer.vocabularies[0] < data.vocabularies[0]
    assert (fewer.validation_x[:, 0] == 0.0).any(), "what training does not have is number 0"
    changed, _ = with_data(project, replace(settings, validation_share=0.85), data)
    assert {p: n.settings["vocabulary"] for p, n in embeddings_of(changed.graph).items()} == fewer.vocabularies
    assert [n.id for n in changed.graph] == [n.id for n in project.graph]
    plan = msgspec.json.decode(str(settings.settings["plan"]))
    plan["columns"][2]["encoding"] = "one_hot"
    other = replace(settings, settings={**settings.settings, "plan": msgspec.json.encode(plan).decode()})
    again, found = with_data(project, other, data)
    assert set(embeddings_of(again.graph)) == {0} and not validate(again.graph, DataShape(found.x.shape[1], found.target))
    assert fitting_embeddings(project.graph, {0: 5}) is None
