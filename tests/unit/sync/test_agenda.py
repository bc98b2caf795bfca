"""How items are addressed in the course of a push."""

import pytest

from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.agenda import remote_of
from tests.builders import DIRECTORY, PSYCHIATRIST, THERAPIST, a_check_in, a_plan, uid
from tests.unit.sync.bench import SYSTEM, an_agenda, an_entry

ONE, OTHER = Key("Condition", uid("conditions-0")), Key("Condition", uid("conditions-1"))
ORDER = Key("MedicationRequest", uid("medications-0"))


def test_two_items_that_one_resource_stands_for_are_both_addressed_by_it():
    refs = an_agenda(None, an_entry(ONE, "7"), an_entry(OTHER, "7")).refs()
    assert refs.to("Condition", ONE.item) == refs.to("Condition", OTHER.item) == {"reference": "Condition/7"}
    assert refs.item({"reference": "Condition/7"}) in {ONE.item, OTHER.item}


def test_what_has_no_address_is_named_by_its_urn_and_known_by_it():
    refs = an_agenda(None, an_entry(ONE)).refs()
    assert refs.to("Condition", ONE.item) == {"reference": ONE.urn}
    assert refs.item({"reference": ONE.urn}) == ONE.item
    assert refs.system == SYSTEM


def test_the_order_of_the_chart_stands_for_ours_and_ours_is_still_known():
    agenda = an_agenda(None, an_entry(ORDER, "ours"), chart_orders={ORDER.item: "MedicationRequest/theirs"})
    assert agenda.address(ORDER) == "MedicationRequest/theirs"
    refs = agenda.refs()
    assert refs.to(*_parts(ORDER)) == {"reference": "MedicationRequest/theirs"}
    for reference in ("MedicationRequest/theirs", "MedicationRequest/ours"):
        assert refs.item({"reference": reference}, "MedicationRequest") == ORDER.item


def _parts(key: Key) -> tuple[str, str]:
    return key.type, key.item


@pytest.mark.parametrize(("state", "theirs"), [(LinkState.PULL_ONLY, True), (LinkState.IN_SYNC, False)])
def test_only_what_was_matched_is_the_clinics_own(state, theirs):
    assert an_agenda(None, an_entry(ONE, "7", state=state)).matched(ONE) is theirs
    assert an_agenda().matched(ONE) is False


def test_a_new_entry_belongs_to_the_patient_unless_it_is_about_staff():
    agenda = an_agenda()
    assert agenda.entry(ONE).patient_id == agenda.plan.patient.id
    assert agenda.entry(Key("Practitioner", PSYCHIATRIST.id)).patient_id is None
    assert remote_of(agenda.entry(ONE)) is None
    assert remote_of(None) is None


def test_everyone_whom_the_plan_names_is_a_clinician_of_it_once():
    agenda = an_agenda(a_plan(check_ins=a_check_in(owner=PSYCHIATRIST.id)))
    wanted = sorted([PSYCHIATRIST.id, THERAPIST.id])
    assert agenda.clinicians == tuple(DIRECTORY[one] for one in wanted)
    assert agenda.patient == Key("Patient", agenda.plan.patient.id)
