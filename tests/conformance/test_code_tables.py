"""Code tables equal the ConceptMaps, ValueSets and CodeSystems; every code of others was checked."""

import csv
import importlib
import pkgutil
from collections.abc import Iterator
from copy import deepcopy

import pytest

import fhir_profiles
import service.mapping
from fhir_profiles.source.terms import PLAN_TERMS, tables, word
from service.domain.ingredients import PRODUCTS, RXNORM
from service.mapping.terminology.systems import CANONICAL, LOINC, SNOMED
from service.mapping.terminology.table import Code, Table
from tests.data import folder, us_core

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
LICENSED = frozenset({SNOMED, LOINC, RXNORM, ICD_10_CM})


def definitions(type_):
    return {one["id"]: one for one in fhir_profiles.resources() if one["resourceType"] == type_}


CONCEPT_MAPS = definitions("ConceptMap")
VALUE_SETS = definitions("ValueSet")
CODE_SYSTEMS = definitions("CodeSystem")
TABLES = {table.name: table for table in tables()}


def held_by_modules() -> Iterator[object]:
    """Gives every value at the top of every module of the mapping, and what stands in its containers."""
    for module in pkgutil.walk_packages(service.mapping.__path__, "service.mapping."):
        for one in vars(importlib.import_module(module.name)).values():
            yield from flat(one)


def flat(one: object) -> Iterator[object]:
    yield one
    if isinstance(one, dict):
        yield from flat(tuple(one.values()))
    if isinstance(one, tuple | list):
        for member in one:
            yield from flat(member)


def said(concept_map) -> set[tuple[str, str, str, str]]:
    return {
        (element["code"], group["target"], target["code"], target["display"])
        for group in concept_map["group"]
        for element in group["element"]
        for target in element["target"]
    }


def meant(table) -> set[tuple[str, str, str, str]]:
    return {
        (word(member), code.system, code.code, code.display)
        for member, codes in table.rows.items()
        for code in codes
    }


def listed(value_set) -> set[tuple[str, str, str]]:
    return {
        (include["system"], one["code"], one["display"])
        for include in value_set["compose"]["include"]
        for one in include["concept"]
    }


def codings(value) -> Iterator[tuple[str, str]]:
    """Gives (system, code) of every coding within JSON, also of ValueSets and ConceptMaps."""
    match value:
        case {"system": str(system), "code": str(code)}:
            yield system, code
        case {"system": str(system), "concept": [*concepts]}:
            yield from ((system, one["code"]) for one in concepts)
        case {"target": str(system), "element": [*elements]}:
            yield from ((system, target["code"]) for one in elements for target in one["target"])
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from codings(one)


def test_every_table_of_the_mapping_has_its_map_and_no_map_is_without_a_table():
    everywhere = {one.name for one in held_by_modules() if isinstance(one, Table)}
    assert everywhere == set(TABLES) == set(CONCEPT_MAPS)


@pytest.mark.parametrize("name", TABLES)
def test_a_concept_map_says_what_its_table_says(name):
    assert said(CONCEPT_MAPS[name]) == meant(TABLES[name])


def _other_code(concept_map):
    concept_map["group"][0]["element"][0]["target"][0]["code"] = "another"


def _other_word(concept_map):
    concept_map["group"][0]["element"][0]["code"] = "another"


def _row_less(concept_map):
    del concept_map["group"][0]["element"][0]


def _row_more(concept_map):
    rows = concept_map["group"][0]["element"]
    rows.append({**rows[0], "code": "another"})


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("spoil", [_other_code, _other_word, _row_less, _row_more])
def test_a_concept_map_that_says_anything_else_is_seen(name, spoil):
    spoilt = deepcopy(CONCEPT_MAPS[name])
    spoil(spoilt)
    assert said(spoilt) != meant(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_no_code_stands_for_two_words(name):
    pairs = {(system, code): word for word, system, code, _ in said(CONCEPT_MAPS[name])}
    assert len(pairs) == len(said(CONCEPT_MAPS[name]))


@pytest.mark.parametrize("name", TABLES)
def test_a_value_set_lists_the_codes_of_its_table(name):
    assert listed(VALUE_SETS[name]) == {row[1:] for row in meant(TABLES[name])}


def test_our_code_systems_define_every_code_of_ours_and_no_other():
    used = {
        (row[1], row[2], row[3])
        for table in TABLES.values()
        for row in meant(table)
        if row[1].startswith(CANONICAL)
    }
    defined = {
        (one["url"], concept["code"], concept["display"])
        for name, one in CODE_SYSTEMS.items()
        if name != PLAN_TERMS
        for concept in one["concept"]
    }
    assert defined == used


def test_the_plan_terms_are_the_words_of_the_tables():
    words = {row[0] for table in TABLES.values() for row in meant(table)}
    assert {one["code"] for one in CODE_SYSTEMS[PLAN_TERMS]["concept"]} == words


def checked() -> dict[tuple[str, str], str]:
    """Gives the source of each code that was checked, by system and code."""
    with (folder(".") / "codes-checked.csv").open(encoding="utf-8", newline="") as file:
        return {(row["system"], row["code"]): row["source"] for row in csv.DictReader(file)}


def in_us_core_examples() -> set[tuple[str, str]]:
    return {pair for _, resource in us_core() for pair in codings(resource)}


def codes_of_others() -> set[tuple[str, str]]:
    """Gives every licensed code of the mapping, of the definitions and of the examples."""
    named = {(one.system, one.code) for one in held_by_modules() if isinstance(one, Code)}
    rows = {(row[1], row[2]) for table in TABLES.values() for row in meant(table)}
    committed = set(codings([*fhir_profiles.resources(), *fhir_profiles.examples()]))
    drugs = {(RXNORM, code) for code in PRODUCTS}
    return {pair for pair in named | rows | committed | drugs if pair[0] in LICENSED}


def test_every_licensed_code_was_checked_or_stands_in_an_example_of_us_core():
    sources, examples = checked(), in_us_core_examples()
    doubtful = {
        pair
        for pair in codes_of_others()
        if pair not in examples and ("SECONDARY" in sources.get(pair, "SECONDARY"))
    }
    assert doubtful == set()


def test_the_codes_looked_for_are_found():
    found = codes_of_others()
    assert {(SNOMED, "228557008"), (LOINC, "75773-2"), (RXNORM, "312941")} <= found
    assert {(LOINC, "75773-2"), (LOINC, "95541-9")} <= in_us_core_examples()
    assert list(codings({"a": [{"system": SNOMED, "code": "1"}]})) == [(SNOMED, "1")]
