#!/usr/bin/env python3
"""Counts the structure of the package: rooms (folders), arrows (imports) between them, levels, and circles.

    .venv/bin/python packaging/structure.py [--json]

A level is the length of the longest way down along imports; whatever imports each other in a circle shares one. Imports that only the type
checker reads count like any other: who has to know a name, knows it. Reads the text of the modules; nothing is imported.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import grimp
import networkx as nx

CHECKOUT = Path(__file__).resolve().parents[1]


def module_graph() -> nx.DiGraph:
    """An edge from every module to each that it imports."""
    found = grimp.build_graph("nnlab", include_external_packages=False, cache_dir=None)
    graph = nx.DiGraph()
    graph.add_nodes_from(found.modules)
    graph.add_edges_from((module, other) for module in found.modules for other in found.find_modules_directly_imported_by(module))
    return graph


def path_of(module: str) -> Path:
    base = CHECKOUT / Path(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def room_of(module: str) -> str:
    """The folder a module lies in; a package's own `__init__` belongs to its folder. What lies beside the folders is a room itself."""
    folder = module if path_of(module).name == "__init__.py" else module.rpartition(".")[0]
    return module if folder == "nnlab" else folder


def levels(graph: nx.DiGraph) -> tuple[dict[str, int], list[list[str]]]:
    """(level of every node, circles of more than one node, largest first)."""
    condensed = nx.condensation(graph)
    height: dict[int, int] = {}
    for part in reversed(list(nx.topological_sort(condensed))):
        height[part] = 1 + max((height[below] for below in condensed.successors(part)), default=0)
    circles = [sorted(condensed.nodes[part]["members"]) for part in condensed if len(condensed.nodes[part]["members"]) > 1]
    return {node: height[condensed.graph["mapping"][node]] for node in graph}, sorted(circles, key=len, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one object instead of the table")
    as_json = parser.parse_args().json
    modules = module_graph()
    lines = {module: path_of(module).read_text(encoding="utf-8").count("\n") for module in modules}
    rooms = nx.DiGraph()
    rooms.add_nodes_from(room_of(module) for module in modules)
    arrows = Counter((room_of(a), room_of(b)) for a, b in modules.edges if room_of(a) != room_of(b))
    rooms.add_edges_from(arrows)
    level, room_circles = levels(rooms)
    _, file_circles = levels(modules)
    files, size = Counter(map(room_of, modules)), Counter[str]()
    for module, count in lines.items():
        size[room_of(module)] += count
    report = {
        "files": len(modules), "lines": sum(lines.values()), "rooms": len(rooms), "largest_room": max(files.values()),
        "arrows": len(arrows), "levels": max(level.values()), "circles_of_rooms": room_circles, "circles_of_files": file_circles,
    }  # fmt: skip
    if as_json:
        print(json.dumps(report))
        return
    for room in sorted(rooms, key=lambda room: (-level[room], room)):
        below = ", ".join(f"{other.removeprefix('nnlab.')} {arrows[room, other]}" for other in sorted(rooms.successors(room)))
        print(f"{level[room]:3}  {room:30} {files[room]:3} files {size[room]:6,} lines  -> {below}")
    print(f"\n{report['files']} files, {report['lines']:,} lines, {len(arrows)} arrows on {report['levels']} levels", end=", ")
    print(f"{len(rooms)} rooms (the largest holds {report['largest_room']} files)")
    for name, circles in (("rooms", room_circles), ("files", file_circles)):
        print(f"circles of {name}: {len(circles) or 'none'}")
        for circle in circles:
            print("   " + ", ".join(circle))


if __name__ == "__main__":
    main()
