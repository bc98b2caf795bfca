"""Laws of a push, for generated plans and charts of several shapes."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.domain.concept import Identifier
from service.domain.goal import GoalStatus
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.therapy import RequestStatus
from service.fhir.subjects import patients_of
from service.mapping.absorption import Entry, absorb
from service.mapping.graph import Subject, keys_of
from service.mapping.references import Refs
from service.sandbox.shape import Shape
from service.sync.report import Done, Standing
from tests.builders import STAFF
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, counted, named, ours
from tests.strategies import FEW, UNSHARED, directories, in_chart, plans, texts

# Each example is several pushes against a server.
PUSHES = settings(FEW, max_examples=max(10, FEW.max_examples // 3))
SHAPES = st.sampled_from(
    [
        Shape(),
        Shape(validates=True),
        WITHOUT_TRANSACTIONS,
        Shape(transaction=False, conditional_create=False),
        Shape(transaction=False, conditional_create=False, update_create=False),
    ]
)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    plan = draw(plans())
    return Subject(plan=plan, people=told_apart(draw(directories(plan))))


def told_apart(people: Mapping[str, Person]) -> Mapping[str, Person]:
    """Two people with one identifier are rightly a doubt once one of them is in the chart."""
    badges = {one: (Identifier(system=STAFF, value=one),) for one in people}
    return {one: replace(person, identifiers=badges[one]) for one, person in people.items()}


def a_clinic(subject: Subject, shape: Shape | None = None) -> Clinic:
    return Clinic(subject.plan, people=subject.people, shape=shape)


def carried(plan: Plan) -> Plan:
    """What a chart may hold of a plan: all but what the patient did not share, and whom alerts reach."""
    return replace(plan, journal=tuple(entry for entry in plan.journal if entry.shared), safety=None)


def in_the_plans_order(clinic: Clinic, subject: Subject) -> list[Entry]:
    """The resources of a chart; those that carry no identifier of ours are read from no plan."""
    held = {(one["resourceType"], item): one for one in clinic.all() for item in ours(one)}
    ordered = [held[key.type, key.item] for key in keys_of(subject) if (key.type, key.item) in held]
    return [Entry(address=f"{one['resourceType']}/{one['id']}", resource=one) for one in ordered]


@PUSHES
@given(subjects(), SHAPES)
def test_a_push_leaves_nothing_open_and_a_second_one_writes_nothing(subject, shape):
    clinic = a_clinic(subject, shape)
    report = clinic.push()
    assert attention(report) == {}
    assert report.standing is Standing.IN_STEP
    assert set(counted(report)) <= {Done.CREATED, Done.MATCHED, Done.WITHHELD}
    again = clinic.push()
    assert clinic.writes == []
    assert attention(again) == {}


@PUSHES
@given(subjects())
def test_what_was_pushed_reads_back_as_the_plan_that_was_meant(subject):
    clinic = a_clinic(subject)
    clinic.push()
    reunion = absorb(None, in_the_plans_order(clinic, subject), Refs(system=clinic.system))
    assert reunion.issues == ()
    assert reunion.plan == carried(subject.plan)
    assert reunion.people == in_chart(subject.plan, subject.people)


@PUSHES
@given(subjects())
def test_the_chart_speaks_of_one_patient_and_of_nothing_that_was_not_shared(subject):
    clinic = a_clinic(subject)
    clinic.push()
    about = {patient for one in clinic.all() for patient in patients_of(one)}
    assert len(about) == 1
    assert UNSHARED not in repr([version.body for version in clinic.store.history()])


@PUSHES
@given(subjects(), texts(), SHAPES)
def test_pushing_the_next_revision_leaves_the_chart_that_pushing_it_first_would_leave(subject, text, shape):
    """Single updates and a whole new graph end in the same place."""
    plan = subject.plan
    assume(plan.status is not RequestStatus.ENTERED_IN_ERROR)  # what was entered in error stays as it is
    goals = tuple(
        goal if goal.status is GoalStatus.ENTERED_IN_ERROR else replace(goal, description=text)
        for goal in plan.goals
    )
    revised = replace(plan, title=text, goals=goals)
    clinic, fresh = a_clinic(subject, shape), a_clinic(Subject(plan=revised, people=subject.people), shape)
    clinic.push()
    assert attention(clinic.push(revised)) == {}
    assert attention(fresh.push()) == {}
    assert named(clinic.all()) == named(fresh.all())


@PUSHES
@given(subjects(), st.integers(min_value=0, max_value=30))
def test_wherever_an_answer_gets_lost_nothing_is_made_twice(subject, nth):
    clinic = a_clinic(subject, WITHOUT_TRANSACTIONS)
    writes = iter(range(10_000))
    clinic.lose = lambda request: request.method in {"POST", "PUT"} and next(writes) == nth
    clinic.push()
    clinic.lose = lambda _: False
    assert attention(clinic.push()) == {}
    reference = a_clinic(subject)
    reference.push()
    assert named(clinic.all()) == named(reference.all())
    assert clinic.push().writes == 0
