"""`nnlab cost FILE`: what a training step takes, operator by operator, measured on this computer."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from nnlab.commands.common import AsJson, Source, announce_compiling, progress_bar, read_source


def cost(source: Source, as_json: AsJson = False) -> None:
    """Measures time and bytes of a training step, node by node, and samples a second."""
    project, _, name = read_source(source)
    announce_compiling(project)
    from nnlab.core.preparation import prepare
    from nnlab.studies.step_cost import step_cost

    with progress_bar(name) as context:
        found = step_cost(project, prepare(project.data), context)
    stream = sys.stderr if as_json else sys.stdout
    print(
        f"{name}: a step of {found.rows:,} samples takes {1e6 * found.seconds:,.1f} µs, {1e6 * found.operators:,.1f} of it in operators; "
        f"{found.samples_per_second:,.0f} samples a second; {found.parameters:,} parameters, {found.arena_bytes:,} bytes", file=stream,
    )  # fmt: skip
    for node in sorted(found.nodes, key=lambda node: -node.total):
        counted = f"{node.parameters:>9,} parameters {node.parameter_bytes:>11,} B {node.value_bytes:>11,} B of values"
        print(f"  {node.node or 'schedule':24} {1e6 * node.total:>10,.1f} µs {node.share:>6.1%} {counted}", file=stream)
    if as_json:
        print(json.dumps(asdict(found) | {"samples_per_second": found.samples_per_second}), flush=True)
