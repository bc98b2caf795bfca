"""docs/care-model.md has every rule and number, docs/measures.md every instrument, as they are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields

from service.domain.findings.numbers import Numbers
from service.domain.findings.registry import BY_ID, RULES
from service.domain.instruments import INSTRUMENTS
from tests.architecture.sources import ROOT


def rule_rows() -> list[tuple[str, ...]]:
    return [
        (f"`{one.id}`", one.says, code_list(one.numbers), one.audience.value, one.source) for one in RULES
    ]


def number_rows() -> list[tuple[str, ...]]:
    return [
        (
            f"`{one.name}`",
            f"{one.default} {one.metadata['unit']}",
            one.metadata["says"],
            one.metadata["source"],
        )
        for one in fields(Numbers)
    ]


def measure_rows() -> list[tuple[str, ...]]:
    return [
        (
            one.title,
            "{} to {}".format(*one.range),
            "higher" if one.higher_is_better else "lower",
            ", ".join(f"{lowest} {name}" for lowest, name in one.bands) or "none",
            shown(one.change),
            "none" if one.response is None else f"{one.response:.0%}",
            "none" if one.remission is None else f"{one.remission} or less",
            shown(one.screen),
            "yes" if one.adults else "no",
            one.source,
        )
        for one in INSTRUMENTS.values()
    ]


def shown(number: int | None) -> str:
    return "none" if number is None else str(number)


def code_list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def table(page: str, heading: str) -> Iterator[tuple[str, ...]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"^\| {heading} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", text, re.M)
    assert found is not None
    for line in found[1].splitlines():
        yield tuple(cell.strip() for cell in line.strip("|").split(" | "))


def test_the_page_has_every_rule_as_it_is() -> None:
    assert list(table("care-model.md", "rule")) == rule_rows()


def test_the_page_has_every_number_as_it_is() -> None:
    assert list(table("care-model.md", "number")) == number_rows()


def test_the_page_has_every_measure_as_it_is() -> None:
    assert list(table("measures.md", "measure")) == measure_rows()


def test_each_rule_has_one_name_and_reads_numbers_that_exist() -> None:
    assert len(BY_ID) == len(RULES)
    named = {name for rule in RULES for name in rule.numbers}
    assert named == {one.name for one in fields(Numbers)}, "a number that no rule reads says nothing"
