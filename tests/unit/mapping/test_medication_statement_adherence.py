from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.adherence import AdherenceSource, Taking
from service.domain.measure import RecordStatus
from service.domain.medication import Drug
from service.fhir.json import JsonObject
from service.mapping import medication_statement_adherence as module
from service.mapping.extensions import ADHERENCE_TOLD_BY, MEDICATION_TAKING
from tests.builders import a_drug, an_adherence_report, mg, sertraline, uid
from tests.strategies import observed
from tests.unit.mapping.laws import (
    ELSEWHERE,
    NEW,
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    Mapper,
    generated,
    is_sound,
    leaves,
    pool,
    restores,
    restores_over,
    sent,
)

IN_DETAIL = a_drug(form="tablet", strength=mg("50"))


def mapper(drug: Drug) -> Mapper:
    return Mapper(lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, drug=drug, onto=onto), module.absorb)


MAPPER = mapper(a_drug())
REPORTS = generated(observed.an_adherence_report, uid("adherence-0"), pool("medications"))
DRUGS = st.sampled_from([a_drug(), IN_DETAIL])
FULL = an_adherence_report(source=AdherenceSource.REFILL)


def written(value=FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


@given(REPORTS, REPORTS, DRUGS)
def test_a_report_comes_back_as_it_was_whatever_was_held(value, held, drug):
    restores(mapper(drug), value, held)


@given(REPORTS, REPORTS)
def test_a_report_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(REPORTS, DRUGS)
def test_a_report_is_valid_r4(value, drug):
    is_sound(mapper(drug), value)


def test_the_drug_is_that_of_the_order():
    assert written()["medicationCodeableConcept"]["text"] == sertraline().text
    detailed = mapper(IN_DETAIL).write(FULL, None, NEW)
    assert detailed["contained"][0]["form"] == {"text": "tablet"}
    assert mapper(a_drug()).write(FULL, detailed, NEW) == MAPPER.write(FULL, None, NEW)


@pytest.mark.parametrize(
    ("taking", "status", "code"),
    [
        (Taking.AS_AGREED, RecordStatus.FINAL, "active"),
        (Taking.PARTLY, RecordStatus.FINAL, "active"),
        (Taking.NOT_TAKEN, RecordStatus.FINAL, "not-taken"),
        (Taking.NOT_TAKEN, RecordStatus.ENTERED_IN_ERROR, "entered-in-error"),
    ],
)
def test_the_status_tells_readers_without_our_extensions_what_was_taken(taking, status, code):
    assert written(an_adherence_report(taking=taking, status=status))["status"] == code


def test_what_others_added_to_a_report_stays():
    theirs = {**written(), "status": "completed", "informationSource": ELSEWHERE, "note": [{"text": "x"}]}
    theirs["extension"].append({"url": "http://example.com/x", "valueBoolean": True})
    theirs["contained"] = [{"resourceType": "Organization", "id": "theirs"}]
    theirs["basedOn"].append({"reference": "MedicationRequest/theirs"})
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_a_report_takes_the_place_of_a_time_of_another_type():
    theirs = {**written(), "effectiveDateTime": "2024-03-04"}
    del theirs["effectivePeriod"]
    assert leaves(MAPPER, FULL, theirs) == ("MedicationStatement.effectiveDateTime",)
    assert MAPPER.write(FULL, theirs, PLACED) == written()


def test_who_told_it_is_never_guessed():
    told = an_adherence_report()
    resource = written(told)
    resource["extension"] = MEDICATION_TAKING.holding(MEDICATION_TAKING.within(resource["extension"]))
    assert MAPPER.absorb(None, resource, PLACED).value == told
    resource["informationSource"] = ELSEWHERE
    assert leaves(MAPPER, FULL, resource) == ("MedicationStatement.informationSource",)


@pytest.mark.parametrize(("code", "taking"), [("not-taken", Taking.MOSTLY), ("active", Taking.NOT_TAKEN)])
def test_a_status_that_contradicts_the_report_changes_nothing(code, taking):
    held = replace(FULL, taking=taking)
    assert leaves(MAPPER, held, {**written(held), "status": code}) == ("MedicationStatement.status",)


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "status": "on-hold", "dateAsserted": "2024"}
    resource["extension"] = [
        *MEDICATION_TAKING.holding(NOTHING_OF_OURS),
        *ADHERENCE_TOLD_BY.holding(NOTHING_OF_OURS),
    ]
    resource["basedOn"].append(PLACED.to("MedicationRequest", uid("medications-1")))
    assert leaves(MAPPER, FULL, resource) == (
        "MedicationStatement.basedOn",
        "MedicationStatement.extension",
        "MedicationStatement.extension",
        "MedicationStatement.dateAsserted",
        "MedicationStatement.status",
    )


def test_a_report_is_told_from_other_statements():
    resource = written()
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "Procedure"})
    del resource["extension"]
    assert not module.stands_for(resource)
    assert MAPPER.absorb(None, resource, PLACED).value is None
