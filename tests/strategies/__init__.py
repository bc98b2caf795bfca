"""Generated plans: valid by construction, odd in every way that the domain allows.

Ids come from a small pool, `uid("<group>-<n>")` for n in 0 to 2, so two plans drawn apart share many of their
ids and differ in what stands behind them. Texts of a journal entry that is not shared begin with `UNSHARED`.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from service.domain.concept import Identifier
from service.domain.people import AdministrativeGender, Patient, Person
from service.domain.plan import LIST_GROUPS, Plan, items, people_in_chart, people_named
from service.domain.therapy import RequestStatus
from tests.builders import MRN, NPI, STAFF, uid
from tests.strategies import meetings, observed, safety, treatment
from tests.strategies.basics import (
    DAY,
    FEW,
    PEOPLE,
    PERSON,
    ROLE,
    TEXT,
    UNSHARED,
    YES_OR_NO,
    Draw,
    maybe,
    one_of,
    period,
    subsets,
)

__all__ = ("FEW", "PEOPLE", "TEXT", "UNSHARED", "directories", "patients", "people", "plans", "texts")

_GIVEN = st.lists(TEXT, max_size=2).map(tuple)
_GENDER = one_of(AdministrativeGender)
_NUMBERS = one_of(
    subsets([Identifier(system=MRN, value="MRN-1"), Identifier(system=STAFF, value="0 0/7")])[1:]
)
_BADGES = one_of(
    subsets([Identifier(system=NPI, value="1234567893"), Identifier(system=STAFF, value="S-17")])
)


def texts() -> st.SearchStrategy[str]:
    """Texts that the domain accepts: stripped, not empty, up to 60 characters, from many scripts."""
    return TEXT


@st.composite
def patients(draw: Draw, patient_id: str = uid("patient")) -> Patient:
    """A patient with a fixed id and an identifier that an EHR may know."""
    return Patient(
        id=patient_id,
        identifiers=draw(_NUMBERS),
        family_name=draw(TEXT),
        given_names=draw(_GIVEN),
        birth_date=draw(DAY),
        gender=draw(_GENDER),
    )


@st.composite
def people(draw: Draw, person_id: str | None = None) -> Person:
    """A clinician; the id is one of those of PEOPLE unless it is given."""
    return Person(
        id=person_id or draw(PERSON),
        family_name=draw(TEXT),
        given_names=draw(_GIVEN),
        identifiers=draw(_BADGES),
        profession=draw(ROLE),
        organization=draw(maybe(TEXT)),
        active=draw(YES_OR_NO),
    )


def directories(plan: Plan) -> st.SearchStrategy[Mapping[str, Person]]:
    """Directories by id that hold generated people for everyone whom a plan names."""
    named = sorted({one for _, one in people_named(plan)})
    return st.fixed_dictionaries({one: people(one) for one in named})


def in_chart(plan: Plan, people: Mapping[str, Person]) -> Mapping[str, Person]:
    """Those of the people whom a chart of the plan names: all but those whom only alerts reach."""
    named = {one for _, one in people_in_chart(plan)}
    return {one: person for one, person in people.items() if one in named}


# Every order of every choice of the three ids, none and one most often; shrinks towards none.
_SIZES = (*[0] * 12, *[1] * 4, 2, 3)
_POOL = tuple(one for size in _SIZES for one in permutations(range(3), size))
_CHOICE = one_of(_POOL)
_TEAM_CHOICE = one_of([one for one in _POOL if one])
_STATUS = one_of(RequestStatus)


def _ids(draw: Draw) -> dict[str, tuple[str, ...]]:
    chosen = {group: draw(_TEAM_CHOICE if group == "care_team" else _CHOICE) for group in LIST_GROUPS}
    if not chosen["medications"]:
        chosen["side_effects"] = chosen["adherence"] = ()
    chosen["check_ins"] = (0,) if draw(YES_OR_NO) else ()
    return {group: tuple(uid(f"{group}-{n}") for n in numbers) for group, numbers in chosen.items()}


def _ids_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    lists = {group: tuple(one.id for one in items(plan, group)) for group in LIST_GROUPS}
    return lists | {"check_ins": () if plan.check_ins is None else (plan.check_ins.id,)}


def _each(draw: Draw, make: Callable[..., Any], ids: Sequence[str], *named: Sequence[str]) -> tuple[Any, ...]:
    return tuple(make(draw, one, *named) for one in ids)


def _treatment(draw: Draw, ids: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    problems, therapies = ids["conditions"], ids["therapies"]
    orders = treatment.medications(draw, ids["medications"], problems, therapies)
    courses = _each(draw, treatment.a_therapy, therapies, problems)
    return {
        "conditions": _each(draw, treatment.a_condition, problems),
        "goals": _each(draw, treatment.a_goal, ids["goals"], problems),
        "therapies": treatment.linked(draw, courses, orders),
        "medications": orders,
        "phases": treatment.phases(draw, ids["phases"], ids["scores"]),
    }


def _meetings(draw: Draw, ids: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    booked, therapies = ids["appointments"], ids["therapies"]
    return {
        "care_team": meetings.care_team(draw, ids["care_team"]),
        "check_ins": next(iter(_each(draw, meetings.a_check_in, ids["check_ins"])), None),
        "appointments": _each(draw, meetings.an_appointment, booked, therapies),
        "sessions": _each(draw, meetings.a_session, ids["sessions"], booked, therapies),
        "notes": _each(draw, meetings.a_note, ids["notes"]),
        "tasks": _each(draw, meetings.a_task, ids["tasks"]),
        "flags": _each(draw, meetings.a_flag, ids["flags"]),
    }


def _observed(draw: Draw, ids: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    orders = ids["medications"]
    return {
        "scores": _each(draw, observed.a_score, ids["scores"]),
        "journal": _each(draw, observed.a_journal_entry, ids["journal"], ids["warning_signs"]),
        "side_effects": _each(draw, observed.a_side_effect, ids["side_effects"], orders),
        "adherence": _each(draw, observed.an_adherence_report, ids["adherence"], orders),
        "warning_signs": _each(draw, observed.a_warning_sign, ids["warning_signs"]),
        "relapse_steps": _each(draw, observed.a_relapse_step, ids["relapse_steps"]),
        "preferences": _each(draw, observed.a_preference, ids["preferences"]),
        "personal_factors": _each(draw, observed.a_personal_factor, ids["personal_factors"]),
        "history": _each(draw, observed.a_past_treatment, ids["history"]),
    }


@st.composite
def plans(
    draw: Draw, plan_id: str = uid("plan"), patient_id: str = uid("patient"), *, like: Plan | None = None
) -> Plan:
    """A plan of 0 to 3 items in each group; ids come from the pool, so that plans overlap.

    A plan `like` another has items of the same ids, and other values in all of them.
    """
    ids = _ids(draw) if like is None else _ids_of(like)
    status = draw(_STATUS)
    # As a plan is kept: nobody makes one active without them.
    reached = status is RequestStatus.ACTIVE or draw(YES_OR_NO)
    return Plan(
        id=plan_id,
        title=draw(TEXT),
        status=status,
        patient=draw(patients(patient_id)),
        author=draw(PERSON),
        created=draw(DAY),
        period=period(draw),
        **_treatment(draw, ids),
        **_meetings(draw, ids),
        **_observed(draw, ids),
        safety=safety.contacts(draw) if reached else None,
    )
