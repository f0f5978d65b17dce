"""Differences: every kind of key does what it says and no more; what cannot be is one sentence."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.initializers import initializers
from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting
from nnlab.engine.evaluator import Evaluator
from nnlab.files.examples import load_example
from nnlab.graph.adapters import adaptable
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layers import hidden_layers
from nnlab.graph.validation import DataShape, validate
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference, differences
from nnlab.training.project import Project
from nnlab.training.session import Session
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import (
    declared_setting,
    is_so,
    own_difference,
    present_value,
    read_value,
    suggestions,
    variant_of,
    varied,
    with_project,
)

SPIRAL = load_example("spiral")  # 2-8-8-1 tanh, Adam, binary cross-entropy
IRIS = load_example("iris")


def operators_of(graph: Graph) -> list[str]:
    return [node.operator for node in graph.topological()]


def settings_of(project: Project, node_id: str, name: str) -> object:
    return project.graph[node_id].settings[name]


def test_a_list_of_values_is_read() -> None:
    assert differences(" loss = mse, binary_cross_entropy ") == (Difference("loss", "mse"), Difference("loss", "binary_cross_entropy"))


@pytest.mark.parametrize("text", ["", "loss", "=mse", "loss=", "loss=mse,", "loss=mse,,hinge"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="such as loss=mse,binary_cross_entropy"):
        differences(text)


def test_the_same_value_twice_is_refused() -> None:
    with pytest.raises(SettingError, match="names 4 twice"):
        differences("units=4,8,4")


@pytest.mark.parametrize(
    ("key", "text", "name", "value"),
    [
        ("learning_rate", "0.5", "learning_rate", 0.5),
        ("batch_size", "7", "batch_size", 7),
        ("seed", "11", "seed", 11),
        ("shuffle", "no", "shuffle", False),
        ("optimizer", "sgd", "optimizer", "sgd"),
        ("schedule", "cosine", "schedule", "cosine"),
    ],
)
def test_a_setting_of_training_differs_alone(key: str, text: str, name: str, value: object) -> None:
    found = varied(SPIRAL, Difference(key, text))
    assert getattr(found.training, name) == value
    assert found.graph == SPIRAL.graph and found.data == SPIRAL.data


def test_a_setting_of_the_optimizer_is_found_and_goes_with_it() -> None:
    sgd = Project(SPIRAL.graph, SPIRAL.data, TrainingSettings("sgd", {"momentum": 0.9, "weight_decay": 0.01}))
    assert varied(sgd, Difference("momentum", "0.5")).training.optimizer_settings["momentum"] == 0.5
    other = varied(sgd, Difference("optimizer", "rmsprop")).training  # has weight_decay and momentum too
    assert other.optimizer_settings["weight_decay"] == 0.01
    assert "momentum" not in varied(sgd, Difference("optimizer", "adagrad")).training.optimizer_settings
    with pytest.raises(SettingError, match="There is no 'momentum' that could differ"):
        varied(SPIRAL, Difference("momentum", "0.5"))


def test_hidden_layers_are_all_but_the_one_that_makes_the_output() -> None:
    assert [node.id for node in hidden_layers(SPIRAL.graph)] == ["dense_1", "dense_2"]
    wider = varied(SPIRAL, Difference("units", "5"))
    assert [settings_of(wider, n, "units") for n in ("dense_1", "dense_2", "dense_3")] == [5, 5, 1]
    drawn = varied(SPIRAL, Difference("init", "he_normal"))
    assert [settings_of(drawn, n, "init") for n in ("dense_1", "dense_2")] == ["he_normal"] * 2
    assert settings_of(drawn, "dense_3", "init") == settings_of(SPIRAL, "dense_3", "init")


def test_activations_of_hidden_layers_are_exchanged_and_the_output_stays() -> None:
    mse = varied(SPIRAL, Difference("loss", "mse"))  # which put a sigmoid before the loss
    assert operators_of(varied(mse, Difference("activation", "relu")).graph) == [
        "input", "dense", "relu", "dense", "relu", "dense", "sigmoid", "mse",
    ]  # fmt: skip


def test_a_single_node_differs() -> None:
    found = varied(SPIRAL, Difference("dense_2.units", "3"))
    assert settings_of(found, "dense_2", "units") == 3 and settings_of(found, "dense_1", "units") == 8


@pytest.mark.parametrize(
    ("project", "loss", "link"),
    [(SPIRAL, "binary_cross_entropy", "sigmoid"), (IRIS, "cross_entropy", "softmax")],
    ids=["binary", "classes"],
)
def test_another_loss_keeps_what_the_network_predicts(project: Project, loss: str, link: str) -> None:
    """Cross-entropy makes probabilities of logits itself; MSE compares them, so the link moves in front of it, and away again."""
    mse = varied(project, Difference("loss", "mse"))
    assert operators_of(mse.graph)[-2:] == [link, "mse"]
    assert operators_of(varied(mse, Difference("loss", loss)).graph) == operators_of(project.graph)
    data = prepare(project.data)
    runs = [prepare_run(p.graph, data, p.training) for p in (project, mse)]
    logits, shares = (run_outputs(run.program.graph, run.state.arena, data.x) for run in runs)
    expected = 1 / (1 + np.exp(-logits)) if link == "sigmoid" else np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(shares, expected, atol=1e-6)


def run_outputs(graph: Graph, arena: np.ndarray, x: np.ndarray) -> np.ndarray:
    evaluator = Evaluator(graph)
    evaluator.load(arena)
    return evaluator.predict(x).astype(np.float64)


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("loss", "tanh", "loss=tanh is not known; choose one of binary_cross_entropy"),
        ("los", "mse", r"There is no 'los' that could differ \(did you mean loss\?\)"),
        ("activation", "rel", r"activation=rel is not known \(did you mean relu\?\)"),
        ("activation", "prelu", "activation=prelu is not known"),  # it learns, so it is a layer of its own
        ("optimizer", "adamm", r"\(did you mean adam\?\)"),
        ("schedule", "sudden", "schedule=sudden is not known"),
        ("learning_rate", "fast", "learning_rate is 'fast'; it must be a number"),
        ("batch_size", "1.5", "batch_size is 1.5; it must be a whole number"),
        ("dense_1.units", "0", "units is 0; it must be from 1"),
        ("dense_1.unit", "3", r"dense_1 has no setting 'unit' \(did you mean units\?\); it has bias"),
        ("dense_7.units", "3", "there is no node 'dense_7'"),
        ("tanh_1.units", "3", "tanh_1 has no setting 'units'; it has none"),
    ],
)
def test_what_cannot_differ_is_one_sentence(key: str, text: str, words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        varied(SPIRAL, Difference(key, text))


def test_a_network_without_hidden_layers_has_none_to_change() -> None:
    project = Project(mlp([2, 1], loss="mse"), DataSettings("plane"), TrainingSettings())
    for key in ("units", "init", "activation"):
        with pytest.raises(SettingError, match=f"{key}=.* changes nothing"):
            varied(project, Difference(key, {"units": "3", "init": "zeros", "activation": "relu"}[key]))


def test_an_activation_that_the_loss_reads_stays_whoever_else_reads_it() -> None:
    b = GraphBuilder()
    output = b.tanh(b.dense(b.relu(b.dense(b.input(features=2), units=4)), units=1))
    b.mse(output)
    b.dense(output, units=1)  # a second reader, which leads nowhere
    project = Project(b._graph, DataSettings("plane"), TrainingSettings())
    found = varied(project, Difference("activation", "sigmoid")).graph
    assert [node.operator for node in found if node.kind.is_activation] == ["sigmoid", "tanh"]


def test_suggestions_can_all_be_trained_and_name_the_present_value() -> None:
    for name in ("spiral", "iris", "diabetes", "digits_convnet"):
        project = load_example(name)
        data = prepare(project.data)
        for key, values in suggestions(project, data).items():
            assert present_value(project, key) in values, (name, key)
            for value in values:
                graph = varied(project, Difference(key, value)).graph
                assert not [d for d in validate(graph, DataShape(data.x.shape[1], data.target)) if d.is_error], (name, key, value)


def test_present_values_are_written_as_they_are_typed() -> None:
    assert present_value(SPIRAL, "units") == "8" and present_value(SPIRAL, "activation") == "tanh"
    assert present_value(SPIRAL, "dense_3.units") == "1" and present_value(SPIRAL, "learning_rate") == "0.01"
    mixed = varied(SPIRAL, Difference("dense_2.units", "3"))
    assert present_value(mixed, "units") == "8, 3"
    assert present_value(SPIRAL, "shuffle") == "true" and present_value(SPIRAL, "beta1") == "0.9"
    with pytest.raises(SettingError, match="There is no 'momentum'"):
        present_value(SPIRAL, "momentum")


# What a key sets, and how it is read


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("units", "units"), ("init", "init"), ("dense_1.units", "units"), ("dense_1.bias", "bias"), ("learning_rate", "learning_rate"),
        ("batch_size", "batch_size"), ("beta1", "beta1"), ("loss", None), ("activation", None), ("optimizer", None), ("momentum", None),
        ("fine_tuning", None),
        ("dense_7.units", None), ("dense_1.beta1", None), ("no_such", None),
    ],
)  # fmt: skip
def test_the_declaration_of_what_a_key_sets(key: str, name: str | None) -> None:
    found = declared_setting(SPIRAL, key)
    assert (found.name if found is not None else None) == name


def test_without_hidden_layers_their_keys_set_nothing() -> None:
    project = Project(mlp([2, 1], loss="mse"), DataSettings("plane"), TrainingSettings())
    assert declared_setting(project, "units") is None and present_value(project, "units") == "none"


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        (True, "off", False), (False, "ON", True), (False, "yes", True), (False, "true", True), (True, "no", False),
        (True, "False", False), (8, "12", 12), (8, "+3", 3), (0.5, "3", 3), (0.5, "1e-3", 0.001),
        (0.5, "-2.5", -2.5), ("plain", "12", "12"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_the_setting_wants_it(default: object, text: str, value: object) -> None:
    found = read_value(Setting("it", default), text)  # type: ignore[arg-type]
    assert found == value and isinstance(found, bool) == isinstance(value, bool)


def test_what_is_no_value_is_refused_with_its_owner() -> None:
    wrong = [(8, "2.5", "dense_1: it is 2.5; it must be a whole number"), (True, "perhaps", "dense_1: it is 'perhaps'")]
    for default, text, words in wrong:
        with pytest.raises(SettingError, match=words):
            read_value(Setting("it", default), text, "dense_1")  # type: ignore[arg-type]


def test_suggestions_are_around_the_present_value_in_order() -> None:
    found = suggestions(SPIRAL, prepare(SPIRAL.data))
    assert found["learning_rate"] == ("0.001", "0.003", "0.01", "0.03", "0.1")
    assert found["seed"] == tuple(str(SPIRAL.training.seed + k) for k in range(4))
    assert found["units"] == ("2", "4", "8", "16", "64")
    size = SPIRAL.training.batch_size
    assert found["batch_size"] == tuple(map(str, sorted({1, 8, 32, 128, size})))
    assert set(found["loss"]) >= {"binary_cross_entropy", "mse", "hinge"} and "kl_divergence" not in found["loss"]
    fast = varied(SPIRAL, Difference("learning_rate", "200"))
    assert suggestions(fast, prepare(SPIRAL.data))["learning_rate"] == ("20", "60", "200", "600"), "2,000 is more than a rate may be"
    for rate, values in (("100", ("10", "30", "100", "300", "1e+03")), ("333.4", ("33.3", "100", "333"))):
        assert suggestions(varied(SPIRAL, Difference("learning_rate", rate)), prepare(SPIRAL.data))["learning_rate"] == values
    assert found["init"] == tuple(initializers) and found["schedule"] == tuple(s.name for s in schedules)
    plain = Project(mlp([2, 1], loss="mse"), SPIRAL.data, TrainingSettings())
    assert not {"units", "init", "activation"} & set(suggestions(plain, prepare(SPIRAL.data)))


def test_what_is_so_already_is_the_project_itself() -> None:
    assert varied(SPIRAL, Difference("units", "8")) is SPIRAL and is_so(SPIRAL, Difference("units", "8"))
    assert not is_so(SPIRAL, Difference("units", "9")) and not is_so(SPIRAL, Difference("no_such", "9"))
    assert own_difference(SPIRAL, "units") == Difference("units", "8")
    adapted = varied(SPIRAL, Difference("fine_tuning", "lora_4"))
    assert present_value(SPIRAL, "fine_tuning") == "full" and present_value(adapted, "fine_tuning") == "lora_4"
    assert is_so(adapted, Difference("fine_tuning", "lora")) and not is_so(adapted, Difference("fine_tuning", "full"))


def test_an_adapter_beside_the_project_knows_the_weights_it_stands_beside() -> None:
    variant = variant_of(Difference("fine_tuning", "lora_4"))
    graph = variant.derive(SPIRAL).graph
    session = Session(SPIRAL.graph, seed=SPIRAL.training.seed)
    expected = {layer: hashlib.sha256(session.parameters[f"{layer}.weight"].tobytes()).hexdigest() for layer in adaptable(graph)}
    assert {node.id: node.adapters[0].base_sha256 for node in graph if node.adapters} == expected
    other = variant.derive(varied(SPIRAL, Difference("seed", "+1"))).graph
    assert all(node.adapters[0].base_sha256 not in expected.values() for node in other if node.adapters)
    broken = replace(SPIRAL, graph=replace(SPIRAL.graph, edges=SPIRAL.graph.edges[1:]))
    assert all(not a.base_sha256 for n in variant.derive(broken).graph for a in n.adapters), "there are no weights as long as it cannot run"


def test_a_loss_that_compares_numbers_keeps_what_is_before_another_such() -> None:
    project = Project(mlp([2, 4, 1], loss="mse"), DataSettings("plane"), TrainingSettings())
    assert operators_of(varied(project, Difference("loss", "huber")).graph) == [*operators_of(project.graph)[:-1], "huber"]
    hinge = varied(SPIRAL, Difference("loss", "hinge"))
    assert operators_of(hinge.graph)[-2:] == ["dense", "hinge"], "the side of 0 is the class, and no probability is needed"
    with pytest.raises(SettingError, match=r"^loss=mse cannot be set: the network has no loss yet\.$"):
        varied(Project(Graph(), DataSettings("plane"), TrainingSettings()), Difference("loss", "mse"))


def test_a_key_that_is_not_known_is_told_with_all_that_are() -> None:
    with pytest.raises(SettingError) as error:
        varied(SPIRAL, Difference("width", "3"))
    assert str(error.value).startswith(
        "There is no 'width' that could differ; choose from loss, optimizer, schedule, learning_rate, batch_size, seed, epochs, shuffle, "
        "accumulate, zero_gradients, units, activation, init, "
    )
    assert str(error.value).endswith(", or name a node's setting, such as dense_1.units.")


def test_the_project_itself_is_named_before_what_it_is_compared_with() -> None:
    found = differences("units=4,16")
    assert with_project(SPIRAL, found) == (Difference("units", "8"), *found)
    for wrong, words in (("unit=4", r"no 'unit' that could differ \(did you mean units\?\)"), ("dense_7.units=3", "no node 'dense_7'")):
        with pytest.raises(SettingError, match=words):
            with_project(SPIRAL, differences(wrong))
