"""What another module uses says in a sentence what it is for."""

import ast
from collections.abc import Iterable, Iterator

from tests.architecture.sources import Source, python_sources, source

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def used_names(sources: Iterable[Source]) -> set[tuple[str, str]]:
    """Gives (module, name) for everything of ours that another module of ours imports or reaches through."""
    used = set()
    for held in sources:
        imported: dict[str, str] = {}
        for node in ast.walk(held.tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "service":
                for alias in node.names:
                    used.add((node.module, alias.name))
                    imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in ast.walk(held.tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in imported:
                    used.add((imported[name], attribute))
    return used


def undocumented(held: Source, used: set[tuple[str, str]]) -> Iterator[str]:
    if held.text.strip() and not ast.get_docstring(held.tree):
        yield f"{held.path}:1 the module has no docstring"
    for node in held.tree.body:
        if isinstance(node, Documented) and (held.module, node.name) in used and not ast.get_docstring(node):
            yield held.at(node, f"{node.name} is used elsewhere and has no docstring")


def test_whatever_another_module_uses_has_a_docstring() -> None:
    sources = list(python_sources("service"))
    used = used_names(sources)
    assert [line for held in sources for line in undocumented(held, used)] == []


def test_a_missing_docstring_is_seen() -> None:
    callee = source('"""A."""\ndef f(): ...\ndef g(): ...\ndef _own(): ...', path="service/a.py")
    caller = source('"""B."""\nfrom service.a import f\nfrom service import a\na.g()', path="service/b.py")
    complaints = list(undocumented(callee, used_names([callee, caller])))
    assert [line.split()[1] for line in complaints] == ["f", "g"]
    assert list(undocumented(source("x = 1"), set())) == ["service/sample.py:1 the module has no docstring"]
