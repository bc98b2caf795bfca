"""What each item refuses, as tables: the sample, the change, the field that is named, the reason."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.domain.adherence import Taking
from service.domain.appointment import AppointmentStatus
from service.domain.concept import ALWAYS, Coding, Concept, Identifier, Period, Quantity
from service.domain.condition import Course, Verification
from service.domain.coordination import FlagStatus
from service.domain.measure import AbsentReason, ItemAnswer, Measure, RecordStatus
from service.domain.medication import DayPart, DosePeriodUnit, DoseTiming, OrderStatus, StatusReason
from service.domain.people import Role
from service.domain.therapy import Modality, Rhythm, SkillSet
from tests.builders import (
    MRN,
    PSYCHIATRIST,
    SNOMED,
    a_check_in,
    a_condition,
    a_dosage_step,
    a_flag,
    a_goal,
    a_journal_entry,
    a_medication,
    a_note,
    a_participant,
    a_past_treatment,
    a_patient,
    a_person,
    a_phase,
    a_relapse_step,
    a_reserve,
    a_score,
    a_session,
    a_side_effect,
    a_target,
    a_task,
    a_team_member,
    a_therapy,
    a_warning_sign,
    an_adherence_report,
    an_appointment,
    day,
    mg,
    moment,
    the_patient_in_the_team,
    uid,
)
from tests.refusals import refusals

Row = tuple[Callable[..., object], dict[str, Any], str, str]

BACKWARDS = {"start": day(1), "end": day(0)}
TWICE = (uid("x"), uid("x"))
HOLDS_NO_TIME = {"start": None, "end": None}

CODES: list[Row] = [
    (Coding, {"system": "snomed", "code": "1"}, "system", "absolute URI"),
    (Coding, {"system": "urn:oid: 1", "code": "1"}, "system", "absolute URI"),
    (Coding, {"system": "http://hl7.org/fhir/ValueSet/goal-status", "code": "1"}, "system", "ValueSet"),
    (Coding, {"system": SNOMED, "code": "83  2007"}, "code", "single spaces"),
    (Coding, {"system": SNOMED, "code": "83\n2007"}, "code", "single spaces"),
    (Concept, {}, "text", "needed when there is no code"),
    (Concept, {"codings": (Coding(system=SNOMED, code="1"),) * 2}, "codings[1]", "twice"),
    (Identifier, {"system": "mrn", "value": "1"}, "system", "absolute URI"),
    (Identifier, {"system": "urn:oid: 1", "value": "1"}, "system", "absolute URI"),
    (Period, BACKWARDS, "end", "before its start"),
    (Quantity, {"value": Decimal(0), "unit": "mg"}, "value", "more than zero"),
    (Quantity, {"value": Decimal("NaN"), "unit": "mg"}, "value", "more than zero"),
    (Quantity, {"value": Decimal("Infinity"), "unit": "mg"}, "value", "more than zero"),
    (Quantity, {"value": Decimal("1.234567890123"), "unit": "mg"}, "value", "12 digits"),
    (Quantity, {"value": Decimal("1." + "0" * 40 + "1"), "unit": "mg"}, "value", "12 digits"),
    (Quantity, {"value": Decimal("1E+400"), "unit": "mg"}, "value", "12 digits"),
    (Quantity, {"value": Decimal("1E-400"), "unit": "mg"}, "value", "12 digits"),
    (Quantity, {"value": Decimal(1), "unit": "m g"}, "unit", "UCUM"),
]

PEOPLE: list[Row] = [
    (a_patient, {"identifiers": ()}, "identifiers", "at least one"),
    (a_patient, {"identifiers": (Identifier(system=MRN, value="1"),) * 2}, "identifiers[1]", "twice"),
    (a_patient, {"given_names": ("Maja", "")}, "given_names[1]", "empty"),
    (a_person, {"profession": Role.PATIENT}, "profession", "a clinician's"),
    (a_person, {"identifiers": (Identifier(system=MRN, value="1"),) * 2}, "identifiers[1]", "twice"),
    (a_person, {"given_names": (" ",)}, "given_names[0]", "empty"),
    (a_team_member, {"person": None}, "person", "only for the patient"),
    (the_patient_in_the_team, {"person": PSYCHIATRIST.id}, "person", "only for the patient"),
    (a_team_member, {"since": day(1), "until": day(0)}, "until", "before its start"),
]

TREATMENT: list[Row] = [
    (a_condition, {"course": None}, "course", "con-5"),
    (a_condition, {"verification": Verification.ENTERED_IN_ERROR}, "course", "con-5"),
    (a_condition, {"abatement": day(1)}, "abatement", "con-4"),
    (
        a_condition,
        {"verification": Verification.ENTERED_IN_ERROR, "course": None, "abatement": day(1)},
        "abatement",
        "con-4",
    ),
    (a_condition, {"course": Course.RESOLVED, "abatement": day(-91)}, "abatement", "before its start"),
    (a_goal, {"due": day(-1)}, "due", "before its start"),
    (a_goal, {"addresses": TWICE}, "addresses[1]", "twice"),
    (a_target, {"value": Decimal(28)}, "value", "must be 0 to 27"),
    (a_target, {"value": Decimal(-1)}, "value", "must be 0 to 27"),
    (a_target, {"value": Decimal("NaN")}, "value", "must be a number"),
    (a_therapy, {"title": "Talking"}, "title", "exactly when the modality is other"),
    (a_therapy, {"modality": Modality.OTHER}, "title", "exactly when the modality is other"),
    (a_therapy, {"skill_sets": (SkillSet.MINDFULNESS,)}, "skill_sets", "DBT only"),
    (
        a_therapy,
        {"modality": Modality.DBT, "skill_sets": (SkillSet.MINDFULNESS,) * 2},
        "skill_sets[1]",
        "twice",
    ),
    (a_therapy, {"session_minutes": 4}, "session_minutes", "must be 5 to 480"),
    (a_therapy, {"sessions_planned": 0}, "sessions_planned", "must be 1 to 500"),
    (a_therapy, {"reasons": TWICE}, "reasons[1]", "twice"),
    (Rhythm, {"sessions": 0}, "sessions", "must be 1 to 31"),
    (Rhythm, {"sessions": 1, "every": 53}, "every", "must be 1 to 52"),
    (a_phase, BACKWARDS, "end", "before its start"),
    (a_phase, {"decided_by": ()}, "decided_by", "at least one person"),
    (a_phase, {"decided_by": TWICE}, "decided_by[1]", "twice"),
    (a_phase, {"evidence": TWICE}, "evidence[1]", "twice"),
]

MEDICATION: list[Row] = [
    (a_dosage_step, {"dose": mg("20001")}, "dose.value", "impossible: more than 20000 mg"),
    (a_dosage_step, {"dose": Quantity(value=Decimal(1), unit="mcg")}, "dose.unit", "must be one of mg"),
    (a_dosage_step, {"timing": None}, "timing", "needed unless"),
    (a_dosage_step, {"as_needed_for": "anxiety"}, "as_needed_for", "needs as_needed"),
    (
        a_reserve,
        {"max_per_day": Quantity(value=Decimal(1), unit="g")},
        "max_per_day.unit",
        "unit of the dose",
    ),
    (a_reserve, {"max_per_day": mg("24")}, "max_per_day.value", "less than one dose"),
    (a_dosage_step, BACKWARDS, "end", "before its start"),
    (DoseTiming, {"frequency": 0}, "frequency", "must be 1 to 24"),
    (DoseTiming, {"period": 53}, "period", "must be 1 to 52"),
    (DoseTiming, {"frequency": 2, "when": (DayPart.NOON,)}, "when", "one part of the day"),
    (DoseTiming, {"period": 2, "when": (DayPart.NOON,)}, "when", "one part of the day"),
    (DoseTiming, {"unit": DosePeriodUnit.WEEK, "when": (DayPart.NOON,)}, "when", "one part of the day"),
    (DoseTiming, {"frequency": 2, "when": (DayPart.NOON,) * 2}, "when[1]", "twice"),
    (a_medication, {"dosage": ()}, "dosage", "at least one step"),
    (a_medication, {"status": OrderStatus.ON_HOLD}, "status_reason", "on-hold"),
    (a_medication, {"status": OrderStatus.STOPPED}, "status_reason", "stopped"),
    (a_medication, {"status": OrderStatus.CANCELLED}, "status_reason", "cancelled"),
    (a_medication, {"status_note": "Half a response"}, "status_note", "needs a status_reason"),
    (a_medication, {"replaces": uid("medications-0")}, "replaces", "the order itself"),
    (a_medication, {"reasons": TWICE}, "reasons[1]", "twice"),
    (a_medication, {"supports": TWICE}, "supports[1]", "twice"),
    (a_medication, {"dosage": (a_dosage_step(), a_dosage_step())}, "dosage[1].start", "must lie after"),
    (
        a_medication,
        {"dosage": (a_dosage_step(end=day(7)), a_dosage_step(start=day(7)))},
        "dosage[1].start",
        "must lie after",
    ),
    (
        a_medication,
        {"dosage": (a_dosage_step(end=day(7)), a_dosage_step())},
        "dosage[1].start",
        "must lie after",
    ),
    (
        a_medication,
        {"dosage": (a_dosage_step(), a_reserve(), a_dosage_step())},
        "dosage[2].start",
        "must lie after",
    ),
]

MEETINGS: list[Row] = [
    (a_check_in, {"weeks_min": 0}, "weeks_min", "must be 1 to 52"),
    (a_check_in, {"weeks_max": 3}, "weeks_max", "must be 4 to 52"),
    (an_appointment, {"zone": "Berlin"}, "zone", "IANA"),
    (an_appointment, {"zone": "CET"}, "zone", "IANA"),
    (an_appointment, {"zone": ""}, "zone", "IANA"),
    (an_appointment, {"zone": "Europe"}, "zone", "IANA"),
    (an_appointment, {"zone": "../Europe/Berlin"}, "zone", "IANA"),
    (an_appointment, {"start": None}, "end", "app-2"),
    (an_appointment, {"end": None}, "end", "app-2"),
    (an_appointment, HOLDS_NO_TIME, "start", "app-3"),
    (an_appointment, {"end": moment(30, 14)}, "end", "not after the start"),
    (an_appointment, {"end": moment(30, 13)}, "end", "not after the start"),
    (an_appointment, {"start": moment(30, 14).replace(tzinfo=None)}, "start", "offset"),
    (an_appointment, {"requested": ALWAYS}, "requested", "neither"),
    (an_appointment, {"participants": ()}, "participants", "at least one"),
    (an_appointment, {"participants": (a_participant(),) * 2}, "participants[1]", "twice"),
    (an_appointment, {"cancellation_reason": "ill"}, "cancellation_reason", "cancelled"),
    (
        an_appointment,
        {"status": AppointmentStatus.NOSHOW, "cancellation_reason": "ill"},
        "cancellation_reason",
        "use comment for a no-show",
    ),
    (a_session, {"end": moment(7, 14)}, "end", "not after the start"),
    (a_session, {"end": moment(7, 15).replace(tzinfo=None)}, "end", "offset"),
    (a_session, {"attended_by": TWICE}, "attended_by[1]", "twice"),
    (a_note, {"recipients": TWICE}, "recipients[1]", "twice"),
    (a_task, {"due": day(19)}, "due", "before its start"),
    (a_flag, {"end": day(2)}, "end", "exactly when the flag is inactive"),
    (a_flag, {"status": FlagStatus.INACTIVE}, "end", "exactly when the flag is inactive"),
    (a_flag, {"status": FlagStatus.INACTIVE, "end": day(0)}, "end", "before its start"),
]

OBSERVED: list[Row] = [
    (a_score, {"value": 28}, "value", "must be 0 to 27"),
    (a_score, {"measure": Measure.C_SSRS, "value": 7}, "value", "must be 0 to 6"),
    (a_score, {"value": None}, "absent_reason", "obs-6"),
    (a_score, {"absent_reason": AbsentReason.UNKNOWN}, "absent_reason", "obs-6"),
    (a_score, {"items": (ItemAnswer(item=1, value=0), ItemAnswer(item=1, value=1))}, "items[1]", "twice"),
    (ItemAnswer, {"item": 0, "value": 0}, "item", "must be 1 to 99"),
    (ItemAnswer, {"item": 1, "value": -1}, "value", "must be 0 to 99"),
    (a_journal_entry, {"energy": 11}, "energy", "must be 0 to 10"),
    (a_journal_entry, {"mood": -1}, "mood", "must be 0 to 10"),
    (a_journal_entry, {"warning_signs": TWICE}, "warning_signs[1]", "twice"),
    (a_journal_entry, {"energy": None, "mood": None, "insights": None}, "mood", "says nothing"),
    (a_side_effect, {"until": day(1)}, "until", "before its start"),
    (an_adherence_report, {"end": day(-1)}, "end", "before its start"),
    (an_adherence_report, {"status": RecordStatus.AMENDED}, "status", "final or entered-in-error"),
    (a_past_treatment, {"status": RecordStatus.CORRECTED}, "status", "final or entered-in-error"),
    (a_warning_sign, {"until": day(9)}, "until", "before its start"),
    (a_relapse_step, {"until": day(9)}, "until", "before its start"),
]

REFUSED = [*CODES, *PEOPLE, *TREATMENT, *MEDICATION, *MEETINGS, *OBSERVED]


@pytest.mark.parametrize(("make", "changes", "field", "reason"), REFUSED)
def test_what_makes_no_sense_is_refused_by_field_and_reason(make, changes, field, reason):
    found = refusals(lambda: make(**changes))
    assert reason in found.get(field, "nothing"), found


ACCEPTED: list[tuple[Callable[..., object], dict[str, Any]]] = [
    (Quantity, {"value": Decimal("123456.789012"), "unit": "mg"}),
    (Quantity, {"value": Decimal("1000000000000.000"), "unit": "mg"}),
    (Quantity, {"value": Decimal("0.000000000001"), "unit": "mg"}),
    (a_condition, {"verification": Verification.ENTERED_IN_ERROR, "course": None, "abatement": None}),
    (a_condition, {"course": Course.REMISSION, "abatement": day(0)}),
    (a_condition, {"onset": None, "course": Course.RESOLVED, "abatement": day(0)}),
    (a_reserve, {"timing": None, "max_per_day": mg("25")}),
    (a_dosage_step, {"start": day(0), "end": day(0)}),
    (a_medication, {"dosage": (a_dosage_step(end=day(6)), a_dosage_step(start=day(7)))}),
    (a_medication, {"dosage": (a_dosage_step(), a_reserve(), a_reserve())}),
    (a_medication, {"status": OrderStatus.ON_HOLD, "status_reason": StatusReason.INTERACTION}),
    (an_appointment, {"status": AppointmentStatus.PROPOSED, **HOLDS_NO_TIME}),
    (an_appointment, {"status": AppointmentStatus.WAITLIST, **HOLDS_NO_TIME}),
    (an_appointment, {"status": AppointmentStatus.CANCELLED, "cancellation_reason": "ill", **HOLDS_NO_TIME}),
    (an_appointment, {"requested": Period(end=day(3))}),
    (an_appointment, {"zone": "UTC"}),
    (a_flag, {"status": FlagStatus.ENTERED_IN_ERROR}),
    (a_flag, {"status": FlagStatus.ENTERED_IN_ERROR, "end": day(2)}),
    (a_score, {"value": 0}),
    (a_score, {"value": None, "absent_reason": AbsentReason.NOT_PERFORMED}),
    (a_journal_entry, {"energy": None, "mood": None, "insights": None, "warning_signs": (uid("x"),)}),
    (a_journal_entry, {"energy": 0, "mood": None, "insights": None}),
    (an_adherence_report, {"status": RecordStatus.ENTERED_IN_ERROR, "taking": Taking.NOT_TAKEN}),
    (a_past_treatment, {"status": RecordStatus.ENTERED_IN_ERROR, "period": Period(end=date(2020, 1, 1))}),
]


@pytest.mark.parametrize(("make", "changes"), ACCEPTED)
def test_what_lies_on_the_edge_is_accepted(make, changes):
    made = make(**changes)
    assert {name: getattr(made, name) for name in changes} == changes


def test_an_entry_is_not_shared_unless_the_patient_says_so():
    assert a_journal_entry().shared is False
