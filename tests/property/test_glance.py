"""The law of a glance: what it calls surely valid, the full judgement finds nothing in."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.glance import surely_valid
from service.fhir.glance_primitives import SURE_PRIMITIVES
from service.fhir.glance_rules import SURE_RULES
from service.fhir.invariant_table import INVARIANTS
from service.fhir.invariants import is_broken
from service.fhir.schema import Place, elements, walk
from service.fhir.validation import judged, problems
from service.mapping.graph import Subject, project
from service.mapping.references import Refs
from tests.builders import DIRECTORY, the_full_plan

BODIES = tuple(project(Subject(plan=the_full_plan(), people=DIRECTORY), Refs()).values())
DRUG = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "36437"}]}
ORDERS = tuple(
    {name: one for name, one in body.items() if name not in {"contained", "medicationReference"}}
    | {"medicationCodeableConcept": DRUG}
    for body in BODIES
    if "contained" in body
)
PLAIN = (*(body for body in BODIES if "contained" not in body), *ORDERS)

# What stands in records by mistake: empty, of another type, at the edge of what a pattern allows.
TEXTS = (
    *(
        "",
        " ",
        "\t",
        "x",
        "x y",
        "x  y",
        " x",
        "x\n",
        "Ö",
        "\u2003",
        "\u200b",
        "\x00",
        "\x85",
        "\ud800",
        "#p",
    ),
    *("2026", "2026-02", "2026-02-29", "2024-02-29", "0000-01-01", "0999-01-01", "2026-13-01", "20260101"),
    *("2026-01-01T10:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T10:00:60Z", "2026-01-01T10:00:00"),
    *("2026-01-01T10:00:00.1234567+14:30", "2026-01-01T10:00:00.5-13:59", "2026-01-01T10:00Z", "24:00:00"),
    *(
        "10:00:00",
        "10:00",
        "\u0661\u0660:00:00",
        "Patient/1",
        "Goal/1",
        "urn:uuid:x",
        "http://x.test/a b",
        "active",
    ),
)
NUMBERS = (0, 1, -1, 2**31 - 1, 2**31, -(2**31), 1.5, float("nan"), Decimal("1.50"), Decimal("1E+3"))
DECIMALS = (Decimal("NaN"), Decimal("-0"), Decimal("1E-400"), Decimal("Infinity"), True, False, None)
NESTED = ({}, [], [None], {"text": "x"}, {"value": 1, "code": "mg"}, {"reference": "#p"}, {"extension": []})
ODD = (*TEXTS, *NUMBERS, *DECIMALS, *NESTED)
KINDS = sorted({element.kind for element in elements("Extension").values()} & SURE_PRIMITIVES.keys())

odd = st.one_of(st.sampled_from(ODD), st.text(max_size=6), st.decimals(), st.dates().map(date.isoformat))


def holder(value, kind):
    (name,) = {one.name for one in elements("Extension").values() if one.choice and one.kind == kind}
    return {"resourceType": "Basic", "code": {"text": "x"}, "extension": [{"url": "x", name: value}]}


@st.composite
def spoiled(draw):
    """A resource of ours in which up to three members are changed, lost, named otherwise or put in a list."""
    body = deepcopy(draw(st.sampled_from(PLAIN)))
    for _ in range(draw(st.integers(1, 3))):
        objects = [place.value for place in walk(body) if isinstance(place.value, dict) and place.value]
        one = draw(st.sampled_from(objects))
        name = draw(st.sampled_from(sorted(one)))
        match draw(st.sampled_from(("change", "lose", "rename", "wrap", "add", "copy"))):
            case "change":
                one[name] = draw(odd)
            case "lose":
                del one[name]
            case "rename":
                one[f"_{name}"] = one.pop(name)
            case "wrap":
                one[name] = [one[name]]
            case "copy":
                other = draw(st.sampled_from(objects))
                one[name] = deepcopy(other[draw(st.sampled_from(sorted(other)))])
            case _:
                names = [*elements(kind_of(body, one)), "resourceType", "bogus"]
                one[draw(st.sampled_from(names))] = draw(odd)
    return body


def kind_of(body, sought):
    return next((place.kind for place in walk(body) if place.value is sought), "Extension")


# One of each: what a member may be changed to where its type allows something else than what is there.
OTHERS = (
    *("", "x y", "2026-02-30", 1, -1, True, None, {}, [], {"text": "x"}),
    *({"reference": f"{kind}/1"} for kind in ("Goal", "Patient", "Group", "Location", "CarePlan")),
    *({"reference": "#p"}, {"reference": "Patient/1", "type": "Goal"}, {"value": 1, "code": "mg"}),
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "bogus"}]},
    {"coding": [{"system": "http://x.test", "code": "active"}]},
)


def spoilings():
    """Every member of every type that we write: lost, wrapped, named otherwise, changed, or added."""
    seen = set()
    for body in PLAIN:
        for number, place in enumerate(walk(body)):
            if not isinstance(place.value, dict):
                continue
            for name in {*place.value, *elements(place.kind)}:
                if (place.kind, name, name in place.value) not in seen:
                    seen.add((place.kind, name, name in place.value))
                    yield from changed(body, number, name)


def changed(body, number, name):
    (held,) = [place.value for at, place in enumerate(walk(body)) if at == number]
    before, missing = dict(held), object()
    value = held.get(name, missing)
    lost = {other: one for other, one in before.items() if other != name}
    renamed = {} if value is missing else {f"_{name}": value}
    for members in (
        lost,
        lost | renamed,
        lost | {f"_{name}": {"extension": [{"url": "x", "valueString": "y"}]}},
        *(lost | {name: other} for other in ([], [value], *OTHERS, *([one] for one in OTHERS))),
    ):
        if missing not in members.values() and [missing] not in members.values():
            held.clear()
            held.update(members)
            yield body
    held.clear()
    held.update(before)


def test_what_a_glance_calls_valid_is_valid_with_any_one_member_spoiled():
    sure = [judged(body) for body in spoilings() if surely_valid(body)]
    assert len(sure) > len(PLAIN)
    assert set(sure) == {()}


@given(spoiled())
def test_what_a_glance_calls_valid_is_valid(body):
    if surely_valid(body):
        assert judged(body) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_primitive_that_is_surely_written_well_is(kind):
    for value in ODD:
        if SURE_PRIMITIVES[kind](value):
            assert judged(holder(value, kind)) == (), value


@given(st.sampled_from(KINDS), odd)
def test_any_primitive_that_is_surely_written_well_is(kind, value):
    if SURE_PRIMITIVES[kind](value):
        assert judged(holder(value, kind)) == ()


CONCEPT = {"coding": [{"system": "http://x.test", "code": "entered-in-error"}]}
SAMPLES = {
    "bool": (True, False),
    "CodeableConcept": (CONCEPT, {"text": "x"}),
    "Date": ("2026-01-01", "2026-01"),
    "DateTime": ("2026-01-01", "2025-12-31T23:00:00-05:00", "2026"),
    "Decimal": (0, Decimal("-0.5"), 2),
    "Instant": ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00+02:00"),
    "Integer": (0, 1),
    "PositiveInt": (1, 2),
    "UnsignedInt": (0, 3),
    "Quantity": ({"value": 1}, {"value": 2, "unit": "mg"}),
    "Reference": ({"reference": "Task/1"}, {"display": "x"}),
    "String": ("x", "#x", "#"),
}
RULES = [rule for rule in INVARIANTS if rule.id in SURE_RULES]


def objects(rule):
    """Objects of the rule's type in every mixture of what its expression names: absent, or of some values."""
    named = [
        one for one in elements(rule.kind).values() if (one.choice or one.name.strip("_")) in rule.expression
    ]
    once = {(one.choice, one.kind if one.kind == "Quantity" else ""): one for one in named if one.choice}
    picked = [*once.values(), *(one for one in named if not one.choice and one.name[0] != "_")]
    samples = [SAMPLES.get(one.kind, one.codes[:2] or ({"text": "x"},)) for one in picked]
    mixtures = product(*((None, *found) for found in samples))
    for values in mixtures:
        given = zip(picked, values, strict=True)
        yield {one.name: [value] if one.many else value for one, value in given if value is not None}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_that_surely_holds_does(rule):
    sure = [one for one in objects(rule) if one and SURE_RULES[rule.id](one)]
    assert sure
    for one in sure:
        place = Place(path="", kind=rule.kind, value=one, element=None, resource=one, root=one)
        assert not is_broken(rule, place), one


def test_every_rule_at_a_glance_is_one_of_r4():
    assert {rule.id for rule in RULES} == SURE_RULES.keys()


def test_what_we_write_is_recognised_but_for_what_contains_another():
    assert [body["resourceType"] for body in PLAIN if not surely_valid(body)] == []
    assert not any(surely_valid(body) for body in BODIES if "contained" in body)


def test_a_glance_changes_nothing_of_what_is_found():
    for body in BODIES:
        broken = {**body, "status": "bogus", "unknown": {}}
        assert problems(broken) == judged(broken) != ()
