"""Modules and functions stay small enough to be read whole; ruff counts arguments (PLR0917)."""

import ast
import statistics
from collections.abc import Iterator

from tests.architecture.sources import Source, python_sources, source

MODULE_LINES = 400
FUNCTION_LINES = 50
MEDIAN_LINES = 10

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(held: Source) -> Iterator[Function]:
    return (node for node in ast.walk(held.tree) if isinstance(node, Function))


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def oversized(held: Source) -> Iterator[str]:
    count = len(held.text.splitlines())
    if count > MODULE_LINES:
        yield f"{held.path}:{count} lines, {MODULE_LINES} are allowed"
    for function in functions(held):
        if lines(function) > FUNCTION_LINES:
            yield held.at(function, f"{function.name} has {lines(function)} lines")


def test_no_module_and_no_function_outgrows_its_budget() -> None:
    complaints = [
        line for held in python_sources("service", "fhir_profiles", "tests") for line in oversized(held)
    ]
    assert complaints == []


def test_half_of_the_functions_fit_in_ten_lines() -> None:
    sizes = [lines(function) for held in python_sources("service") for function in functions(held)]
    assert statistics.median(sizes) <= MEDIAN_LINES


def test_a_budget_that_is_broken_is_seen() -> None:
    long = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert list(oversized(source(long))) == ["service/sample.py:1 f has 51 lines"]
    assert len(list(oversized(source("x = 1\n" * (MODULE_LINES + 1))))) == 1
