"""ONNX files compute what the engine computes, with the preparation inside; what ONNX cannot hold is named, all of it."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

import nnlab
from nnlab.core.dataset import Target
from nnlab.core.errors import GraphError
from nnlab.core.operator import operators
from nnlab.exchange.exporters import onnx as exporter
from nnlab.exchange.exporters.onnx import onnx_model, run_onnx, write
from nnlab.exchange.model import largest_difference, model_of
from nnlab.exchange.onnx_nodes import WRITERS
from nnlab.exchange.onnx_preparation import feeds
from nnlab.files.session_file import saved_session
from nnlab.jobs.context import TaskContext
from nnlab.training.predicted import read_outputs
from tests.support.exported import CASES, FORMS_AGREE, PROJECTS, TARGETS, mixed_model, model_for, of_graph, operator_model
from tests.support.networks import mlp


def difference(model: Any) -> float:
    made = onnx_model(model)
    onnx.checker.check_model(made, full_check=True)
    return largest_difference(model.outputs, run_onnx(made, feeds(model.preparation, model.rows))[0]["outputs"])


@pytest.mark.parametrize("case", CASES)
def test_every_operator(case: Any) -> None:
    assert difference(operator_model(case)) < FORMS_AGREE


@pytest.mark.parametrize(("kind", "name"), PROJECTS)
def test_every_example_and_template(kind: str, name: str) -> None:
    assert difference(model_for(kind, name)) < FORMS_AGREE


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("target", "loss", "outputs"), TARGETS)
def test_raw_rows_to_predictions_by_both_evaluators(target: Target, loss: str, outputs: int, dtype: str) -> None:
    model = mixed_model(target, loss, outputs, dtype)
    made = onnx_model(model)
    given = feeds(model.preparation, model.rows)
    ours = read_outputs(model.outputs, model.preparation, model.link)
    names = [value.name for value in made.graph.output]
    for theirs in (run_onnx(made, given)[0], dict(zip(names, ReferenceEvaluator(made).run(None, given), strict=True))):
        assert largest_difference(model.outputs, theirs["outputs"]) < FORMS_AGREE
        if ours.numbers is not None:
            assert largest_difference(ours.numbers, theirs["prediction"]) < FORMS_AGREE
        else:
            assert ours.probabilities is not None
            assert largest_difference(ours.probabilities, theirs["probabilities"]) < FORMS_AGREE
            assert tuple(theirs["prediction"].tolist()) == ours.class_names


def test_names_that_onnx_uses_itself_and_adapters(tmp_path: Path) -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=3)
    b.mse(b.dense(b.tanh(b.dense(x, units=4, id="prediction"), id="columns"), units=2, id="outputs"))
    session = nnlab.Session(b.build(), seed=1)
    for name, settings in (("one", {"rank": 2}), ("two", {"rank": 1, "dora": True}), ("three", {"init": "pissa", "rank": 2})):
        session.attach("prediction", name=name, **settings)
        session.fit(np.eye(3), np.eye(3)[:, :2], epochs=3)
    model = model_of(saved_session(session), "adapted")
    said = write(model, tmp_path / "adapted.onnx", TaskContext())
    assert model.merged == tuple(session.adapters) and "largest difference" in said[0]
    made = onnx.load(tmp_path / "adapted.onnx")
    assert [value.name for value in made.graph.output] == ["prediction", "outputs"]


def test_what_onnx_cannot_hold_is_named_all_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exporter, "WRITERS", {})
    with pytest.raises(GraphError, match=r"ONNX cannot hold dense_1 \(Dense\), tanh_1 \(tanh\), dense_2 \(Dense\); replace them"):
        write(of_graph(mlp([3, 4, 2])), tmp_path / "x.onnx", TaskContext())
    assert not list(tmp_path.iterdir())


def test_every_operator_has_a_writer() -> None:
    own = {kind.name for kind in operators if not (kind.is_loss or kind.is_input) and kind.forward.__module__.startswith("nnlab.operators")}
    assert own <= set(WRITERS)
