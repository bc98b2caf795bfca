from hypothesis import given

from service.fhir.validation import problems
from service.mapping import provenance as module
from service.mapping.extensions import PLAN_REVISION
from tests.builders import PSYCHIATRIST, THERAPIST, a_phase
from tests.strategies import treatment
from tests.unit.mapping.laws import NEW, PLACED, generated, pool

PHASES = generated(treatment.phases, pool("phases"), pool("scores"))


@given(PHASES)
def test_a_provenance_is_valid_r4_and_the_same_every_time(phases):
    for phase in phases:
        resource = module.to_fhir(phase, NEW, revision=7)
        assert problems(resource) == ()
        assert module.to_fhir(phase, NEW, revision=7) == resource


def test_a_provenance_says_who_decided_when_and_why():
    resource = module.to_fhir(a_phase(), PLACED, revision=7)
    assert resource["target"] == [PLACED.to("Observation", a_phase().id)]
    assert [agent["who"] for agent in resource["agent"]] == PLACED.all(
        "Practitioner", (PSYCHIATRIST.id, THERAPIST.id)
    )
    assert resource["recorded"] == "2024-03-04T07:00:00Z"
    assert resource["reason"] == [{"text": a_phase().reason}]
    assert PLAN_REVISION.within(resource["extension"]) == 7


def test_without_a_revision_it_names_none():
    assert "extension" not in module.to_fhir(a_phase(), PLACED)


def test_laid_over_what_a_server_added_theirs_stays():
    assembler = {"who": {"reference": "Device/3"}}
    signature = [{"who": {"reference": "Device/3"}}]
    reason = {"coding": [{"system": "http://example.com/codes", "code": "theirs"}]}
    chart = module.to_fhir(a_phase(), PLACED, revision=7) | {"signature": signature}
    chart["agent"].append(assembler)
    chart["reason"].append(reason)
    laid = module.to_fhir(a_phase(decided_by=(THERAPIST.id,), reason="Better"), PLACED, onto=chart)
    assert laid["signature"] == signature
    assert [agent["who"] for agent in laid["agent"]] == [
        PLACED.to("Practitioner", THERAPIST.id),
        assembler["who"],
    ]
    assert laid["reason"] == [{"text": "Better"}, reason]
    assert "extension" not in laid


def test_the_id_of_a_phase_is_its_own_and_never_changes():
    assert module.client_id("phase") == module.client_id("phase")
    assert module.client_id("x" * 64) != module.client_id("phase")
    assert len(module.client_id("x" * 64)) == 36
