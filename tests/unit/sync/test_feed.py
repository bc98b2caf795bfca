"""Which rows are news: laws over any order of rows, repetitions and gaps, and the cases one by one."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.json import JsonObject
from service.mapping.graph import Subject, keys_of
from service.ports.ehr import Capabilities, Held, History, Row, TypeCapability, Updated
from service.ports.feed import Before, Link, Sight
from service.ports.links import LinkState
from service.sync.feed import (
    KINDS,
    LOOKS,
    Known,
    Newest,
    News,
    compared,
    imprint,
    judged,
    missing,
    patients_named,
    plans_hinted_at,
    seen_whole,
    sight_of,
    ways_to_read,
)
from tests.builders import DIRECTORY, the_full_plan
from tests.unit.sync.bench import NOON

AGREED = Link(reference="Goal/1", stamp="3", state=LinkState.IN_SYNC, plans=("plan-1",))
PATIENT = Link(reference="Patient/7", stamp="1", state=LinkState.PULL_ONLY, plans=("plan-1", "plan-2"))


def goal(number: int | str | None = 4, own_id: str = "1", **more: Any) -> Row:
    version = None if number is None else str(number)
    resource: JsonObject = {
        "resourceType": "Goal",
        "id": own_id,
        "subject": {"reference": "Patient/7"},
        "description": {"text": f"words {number}"},
    }
    usual = {"last_updated": moment(number), "resource": resource}
    return Row(reference=f"Goal/{own_id}", version=version, **usual | more)


def moment(number: object) -> str | None:
    return (NOON + timedelta(seconds=int(number))).isoformat() if str(number).isdigit() else None


def deleted(number: int | None = 4, reference: str = "Goal/1") -> Row:
    version = None if number is None else str(number)
    return Row(reference=reference, version=version, last_updated=None, deleted=True)


def known(*links: Link, before: dict[str, Before] | None = None, **more: Any) -> Known:
    by_reference = {one.reference: tuple(o for o in links if o.reference == one.reference) for one in links}
    return Known(links=by_reference, before=before or {}, **more)


def told(row: Row, knowledge: Known) -> bool:
    news = judged((row,), knowledge)
    assert bool(news.plans) is bool(news.changed)
    return bool(news.plans)


# Each server's history: versions 1 to 6 of five resources, in the order in which they came about.
ROWS = [
    replace(goal(number, own_id=str(one)), last_updated=moment(10 * number + one))
    for number in range(1, 7)
    for one in range(5)
]
AGREED_ON = {f"Goal/{one}": one + 2 for one in range(5)}
CHANGED = {f"plan-{one}" for one in range(4)}  # Goal/4 stands at version 6, as agreed
LINKS = known(
    *(
        Link(reference=one, stamp=str(number), state=LinkState.IN_SYNC, plans=(f"plan-{one[-1]}",))
        for one, number in AGREED_ON.items()
    )
)


def found_in(pages: list[list[Row]]) -> News:
    newest = Newest()
    parts = [judged(newest.of(page), LINKS) for page in pages]
    return News(plans=frozenset(chain.from_iterable(one.plans for one in parts)))


def in_pages(rows: list[Row], size: int) -> list[list[Row]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@given(rows=st.permutations(ROWS), size=st.integers(1, 12))
def test_whatever_the_order_of_rows_and_the_size_of_pages_all_that_changed_is_found(
    rows: list[Row], size: int
) -> None:
    assert found_in(in_pages(rows, size)).plans == CHANGED


@given(rows=st.permutations(ROWS), twice=st.lists(st.sampled_from(ROWS)), size=st.integers(1, 12))
def test_rows_that_come_again_change_nothing(rows: list[Row], twice: list[Row], size: int) -> None:
    assert found_in(in_pages([*rows, *twice], size)).plans == CHANGED


@given(rows=st.permutations(ROWS), size=st.integers(1, 12), other=st.integers(1, 12), data=st.data())
def test_a_row_that_one_reading_lacks_is_found_by_the_next_that_has_it(
    rows: list[Row], size: int, other: int, data: st.DataObject
) -> None:
    lost = data.draw(st.sets(st.sampled_from(range(len(rows)))))
    first = found_in(in_pages([row for place, row in enumerate(rows) if place not in lost], size))
    second = found_in(in_pages(rows, other))
    assert first.plans <= CHANGED
    assert first.plans | second.plans == CHANGED


@given(rows=st.permutations([replace(row, last_updated=moment(5)) for row in ROWS]), size=st.integers(1, 12))
def test_rows_of_one_moment_are_told_apart_by_their_versions(rows: list[Row], size: int) -> None:
    assert found_in(in_pages(rows, size)).plans == CHANGED


def test_of_versions_without_an_order_the_later_moment_is_the_newest() -> None:
    old, new = goal("b", last_updated=moment(1)), goal("a", last_updated=moment(2))
    assert Newest().of((new, old)) == (new,)
    assert Newest().of((old, new)) == (new,)
    tie = replace(old, last_updated=new.last_updated)
    assert Newest().of((new, tie)) == (tie,), "which one came first nobody can tell: both are looked at"
    assert Newest().of((new, replace(new, last_updated="soon"))) == (new,)
    assert Newest().of((goal(None, last_updated="x"), goal(None, last_updated="y"))) == (
        goal(None, last_updated="y"),
    )


def test_our_own_write_coming_back_is_no_news() -> None:
    assert not told(goal(3), known(AGREED))


def test_what_is_older_than_what_was_agreed_is_no_news() -> None:
    assert not told(goal(2), known(AGREED))


def test_a_newer_version_is_news_for_the_plans_that_use_the_resource() -> None:
    twin = replace(AGREED, plans=("plan-2",))
    news = judged((goal(4),), known(AGREED, twin))
    assert news.plans == {"plan-1", "plan-2"}
    assert news.sights == (Sight(reference="Goal/1", stamp="4", digest=imprint(goal(4).resource or {})),)


@pytest.mark.parametrize("state", LinkState)
def test_what_was_told_is_told_again_only_where_a_pass_should_have_agreed_on_it(state: LinkState) -> None:
    before = {"Goal/1": Before(stamp="4", same=None, missing=0)}
    again = state in {LinkState.IN_SYNC, LinkState.NOT_KEPT, LinkState.WAITING}
    assert told(goal(4), known(replace(AGREED, state=state), before=before)) is again


def test_what_is_young_is_not_remembered_as_told() -> None:
    row = goal(4, last_updated=moment(100))
    assert judged((row,), known(AGREED, settled=NOON + timedelta(seconds=99))).sights == ()
    assert judged((row,), known(AGREED, settled=NOON + timedelta(seconds=100))).sights != ()
    held = Held(reference="Goal/1", version="4", last_updated=row.last_updated, resource=row.resource or {})
    assert compared(((held, seen_whole(held)),), known(AGREED, settled=NOON)).sights == ()


def test_a_new_resource_concerns_all_plans_of_the_patient_whom_it_is_about() -> None:
    assert judged((goal(1, own_id="9"),), known(PATIENT)).plans == {"plan-1", "plan-2"}
    seen = {"Goal/9": Before(stamp="1", same=None, missing=0)}
    assert not told(goal(1, own_id="9"), known(PATIENT, before=seen))
    assert not told(goal(1, own_id="9"), known())


def test_a_new_resource_of_a_kind_that_no_plan_is_offered_concerns_nobody() -> None:
    seen: JsonObject = {"resourceType": "AuditEvent", "id": "1", "patient": {"reference": "Patient/7"}}
    row = Row(reference="AuditEvent/1", version="1", last_updated=None, resource=seen)
    assert not told(row, known(PATIENT))
    assert patients_named((row, replace(goal(), resource=None))) == frozenset()


def test_what_somebody_entered_under_an_identifier_of_ours_concerns_all_plans_of_its_patient() -> None:
    seen: JsonObject = {
        "resourceType": "Flag",
        "id": "1",
        "identifier": [{"system": "urn:ours", "value": "flag-1"}],
        "subject": {"reference": "Patient/7"},
    }
    row = Row(reference="Flag/1", version="1", last_updated=None, resource=seen)
    assert judged((row,), known(PATIENT, system="urn:ours")).plans == {"plan-1", "plan-2"}
    assert patients_named((row,), "urn:ours") == {"Patient/7"}
    assert not told(row, known(PATIENT, system="urn:theirs"))


def test_whom_rows_speak_of_is_read_from_any_form_of_reference() -> None:
    bodies = [
        {"resourceType": "Goal", "subject": {"reference": "http://ehr.test/fhir/Patient/8"}},
        {"resourceType": "Goal", "subject": {"identifier": {"system": "x", "value": "y"}}},
        {"resourceType": "Goal", "subject": {"reference": "Group/1"}},
    ]
    assert patients_named(goal(1, resource=one) for one in bodies) == {"Patient/8"}


def test_a_deletion_is_news_until_it_was_told_or_taken_note_of() -> None:
    news = judged((deleted(),), known(AGREED))
    assert news.plans == {"plan-1"}
    (sight,) = news.sights
    assert (sight.stamp, sight.missing) == ("4", LOOKS)
    gone = {"Goal/1": Before(stamp="4", same=None, missing=LOOKS)}
    assert not told(deleted(), known(AGREED, before=gone))
    assert not told(deleted(), known(replace(AGREED, state=LinkState.DETACHED)))
    assert not told(deleted(), known())


def test_what_is_back_after_a_deletion_is_news() -> None:
    lost = replace(AGREED, state=LinkState.DETACHED)
    gone = {"Goal/1": Before(stamp="4", same=None, missing=LOOKS)}
    assert told(goal(5), known(lost, before=gone))


def test_without_version_and_time_the_content_tells() -> None:
    bare = goal(None)
    assert sight_of(bare).digest == imprint(bare.resource or {})
    for same, news in ((True, False), (False, True), (None, True)):
        seen = {"Goal/1": Before(stamp=None, same=same, missing=0)}
        assert told(bare, known(replace(AGREED, stamp=None), before=seen)) is news
    assert told(bare, known(replace(AGREED, stamp=None)))
    assert told(replace(goal(4), resource=None), known(AGREED)), "a row without its resource is news too"


def test_a_practitioner_who_is_only_matched_concerns_no_plan() -> None:
    person = Link(reference="Practitioner/1", stamp="1", state=LinkState.PULL_ONLY, plans=("plan-1",))
    row = Row(
        reference="Practitioner/1",
        version="2",
        last_updated=None,
        resource={"resourceType": "Practitioner", "id": "1"},
    )
    assert not told(row, known(person))
    assert told(row, known(replace(person, state=LinkState.IN_SYNC)))


def held(version: str | None = "3", **labels: Any) -> Held:
    resource = {**(goal(3).resource or {}), "meta": {"versionId": version, **labels}}
    return Held(reference="Goal/1", version=version, last_updated=None, resource=resource)


COMPARED = [
    # what is known by its stamp and looked at for the first time is remembered
    (held(), None, LinkState.IN_SYNC, False, True),
    # nothing new, nothing to remember
    (held(), Before(stamp="3", same=True, missing=0), LinkState.IN_SYNC, False, False),
    # other labels under the same version
    (held(), Before(stamp="3", same=False, missing=0), LinkState.IN_SYNC, True, True),
    # the key of the kept hash is gone
    (held(), Before(stamp="3", same=None, missing=0), LinkState.IN_SYNC, False, True),
    # another version, newer or older
    (held("4"), Before(stamp="3", same=True, missing=0), LinkState.IN_SYNC, True, True),
    (held("2"), None, LinkState.IN_SYNC, True, True),
    # told already, and a pass should have agreed on it
    (held("4"), Before(stamp="4", same=True, missing=0), LinkState.IN_SYNC, True, True),
    # told already, and a person decides
    (held("4"), Before(stamp="4", same=True, missing=0), LinkState.CONFLICT, False, False),
    (held("4"), Before(stamp="4", same=None, missing=0), LinkState.CONFLICT, False, True),
    # it was missing in the last look and is back as it was
    (held(), Before(stamp="3", same=True, missing=1), LinkState.IN_SYNC, False, True),
    # it was lost, and is back
    (held(), Before(stamp="3", same=True, missing=LOOKS), LinkState.DETACHED, True, True),
]


@pytest.mark.parametrize(("seen", "before", "state", "news", "remembered"), COMPARED)
def test_a_comparison_tells_what_differs_and_remembers_what_it_saw(
    seen: Held, before: Before | None, state: LinkState, news: bool, remembered: bool
) -> None:
    knowledge = known(replace(AGREED, state=state), before={"Goal/1": before} if before else None)
    came_to = compared(((seen, seen_whole(seen)),), knowledge)
    assert (bool(came_to.plans), bool(came_to.sights)) == (news, remembered)


def test_an_imprint_sees_labels_and_content_and_no_stamps() -> None:
    plain = held().resource
    assert imprint(plain) == imprint(held("4").resource) == imprint({**plain, "meta": {"source": "#1"}})
    assert imprint(plain) != imprint(held(security=[{"code": "R"}]).resource)
    assert imprint(plain) != imprint({**plain, "language": "en"})
    assert imprint({"resourceType": "Goal"}) == imprint({"resourceType": "Goal", "meta": None})
    assert imprint({**plain, "n": Decimal("1.50")}) != imprint({**plain, "n": Decimal("1.5")})
    assert imprint({**plain, "text": "half a pair \ud800"}) != imprint(plain)


def test_what_is_missing_counts_in_the_second_look_or_when_the_server_says_deleted() -> None:
    first = missing("Goal/1", known(AGREED), deleted=False)
    assert (first.plans, [one.missing for one in first.sights]) == (frozenset(), [1])
    once = {"Goal/1": Before(stamp="3", same=None, missing=1)}
    second = missing("Goal/1", known(AGREED, before=once), deleted=False)
    assert (second.plans, [one.missing for one in second.sights]) == ({"plan-1"}, [LOOKS])
    assert missing("Goal/1", known(AGREED), deleted=True).plans == {"plan-1"}
    twice = {"Goal/1": Before(stamp="3", same=None, missing=LOOKS)}
    assert missing("Goal/1", known(AGREED, before=twice), deleted=False) == News()
    assert missing("Goal/1", known(replace(AGREED, state=LinkState.DETACHED)), deleted=True) == News()


def test_a_hint_leads_to_the_plans_of_what_it_names_or_nowhere() -> None:
    links = known(AGREED, PATIENT).links

    def of(row: Row) -> frozenset[str] | None:
        return plans_hinted_at(row, lambda named: {one: links[one] for one in named if one in links})

    assert of(goal(4)) == {"plan-1"}
    assert of(replace(goal(4), version=None, resource=None)) == {"plan-1"}
    assert of(goal(3)) == frozenset(), "an echo"
    assert of(goal(1, own_id="9")) == {"plan-1", "plan-2"}
    assert of(replace(goal(1, own_id="9"), resource=None)) is None


def test_a_server_is_read_by_the_best_that_it_offers() -> None:
    whole = Capabilities(fhir_version="4.0.1", history=True)
    assert ways_to_read(whole).feeds == (History(),)
    types = {
        "Goal": TypeCapability(interactions=frozenset({"read", "history-type", "search-type"})),
        "Task": TypeCapability(
            interactions=frozenset({"search-type"}), search_params=frozenset({"_lastUpdated"})
        ),
        "CarePlan": TypeCapability(interactions=frozenset({"read", "search-type"})),
        "Flag": TypeCapability(interactions=frozenset({"create"})),
        "Account": TypeCapability(interactions=frozenset({"read", "history-type"})),
    }
    ways = ways_to_read(Capabilities(fhir_version="4.0.1", types=types))
    assert ways.feeds == (History("Goal"), Updated("Task"))
    assert ways.read_again == {"CarePlan"}


def test_every_kind_that_a_plan_stands_in_is_read() -> None:
    keys = keys_of(Subject(plan=the_full_plan(), people=DIRECTORY))
    assert {key.type for key in keys} <= KINDS
