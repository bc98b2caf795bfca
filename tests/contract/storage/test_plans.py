from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.document import SCHEMA_VERSION
from service.domain.concept import Identifier
from service.domain.plan import Plan
from service.domain.revision import Origin
from service.domain.therapy import RequestStatus
from service.domain.values import Invalid
from service.ports.storage import Page, PlanFilter, PlanSummary, Storage, Superseded, Taken, Unknown
from tests.builders import MRN, STAFF, a_patient, a_plan, the_full_plan
from tests.contract.storage.samples import a_revision, later
from tests.strategies import plans

EVERY = PlanFilter()


def keep(storage: Storage, *plans: Plan) -> None:
    with storage.begin() as work:
        for index, plan in enumerate(plans):
            work.plans.add(a_revision(plan, recorded_at=later(index)))
        work.commit()


def ids(page: Page[PlanSummary]) -> list[str]:
    return [one.id for one in page.items]


def test_a_plan_comes_back_as_it_was_kept(storage: Storage) -> None:
    revision = a_revision(the_full_plan())
    with storage.begin() as work:
        work.plans.add(revision)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.plans.head(revision.plan.id) == revision
        assert work.plans.patient_of(revision.plan.id) == revision.plan.patient.id


@settings(
    max_examples=settings().max_examples // 5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plan=plans())
def test_every_plan_comes_back_equal(storage: Storage, plan: Plan) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision(plan))
        assert work.plans.head(plan.id) == a_revision(plan)


def test_an_id_is_given_once(storage: Storage) -> None:
    keep(storage, a_plan())
    with storage.begin() as work, pytest.raises(Taken) as caught:
        work.plans.add(a_revision())
    assert (caught.value.kind, caught.value.name) == ("plan", a_plan().id)


def test_a_new_revision_becomes_the_head_and_the_old_one_stays(storage: Storage) -> None:
    keep(storage, a_plan())
    ehr = {"groups": ("title",), "origin": Origin.EHR, "recorded_at": later(5)}
    second = a_revision(a_plan(title="Second thoughts"), number=2, **ehr)
    with storage.begin() as work:
        work.plans.append(second, expected=1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.plans.head(a_plan().id) == second
        assert work.plans.revision(a_plan().id, 1) == a_revision()
        assert work.plans.revision(a_plan().id, 2) == second


def test_a_revision_on_an_older_head_is_superseded(storage: Storage) -> None:
    keep(storage, a_plan())
    with storage.begin() as work:
        work.plans.append(a_revision(number=2), expected=1)
        with pytest.raises(Superseded) as caught:
            work.plans.append(a_revision(number=2), expected=1)
    assert caught.value.current == 2


def test_revisions_have_no_gaps(storage: Storage) -> None:
    with storage.begin() as work:
        with pytest.raises(ValueError, match="revision 1"):
            work.plans.add(a_revision(number=2))
        work.plans.add(a_revision())
        with pytest.raises(ValueError, match="without gaps"):
            work.plans.append(a_revision(number=3), expected=1)


def test_what_is_not_there_is_unknown(storage: Storage) -> None:
    keep(storage, a_plan())
    with storage.begin() as work:
        for ask in (work.plans.head, work.plans.revisions, work.plans.patient_of):
            with pytest.raises(Unknown) as caught:
                ask("nobody")
            assert (caught.value.kind, caught.value.name) == ("plan", "nobody")
        with pytest.raises(Unknown, match="plan nobody"):
            work.plans.append(a_revision(a_plan(id="nobody"), number=2), expected=1)
        with pytest.raises(Unknown, match=f"revision {a_plan().id}/2"):
            work.plans.revision(a_plan().id, 2)
        with pytest.raises(Unknown, match="revision nobody/1"):
            work.plans.revision("nobody", 1)


def test_revisions_are_listed_oldest_first_without_their_plans(storage: Storage) -> None:
    keep(storage, a_plan())
    with storage.begin() as work:
        for number in (2, 3, 4):
            work.plans.append(a_revision(number=number, recorded_at=later(number)), expected=number - 1)
        listed = work.plans.revisions(a_plan().id, after=1, limit=2)
    assert [one.number for one in listed] == [2, 3]
    assert listed[0].groups == ("title", "patient")
    assert (listed[0].author, listed[0].origin) == ("person-1", Origin.PERSON)
    assert (listed[0].recorded_at, listed[0].schema_version) == (later(2), SCHEMA_VERSION)


def test_a_summary_says_what_the_head_says(storage: Storage) -> None:
    keep(storage, a_plan())
    changed = a_plan(title="Second thoughts", status=RequestStatus.ON_HOLD)
    with storage.begin() as work:
        work.plans.append(a_revision(changed, number=2, recorded_at=later(9)), expected=1)
        (summary,) = work.plans.page(EVERY).items
    assert summary == PlanSummary(
        id=changed.id,
        title="Second thoughts",
        status=RequestStatus.ON_HOLD,
        patient_id=changed.patient.id,
        author=changed.author,
        created=changed.created,
        number=2,
        updated_at=later(9),
    )


def numbered(count: int) -> list[Plan]:
    return [a_plan(id=f"plan-{count - n}") for n in range(count)]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 50])
