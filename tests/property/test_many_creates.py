"""Creates by the thousand whose answers get lost: none is made twice; and one bad resource stops no other.

MANY_CREATES says how many there are: 300 unless told, 10,000 in `make check`. A lost answer ends a pass, so
that here the sending itself is asked for one create after the other, with its journal and its look-ups.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from service.application.chart_run import Whose, at_the_chart
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import UnknownOutcome
from service.ports.storage import LedgerEntry
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming, complaint
from service.sync.agenda import Agenda
from service.sync.identity import look_up, way_to_create
from service.sync.outgoing import Outgoing
from service.sync.report import Done
from service.sync.sending import Sender
from service.sync.settling import settle_open_rows
from tests.builders import a_goal, a_plan, uid
from tests.scenarios.clinic import SYSTEM, Answering, Clinic, counted, ours, written

MANY = int(os.environ.get("MANY_CREATES", "300"))
ONE_BY_ONE = Shape(transaction=False, batch=False)
SHAPES = {
    "conditional create": ONE_BY_ONE,
    "ids of ours": replace(ONE_BY_ONE, conditional_create=False),
    "neither": replace(ONE_BY_ONE, conditional_create=False, update_create=False),
}
KEYS = tuple(Key("Goal", uid(f"many-{n}")) for n in range(MANY))
EVERY_KEY = frozenset(KEYS)
# So many items a plan may have; a run over more would look through all of them for each.
BATCH = 250
# Most answers get lost after the effect, some requests before it, and some effects come late.
LINE = (
    "lost-response type=Goal chance=0.7 seed=1",
    "lost-request type=Goal interaction=create,update chance=0.2 seed=2",
)


def resource_of(key: Key, agenda: Agenda) -> JsonObject:
    return {
        "resourceType": "Goal",
        "identifier": [{"system": SYSTEM, "value": key.item}],
        "lifecycleStatus": "active",
        "description": {"text": f"goal {key.item}"},
        "subject": {"reference": agenda.patient.urn},
    }


def waiting_in(agenda: Agenda, batch: Sequence[Key], unknown: set[Key], clinic: Clinic) -> Iterator[Outgoing]:
    """What is to be made still: neither linked, nor unknown, nor found by the look-up before a create."""
    for key in batch:
        if agenda.address(key) is None and key not in unknown:
            body = resource_of(key, agenda)
            way = way_to_create(key, agenda.capabilities)
            assert look_up(key, way, system=SYSTEM, ehr=clinic.ehr) is None
            yield Outgoing(key=key, ours=body, body=body, way=way)


def send_what_waits(clinic: Clinic) -> tuple[int, int]:
    """Make a run for each batch; how many were of unknown outcome before it sent, and how many it sent."""
    runs = [run_of(clinic, KEYS[start : start + BATCH]) for start in range(0, MANY, BATCH)]
    return sum(unknown for unknown, _ in runs), sum(sent for _, sent in runs)


def run_of(clinic: Clinic, batch: Sequence[Key]) -> tuple[int, int]:
    with at_the_chart(Whose(plan_id=clinic.plan.id), clinic.ports) as (agenda, open_rows):
        entries = {key: entry for key in batch if (entry := entry_of(clinic, key)) is not None}
        agenda.ledger = {key: one for key, one in agenda.ledger.items() if key not in EVERY_KEY} | entries
        wanted = set(batch)
        rows = tuple(row for row in open_rows if Key(row.resource_type, row.item_id) in wanted)
        unknown = {report.key for report in settle_open_rows(agenda, clinic.ports, rows)}
        sender, sent = Sender(agenda=agenda, ports=clinic.ports, absent=frozenset()), 0
        for out in waiting_in(agenda, batch, unknown, clinic):
            sent += 1
            try:
                sender.send((out,), whole=False)
            except UnknownOutcome:
                continue
    return len(unknown), sent


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_of_many_creates_without_an_answer_none_is_made_twice(shape: Shape) -> None:
    clinic = Clinic(shape=shape)
    clinic.sync()
    before = len(clinic.all("Goal"))
    clinic.arm(*LINE)
    assert send_what_waits(clinic) == (0, MANY)
    unknown, sent = send_what_waits(clinic)
    made = len(clinic.all("Goal")) - before
    assert MANY > made > MANY / 2
    assert sent == 0, "what may be under way was sent again"
    assert unknown == MANY - made_known(clinic)
    for _ in range(12):
        clinic.later(minutes=6)
        send_what_waits(clinic)
    clinic.calm()
    clinic.later(minutes=6)
    assert send_what_waits(clinic)[0] == 0
    assert send_what_waits(clinic) == (0, 0)
    assert clinic.open_rows() == 0
    everything_once(clinic)


def entry_of(clinic: Clinic, key: Key) -> LedgerEntry | None:
    """The entry where it is kept: a unit of work for each of so many would copy all of them."""
    return clinic.storage.kept.ledger.get(("default", key.type, key.item, clinic.plan.id))


def made_known(clinic: Clinic) -> int:
    """How many of the creates are linked in the ledger."""
    return sum(
        entry is not None and bool(entry.remote_id) for entry in (entry_of(clinic, key) for key in KEYS)
    )


def everything_once(clinic: Clinic) -> None:
    wanted = {key.item for key in KEYS}
    versions = [one for one in clinic.store.history() if one.body and ours(one.body) & wanted]
    assert len(versions) == MANY, "something was made twice, or changed after it was made"
    assert {name for one in versions for name in ours(one.body or {})} == wanted


@pytest.mark.timeout(1200)
def test_of_500_resources_499_are_delivered_beside_a_bad_one_which_says_where_and_why() -> None:
    others = len(Clinic(a_plan(goals=())).sync().items)
    goals = tuple(
        replace(a_goal(), id=uid(f"goals-{n}"), description=f"Goal number {n}") for n in range(500 - others)
    )
    clinic = Clinic(a_plan(goals=goals), shape=ONE_BY_ONE)
    bad = goals[77].id

    def refusing(answer: Answering, incoming: Incoming) -> Answer:
        if any(bad in ours(one) for one in written(incoming)):
            outcome = complaint("HAPI-0574: the clinic's rule 12 forbids this text", "processing")
            outcome["issue"][0]["expression"] = ["Goal.description"]
            return Answer(status=422, body=outcome)
        return answer(incoming)

    clinic.spoil = refusing
    report = clinic.sync()
    assert counted(report) == {Done.CREATED: 499, Done.REJECTED: 1}
    (parked,) = [item for item in report.items if item.done is Done.REJECTED]
    assert parked.key == Key("Goal", bad)
    assert [(one.expression, one.diagnostics) for one in parked.issues] == [
        (("Goal.description",), "HAPI-0574: the clinic's rule 12 forbids this text")
    ]
    assert len(clinic.all("Goal")) == len(goals) - 1
