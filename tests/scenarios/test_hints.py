"""Notifications are hints: what they wake, what they cannot do, and that nothing is lost without them."""

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.application.chart_run import ReadOnly
from service.application.hear_hint import Hint, NotHeard, hear_hint
from service.application.subscribe import (
    SubscribePorts,
    end_subscriptions,
    list_subscriptions,
    subscribe,
)
from service.domain.values import Invalid
from service.ports.ehr import Rejected
from service.ports.storage import ConnectionMode
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming
from service.sync.feed import KINDS
from tests.property.two_sided import FIELDS
from tests.scenarios.clinic import Answering, Clinic
from tests.scenarios.polled import in_step
from tests.scenarios.two_sides import GOAL

ADDRESS = "http://tandem.test:8080"


class Office:
    """Who subscribes: random tokens that are none, and a patience that is counted."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.numbers = count(1)
        self.pauses: list[float] = []

    @property
    def ports(self) -> SubscribePorts:
        return SubscribePorts(
            run=self.clinic.ports,
            random_hex=lambda size: f"{next(self.numbers):0{2 * size}x}",
            pause=self.pauses.append,
        )

    def subscribe(self, endpoint: str = ADDRESS) -> tuple[Any, ...]:
        return subscribe(endpoint, ports=self.ports)

    def token(self) -> str:
        return str(self.clinic.all("Subscription")[0]["channel"]["endpoint"]).rpartition("/")[2]

    def hear(self, **hint: Any) -> None:
        hear_hint(Hint(**{"token": self.token(), **hint}), ports=self.clinic.plans)

    def poll_asked(self) -> bool:
        with self.clinic.storage.begin(write=False) as work:
            return work.due.poll_asked("default") is not None


@pytest.fixture
def office() -> Office:
    made = Office(in_step())
    made.subscribe()
    made.clinic.poll()
    return made


def test_subscribing_registers_each_kind_once_and_sees_them_become_active(office: Office) -> None:
    found = office.subscribe()
    assert {one.status for one in found} == {"active"}
    watched = {one.criteria for one in found}
    assert watched == {f"{kind}?" for kind in KINDS - {"Practitioner", "PractitionerRole", "Provenance"}}
    assert len(office.clinic.all("Subscription")) == len(watched)
    assert {one.endpoint for one in found} == {ADDRESS}, "nobody is shown the token"
    assert office.pauses == []


def test_what_was_subscribed_carries_no_resource_and_a_token_that_only_the_server_has(office: Office) -> None:
    channels = [one["channel"] for one in office.clinic.all("Subscription")]
    assert [one for one in channels if "payload" in one] == []
    assert office.token() not in str(vars(office.clinic.storage.kept))


def test_subscriptions_end_and_their_token_with_them(office: Office) -> None:
    token = office.token()
    found = end_subscriptions(ports=office.ports)
    assert {one.status for one in found} == {"off"}
    assert {one["status"] for one in office.clinic.all("Subscription")} == {"off"}
    with pytest.raises(NotHeard):
        office.hear(token=token)
    assert list_subscriptions(ports=office.ports) == ()
    office.subscribe()
    assert {one.status for one in list_subscriptions(ports=office.ports)} == {"active"}


def test_another_address_replaces_the_first(office: Office) -> None:
    office.subscribe("https://tandem.example/")
    by_status = {one.endpoint: one.status for one in list_subscriptions(ports=office.ports)}
    assert by_status == {ADDRESS: "off", "https://tandem.example": "active"}
    office.subscribe("https://tandem.example")
    assert by_status == {one.endpoint: one.status for one in list_subscriptions(ports=office.ports)}


def test_a_subscription_that_the_server_gave_up_is_asked_for_again(office: Office) -> None:
    (first, *_) = office.clinic.all("Subscription")
    office.clinic.edit(f"Subscription/{first['id']}", status="error", error="no route to host")
    (told,) = [one for one in list_subscriptions(ports=office.ports) if one.error]
    assert (told.status, told.error) == ("error", "no route to host")
    assert {one.status for one in office.subscribe()} == {"active"}


def idle(answer: Answering, incoming: Incoming) -> Answer:
    given = answer(incoming)
    if incoming.segments == ("Subscription",) and incoming.method == "GET" and given.body:
        entries = [
            {**one, "resource": {**one["resource"], "status": "requested"}}
            for one in given.body.get("entry", [])
        ]
        return Answer(status=given.status, body={**given.body, "entry": entries}, headers=given.headers)
    return given


def test_a_server_that_never_makes_them_active_is_waited_for_and_told_on() -> None:
    office = Office(in_step())
    office.clinic.spoil = idle
    assert {one.status for one in office.subscribe()} == {"requested"}
    assert len(office.pauses) == 30


def test_others_subscriptions_are_left_alone(office: Office) -> None:
    other = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "somebody else's",
        "criteria": "Goal?",
        "channel": {"type": "rest-hook", "endpoint": f"{ADDRESS}/hooks/fhir/{'0f' * 32}"},
    }
    address = office.clinic.made(other)
    odd = office.clinic.made({**other, "channel": {"type": "websocket"}})
    end_subscriptions(ports=office.ports)
    held = {f"Subscription/{one['id']}": one["status"] for one in office.clinic.all("Subscription")}
    assert held[address] == "active"
    assert held[odd] == "requested"


@pytest.mark.parametrize("mode", [ConnectionMode.READ_ONLY, ConnectionMode.SHADOW])
def test_a_connection_that_does_not_write_subscribes_nothing(mode: ConnectionMode) -> None:
    office = Office(Clinic(mode=mode))
    with pytest.raises(ReadOnly):
        office.subscribe()
    assert office.clinic.all("Subscription") == []


def test_a_server_that_takes_no_subscription_is_polled() -> None:
    office = Office(Clinic(shape=Shape(writable=frozenset({"Goal"}))))
    with pytest.raises(Rejected):
        office.subscribe()


@pytest.mark.parametrize(
    "endpoint",
    ["", "tandem.test", "ftp://tandem.test", "http://me:pw@tandem.test", "http://x?y=1", "http://[x"],
)
def test_an_endpoint_is_an_address_and_no_more(endpoint: str) -> None:
    with pytest.raises(Invalid):
        Office(Clinic()).subscribe(endpoint)


@pytest.mark.parametrize("token", ["", "x", "0f" * 32])
def test_nobody_else_is_heard(office: Office, token: str) -> None:
    with pytest.raises(NotHeard):
        office.hear(token=token)
    assert not office.poll_asked()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'"x"',
        b'{"resourceType": 7}',
        b"null",
        b'{"resourceType": "Goal"}',
        b"a=b",
    ],
)
def test_whatever_comes_asks_for_a_poll(office: Office, body: bytes) -> None:
    office.hear(body=body)
    assert office.poll_asked()
    assert office.clinic.due == ()


def test_a_hint_that_names_a_linked_resource_wakes_its_plan(office: Office) -> None:
    office.hear(reference=office.clinic.address(GOAL))
    assert office.clinic.due == (office.clinic.plan.id,)
    assert ("default", office.clinic.plan.id) in office.clinic.storage.kept.jobs
    assert not office.poll_asked()


def test_a_body_that_names_a_bound_patient_wakes_the_plans_of_that_patient(office: Office) -> None:
    (patient,) = [one for one in office.clinic.all("Patient") if one.get("identifier")]
    visit = {
        "resourceType": "Appointment",
        "id": "new",
        "participant": [{"actor": {"reference": f"Patient/{patient['id']}"}}],
    }
    office.hear(body=json.dumps(visit).encode())
    assert office.clinic.due == (office.clinic.plan.id,)


def test_a_hint_that_leads_nowhere_asks_for_a_poll(office: Office) -> None:
    office.hear(reference="Goal/unknown")
    assert office.poll_asked()


def test_nothing_that_a_hint_says_is_believed(office: Office) -> None:
    """A forged resource wakes a pass, which reads the chart itself and finds it as it was."""
    clinic = office.clinic
    forged = {**clinic.of(GOAL), "description": {"text": "forged"}, "meta": {"versionId": "99"}}
    office.hear(body=json.dumps(forged).encode())
    assert clinic.due == (clinic.plan.id,)
    revision = clinic.editor.expected
    assert clinic.sync().writes == 0
    assert (clinic.editor.expected, clinic.due) == (revision, ())


def test_the_echo_of_our_own_write_wakes_nothing(office: Office) -> None:
    held = office.clinic.of(GOAL)
    office.hear(reference=office.clinic.address(GOAL), body=json.dumps(held).encode())
    assert (office.clinic.due, office.poll_asked()) == ((), False)


def test_each_edit_of_the_clinic_is_told_and_leads_to_a_look(office: Office) -> None:
    clinic = office.clinic
    clinic.notified.clear()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    (told,) = clinic.notified
    assert (told.method, told.body) == ("POST", b"")
    office.hear(token=told.url.rpartition("/")[2], body=told.body)
    assert office.poll_asked()
    clinic.poll()
    clinic.sync()
    assert clinic.head().goals[0].description == "their words"
    assert not office.poll_asked()


EDITS = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=6)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    rounds=st.lists(EDITS, min_size=1, max_size=2),
    minutes=st.lists(st.sampled_from([0, 1, 5]), min_size=2, max_size=2),
    shape=st.sampled_from([Shape(), Shape(history=False)]),
)
def test_with_every_notification_dropped_the_next_poll_finds_every_change(
    rounds: list[list[str]], minutes: list[int], shape: Shape
) -> None:
    clinic = in_step(shape=shape)
    numbers = count(1)
    for names, wait in zip(rounds, minutes, strict=False):
        said = {}
        for name in names:
            field = FIELDS[name]
            held = clinic.of(field.key)
            clinic.edit(clinic.address(field.key), **field.edit(held, next(numbers)))
            said[name] = field.there(clinic.of(field.key))
        clinic.later(minutes=wait)
        report = clinic.poll()
        assert report.changed >= len({FIELDS[name].key for name in names})
        assert clinic.due == (clinic.plan.id,)
        clinic.sync()
        assert {name: FIELDS[name].here(clinic.head()) for name in said} == said
