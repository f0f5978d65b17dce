"""The small faults that `mutation.py` makes, and where: signs, operators, comparisons, numbers off by one, conditions, results, slices.

A mutant is one change to the syntax tree of a file, written out again in full. Left out, because no test could or should see them: types,
decorators, docstrings, `__repr__`, assertions (they are for the type checker), keywords that change no result (`strict`, `repr`…), the
number of rows at which a parameter is viewed, and the 1 of `reshape(-1)`, where any negative number stands for what is left.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BINARY: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.MatMult: ast.Mult,
}  # fmt: skip
COMPARE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
PAIRS = (("min", "max"), ("any", "all"), ("floor", "ceil"), ("minimum", "maximum"))
NAMES = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
WITHOUT_EFFECT = ("strict", "repr", "copy", "parents", "exist_ok", "daemon", "maxsize", "encoding")
TYPE_ALIASES = ("TypeVar", "NewType", "cast", "TypeAlias")


Change = Callable[[], Callable[[], None]]  # makes the change in the tree, returns what takes it back


@dataclass(frozen=True, eq=False)
class Mutant:
    """One changed file."""

    file: str
    title: str  # file, function, before -> after: the same while the statement is the same
    key: str  # the title in eight hexadecimal digits
    number: int  # of the change in its file, for `mutated`
    lines: range  # of the statement that changed
    names: frozenset[str]  # what stands for it where it is executed at import or compiled; empty otherwise
    at_import: bool
    is_compiled: bool


@dataclass(frozen=True)
class _Place:
    """Where in the file a node stands."""

    functions: tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, ...] = ()
    path: tuple[str, ...] = ()  # names of classes and functions around it
    statement: ast.stmt | None = None


def mutants_of(file: str, source: str) -> list[Mutant]:
    """All mutants of a file, in the order of its text."""
    tree = ast.parse(source)
    compiled = _compiled_names(tree)
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for number, (change, place) in enumerate(_all_changes(tree)):
        head = _head(place.statement)
        before = ast.unparse(head)
        back = change()
        after = ast.unparse(_head(place.statement))
        back()
        title = f"{file} {'.'.join(place.path) or 'module'}: {_difference(before, after)}"
        seen[title] += 1
        title += f" #{seen[title]}" if seen[title] > 1 else ""
        key = hashlib.sha256(title.encode()).hexdigest()[:8]
        inside = next((f.name for f in place.functions if isinstance(f, ast.FunctionDef) and f.name in compiled), None)
        names = compiled[inside] if inside else frozenset(() if place.functions else _names_set_by(place.statement))
        found.append(Mutant(file, title, key, number, _lines(place.statement), names, not place.functions, inside is not None))
    return found


def mutated(source: str, number: int) -> str:
    """The text of a file after one change. Comments go, nothing else differs."""
    return ast.unparse(mutated_tree(source, number)) + "\n"


def mutated_tree(source: str, number: int) -> ast.Module:
    """The syntax tree of a file after one change; every line has the number it had."""
    tree = ast.parse(source)
    change, _ = next(itertools.islice(_all_changes(tree), number, None))
    change()
    return ast.fix_missing_locations(tree)


def _all_changes(tree: ast.Module) -> Iterator[tuple[Change, _Place]]:
    return ((change, place) for node, place in list(_visit(tree, _Place())) for change in list(_changes(node)))


def _visit(node: ast.AST, place: _Place) -> Iterator[tuple[ast.AST, _Place]]:
    """Every node that may be changed."""
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "__slots__"):
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func) in TYPE_ALIASES:
        return
    if isinstance(node, ast.keyword) and node.arg in WITHOUT_EFFECT:
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "__repr__":
        return
    if isinstance(node, ast.stmt):
        place = _Place(place.functions, place.path, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reshape":
        for part in itertools.chain.from_iterable(map(ast.walk, node.args)):
            part.in_reshape = True  # type: ignore[attr-defined]
    yield node, place
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_comment", "ctx", "type_params"):
            continue
        inner = place
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = _Place((*place.functions, node), (*place.path, getattr(node, "name", "lambda")), place.statement)
        elif name == "body" and isinstance(node, ast.ClassDef):
            inner = _Place(place.functions, (*place.path, node.name), place.statement)
        for child in value if isinstance(value, list) else [value]:
            # `place.view(arena, 1)`: of a tensor without a batch axis, any number of rows is the same.
            is_rows = isinstance(child, ast.Constant) and isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".view")
            if isinstance(child, ast.AST) and not is_rows and not (name == "operand" and _is_rest(node)):
                yield from _visit(child, inner)


def _is_rest(node: ast.AST) -> bool:
    """The -1 of a `reshape`; its sign may go."""
    return isinstance(node, ast.UnaryOp) and hasattr(node, "in_reshape") and ast.unparse(node) == "-1"


def _set(node: ast.AST, name: str, value: object) -> Change:
    def make() -> Callable[[], None]:
        before = getattr(node, name)
        setattr(node, name, value)
        return lambda: setattr(node, name, before)

    return make


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in BINARY:
        operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
        if not any(isinstance(o, ast.JoinedStr) or (isinstance(o, ast.Constant) and isinstance(o.value, str)) for o in operands):
            yield _set(node, "op", BINARY[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            yield _set(node, "ops", [*node.ops[:i], COMPARE[type(op)](), *node.ops[i + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield _set(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        # A sign and a `not` go: two of them, and one of + that changes nothing.
        yield _set(node, "op", ast.UAdd()) if isinstance(node.op, ast.USub) else _set(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        value = node.value
        changed = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value * 2 or 1.0
        yield _set(node, "value", changed)
        if type(value) is int and value > 0:
            yield _set(node, "value", value - 1)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        if not isinstance(node.test, ast.Compare | ast.UnaryOp | ast.Constant):  # those have a change of their own
            yield _set(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension):
        for i, test in enumerate(node.ifs):
            if not isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant):
                yield _set(node, "ifs", [*node.ifs[:i], ast.UnaryOp(ast.Not(), test), *node.ifs[i + 1 :]])
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) not in ("None", "False"):
        # False becomes True, as a constant: None instead would be as false.
        yield _set(node, "value", ast.Constant(None))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        attribute = "id" if isinstance(node.func, ast.Name) else "attr"
        other = NAMES.get(getattr(node.func, attribute))
        if other and not (isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"):
            yield _set(node.func, attribute, other)
    elif isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            if getattr(node, end) is not None:
                yield _set(node, end, None)


def _head(statement: ast.stmt | None) -> ast.AST:
    """A statement without the statements inside it."""
    assert statement is not None
    head = copy.copy(statement)
    for name in ("body", "orelse", "finalbody", "handlers"):
        if getattr(head, name, None):
            setattr(head, name, [ast.Pass()] if name == "body" else [])
    return head


def _difference(before: str, after: str) -> str:
    """The two texts on one line; of long ones what stands around the first and last change."""
    before, after = (" ".join(text.split()) for text in (before, after))
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    end = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)
    cut, tail = max(0, start - 40), max(0, end - 25)
    return f"{before[cut : len(before) - tail]} -> {after[cut : len(after) - tail]}"


def _lines(statement: ast.stmt | None) -> range:
    assert statement is not None
    body: list[ast.stmt] = getattr(statement, "body", [])
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):  # a default: whoever calls the function
        return range(body[0].lineno, (statement.end_lineno or 0) + 1)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def _names_set_by(statement: ast.stmt | None) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):  # a default
        yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def _compiled_names(tree: ast.Module) -> dict[str, frozenset[str]]:
    """Function that is compiled -> its name and those of the compiled functions around it in this file."""
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef)]
    compiled = {f.name: f for f in functions if any("compiled" in (d := ast.unparse(e)) or d == "inlined" for e in f.decorator_list)}
    callers = {name: {n.id for n in ast.walk(f) if isinstance(n, ast.Name) and n.id in compiled} for name, f in compiled.items()}
    reached: dict[str, frozenset[str]] = {}
    for name in compiled:
        names = {name}
        while more := {other for other, called in callers.items() if called & names} - names:
            names |= more
        reached[name] = frozenset(names)
    return reached
