"""The project's Python as syntax: what its modules import and call, and what their SQL is put together from."""

import ast
from collections.abc import Iterator
from pathlib import Path

from hitcast.core.home import PROJECT_DIR

PACKAGES = ("hitcast", "ml")
METHODS = ("execute", "executemany", "sql", "query", "from_query", "project", "filter", "aggregate", "order")
FUNCTIONS = ("query", "read")
"""Calls that take SQL as their first argument: DuckDB's, and the project's own, which pass it on to one of those."""


def modules() -> dict[str, str]:
    """Source of every module that users run, by its path in the project."""
    files = sorted(file for package in PACKAGES for file in (PROJECT_DIR / package).rglob("*.py"))
    return {file.relative_to(PROJECT_DIR).as_posix(): Path(file).read_text(encoding="utf-8") for file in files}


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all that is imported, `from a import b` as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def called(tree: ast.AST) -> Iterator[str]:
    """What is called, as it is written, with the literal keywords that it is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
            for word in node.keywords:
                if isinstance(word.value, ast.Constant):
                    yield f"{word.arg}={word.value.value}"


def sql_parts(source: str) -> set[str]:
    """What a module's SQL is put together from, beyond literals: each expression as it is written.

    An f-string, a concatenation, a join and a choice are taken apart, and a name is followed to what the same function
    or the module assigns to it; what is left are parameters, loop variables, attributes and calls.
    """
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inner = {id(node) for function in functions for node in ast.walk(function) if node is not function}
    found: set[str] = set()
    for scope in [*functions, tree]:
        nodes = [node for node in ast.walk(scope) if scope is not tree or id(node) not in inner]
        known = _assigned(tree.body) | _assigned(nodes)
        if isinstance(scope, ast.FunctionDef):
            for parameter in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs):
                known.pop(parameter.arg, None)
        for node in nodes:
            if isinstance(node, ast.Call) and node.args and _takes_sql(node.func):
                found |= _leaves(node.args[0], known, ())
    return found


def _takes_sql(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in METHODS
    return isinstance(called, ast.Name) and called.id in FUNCTIONS


def _assigned(nodes: list[ast.AST] | list[ast.stmt]) -> dict[str, list[ast.expr]]:
    values: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        values.setdefault(name.id, []).append(node.value)
    return values


def _leaves(node: ast.AST, known: dict[str, list[ast.expr]], seen: tuple[str, ...]) -> set[str]:
    if isinstance(node, ast.Constant):
        return set()
    if isinstance(node, ast.Name) and node.id in known and node.id not in seen:
        return {leaf for value in known[node.id] for leaf in _leaves(value, known, (*seen, node.id))}
    parts: list[ast.AST] | None = None
    match node:
        case ast.JoinedStr(values=values):
            parts = list(values)
        case ast.FormattedValue(value=value):
            parts = [value]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            parts = [left, right]
        case ast.IfExp(body=body, orelse=orelse):
            parts = [body, orelse]
        case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) | ast.Starred(value=elt):
            parts = [elt]
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            parts = list(elts)
        case ast.Call(func=ast.Attribute(attr="join"), args=[joined]):
            parts = [joined]
    if parts is None:
        return {ast.unparse(node)}
    return {leaf for part in parts for leaf in _leaves(part, known, seen)}
