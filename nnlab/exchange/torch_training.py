"""How a network is trained, as PyTorch source: the loss with its settings and penalties, and the optimiser with its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nnlab.core.optimizer import optimizers
from nnlab.core.setting import check_settings
from nnlab.exchange.model import Model
from nnlab.exchange.torch_names import identifiers

_OPTIMIZERS = {"sgd": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
_CLIPS = ("clip_value", "clip_norm")


def _numbers(text: object) -> str:
    found = [float(part) for part in str(text).replace(",", " ").split()]
    return f"torch.tensor({found})" if found else "None"


LOSSES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "mse": lambda s: "nn.functional.mse_loss(outputs, targets.reshape(outputs.shape))" + (" / 2" if s["half"] else ""),
    "mae": lambda s: "nn.functional.l1_loss(outputs, targets.reshape(outputs.shape))",
    "huber": lambda s: f"nn.functional.huber_loss(outputs, targets.reshape(outputs.shape), delta={s['delta']!r})",
    "hinge": lambda s: "nn.functional.relu(1 - (2 * targets.reshape(outputs.shape) - 1) * outputs).mean()",
    "kl_divergence": lambda s: 'nn.functional.kl_div(outputs, targets.reshape(outputs.shape), reduction="batchmean")',
    "binary_cross_entropy": lambda s: (
        f"nn.functional.binary_cross_entropy_with_logits(outputs, {1 - s['label_smoothing']!r} * targets.reshape(outputs.shape) "
        f"+ {s['label_smoothing'] / 2!r}, pos_weight={_numbers(s['pos_weight'])})"
    ),
    "cross_entropy": lambda s: (
        f"nn.functional.cross_entropy(outputs, targets.reshape(-1).long(), weight={_numbers(s['class_weights'])}, "
        f"label_smoothing={s['label_smoothing']!r})"
    ),
}  # fmt: skip


def training_source(model: Model) -> str:
    """The functions `loss` and `optimizer`, and `train_step` with what limits gradients."""
    training = model.project.training
    loss = model.graph.losses[0]
    lines = ["def loss(network, x, targets):", '    """The mean loss of a batch of prepared inputs, with the penalties on weights."""']
    lines.append("    outputs = network(x)")
    if loss.operator in LOSSES:
        lines.append(f"    value = {LOSSES[loss.operator](loss.settings)}")
    else:
        lines.append(f'    raise NotImplementedError("the loss {loss.operator} of NN Lab has no counterpart here")')
    names = identifiers(node.id for node in model.graph)
    for node in model.nodes:
        for key, form in (("l1", "{w}.abs().sum()"), ("l2", "{w}.square().sum()")):
            if node.settings.get(key):
                factor = float(node.settings[key])
                lines.append(f"    value = value + {factor!r} * " + form.format(w=f"network.{names[node.id]}.weight"))
    lines += ["    return value", "", "", "def optimizer(network):"]
    kind = optimizers[training.optimizer]
    settings: dict[str, Any] = dict(check_settings(kind.all_settings, training.optimizer_settings, training.optimizer))
    clips = {name: settings.pop(name) for name in _CLIPS if name in settings}
    if "beta1" in settings:
        settings["betas"] = (settings.pop("beta1"), settings.pop("beta2"))
    lines.append(f'    """{kind.title}, as in NN Lab; its running means start afresh."""')
    if training.optimizer in _OPTIMIZERS:
        written = "".join(f", {name}={value!r}" for name, value in settings.items())
        trained = "[p for p in network.parameters() if p.requires_grad]"
        lines.append(f"    return torch.optim.{_OPTIMIZERS[training.optimizer]}({trained}, lr={training.learning_rate!r}{written})")
    else:
        lines.append(f'    raise NotImplementedError("PyTorch has no {training.optimizer}; choose one of torch.optim")')
    lines += ["", "", *_gradients(model)]
    if clips.get("clip_value"):
        lines.append(f"    nn.utils.clip_grad_value_(network.parameters(), {clips['clip_value']!r})")
    if clips.get("clip_norm"):
        lines.append(f"    nn.utils.clip_grad_norm_(network.parameters(), {clips['clip_norm']!r})")
    lines += ["    optimizer.step()", "    return value" if training.accumulate > 1 else "    return value.item()", ""]
    return "\n".join(lines)


def _gradients(model: Model) -> list[str]:
    """The beginning of `train_step`, up to the gradients of one update."""
    training, loss = model.project.training, model.graph.losses[0]
    zero = ["    optimizer.zero_grad()" if training.zero_gradients else "    # no optimizer.zero_grad(): gradients of all updates add up"]
    if training.accumulate == 1:
        lines = ["def train_step(network, optimizer, x, targets):", '    """One update on a batch; returns the loss before it."""']
        return [*lines, "    network.train()", *zero, "    value = loss(network, x, targets)", "    value.backward()"]
    weights = _numbers(loss.settings.get("class_weights", ""))
    count = "len(x)" if weights == "None" else f"{weights}[targets.reshape(-1).long()].sum().item()"
    return [
        "def train_step(network, optimizer, batches):",
        f'    """One update from the gradients of {training.accumulate} batches [(x, targets), …], as if they were one; returns their loss',
        '    before it. At the end of an epoch there may be fewer."""',
        "    network.train()", *zero,
        f"    counts = [{count} for x, targets in batches]",
        "    value = 0.0",
        "    for (x, targets), count in zip(batches, counts):",
        "        part = loss(network, x, targets) * (count / sum(counts))",
        "        part.backward()",
        "        value += part.item()",
    ]  # fmt: skip
