"""A server that went back behind what it answered before stops everything, and nothing of it is an edit."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.application.halting import accept_server
from service.mapping.references import Key
from service.sandbox.wire import Answer, Incoming
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish
from tests.builders import a_plan, the_full_plan, uid
from tests.scenarios.clinic import Answering, Clinic, answering
from tests.scenarios.foreign import PATIENT, answer, causes, quiet
from tests.scenarios.test_two_way_guards import empty
from tests.scenarios.two_sides import item, of_item

GOAL, PLAN = Key("Goal", uid("goals-0")), Key("CarePlan", uid("plan"))


def agreed() -> Clinic:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    return clinic


def restored() -> Clinic:
    """The server is set back to before our last edits of a goal: an older version, older words.

    One edit alone would look like a write that was answered and never made.
    """
    clinic = agreed()
    before = clinic.of(GOAL)
    for words in ("other words", "our words"):
        clinic.revise(item("goals", description=words)(clinic.head()))
        clinic.sync()
    clinic.spoil = with_older(before)
    return clinic


def test_a_search_that_lags_behind_is_no_server_that_went_back() -> None:
    clinic = agreed()
    clinic.revise(item("goals", description="our words")(clinic.head()))
    clinic.sync()
    clinic.arm("stale-search versions=2")
    number = clinic.editor.expected
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.editor.expected == number
    assert clinic.of(GOAL)["description"]["text"] == "our words"


def test_once_a_server_is_accepted_silence_of_ours_can_be_chosen_against_their_words() -> None:
    clinic = agreed()
    visit = Key("Appointment", uid("appointments-0"))
    clinic.revise(item("appointments", comment=None)(clinic.head()))
    clinic.sync()
    accept_server("default", ports=clinic.plans)
    clinic.edit(clinic.address(visit), comment="their words")
    clinic.sync()
    answer(clinic, Cause.RESTORED, "ours")
    assert clinic.sync().standing is Standing.IN_STEP
    quiet(clinic)
    assert "comment" not in clinic.of(visit)


def without_etag(given: Answer) -> dict[str, str]:
    return {name: one for name, one in given.headers.items() if name.lower() != "etag"}


def with_older(resource: dict[str, Any]) -> Any:
    """Answers with an older version of one resource, as a server does that was restored from a backup."""

    def spoiled(answer_: Answering, incoming: Incoming) -> Answer:
        given = answer_(incoming)
        if incoming.method != "GET" or given.body is None:
            return given
        return replace(given, body=_older(given.body, resource), headers=without_etag(given))

    return spoiled


def _older(body: Any, resource: dict[str, Any]) -> Any:
    if body.get("resourceType") == "Bundle":
        entries = [{**one, "resource": _older(one["resource"], resource)} for one in body.get("entry", [])]
        return {**body, "entry": entries} if entries else body
    return resource if body.get("id") == resource["id"] else body


def test_a_restored_server_stops_the_connection_before_anything_is_done() -> None:
    clinic = restored()
    number, history = clinic.editor.expected, len(list(clinic.store.history()))
    with pytest.raises(ServerReset, match="older versions"):
        clinic.sync()
    assert (clinic.editor.expected, len(list(clinic.store.history())), clinic.inbox) == (number, history, ())
    clinic.spoil = lambda answer_, incoming: answer_(incoming)
    for attempt in (clinic.sync, clinic.push):
        with pytest.raises(ServerReset):
            attempt()
        assert clinic.asked == [], "nothing passes over a halted connection, whatever the server says now"


def test_accepted_what_the_server_lost_waits_for_a_person_and_is_not_taken_for_an_edit() -> None:
    clinic = restored()
    first_words = of_item("goals", "description")(the_full_plan())
    with pytest.raises(ServerReset):
        clinic.sync()
    accepted = accept_server("default", ports=clinic.plans)
    assert accepted.reason is not None
    assert accepted.doubted > 0
    clinic.spoil = lambda answer_, incoming: answer_(incoming)
    clinic.edit(clinic.address(GOAL), description={"text": first_words})
    clinic.sync()
    assert of_item("goals", "description")(clinic.head()) == "our words"
    assert {(one.cause, one.item_id) for one in clinic.inbox} == {(Cause.RESTORED, GOAL.item)}
    answer(clinic, Cause.RESTORED, "ours")
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(GOAL)["description"]["text"] == "our words"
    quiet(clinic)


def test_a_server_that_was_emptied_and_set_up_again_is_no_merged_patient() -> None:
    clinic = agreed()
    clinic.spoil = gone({"Patient", "CarePlan"})
    with pytest.raises(ServerReset, match="both gone"):
        clinic.sync()


def gone(kinds: set[str]) -> Any:
    def spoiled(answer_: Answering, incoming: Incoming) -> Answer:
        kind = incoming.segments[0]
        if incoming.method == "GET" and kind in kinds and len(incoming.segments) > 1:
            return answering("GET", kind, 404)(answer_, incoming)
        return answer_(incoming)

    return spoiled


def test_a_patient_of_an_older_version_is_no_edit_of_the_patient() -> None:
    clinic = agreed()
    before = clinic.of(PATIENT)
    clinic.edit(clinic.address(PATIENT), address=[{"city": "Bergen"}])
    clinic.sync()
    clinic.spoil = with_older(before)
    with pytest.raises(ServerReset, match="patient"):
        clinic.sync()


def test_resources_that_became_others_are_no_edits() -> None:
    clinic = agreed()
    for key in (GOAL, PLAN):
        clinic.edit(clinic.address(key), identifier=None)
    with pytest.raises(ServerReset, match="other resources"):
        clinic.sync()


def test_versions_that_are_no_numbers_are_told_by_their_time() -> None:
    clinic = agreed()
    clinic.spoil = with_versions(lambda text: f"v-{text}", timedelta(0))
    clinic.sync()
    clinic.spoil = with_versions(lambda text: f"w-{text}", timedelta(minutes=-5))
    clinic.sync()
    clinic.spoil = with_versions(lambda text: f"x-{text}", timedelta(hours=-3))
    with pytest.raises(ServerReset):
        clinic.sync()


def with_versions(name: Any, step: timedelta) -> Any:
    """Answers with other names of versions, and with other times."""

    def renamed(body: Any) -> Any:
        if body.get("resourceType") == "Bundle":
            return {
                **body,
                "entry": [{**one, "resource": renamed(one["resource"])} for one in body.get("entry", [])],
            }
        meta = body.get("meta", {})
        if "versionId" not in meta:
            return body
        updated = datetime.fromisoformat(meta["lastUpdated"]) + step
        return {
            **body,
            "meta": {**meta, "versionId": name(meta["versionId"]), "lastUpdated": updated.isoformat()},
        }

    def spoiled(answer_: Answering, incoming: Incoming) -> Answer:
        given = answer_(incoming)
        if incoming.method != "GET" or given.body is None or incoming.segments == ("metadata",):
            return given
        return replace(given, body=renamed(given.body), headers=without_etag(given))

    return spoiled


class Told:
    """What a server says of itself, beside what it can do."""

    def __init__(self, clinic: Clinic) -> None:
        self.stated: dict[str, Any] = {
            "implementation": {"url": "https://ehr.test/fhir", "description": "x"},
            "software": {"name": "A server", "version": "8.8.0"},
        }
        clinic.spoil = self

    def __call__(self, answer_: Answering, incoming: Incoming) -> Answer:
        given = answer_(incoming)
        if incoming.segments == ("metadata",) and given.body is not None:
            return replace(given, body={**given.body, **self.stated})
        return given


ANOTHER = pytest.mark.parametrize(
    "changes",
    [
        {"implementation": {"url": "https://another.test/fhir", "description": "x"}},
        {"software": {"name": "Another"}},
    ],
    ids=["implementation", "software"],
)


@ANOTHER
def test_another_server_at_the_address_stops_the_connection(changes: dict[str, Any]) -> None:
    clinic = Clinic(a_plan())
    told = Told(clinic)
    clinic.sync()
    clinic.later(days=2)
    told.stated["software"] = {"name": "A server", "version": "8.9.1"}
    clinic.sync()
    clinic.later(days=2)
    told.stated |= changes
    with pytest.raises(ServerReset):
        clinic.sync()
    accept_server("default", ports=clinic.plans)
    assert clinic.sync().standing is Standing.IN_STEP
    quiet(clinic)


@ANOTHER
def test_a_poll_that_meets_another_server_stops_the_connection_for_good(changes: dict[str, Any]) -> None:
    clinic = Clinic(a_plan())
    told = Told(clinic)
    clinic.sync()
    clinic.poll()
    usual = dict(told.stated)
    clinic.later(days=2)
    told.stated |= changes
    with pytest.raises(ServerReset):
        clinic.poll()
    told.stated = usual  # whoever answers now, a person has not looked yet
    with pytest.raises(ServerReset):
        clinic.sync()
    accept_server("default", ports=clinic.plans)
    assert clinic.sync().standing is Standing.IN_STEP
    quiet(clinic)


def test_a_chart_that_was_emptied_with_a_persons_word_is_told_and_nothing_is_made_again() -> None:
    clinic = agreed()
    empty(clinic)
    with pytest.raises(MassVanish, match="accept-reset"):
        clinic.sync()
    accept_server("default", ports=clinic.plans)
    left = len(clinic.all())
    clinic.sync()
    assert causes(clinic) == {Cause.VANISHED}
    assert len(clinic.all()) == left
    quiet(clinic)


def test_accepting_what_was_never_halted_only_compares_anew() -> None:
    clinic = agreed()
    assert accept_server("default", ports=clinic.plans).reason is None
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()
    quiet(clinic)
