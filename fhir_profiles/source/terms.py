"""CodeSystems, ValueSets and ConceptMaps, made from the tables that the mapping reads and writes by."""

import re
from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules
from typing import Any

from fhir_profiles.source.artefact import canonical, definition
from service.fhir.json import JsonObject
from service.mapping import terminology
from service.mapping.terminology.systems import CANONICAL
from service.mapping.terminology.table import Code, Table

PLAN_TERMS = "plan-terms"

# HL7 has fewer drawers for flags than we have kinds.
_WIDER = frozenset({"flag-category"})
_NOTICES = {
    "http://snomed.info/sct": "SNOMED CT is (c) SNOMED International; its use needs a licence.",
    "http://loinc.org": "LOINC is (c) Regenstrief Institute, Inc. and the LOINC Committee, under https://loinc.org/license.",
}


def tables() -> list[Table[Any]]:
    """Return every code table of the mapping, by name."""
    found: dict[str, Table[Any]] = {}
    for module in iter_modules(terminology.__path__):
        for one in vars(import_module(f"{terminology.__name__}.{module.name}")).values():
            if isinstance(one, Table):
                found[one.name] = one
    return [found[name] for name in sorted(found)]


def word(member: StrEnum) -> str:
    """Return the code of `plan-terms` for a member of an enumeration of the plan: `severity.mild`."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(member).__name__).lower()
    return f"{kind}.{member.value}"


def code_systems() -> list[JsonObject]:
    """Return our own code systems, and that of the plan's own words."""
    held: dict[str, dict[str, str]] = {}
    for code in (code for table in tables() for codes in table.rows.values() for code in codes):
        if _is_ours(code):
            held.setdefault(code.system.rpartition("/")[2], {})[code.code] = code.display
    return [_plan_terms(), *(_code_system(name, held[name]) for name in sorted(held))]


def value_sets() -> list[JsonObject]:
    """Return one ValueSet for each table, and that of the plan's own words."""
    words = {
        **definition("ValueSet", PLAN_TERMS, title="Plan terms", says="Every coded word of a plan."),
        "compose": {"include": [{"system": canonical("CodeSystem", PLAN_TERMS)}]},
    }
    return [words, *(value_set(table.name, _codes(table), _says(table)) for table in tables())]


def value_set(name: str, codes: Iterable[Code], says: str) -> JsonObject:
    """Return a ValueSet that lists its codes, with the notices that their systems ask for."""
    ordered = sorted(codes, key=lambda code: code.system)
    include = [
        {"system": system, "concept": [{"code": one.code, "display": one.display} for one in members]}
        for system, members in groupby(ordered, key=lambda code: code.system)
    ]
    opening = definition("ValueSet", name, title=_title(name), says=says)
    return {**opening, **_notice(ordered), "compose": {"include": include}}


def concept_maps() -> list[JsonObject]:
    """Return one ConceptMap for each table: from the plan's word to the codes that are written for it."""
    return [_concept_map(table) for table in tables()]


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _says(table: Table[Any]) -> str:
    return f"The codes that the mapping writes and understands for {_title(table.name).lower()}."


def _codes(table: Table[Any]) -> list[Code]:
    return [code for codes in table.rows.values() for code in codes]


def _notice(codes: Iterable[Code]) -> JsonObject:
    notices = [_NOTICES[system] for system in sorted({code.system for code in codes}) if system in _NOTICES]
    return {"copyright": " ".join(notices)} if notices else {}


def _code_system(name: str, concepts: dict[str, str]) -> JsonObject:
    says = f"The local codes for {_title(name).lower()}: no code of a public system was confirmed for them."
    return {
        **definition("CodeSystem", name, title=_title(name), says=says),
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": [{"code": code, "display": display} for code, display in concepts.items()],
    }


def _plan_terms() -> JsonObject:
    says = "Every coded word of a plan, after the name of its enumeration and a full stop."
    members = [(table, member) for table in tables() for member in table.rows]
    displays = {word(member): member.value.replace("-", " ") for _, member in members}
    for table, member in members:
        own = (one for one in table.rows[member] if one.code == member.value and _is_ours(one))
        displays |= {word(member): one.display for one in own}
    return {
        **definition("CodeSystem", PLAN_TERMS, title="Plan terms", says=says),
        "caseSensitive": True,
        "valueSet": canonical("ValueSet", PLAN_TERMS),
        "content": "complete",
        "count": len(displays),
        "concept": [{"code": code, "display": displays[code]} for code in sorted(displays)],
    }


def _is_ours(code: Code) -> bool:
    return code.system.startswith(CANONICAL)


def _concept_map(table: Table[Any]) -> JsonObject:
    systems = sorted({code.system for code in _codes(table)})
    return {
        **definition("ConceptMap", table.name, title=_title(table.name), says=_mapping_says(table)),
        **_notice(_codes(table)),
        "sourceUri": canonical("ValueSet", PLAN_TERMS),
        "targetUri": canonical("ValueSet", table.name),
        "group": [_group(table, system) for system in systems],
    }


def _mapping_says(table: Table[Any]) -> str:
    return f"The plan's words for {_title(table.name).lower()}, and the codes written for them."


def _group(table: Table[Any], system: str) -> JsonObject:
    rows = ((member, code) for member, codes in table.rows.items() for code in codes if code.system == system)
    return {
        "source": canonical("CodeSystem", PLAN_TERMS),
        "target": system,
        "element": [
            {"code": word(member), "target": [_target(table, member, code)]} for member, code in rows
        ],
    }


def _target(table: Table[Any], member: StrEnum, code: Code) -> JsonObject:
    if table.name in _WIDER:
        equivalence = "wider"
    elif code.code == member.value and _is_ours(code):
        equivalence = "equal"
    else:
        equivalence = "equivalent"
    return {"code": code.code, "display": code.display, "equivalence": equivalence}
