"""What an edit has made of a graph, in words short enough to be compared whole."""

from __future__ import annotations

from nnlab.graph.graph import Graph


def changes(before: Graph, after: Graph) -> set[str]:
    """Every difference, one line each.

    "+relu_1" a node, with those of its settings that are not the usual ones ("+dense_2 units=5"); "-relu_1" a node that is gone;
    "dense_1.units=5" a setting; "dense_1.frozen=bias,weight" what is frozen; "+a>b.x" and "-a>b.x" connections, the latter only between
    nodes that both stay. Places are compared by `moves`.
    """
    old, new = before.by_id, after.by_id
    found = {f"-{name}" for name in old if name not in new}
    for node in after:
        values = {s.name: node.settings[s.name] for s in node.kind.settings}
        if node.id not in old:
            unusual = "".join(f" {s.name}={values[s.name]}" for s in node.kind.settings if values[s.name] != s.default)
            found.add(f"+{node.id}{unusual}")
            continue
        assert node.operator == old[node.id].operator, "another operator has another name"
        found |= {f"{node.id}.{name}={value}" for name, value in values.items() if value != old[node.id].settings[name]}
        if node.frozen != old[node.id].frozen:
            found.add(f"{node.id}.frozen={','.join(sorted(node.frozen))}")
    joined, was = set(after.edges), set(before.edges)
    found |= {f"+{e.source}>{e.target}.{e.target_port}" for e in joined - was}
    return found | {f"-{e.source}>{e.target}.{e.target_port}" for e in was - joined if e.source in new and e.target in new}


def moves(before: Graph, after: Graph) -> dict[str, tuple[float, float]]:
    """The places of nodes that are new or stand elsewhere."""
    old = before.by_id
    return {node.id: node.position for node in after if node.id not in old or old[node.id].position != node.position}
