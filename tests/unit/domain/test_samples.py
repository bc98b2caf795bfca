"""The samples and the generated plans are what other tests take them for."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.domain.measure import RecordStatus
from service.domain.plan import LIST_GROUPS, Plan, items, people_named
from tests.builders import DIRECTORY, a_plan, the_full_plan, uid
from tests.strategies import FEW, PEOPLE, UNSHARED, directories, patients, people, plans

# (type, field): why some value of the full plan has to leave the field out; another one sets it.
LEFT_OUT = {
    ("TherapyCourse", "title"): "names a modality that is other",
    ("TherapyCourse", "skill_sets"): "belong to DBT only",
    ("TherapyCourse", "supports"): "a link that leads back is refused",
    ("DosageStep", "as_needed_for"): "needs as_needed",
    ("MedicationOrder", "replaces"): "the first of a chain replaces nothing",
    ("Phase", "end"): "the last phase is open",
    ("TeamMember", "person"): "the patient is the member without one",
    ("Participant", "person"): "the patient is the participant without one",
    ("RelapseStep", "person"): "the patient's own step",
    ("Appointment", "cancellation_reason"): "belongs to a cancelled appointment",
    ("Score", "value"): "or a reason why it is absent",
    ("Score", "absent_reason"): "or a value",
    ("Score", "recorded_by"): "the patient reported it",
    ("Flag", "end"): "is given exactly when the flag is inactive",
}
# Codes that the domain refuses in these fields: such a record is right or a mistake, never rewritten.
REWRITTEN = {RecordStatus.AMENDED, RecordStatus.CORRECTED}
REFUSED = {("PastTreatment", "status"): REWRITTEN, ("AdherenceReport", "status"): REWRITTEN}


def values_within(value: Any) -> Iterator[Any]:
    """The value and every value of the domain that can be reached from it."""
    if isinstance(value, tuple):
        yield from chain.from_iterable(values_within(one) for one in value)
    elif is_dataclass(value):
        yield value
        yield from chain.from_iterable(values_within(getattr(value, one.name)) for one in fields(value))


def types_within(kind: Any) -> Iterator[type]:
    """Every type of the domain that a field of `kind` can hold, at any depth."""
    if is_dataclass(kind):
        yield kind
        yield from chain.from_iterable(types_within(one.type) for one in fields(kind))
    else:
        yield from chain.from_iterable(types_within(inner) for inner in get_args(kind))


def test_the_full_plan_sets_every_field_of_every_type():
    unset: Counter[tuple[str, str]] = Counter()
    told = set()
    for value in values_within(the_full_plan()):
        for one in fields(value):
            place = (type(value).__name__, one.name)
            if getattr(value, one.name) in (None, ()):
                unset[place] += 1
            else:
                told.add(place)
    assert set(unset) == set(LEFT_OUT)
    assert told == {(kind.__name__, one.name) for kind in set(types_within(Plan)) for one in fields(kind)}


def test_the_directory_holds_everyone_whom_the_samples_name():
    for plan in (a_plan(), the_full_plan()):
        assert {person for _, person in people_named(plan)} <= set(DIRECTORY)


@FEW
@given(st.data())
def test_a_generated_directory_holds_everyone_whom_a_plan_names(data):
    plan = data.draw(plans())
    directory = data.draw(directories(plan))
    assert {person for _, person in people_named(plan)} == set(directory)
    assert all(person.id == key for key, person in directory.items())
    assert set(directory) <= {person.id for person in PEOPLE}


@FEW
@given(people(), patients())
def test_generated_people_keep_to_the_ids_of_the_pool(person, patient):
    assert person.id in DIRECTORY
    assert patient.id == uid("patient")


@FEW
@given(plans(), plans())
def test_plans_that_are_drawn_apart_share_one_pool_of_ids(one, other):
    assert (one.id, one.patient.id) == (other.id, other.patient.id)
    for group in LIST_GROUPS:
        pool = {uid(f"{group}-{n}") for n in range(3)}
        assert {item.id for plan in (one, other) for item in items(plan, group)} <= pool


@FEW
@given(plans())
def test_what_a_generated_entry_does_not_share_is_marked(plan):
    for entry in plan.journal:
        for text in (entry.insights, entry.side_effects):
            assert text is None or text.startswith(UNSHARED) is not entry.shared
    assert repr(plan).count(UNSHARED) == repr(plan.journal).count(UNSHARED)


def codes_of(one: Field[Any]) -> list[type[StrEnum]]:
    kinds = chain((one.type,), get_args(one.type))
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum)]


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, str], set[Any]]:
    """What each field of each type held over some hundreds of generated plans."""
    held: dict[tuple[str, str], set[Any]] = defaultdict(set)

    @settings(
        max_examples=600,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(plans())
    def look(plan: Plan) -> None:
        for value in values_within(plan):
            for one in fields(value):
                content = getattr(value, one.name)
                held[type(value).__name__, one.name] |= {
                    content,
                    *(content if isinstance(content, tuple) else ()),
                }

    look()
    return held


def test_generated_plans_reach_every_code(drawn):
    for kind in set(types_within(Plan)):
        for one in fields(kind):
            for codes in codes_of(one):
                place = (kind.__name__, one.name)
                missing = set(codes) - drawn[place] - REFUSED.get(place, set())
                assert not missing, f"{kind.__name__}.{one.name}: {missing}"


def test_generated_plans_set_and_leave_out_every_field_that_may_be_left_out(drawn):
    for kind in set(types_within(Plan)):
        for one in fields(kind):
            held = drawn[kind.__name__, one.name]
            if one.default is None:
                assert None in held, f"{kind.__name__}.{one.name} is always set"
            elif one.default == ():
                assert () in held, f"{kind.__name__}.{one.name} is always set"
            assert held - {None, ()}, f"{kind.__name__}.{one.name} is never set"
