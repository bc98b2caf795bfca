"""Schemas say what the domain and its documents are: no more, no less."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from marshmallow import ValidationError

from service.api.schemas import ID, schema_of
from service.document import item_to_document, person_to_document, plan_to_document
from service.domain.concept import Quantity
from service.domain.condition import Condition
from service.domain.goal import Goal
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.values import Invalid
from service.sync.report import PushReport
from tests.builders import DIRECTORY, a_goal, a_plan, the_full_plan
from tests.strategies import plans


def complaints(kind: type, document: Any) -> Any:
    return schema_of(kind)().validate(document)


@given(plans())
def test_every_plan_is_as_its_schema_says(plan: Plan) -> None:
    assert complaints(Plan, plan_to_document(plan)) == {}


def test_the_full_plan_and_the_directory_are_as_their_schemas_say() -> None:
    assert complaints(Plan, plan_to_document(the_full_plan())) == {}
    assert [complaints(Person, person_to_document(one)) for one in DIRECTORY.values()] == [{}] * 5


def test_a_schema_has_the_fields_of_its_dataclass_in_their_order() -> None:
    assert list(schema_of(Plan)().fields) == [one.name for one in fields(Plan)]
    assert list(schema_of(Goal, without=frozenset({"due"}))().fields) == [
        one.name for one in fields(Goal) if one.name != "due"
    ]


def test_what_has_no_default_is_required_and_nothing_else() -> None:
    required = {name for name, one in schema_of(Goal)().fields.items() if one.required}
    assert required == {"id", "description", "status"}
    assert complaints(Goal, {"id": "a", "description": "b", "status": "active"}) == {}


def test_an_unknown_field_is_refused_at_every_depth() -> None:
    document = plan_to_document(a_plan(goals=(a_goal(),)))
    document["goals"][0]["colour"] = "red"
    assert list(complaints(Plan, document)["goals"][0]) == ["colour"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a b"),
        ("description", ""),
        ("description", "x" * 2001),
        ("status", "running"),
        ("start", "May"),
    ],
)
def test_what_the_domain_refuses_by_its_form_the_schema_refuses(field: str, value: str) -> None:
    assert list(complaints(Goal, item_to_document(a_goal()) | {field: value})) == [field]


@pytest.mark.parametrize("value", [50, 0.5, "12.50", Decimal("12.5")])
def test_a_decimal_is_a_number_or_a_text(value: object) -> None:
    assert complaints(Quantity, {"value": value, "unit": "mg"}) == {}


def test_a_default_is_told() -> None:
    assert schema_of(Condition)().fields["course"].load_default == "active"


@pytest.mark.parametrize("name", ["a", "A-b.9", "x" * 64, "", "a_b", "x" * 65, "a b", "ä"])
def test_the_pattern_of_ids_is_the_domains(name: str) -> None:
    try:
        a_goal(id=name)
        accepted = True
    except Invalid:
        accepted = False
    try:
        schema_of(Goal, without=frozenset({"description", "status"}))().load({"id": name})
        matched = True
    except ValidationError:
        matched = False
    assert matched is accepted
    assert ID.startswith("[A-Za-z0-9")


def test_what_the_use_cases_give_has_a_schema_too() -> None:
    assert {"plan_id", "standing", "items"} <= set(schema_of(PushReport)().fields)
