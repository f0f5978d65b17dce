"""ONNX: the network between its preparation and its predictions, in the form that runtimes read.

Raw columns go in, names of classes with probabilities or numbers in their own unit come out. Before the file is written, onnx's checker
has looked at it, and its outputs for validation rows have been computed by onnxruntime where that is installed, else by onnx's
reference evaluator, and compared with ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nnlab import __version__
from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError
from nnlab.core.fitted_preparation import encode
from nnlab.exchange.exporter import Exporter, refuse, register
from nnlab.exchange.model import Model, require_same
from nnlab.exchange.onnx_nodes import OPSET, WRITERS, GraphWriter, NodeWriter
from nnlab.exchange.onnx_preparation import (
    NAMES,
    OUTPUTS,
    PREDICTION,
    PROBABILITIES,
    feeds,
    inputs_of,
    write_predictions,
    write_preparation,
)
from nnlab.jobs.context import TaskContext
from nnlab.training.predicted import read_outputs

MOST_BYTES = 2**31 - 2**20  # of a protobuf message


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    """Raises GraphError naming all nodes that ONNX cannot hold, WriteError where outputs differ."""
    import onnx

    job.report(0, 4, "Writing the graph")
    made = onnx_model(model)
    if made.ByteSize() > MOST_BYTES:
        raise FileError(f"{path.name} would have more than 2 GB, which one ONNX file cannot hold; export safetensors instead.")
    job.report(1, 4, "Checking it")
    onnx.checker.check_model(made, full_check=True)
    job.report(2, 4, "Comparing outputs")
    theirs, evaluator = run_onnx(made, feeds(model.preparation, model.rows))
    sentence = require_same(model.outputs, theirs[OUTPUTS], path)
    said = read_outputs(model.outputs, model.preparation, model.link)  # what stands behind the network is held to ours as well
    require_same(*((said.numbers, theirs[PREDICTION]) if said.numbers is not None else (said.probabilities, theirs[PROBABILITIES])), path)  # type: ignore[arg-type]
    job.report(3, 4, "Writing the file")
    content = made.SerializeToString()
    write_atomically(path, lambda file: file.write(content))
    names = ", ".join(f"{value.name} {_kind(value)}" for value in made.graph.input[:4])
    more = f" and {len(made.graph.input) - 4} more" if len(made.graph.input) > 4 else ""
    return f"checked by onnx {onnx.__version__}; by {evaluator} {sentence}", f"takes {names}{more}"


def onnx_model(model: Model) -> Any:
    """The model as an onnx.ModelProto, not checked yet."""
    from onnx import helper, numpy_helper

    refuse("ONNX", (node for node in model.nodes if not node.kind.is_input and node.operator not in WRITERS))
    real = np.dtype(model.session.dtype)
    writer = GraphWriter(real, taken=set(NAMES) | {column.name for column in model.preparation.columns})
    inputs = write_preparation(writer, model.preparation)
    written = {node.id: inputs for node in model.nodes if node.kind.is_input}
    for node in model.nodes:
        if not node.kind.is_input:
            sources = model.sources(node)
            values = [written[source] for source in sources]
            node_writer = NodeWriter(writer, node, values, model.shapes[sources[0]], lambda name, node=node: model.numbers(node, name))  # type: ignore[misc]
            written[node.id] = WRITERS[node.operator](node_writer)
    shape = model.shapes[model.output]
    outputs = int(np.prod(shape))
    if len(shape) == 1:
        writer.add("Identity", [written[model.output]], OUTPUTS, True)
    else:
        writer.add("Flatten", [written[model.output]], OUTPUTS, True, axis=1)
    results = write_predictions(writer, model.preparation, model.link, outputs)
    constants = [numpy_helper.from_array(values, name) for name, values in writer.constants.items()]
    graph = helper.make_graph(writer.nodes, _plain(model.name), inputs_of(model.preparation), results, constants)
    opsets = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(
        graph, opset_imports=opsets, producer_name="NN Lab", producer_version=__version__, ir_version=helper.find_min_ir_version_for(opsets)
    )  # fmt: skip
    said = model.metadata | {"preparation": encode(model.preparation).decode(), "inputs": inputs, "loss": model.graph.losses[0].operator}
    helper.set_model_props(made, {f"nnlab.{key}": text for key, text in said.items()})  # by which it can be imported whole
    return made


def run_onnx(made: Any, given: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], str]:
    """(outputs by name, what computed them) of a model for these inputs."""
    names = [value.name for value in made.graph.output]
    try:
        import onnxruntime
    except ImportError:
        from onnx.reference import ReferenceEvaluator

        return dict(zip(names, ReferenceEvaluator(made).run(None, given), strict=True)), "onnx's reference evaluator"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(names, session.run(names, given), strict=True)), f"onnxruntime {onnxruntime.__version__}"


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name) or "network"


def _kind(value: Any) -> str:
    kind = {1: "float", 8: "string", 11: "double"}.get(value.type.tensor_type.elem_type, "tensor")
    lengths = [part.dim_param or str(part.dim_value) for part in value.type.tensor_type.shape.dim]
    return f"{kind} ({', '.join(lengths)})"


register(
    Exporter(
        name="onnx",
        title="ONNX",
        suffix=".onnx",
        description="One file that onnxruntime and other runtimes compute: raw columns in, names and probabilities out.",
        write=write,
    )
)
