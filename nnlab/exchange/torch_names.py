"""Parameters under the names that PyTorch's modules have, and Python names for layers.

A layer `hidden` of ours is the attribute `hidden` of a module, its parameters `hidden.weight` and `hidden.bias`; what normalises calls gain
and shift weight and bias there, and variance var.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping

import numpy as np

from nnlab.graph.graph import Graph

_PARTS = {"gain": "weight", "shift": "bias", "running_variance": "running_var"}
# What torch.nn.Module means by these names; a layer of such a name gets an underscore.
_MODULE = frozenset(
    "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward "
    "get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children "
    "named_modules named_parameters parameters register_buffer register_module register_parameter requires_grad_ self set_extra_state "
    "set_submodule share_memory state_dict to to_empty train training type xpu zero_grad x np nn torch".split()
)


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A Python name for every node, like its own and each once."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^0-9A-Za-z_]", "_", name)
        plain = plain if re.match(r"[A-Za-z]", plain) else f"n{plain}"
        plain = f"{plain}_" if keyword.iskeyword(plain) or plain in _MODULE else plain
        chosen, count = plain, 1
        while chosen in taken:
            count += 1
            chosen = f"{plain}_{count}"
        taken.add(chosen)
        found[name] = chosen
    return found


def torch_names(graph: Graph, parameters: Iterable[str]) -> dict[str, str]:
    """PyTorch's name for each of our parameters and buffers."""
    layers = identifiers(node.id for node in graph)
    found = {}
    for name in parameters:
        layer, _, part = name.partition(".")
        found[name] = f"{layers[layer]}.{_PARTS.get(part, part)}"
    return found


def state_dict(graph: Graph, parameters: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All parameters and buffers as a module's state_dict holds them."""
    return {name: np.ascontiguousarray(parameters[own]) for own, name in torch_names(graph, parameters).items()}
