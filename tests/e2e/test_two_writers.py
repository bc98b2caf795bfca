"""Two hundred edits of two writers, on a real FHIR server too: none is lost, and then all is quiet.

The clinic writes with a client of its own, as a stranger would. What both sides changed differently is
decided as it comes up; before that, each side's last word must be on both sides or in the inbox.
"""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5  # noqa: TID251  a server that keeps its charts needs new people at every run

import pytest

from service.application.export_plan import fhir_of
from service.application.inbox import Decide, decide_item, list_items
from service.application.keep_plan import replace_plan
from service.application.load_plan import load_plan
from service.application.ports import Editor
from service.application.read_plan import read_plan
from service.application.sync_plan import SyncPlan
from service.bootstrap import Tandem
from service.console.demo_cast import restaged
from service.console.plain_http import Client
from service.console.plan_file import read_plan_file
from service.console.read_back import lost
from service.document import person_to_document, plan_to_document
from service.domain.plan import Plan
from service.fhir.json import JsonObject, dumps
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.settings import Settings
from service.sync.reconciliation import Cause
from service.sync.report import PushReport, Standing
from tests.builders import DIRECTORY
from tests.property.two_sided import FIELDS, Field, a_small_plan

ROUNDS, EDITS = 25, 8  # 200 edits
AUTHOR = "e2e"


class Writers:
    """One plan under ids of its own, its chart, and the last words of each side."""

    def __init__(self, tandem: Tandem, chart: Client, stage: str) -> None:
        self.tandem, self.chart, self.stage = tandem, chart, stage
        self.said: dict[tuple[str, str], Any] = {}
        self.tandem.upgrade()
        # Without numbers of an office that another run has used.
        people = [person_to_document(replace(one, identifiers=())) for one in DIRECTORY.values()]
        document = {"plan": plan_to_document(a_small_plan()), "people": people}
        text = restaged(dumps(document), stage).replace("MRN-4711", f"MRN-{stage}")
        said = read_plan_file(text.encode())
        self.plan_id = said.plan.id
        load_plan(said.plan, said.people, author=AUTHOR, ports=tandem.plans)

    def sync(self) -> PushReport:
        return self.tandem.push(SyncPlan(plan_id=self.plan_id))

    def head(self) -> Plan:
        return read_plan(self.plan_id, ports=self.tandem.plans).plan

    def editor(self) -> Editor:
        return Editor(author=AUTHOR, expected=read_plan(self.plan_id, ports=self.tandem.plans).number)

    def edit_here(self, name: str, number: int) -> None:
        before = self.head()
        after = FIELDS[name].write(before, number)
        if after != before:  # a dose is changed by the prescriber alone, in the chart
            replace_plan(after, editor=self.editor(), ports=self.tandem.plans)
            self.said["here", name] = FIELDS[name].here(after)

    def edit_there(self, name: str, number: int) -> None:
        held = self.held(FIELDS[name])
        answer = self.chart.put(
            f"{held['resourceType']}/{held['id']}", {**held, **FIELDS[name].edit(held, number)}
        )
        assert answer.ok, answer.body
        self.said["there", name] = FIELDS[name].there(self.held(FIELDS[name]))

    def held(self, field: Field) -> JsonObject:
        key = Key(field.key.type, str(uuid5(UUID(field.key.item), self.stage)))
        with self.tandem.storage.begin(write=False) as work:
            (entry,) = [
                one
                for one in work.ledger.of_plan("default", self.plan_id)
                if Key(one.resource_type, one.item_id) == key
            ]
        answer = self.chart.get(f"{key.type}/{entry.remote_id}")
        assert answer.ok, answer.body
        return answer.body

    def waiting(self) -> tuple[InboxItem, ...]:
        return list_items(ItemState.OPEN, after=None, limit=100, ports=self.tandem.plans)

    def check(self) -> None:
        """Each side's last words are on the other side too, or are shown to a person."""
        shown = dumps([one.content for one in self.waiting()])
        for (side, name), value in self.said.items():
            field = FIELDS[name]
            other = field.there(self.held(field)) if side == "here" else field.here(self.head())
            assert value == other or str(value) in shown, f"{side}: {name} is lost: {value}, not {other}"
        self.said.clear()

    def decide(self, random: Random) -> None:
        for item in self.waiting():
            told = item.cause == Cause.NOT_APPLIED
            choices = {} if told else {one: random.choice(("ours", "theirs")) for one in item.groups}
            command = Decide(item_id=item.id, digest=item.digest, author=AUTHOR, choices=choices)
            decide_item(command, ports=self.tandem.plans)

    def differences(self, report: PushReport) -> list[str]:
        addresses = {one.key.urn: one.reference for one in report.items if one.reference is not None}
        return [
            one
            for key, ours in fhir_of(self.plan_id, ports=self.tandem.plans).items()
            if key.urn in addresses
            for one in lost(without_sentence(ours), self.chart.get(addresses[key.urn]).body, addresses)
        ]


def without_sentence(resource: JsonObject) -> JsonObject:
    """Leave out the sentence that says a dose again: the clinic took it away with the dose that it said."""
    steps = resource.get("dosageInstruction")
    if steps is None:
        return resource
    bare = [{name: one for name, one in step.items() if name != "text"} for step in steps]
    return {**resource, "dosageInstruction": bare}


def writers_in_step(url: str, tmp_path: Path) -> Writers:
    """Two writers over a server, whose plan and chart say the same."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'tandem.db'}", ehr_url=url, ehr_mode="write", ehr_sandbox=True
    )
    made = Writers(Tandem(settings=settings), Client(url), str(uuid4())[:8])
    assert made.sync().standing is Standing.IN_STEP
    return made


@pytest.mark.timeout(600)
def test_two_hundred_edits_of_two_writers_end_in_one_plan(url: str, tmp_path: Path) -> None:
    writers = writers_in_step(url, tmp_path)
    random = Random(4711)  # noqa: S311  every run makes the same edits
    names, decided = sorted(FIELDS), 0
    for turn in range(ROUNDS):
        for number in range(EDITS):
            edit = random.choice((writers.edit_here, writers.edit_there))
            edit(random.choice(names), turn * EDITS + number)
        writers.sync()
        writers.check()
        decided += len(writers.waiting())
        writers.decide(random)
    assert decided > 0, "two hundred edits of nine things meet"
    writers.sync()
    assert writers.sync().standing is Standing.IN_STEP
    revision = writers.editor().expected
    last = writers.sync()
    assert (last.writes, last.standing, writers.waiting()) == (0, Standing.IN_STEP, ())
    assert writers.editor().expected == revision
    assert writers.differences(last) == []
