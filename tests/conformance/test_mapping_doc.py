"""docs/mapping.md is what the mapping does: each field has its row, and each row is true."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.absorption import Entry, absorb
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs
from tests.architecture.sources import ROOT
from tests.builders import a_journal_entry, safety_contacts, uid
from tests.conformance.fhir_places import covers, is_of_r4, leaves_of, paths_that_differ
from tests.conformance.plan_fields import (
    DOSE_UNIT,
    FULL,
    LEAVES,
    MAXIMUM_UNIT,
    SUBJECT,
    Change,
    carried,
    changes,
    put,
    read,
    renamed,
)

REFS = Refs()
BASE = project(SUBJECT, REFS)
DOCUMENT = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
OWNERS = {"us", "EHR", "shared"}


def listed(heading: str) -> list[str]:
    """Give what the items of a section's list are about."""
    section = DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^- (.*?):", section, re.M)


# What the document says once for all rows: sentences for readers, and copies of a drug.
SECOND = [one.strip("`") for one in listed("Said a second time")]
SENTENCES = {"CarePlan.text", "MedicationRequest.dosageInstruction.text"}
SAYS_THE_DRUG = ("medications[].drug.", "adherence[].medication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the document."""

    field: str
    paths: tuple[str, ...]
    owner: str
    carried: str
    lost: str


def rows() -> Iterator[Row]:
    for table in re.findall(r"^\| our field \|.*\n\|[ -|]+\n((?:\|.*\n)+)", DOCUMENT, re.M):
        for line in table.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            named, paths, owner, carried_, lost = cells
            yield Row(
                field=named.strip("`"),
                paths=tuple(re.findall(r"`([^`]+)`", paths)),
                owner=owner,
                carried=carried_,
                lost=lost,
            )


ROWS: Mapping[str, Row] = {row.field: row for row in rows()}


def test_each_field_of_the_domain_has_exactly_one_row():
    counted = Counter(row.field for row in rows())
    assert counted == Counter(dict.fromkeys(LEAVES, 1))


def test_each_row_says_who_owns_the_field_and_whether_it_is_carried():
    assert {row.owner for row in ROWS.values()} <= OWNERS
    of_the_journal = {row.carried for row in ROWS.values() if row.field.startswith("journal[]")}
    others = {row.carried for row in ROWS.values() if not row.field.startswith("journal[]")}
    assert (of_the_journal, others) == ({"when shared"}, {"yes"})
    assert all(row.lost and row.paths for row in ROWS.values())


def test_each_path_is_of_r4():
    assert [path for row in ROWS.values() for path in row.paths if not is_of_r4(path)] == []


@pytest.mark.parametrize("name", LEAVES)
def test_a_change_of_a_field_is_written_where_its_row_says_and_comes_back(name):
    """Nothing but this field changes, so what differs is its place, and nothing else restores it."""
    places: set[str] = set()
    for change in changes(LEAVES[name]):
        before, after = rendered(change.before), rendered(change.after)
        different = paths_that_differ(before, renaming(change, after))
        assert different, "changed nothing"
        assert restored(after) == replace(change.after, plan=carried(change.after.plan))
        places |= {path for path in different if not is_said_elsewhere(name, path)}
    named = ROWS[name].paths + (ROWS[DOSE_UNIT].paths if name == MAXIMUM_UNIT else ())
    assert [path for path in places if not any(covers(one, path) for one in named)] == []
    assert [one for one in named if not any(covers(one, path) for path in places)] == []


def rendered(subject: Subject) -> dict[Key, JsonObject]:
    return BASE if subject is SUBJECT else project(subject, REFS)


def restored(resources: Mapping[Key, JsonObject]) -> Subject | None:
    entries = [Entry(address=key.urn, resource=body) for key, body in resources.items()]
    reunion = absorb(None, entries, REFS)
    return Subject(plan=reunion.plan, people=reunion.people) if reunion.plan else None


def renaming(change: Change, resources: Mapping[Key, JsonObject]) -> Mapping[Key, JsonObject]:
    """Put what has another id now beside what it was."""
    if change.item is None:
        return resources
    new = renamed(change.item, change.item)
    return {Key(key.type, change.item) if key.item == new else key: one for key, one in resources.items()}


def is_said_elsewhere(name: str, path: str) -> bool:
    """Tell whether a place follows from others: said a second time, or a reference to what has another id."""
    refers = name.rpartition(".")[2] == "id" and path.endswith(".reference")
    copies = SECOND if name.startswith(SAYS_THE_DRUG) else SENTENCES
    return refers or any(covers(one, path) for one in copies)


# What no resource says. The document has the same list; everything else must come back.
NOT_CARRIED = {"`journal[]` whose `shared` is `false`", "`safety`"}


def test_the_list_of_what_is_not_carried_is_closed():
    assert set(listed("What is not carried")) == NOT_CARRIED


def test_what_is_said_a_second_time_is_of_r4_and_written():
    written = {path for body in BASE.values() for path, _ in leaves_of(body)}
    assert set(SECOND) >= SENTENCES
    assert [one for one in SECOND if not is_of_r4(one)] == []
    assert [one for one in SECOND if not any(covers(one, path) for path in written)] == []


def test_an_entry_that_is_not_shared_is_in_no_resource_whatever_it_says():
    kept = a_journal_entry(id=uid("journal-9"), side_effects="dry mouth", shared=False)
    plan = replace(FULL, journal=(*FULL.journal, kept))
    assert rendered(replace(SUBJECT, plan=plan)) == BASE
    for name in ("written_at", "energy", "mood", "insights", "side_effects", "status"):
        for other in FULL.journal:
            said = put(plan, ("journal", len(FULL.journal), name), read(other, (name,)))
            assert rendered(replace(SUBJECT, plan=said)) == BASE


def test_whom_alerts_reach_is_in_no_resource():
    assert rendered(replace(SUBJECT, plan=replace(FULL, safety=safety_contacts()))) == BASE


def test_a_row_that_names_the_wrong_place_is_seen():
    assert not is_of_r4("Goal.deadline")
    assert is_of_r4("Appointment.start.extension[iana-zone].valueString")
    assert not covers("Goal.startDate", "Goal.target.dueDate")
    assert covers("QuestionnaireResponse.item", "QuestionnaireResponse.item[mood].answer.valueInteger")
    assert not covers("QuestionnaireResponse.item[mood]", "QuestionnaireResponse.item[energy].linkId")


def test_the_plan_of_these_tests_sets_every_field():
    assert [name for name, leaf in LEAVES.items() if not list(changes(leaf))] == []
    assert isinstance(FULL, Plan)
