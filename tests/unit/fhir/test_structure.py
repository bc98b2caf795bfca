import pytest

from service.fhir.structure import structural_problems

CODE = {"text": "x"}

BROKEN = {
    "no type": ({}, ["", "R4 has no such resource type"]),
    "unheard type": ({"resourceType": "Nobody"}, ["Nobody", "R4 has no such resource type"]),
    "unheard contained type": (
        {"resourceType": "Basic", "code": CODE, "contained": [{"resourceType": "Nobody"}]},
        ["Basic.contained[0]", "R4 has no such resource type"],
    ),
    "contained without a type": (
        {"resourceType": "Basic", "code": CODE, "contained": [{"id": "x"}]},
        ["Basic.contained[0]", "R4 has no such resource type"],
    ),
    "missing element": ({"resourceType": "Basic"}, ["Basic.code", "a required element is missing"]),
    "missing primitive": (
        {"resourceType": "Goal", "description": CODE, "subject": {"display": "x"}},
        ["Goal.lifecycleStatus", "a required element is missing"],
    ),
    "unknown element": (
        {"resourceType": "Basic", "code": {"text": "x", "taste": "sweet"}},
        ["Basic.code.taste", "R4 has no such element here"],
    ),
    "a field name of the models": (
        {"resourceType": "Task", "status": "draft", "intent": "plan", "for_fhir": {"display": "x"}},
        ["Task.for_fhir", "R4 has no such element here"],
    ),
    "a resource type inside a datatype": (
        {"resourceType": "Basic", "code": {"text": "x", "resourceType": "Nobody"}},
        ["Basic.code.resourceType", "R4 has no such element here"],
    ),
    "a list for one": (
        {"resourceType": "Basic", "code": [CODE]},
        ["Basic.code", "this element is not a list"],
    ),
    "one for a list": (
        {"resourceType": "Basic", "code": CODE, "identifier": {"value": "x"}},
        ["Basic.identifier", "this element is a list"],
    ),
    "text for true": (
        {"resourceType": "Patient", "active": "true"},
        ["Patient.active", "the JSON value is not of this element's type"],
    ),
    "text for a number": (
        {"resourceType": "Basic", "code": CODE, "extension": [{"url": "x", "valueDecimal": "1.5"}]},
        ["Basic.extension[0].valueDecimal", "the JSON value is not of this element's type"],
    ),
    "true for a number": (
        {"resourceType": "Basic", "code": CODE, "extension": [{"url": "x", "valueInteger": True}]},
        ["Basic.extension[0].valueInteger", "the JSON value is not of this element's type"],
    ),
    "JSON in a text": (
        {"resourceType": "Basic", "code": CODE, "meta": "{}"},
        ["Basic.meta", "the JSON value is not of this element's type"],
    ),
    "null among objects": (
        {"resourceType": "Basic", "code": CODE, "identifier": [{"value": "x"}, None]},
        ["Basic.identifier[1]", "the JSON value is not of this element's type"],
    ),
    "a date that is none": (
        {"resourceType": "Patient", "birthDate": "1.2.1990"},
        ["Patient.birthDate", "the value is not written as its type demands"],
    ),
    "an instant without a zone": (
        {
            "resourceType": "Basic",
            "code": CODE,
            "extension": [{"url": "x", "valueInstant": "2026-01-01T10:00:00"}],
        },
        ["Basic.extension[0].valueInstant", "the value is not written as its type demands"],
    ),
    "two of a choice": (
        {
            "resourceType": "Basic",
            "code": CODE,
            "extension": [{"url": "x", "valueCode": "a", "valueString": "b"}],
        },
        ["Basic.extension[0]", "one of a choice of types must be given, and only one"],
    ),
    "two of a choice at the top": (
        {"resourceType": "Patient", "deceasedBoolean": True, "deceasedDateTime": "2026"},
        ["Patient", "one of a choice of types must be given, and only one"],
    ),
}


@pytest.mark.parametrize(("resource", "found"), BROKEN.values(), ids=BROKEN)
def test_what_r4_does_not_allow_is_found_once_and_where_it_is(resource, found):
    (problem,) = structural_problems(resource)
    assert [problem.path, problem.message] == found
    assert problem.rule == "structure"


EMPTY = {
    "text": ({"text": ""}, "Basic.code.text"),
    "list": ({"text": "x", "coding": []}, "Basic.code.coding"),
    "object": ({"text": "x", "_text": {}}, "Basic.code.text"),
    "null": ({"text": "x", "id": None}, "Basic.code.id"),
}


@pytest.mark.parametrize(("code", "path"), EMPTY.values(), ids=EMPTY)
def test_what_is_empty_is_found(code, path):
    (problem,) = structural_problems({"resourceType": "Basic", "code": code})
    assert (problem.path, problem.rule) == (path, "ele-1")


def test_a_null_keeps_the_place_of_a_primitive_and_of_its_extension():
    name = {"given": [None, "A"], "_given": [{"extension": [{"url": "x", "valueCode": "unknown"}]}, None]}
    assert not list(structural_problems({"resourceType": "Patient", "name": [name]}))


def test_an_empty_item_is_found():
    problems = structural_problems(
        {"resourceType": "Basic", "code": CODE, "identifier": [{}, {"value": "x"}]}
    )
    assert [problem.path for problem in problems] == ["Basic.identifier[0]"]


def test_every_problem_of_one_resource_is_told():
    plan = {"resourceType": "CarePlan", "taste": "sweet", "period": {"start": "soon"}, "activity": "none"}
    assert {problem.path for problem in structural_problems(plan)} == {
        "CarePlan.taste",
        "CarePlan.period.start",
        "CarePlan.activity",
        "CarePlan.subject",
    }


def test_no_message_repeats_what_the_record_says():
    patient = {"resourceType": "Patient", "birthDate": "Jane Doe", "active": "Jane Doe", "Jane": [{}]}
    assert not [one for one in structural_problems(patient) if "Doe" in one.message + one.path]
