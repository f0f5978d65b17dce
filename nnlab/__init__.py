"""NN Lab: a desktop laboratory for neural networks.

    import nnlab
    b = nnlab.GraphBuilder()
    ...
    s = nnlab.Session(b.build(), optimizer="adam", learning_rate=1e-3, seed=0)

Names are loaded on first use, so that `import nnlab` alone starts nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "Graph": "nnlab.graph.graph",
    "Node": "nnlab.graph.graph",
    "Edge": "nnlab.graph.graph",
    "GraphBuilder": "nnlab.graph.builder",
    "Session": "nnlab.training.session",
    "EarlyStopping": "nnlab.training.early_stopping",
    "NNLabError": "nnlab.core.errors",
    "from_table": "nnlab.files.frames",
    "show": "nnlab.notebook",
    "load": "nnlab.files.session_file",
    "save": "nnlab.files.session_file",
}
_MODULES = ("lora", "sklearn", "studies")
__all__ = ["EarlyStopping", "Edge", "Graph", "GraphBuilder", "NNLabError", "Node", "Session", "__version__"]  # besides load and save

if TYPE_CHECKING:
    from nnlab.core.errors import NNLabError
    from nnlab.graph.builder import GraphBuilder
    from nnlab.graph.graph import Edge, Graph, Node
    from nnlab.training.early_stopping import EarlyStopping
    from nnlab.training.session import Session


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _EXPORTS:
        raise AttributeError(f"module 'nnlab' has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)
