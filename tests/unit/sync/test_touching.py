"""Only what we mean otherwise is written; what the chart spells in its own way stays."""

from service.fhir.json import JsonObject
from service.sync.touching import touched_only

HELD = {"resourceType": "CarePlan", "status": "active", "note": [{"text": "theirs"}], "title": "Old"}
BEFORE = {"resourceType": "CarePlan", "status": "draft", "title": "Old", "intent": "plan"}


def touched(after: JsonObject, body: JsonObject | None = None, **more: frozenset[str]) -> JsonObject:
    return touched_only({**HELD, **after, **(body or {})}, HELD, before=BEFORE, after=after, **more)


def test_an_element_that_we_mean_as_before_stays_as_the_chart_has_it() -> None:
    assert touched({**BEFORE, "title": "New"}) == {**HELD, "title": "New"}


def test_an_element_that_means_the_same_in_other_digits_is_not_touched() -> None:
    before = {"resourceType": "Goal", "startDate": "2025-01-01", "note": [{"time": "2025-01-01T00:00:00Z"}]}
    after = {**before, "note": [{"time": "2025-01-01T01:00:00+01:00"}]}
    held = {"resourceType": "Goal", "note": [{"time": "2025"}]}
    assert touched_only({**held, **after}, held, before=before, after=after) == held


def test_an_element_that_we_no_longer_mean_is_as_our_rendering_has_it() -> None:
    after = {name: one for name, one in BEFORE.items() if name != "title"}
    body = {name: one for name, one in HELD.items() if name != "title"}
    assert touched_only(body, HELD, before=BEFORE, after=after) == body


def test_an_extension_of_a_primitive_goes_with_it() -> None:
    before = {"resourceType": "Appointment", "start": "a", "_start": {"extension": [{"url": "zone"}]}}
    held = {"resourceType": "Appointment", "start": "a", "_start": {"extension": [{"url": "theirs"}]}}
    after = {**before, "start": "b"}
    made = touched_only({**held, **after}, held, before=before, after=after)
    assert (made["start"], made["_start"]) == ("b", {"extension": [{"url": "zone"}]})


def test_what_the_server_lost_is_sent_again() -> None:
    after = {**BEFORE, "title": "New"}
    assert touched(after, lost=frozenset({"CarePlan.status"}))["status"] == "draft"


def test_an_order_is_written_whole() -> None:
    held = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    before = {"resourceType": "MedicationRequest", "status": "active", "intent": "plan"}
    after = {**before, "status": "completed"}
    assert touched_only({**held, **after}, held, before=before, after=after) == {**held, **after}
