"""Modules, functions and signatures stay small enough to be read whole."""

import ast
import statistics
from collections.abc import Iterator

from tests.architecture.sources import Source, python_sources, source

MODULE_LINES = 400
FUNCTION_LINES = 50
MEDIAN_LINES = 10
POSITIONAL = 3
# Signatures that a library calls, so that they are not ours to choose.
IMPOSED = {("service.ehr.transport", "increment"): "urllib3.Retry"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(held: Source) -> Iterator[Function]:
    return (node for node in ast.walk(held.tree) if isinstance(node, Function))


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def positional(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def oversized(held: Source) -> Iterator[str]:
    count = len(held.text.splitlines())
    if count > MODULE_LINES:
        yield f"{held.path}:{count} lines, {MODULE_LINES} are allowed"
    for function in functions(held):
        if lines(function) > FUNCTION_LINES:
            yield held.at(function, f"{function.name} has {lines(function)} lines")


def overloaded(held: Source) -> Iterator[str]:
    for function in functions(held):
        if positional(function) > POSITIONAL and (held.module, function.name) not in IMPOSED:
            yield held.at(function, f"{function.name} takes {positional(function)} positional arguments")


def test_no_module_and_no_function_outgrows_its_budget() -> None:
    complaints = [
        line for held in python_sources("service", "fhir_profiles", "tests") for line in oversized(held)
    ]
    assert complaints == []


def test_no_signature_has_more_than_three_positional_arguments() -> None:
    complaints = [line for held in python_sources("service", "fhir_profiles") for line in overloaded(held)]
    assert complaints == []


def test_half_of_the_functions_fit_in_ten_lines() -> None:
    sizes = [lines(function) for held in python_sources("service") for function in functions(held)]
    assert statistics.median(sizes) <= MEDIAN_LINES


def test_a_budget_that_is_broken_is_seen() -> None:
    long = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert list(oversized(source(long))) == ["service/sample.py:1 f has 51 lines"]
    assert len(list(oversized(source("x = 1\n" * (MODULE_LINES + 1))))) == 1
    crowded = "class A:\n    def f(self, a, b, c, d=1): ...\n    def g(self, a, b, c, *, d): ..."
    assert list(overloaded(source(crowded))) == ["service/sample.py:2 f takes 4 positional arguments"]
