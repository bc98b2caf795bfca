"""The tables of element groups: complete, without overlap, and as docs/mapping.md says."""

import re
from collections import Counter

import pytest

from service.mapping.graph import Subject, project
from service.mapping.references import Refs
from service.sync.authority import Authority, NotOwned, authority_of
from service.sync.groups import Group, Owner, groups_of, kind_of, reference_path, tables
from tests.architecture.sources import ROOT
from tests.builders import DIRECTORY, the_full_plan

RESOURCES = project(Subject(plan=the_full_plan(), people=DIRECTORY), Refs())
# The narrative is made anew from everything else, and `resourceType` says what it is.
SAID_AGAIN = {"resourceType", "text"}
ROW = re.compile(r"^\| `[^`]+` \| (?P<paths>[^|]+) \| (?P<owner>us|EHR|shared) \|", re.M)


@pytest.mark.parametrize("kind", sorted({kind_of(one) for one in RESOURCES.values()}))
def test_every_element_that_we_write_is_in_one_group(kind: str) -> None:
    written = {name.lstrip("_") for one in RESOURCES.values() if kind_of(one) == kind for name in one}
    grouped = Counter(element for group in tables()[kind] for element in group.elements)
    assert written - SAID_AGAIN - grouped.keys() == set()
    assert [name for name, times in grouped.items() if times > 1] == []


@pytest.mark.parametrize("kind", tables())
def test_names_of_groups_are_unique_and_the_links_are_the_last(kind: str) -> None:
    names = [group.name for group in tables()[kind]]
    assert len(set(names)) == len(names)
    assert "links" not in names or names[-1] == "links"


def test_a_resource_that_plans_lack_has_no_groups() -> None:
    assert groups_of({"resourceType": "Device"}) == ()
    assert reference_path("Device", "owner") is None


def test_the_document_names_an_owner_that_the_tables_have() -> None:
    document = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    owners: dict[str, set[str]] = {}
    for kind, groups in tables().items():
        for group in groups:
            for element in group.elements:
                owners.setdefault(f"{kind.partition(' ')[0]}.{element}", set()).add(group.owner.value)
    wrong = {
        (place, row["owner"])
        for row in ROW.finditer(document)
        for place in re.findall(r"`([A-Za-z]+\.[A-Za-z]+)", row["paths"])
        if not place.endswith(".identifier") and row["owner"].lower() not in owners[place]
    }
    assert wrong == set()


def test_the_document_has_every_group() -> None:
    document = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    section = document.partition("## What changes together\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
    assert rows == [row_of(kind, group) for kind, groups in tables().items() for group in groups]


def row_of(kind: str, group: Group) -> str:
    owner = "EHR" if group.owner is Owner.EHR else group.owner.value
    settled = ", a person settles it" if group.critical else ""
    elements = ", ".join(f"`{one}`" for one in group.elements)
    return f"| {kind} | `{group.name}` | {owner}{settled} | {elements} |"


def test_an_operator_may_name_another_owner() -> None:
    (target,) = [group for group in tables()["Goal"] if group.name == "target"]
    assert Authority().owner("Goal", target) is Owner.SHARED
    assert authority_of({"Goal.target": "us"}).owner("Goal", target) is Owner.US


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"Goal.aim": "us"}, "no group Goal.aim"),
        ({"Device.owner": "us"}, "no group Device.owner"),
        ({"Goal.target": "nobody"}, "Goal.target is owned by one of us, ehr, shared"),
        ({"Goal.target": 3}, "Goal.target is owned by one of us, ehr, shared"),
        ({"MedicationRequest.order": "us"}, "a person settles it"),
    ],
)
def test_an_operator_cannot_name_what_is_not_there_or_has_no_owner(
    words: dict[str, object], complaint: str
) -> None:
    with pytest.raises(NotOwned, match=complaint):
        authority_of(words)
