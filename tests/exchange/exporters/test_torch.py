"""The PyTorch file: valid Python with the names of a state_dict; what it computes is held to the engine where PyTorch is installed."""

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import nnlab
from nnlab.exchange.exporters import torch as exporter
from nnlab.exchange.model import largest_difference, model_of
from nnlab.exchange.torch_names import identifiers, state_dict
from nnlab.files.session_file import saved_session
from nnlab.jobs.context import TaskContext
from tests.support.exported import CASES, FORMS_AGREE, PROJECTS, TARGETS, mixed_model, model_for, operator_model
from tests.support.networks import mlp


def torch_difference(model: Any) -> float:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    tensors = state_dict(model.graph, exporter._needed(model))
    return largest_difference(model.outputs, exporter.outputs_of(exporter.source(model, "x.safetensors"), tensors, model))


@pytest.mark.oracle
@pytest.mark.parametrize("case", CASES)
def test_every_operator(case: Any) -> None:
    assert torch_difference(operator_model(case)) < FORMS_AGREE


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "name"), PROJECTS)
def test_every_example_and_template(kind: str, name: str) -> None:
    assert torch_difference(model_for(kind, name)) < FORMS_AGREE


@pytest.mark.oracle
@pytest.mark.parametrize(("target", "loss", "outputs"), TARGETS)
def test_raw_rows(target: Any, loss: str, outputs: int) -> None:
    assert torch_difference(mixed_model(target, loss, outputs)) < FORMS_AGREE


@pytest.mark.oracle
def test_it_trains_on_as_the_engine_does() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    session = nnlab.Session(mlp([3, 4, 2]), "sgd", 0.1, seed=1, dtype="float64", momentum=0.5, clip_norm=0.2)
    model = model_of(saved_session(session), "x")
    x, y = np.random.default_rng(0).normal(size=(6, 3)), np.random.default_rng(1).normal(size=(6, 2))
    space: dict[str, Any] = {"__name__": "exported", "__file__": "x.py"}
    exec(exporter.source(model, "x.safetensors"), space)
    network = space["Network"]()
    network.load_state_dict({name: torch.from_numpy(values) for name, values in state_dict(model.graph, model.parameters).items()})
    optimizer = space["optimizer"](network)
    for _ in range(5):
        ours = session.step(x, y)
        assert np.isclose(space["train_step"](network, optimizer, torch.from_numpy(x), torch.from_numpy(y)), ours, rtol=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize(("accumulate", "zero"), [(3, True), (1, False), (3, False)])
def test_accumulated_gradients_and_those_that_are_not_zeroed(accumulate: int, zero: bool) -> None:
    """20 rows in batches of 4 are five batches, the last update of an epoch takes two; in float64, against PyTorch's own autograd."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x, y = np.random.default_rng(0).normal(size=(18, 3)), np.random.default_rng(1).normal(size=(18, 2))
    settings = {"momentum": 0.5, "clip_norm": 0.2}
    start = nnlab.Session(mlp([3, 4, 2]), "sgd", 0.01, seed=1, dtype="float64", zero_gradients=zero, **settings)
    saved = saved_session(start)
    training = replace(saved.project.training, accumulate=accumulate)
    model = model_of(replace(saved, project=replace(saved.project, training=training)), "x")
    space: dict[str, Any] = {"__name__": "exported", "__file__": "x.py"}
    exec(exporter.source(model, "x.safetensors"), space)
    network = space["Network"]()
    network.load_state_dict({name: torch.from_numpy(values) for name, values in state_dict(model.graph, model.parameters).items()})
    optimizer = space["optimizer"](network)
    session = nnlab.Session(mlp([3, 4, 2]), "sgd", 0.01, seed=1, dtype="float64", zero_gradients=zero, **settings)
    session.fit(x, y, epochs=3, batch_size=4, shuffle=False, accumulate=accumulate)
    parts = [(torch.from_numpy(x[k : k + 4]), torch.from_numpy(y[k : k + 4])) for k in range(0, 18, 4)]
    for _ in range(3):
        for k in range(0, len(parts), accumulate):
            batches = parts[k : k + accumulate]
            space["train_step"](network, optimizer, *([batches] if accumulate > 1 else batches[0]))
    theirs = {name: values.detach().numpy() for name, values in network.state_dict().items()}
    for name, values in state_dict(model.graph, session.parameters).items():
        np.testing.assert_allclose(values, theirs[name], rtol=0, atol=1e-9)


def test_the_file_says_how_batches_become_one_update() -> None:
    b = nnlab.GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=2), units=2), class_weights="1, 3")
    saved = saved_session(nnlab.Session(b.build(), zero_gradients=False))
    training = replace(saved.project.training, accumulate=4)
    text = exporter.source(model_of(replace(saved, project=replace(saved.project, training=training)), "x"), "x.safetensors")
    ast.parse(text)
    assert "def train_step(network, optimizer, batches):" in text
    assert "torch.tensor([1.0, 3.0])[targets.reshape(-1).long()].sum()" in text
    assert "no optimizer.zero_grad()" in text


def test_the_file_reads_as_python_with_its_layers(tmp_path: Path) -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=3)
    b.mse(b.dense(b.batch_norm(b.dense(x, units=4, id="my layer")), units=2, id="class"))
    model = model_of(saved_session(nnlab.Session(b.build())), 'a"""b')
    exporter.write(model, tmp_path / "net.py", TaskContext())
    text = (tmp_path / "net.py").read_text()
    names = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    assert names == {"my_layer", "batch_norm_1", "class_"}
    tensors = load_file(tmp_path / "net.safetensors")
    assert set(tensors) == {
        "my_layer.weight", "my_layer.bias", "batch_norm_1.weight", "batch_norm_1.bias", "batch_norm_1.running_mean",
        "batch_norm_1.running_var", "batch_norm_1.num_batches_tracked", "class_.weight", "class_.bias",
    }  # fmt: skip
    assert np.array_equal(tensors["my_layer.weight"], model.parameters["my layer.weight"])


def test_python_names_are_each_their_own() -> None:
    assert identifiers(["a b", "a_b", "3", "forward", "if"]) == {
        "a b": "a_b", "a_b": "a_b_2", "3": "n3", "forward": "forward_", "if": "if_",
    }  # fmt: skip
