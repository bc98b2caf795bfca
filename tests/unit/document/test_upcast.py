import pytest

from service.document import SCHEMA_VERSION, person_from_document, plan_from_document
from service.document.upcast import PERSON_UPCASTS, PLAN_UPCASTS, upcast
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from tests.unit.document.example import person_document, plan_document


def _rename(document: JsonObject) -> JsonObject:
    renamed = dict(document)
    renamed["title"] = renamed.pop("name")
    return renamed


def _add_title(document: JsonObject) -> JsonObject:
    return document | {"name": "Plan of old"}


def test_a_plan_of_an_older_version_is_read_step_by_step() -> None:
    old = plan_document()
    del old["title"]
    steps = {SCHEMA_VERSION - 2: _add_title, SCHEMA_VERSION - 1: _rename}
    plan = plan_from_document(old, version=SCHEMA_VERSION - 2, upcasts=steps)
    assert plan.title == "Plan of old"
    assert "name" not in old


def test_a_person_of_an_older_version_is_read() -> None:
    old = person_document()
    old["surname"] = old.pop("family_name")

    def step(document: JsonObject) -> JsonObject:
        renamed = dict(document)
        renamed["family_name"] = renamed.pop("surname")
        return renamed

    person = person_from_document(old, version=SCHEMA_VERSION - 1, upcasts={SCHEMA_VERSION - 1: step})
    assert person.family_name == "Doe"


def test_a_document_of_a_newer_version_is_refused() -> None:
    with pytest.raises(Invalid, match="newer"):
        plan_from_document(plan_document(), version=SCHEMA_VERSION + 1)


def test_a_document_that_no_step_reads_is_refused() -> None:
    with pytest.raises(Invalid, match="older"):
        upcast({}, SCHEMA_VERSION - 1, {})


@pytest.mark.parametrize("steps", [PLAN_UPCASTS, PERSON_UPCASTS])
def test_every_version_since_the_first_has_a_step(steps: dict[int, object]) -> None:
    assert list(steps) == list(range(1, SCHEMA_VERSION))
