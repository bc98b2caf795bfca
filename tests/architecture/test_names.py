"""Names say what a clinician or a reader would call the thing."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Source, python_sources, source

VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "handler", "handlers"}
VAGUE_MODULES = VAGUE | {"process", "data", "info", "common", "misc", "base", "stuff"}


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def vague_names(held: Source) -> Iterator[str]:
    for part in held.path.with_suffix("").parts:
        if words(part) & VAGUE or part in VAGUE_MODULES:
            yield f"{held.path}:1 {part} says nothing"
    for node in ast.walk(held.tree):
        if (
            isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and words(node.name) & VAGUE
        ):
            yield held.at(node, f"{node.name} says nothing")


def test_no_name_is_vague() -> None:
    assert [line for held in python_sources("service", "fhir_profiles") for line in vague_names(held)] == []


def test_a_vague_name_is_seen() -> None:
    assert list(vague_names(source("", path="service/api/utils.py"))) == [
        "service/api/utils.py:1 utils says nothing"
    ]
    named = source("class PlanManager: ...\ndef error_handler(): ...\nclass Utilisation: ...")
    assert [line.split()[1] for line in vague_names(named)] == ["PlanManager", "error_handler"]