def test_pages_show_every_plan_once_in_the_order_of_adding(storage: Storage, limit: int) -> None:
    keep(storage, *numbered(6))

    def pages() -> Iterator[PlanSummary]:
        after = None
        while True:
            with storage.begin(write=False) as work:
                page = work.plans.page(EVERY, after=after, limit=limit)
            assert len(page.items) <= limit
            yield from page.items
            after = page.next
            if after is None:
                return

    assert [one.id for one in pages()] == [plan.id for plan in numbered(6)]


def test_plans_of_one_second_are_paged_too(storage: Storage) -> None:
    with storage.begin() as work:
        for plan in numbered(3):
            work.plans.add(a_revision(plan))
        first = work.plans.page(EVERY, limit=2)
        rest = work.plans.page(EVERY, after=first.next, limit=2)
    assert sorted(ids(first) + ids(rest)) == ["plan-1", "plan-2", "plan-3"]
    assert rest.next is None


def test_a_plan_added_or_changed_meanwhile_moves_no_other_page(storage: Storage) -> None:
    keep(storage, *numbered(4))
    with storage.begin() as work:
        first = work.plans.page(EVERY, limit=2)
        changed = a_revision(a_plan(id="plan-4"), number=2, recorded_at=later(30))
        work.plans.append(changed, expected=1)
        work.plans.add(a_revision(a_plan(id="plan-9"), recorded_at=later(31)))
        assert ids(work.plans.page(EVERY, after=first.next)) == ["plan-2", "plan-1", "plan-9"]


@pytest.mark.parametrize(
    "after", ["", "x", "???", "é", "WzFd", "WyJhIiwgImIiXQ", "bnVsbA", "WyJhIiwgMV0", "[" * 2000]
)
def test_a_cursor_that_no_page_gave_is_refused(storage: Storage, after: str) -> None:
    with storage.begin(write=False) as work:
        for ask in (lambda: work.plans.page(EVERY, after=after), lambda: work.people.page(after=after)):
            with pytest.raises(Invalid) as caught:
                ask()
            assert [problem.field for problem in caught.value.problems] == ["after"]


OTHER = a_patient(id="patient-2", identifiers=(Identifier(system=STAFF, value="MRN-4711"),))
STORED = (
    a_plan(id="a", status=RequestStatus.DRAFT),
    a_plan(id="b", status=RequestStatus.ACTIVE),
    a_plan(id="c", status=RequestStatus.ACTIVE, patient=OTHER),
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EVERY, ["a", "b", "c"]),
        (PlanFilter(patient_id=a_patient().id), ["a", "b"]),
        (PlanFilter(patient_id="patient-2"), ["c"]),
        (PlanFilter(patient_identifier=Identifier(system=MRN, value="MRN-4711")), ["a", "b"]),
        (PlanFilter(patient_identifier=Identifier(system=STAFF, value="MRN-4711")), ["c"]),
        (PlanFilter(patient_identifier=Identifier(system=STAFF, value="MRN-4712")), []),
        (PlanFilter(status=RequestStatus.ACTIVE), ["b", "c"]),
        (PlanFilter(status=RequestStatus.REVOKED), []),
        (PlanFilter(updated_since=later(1)), ["b", "c"]),
        (PlanFilter(updated_since=later(3)), []),
        (PlanFilter(status=RequestStatus.ACTIVE, patient_id="patient-2"), ["c"]),
        (PlanFilter(status=RequestStatus.DRAFT, patient_id="patient-2"), []),
    ],
)
def test_filters_narrow_together(storage: Storage, wanted: PlanFilter, found: list[str]) -> None:
    keep(storage, *STORED)
    with storage.begin(write=False) as work:
        assert ids(work.plans.page(wanted)) == found


def test_a_plan_is_found_by_the_identifiers_that_its_patient_has_now(storage: Storage) -> None:
    keep(storage, a_plan())
    now = Identifier(system=MRN, value="MRN-9")
    plan = a_plan(patient=replace(a_patient(), identifiers=(now,)))
    with storage.begin() as work:
        work.plans.append(a_revision(plan, number=2), expected=1)
        assert ids(work.plans.page(PlanFilter(patient_identifier=now))) == [plan.id]
        before = PlanFilter(patient_identifier=a_patient().identifiers[0])
        assert ids(work.plans.page(before)) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_cursor_breaks_the_list(storage: Storage, after: str) -> None:
    with storage.begin(write=False) as work, pytest.raises(Invalid):
        work.plans.page(EVERY, after=after)
