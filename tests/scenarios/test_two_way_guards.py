"""What a pass must not take for an edit: an emptied chart, a chart of nobody, and what left the plan."""

from dataclasses import replace

import pytest

from service.domain.people import Role
from service.domain.team import TeamMember
from service.mapping.references import Key
from service.sandbox.wire import Answer, Incoming
from service.sync.reconciliation import Cause
from service.sync.report import SETTLED, Done, Standing
from service.sync.two_way import MassVanish
from tests.builders import DIRECTORY, a_person, the_full_plan, uid
from tests.scenarios.clinic import Answering, Clinic, of
from tests.scenarios.two_sides import FLAG, GOAL, ORDER, PLAN, item, of_chart, of_item


def agreed(**connection) -> Clinic:
    clinic = Clinic(the_full_plan(), **connection)
    clinic.sync()
    return clinic


def take_away(clinic: Clinic, *keys) -> None:
    for key in keys:
        assert clinic.ask("DELETE", clinic.address(key)).status == 200


def empty(clinic: Clinic) -> None:
    """Deletes all that nobody refers to, until nothing more can be deleted."""
    people = {"Patient", "Practitioner"}
    while 200 in [
        clinic.ask("DELETE", f"{one['resourceType']}/{one['id']}").status
        for one in clinic.all()
        if one["resourceType"] not in people
    ]:
        continue


def test_a_chart_that_looks_emptied_stops_the_pass_before_anything_is_done() -> None:
    clinic = agreed()
    empty(clinic)
    clinic.revise(item("goals", description="our words")(clinic.head()))
    number, before = clinic.editor.expected, list(clinic.store.history())
    with pytest.raises(MassVanish):
        clinic.sync()
    assert (clinic.editor.expected, clinic.inbox) == (number, ())
    assert list(clinic.store.history()) == before


def test_without_a_patient_in_the_chart_nothing_is_taken_in_or_sent() -> None:
    clinic = Clinic(the_full_plan(), sandbox=False)
    report = clinic.sync()
    assert report.standing is Standing.PARKED
    assert clinic.writes == []
    assert (clinic.inbox, clinic.editor.expected) == ((), 1)


def test_a_resource_that_speaks_of_another_patient_is_neither_read_nor_written() -> None:
    clinic = agreed()
    other = clinic.made({"resourceType": "Patient", "name": [{"family": "Other"}]})
    clinic.edit(clinic.address(GOAL), subject={"reference": other}, description={"text": "of somebody else"})
    clinic.revise(item("goals", description="our words")(clinic.head()))
    clinic.sync()
    assert [one.cause for one in clinic.inbox] == [Cause.OTHER_PATIENT]
    assert of_item("goals", "description")(clinic.head()) == "our words"
    assert of_chart(GOAL, "description", "text")(clinic) == "of somebody else"


def test_who_left_the_plan_is_in_nobodys_way() -> None:
    """A Practitioner that no item names any more was agreed on once, and is looked at no longer."""
    guest = a_person(id=uid("guest"), family_name="Guest", identifiers=())
    clinic = Clinic(the_full_plan(), people={**DIRECTORY, guest.id: guest})
    member = TeamMember(id=uid("team-9"), role=Role.PRESCRIBER, person=guest.id)
    team = (*clinic.head().care_team, member)
    clinic.sync(replace(clinic.head(), care_team=team))
    assert Key("Practitioner", guest.id) in {one.key for one in clinic.sync().items}
    left = replace(clinic.head(), care_team=team[:-1])
    report = clinic.sync(left)
    assert report.standing is Standing.IN_STEP
    assert clinic.inbox == ()
    assert clinic.sync().writes == 0


def test_what_left_the_plan_is_left_as_the_chart_has_it() -> None:
    clinic = agreed()
    address = clinic.address(FLAG)
    clinic.edit(address, code={"text": "their words"})
    clinic.sync(replace(clinic.head(), flags=()))
    assert clinic.head().flags == ()
    assert clinic.ask("GET", address).body["code"] == {"text": "their words"}


def without_search_by_id(answer: Answering, incoming: Incoming) -> Answer:
    """Says that no type can be searched by `_id`, and refuses such a search."""
    given = answer(incoming)
    if incoming.segments == ("metadata",):
        (rest,) = given.body["rest"]
        types = [
            {**one, "searchParam": [p for p in one.get("searchParam", []) if p["name"] != "_id"]}
            for one in rest["resource"]
        ]
        return replace(given, body={**given.body, "rest": [{**rest, "resource": types}]})
    assert incoming.method != "GET" or "_id" not in dict(incoming.query)
    return given


def test_where_no_search_by_id_is_offered_each_resource_is_read() -> None:
    clinic = Clinic(the_full_plan())
    clinic.spoil = without_search_by_id
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="their title")
    take_away(clinic, FLAG)
    clinic.edit(clinic.address(ORDER), note=[{"text": "by hand"}])
    report = clinic.sync()
    assert clinic.head().title == "their title"
    assert of(report, FLAG).done not in SETTLED
    assert of(report, ORDER).done in SETTLED | {Done.UNCHANGED}
