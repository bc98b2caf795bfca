"""Tokens are given out once, what the operator does is written down, and open addresses want tokens."""

import socket

import pytest

from service.console.exit_codes import ExitCode
from service.domain.plan import Plan
from service.ports.access import AuditFilter, Caller, Doubt, Entrance, Outcome, Role
from service.ports.storage import StorageUnavailable
from tests.builders import DIRECTORY, the_full_plan
from tests.contract.storage.samples import a_revision
from tests.fakes.storage import MemoryStorage
from tests.unit.console.running import Desk, FakeInstallation

PLAN = the_full_plan()


@pytest.fixture
def plan(desk: Desk) -> Plan:
    with desk.installation.storage.begin() as work:
        for person in DIRECTORY.values():
            work.people.put(person)
        work.plans.add(a_revision(PLAN))
        work.commit()
    return PLAN


def entries(desk: Desk) -> list[tuple[str, Outcome, int, str | None]]:
    with desk.installation.storage.begin(write=False) as work:
        found = work.audit.page(AuditFilter(), limit=99)
    assert {(one.who, one.role, one.entrance) for one in found} <= {
        ("cli:operator", "operator", Entrance.CONSOLE)
    }
    return [(one.operation, one.outcome, one.status, one.plan_id) for one in reversed(found)]


def test_a_token_is_shown_once_on_standard_output_and_never_again(desk: Desk) -> None:
    said = desk.type("token", "add", "ward-3", "--role", "reader", "--expires", "7")
    assert said.code == ExitCode.DONE
    text = said.out.strip()
    assert text.startswith("tandem_0a")
    assert text not in said.err
    assert "ward-3, reader, until 2026-03-09" in said.err
    listed = desk.type("token", "list").out + desk.type("token", "list", "--json").out
    assert "ward-3" in listed
    assert text.rpartition("_")[2] not in listed + repr(desk.installation.storage.kept)


def test_a_token_is_told_in_json_with_its_end(desk: Desk, plan: Plan) -> None:
    told = desk.type("token", "add", "app-7", "--role", "patient", "--plan", plan.id, "--json").document
    assert (told["role"], told["plan_id"], told["created_by"]) == ("patient", plan.id, "cli:operator")
    assert told["expires_at"] == "2027-03-02T09:00:00+00:00"
    recognised = desk.installation.recognise(told["token"])
    assert recognised == Caller(subject="app-7", role=Role.PATIENT, entrance=Entrance.TOKEN, plan_id=plan.id)


def test_a_revoked_token_opens_nothing_and_is_listed_as_such(desk: Desk) -> None:
    told = desk.type("token", "add", "ward-3", "--role", "reader", "--json").document
    assert desk.type("token", "revoke", told["id"]).out == f"revoked token {told['id']} of ward-3\n"
    assert "revoked 2026-03-02" in desk.type("token", "list").out
    assert desk.installation.recognise(told["token"]) is Doubt.REVOKED


BAD = {
    "a patient without a plan": (("add", "app-7", "--role", "patient"), ExitCode.REFUSED),
    "a plan for a reader": (("add", "ward-3", "--role", "reader", "--plan", PLAN.id), ExitCode.REFUSED),
    "a plan that is not there": (("add", "app-7", "--role", "patient", "--plan", "no"), ExitCode.NOT_FOUND),
    "a name that is none": (("add", "Maja Lin", "--role", "reader"), ExitCode.REFUSED),
    "a role that is none": (("add", "ward-3", "--role", "owner"), ExitCode.USAGE),
    "no role": (("add", "ward-3"), ExitCode.USAGE),
    "no days": (("add", "ward-3", "--role", "reader", "--expires", "0"), ExitCode.USAGE),
    "a token that is none": (("revoke", "none"), ExitCode.NOT_FOUND),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_token_is_refused_and_none_is_kept(desk: Desk, plan: Plan, name: str) -> None:
    words, code = BAD[name]
    assert desk.type("token", *words).code == code
    assert desk.type("token", "list", "--json").document == {"tokens": []}


def test_the_trail_says_which_token_was_given_and_which_revoked(desk: Desk) -> None:
    told = desk.type("token", "add", "ward-3", "--role", "reader", "--json").document
    desk.type("token", "revoke", told["id"])
    found = desk.type("audit", "--json").document["entries"]
    assert [one["item_id"] for one in found[:2]] == [told["id"], "ward-3"]
    assert "ward-3" in desk.type("audit").out


def test_a_name_is_given_once(desk: Desk) -> None:
    desk.type("token", "add", "ward-3", "--role", "reader")
    assert desk.type("token", "add", "ward-3", "--role", "clinician").code == ExitCode.CONFLICT


def test_every_command_that_reads_or_changes_leaves_its_entry(desk: Desk, plan: Plan) -> None:
    desk.type("plan", "list")
    desk.type("plan", "show", plan.id)
    desk.type("plan", "export", plan.id)
    desk.type("validate", plan.id)
    desk.type("plan", "show", "nope")
    desk.type("push", plan.id)
    desk.type("token", "add", "ward-3", "--role", "reader")
    desk.type("audit")
    assert entries(desk) == [
        ("plan list", Outcome.DONE, 0, None),
        ("plan show", Outcome.DONE, 0, plan.id),
        ("plan export", Outcome.DONE, 0, plan.id),
        ("validate", Outcome.DONE, 0, plan.id),
        ("plan show", Outcome.REFUSED, 5, None),
        ("push", Outcome.BEGUN, 0, plan.id),
        ("push", Outcome.DONE, 0, plan.id),
        ("token add", Outcome.DONE, 0, None),
        ("audit", Outcome.DONE, 0, None),
    ]


class OutOfOrder(MemoryStorage):
    """Fails when it is written to."""

    def begin(self, *, write: bool = True):
        if write:
            raise StorageUnavailable("the disk of the database is full")
        return super().begin(write=write)


def test_what_cannot_be_written_down_is_not_shown(desk: Desk, plan: Plan) -> None:
    kept = desk.installation.storage.kept
    desk.installation = FakeInstallation(storage=OutOfOrder())
    desk.installation.storage.kept = kept
    said = desk.type("plan", "show", plan.id)
    assert (said.code, said.out) == (ExitCode.STORAGE_UNAVAILABLE, "")
    assert desk.type("plan", "show", "nope").code == ExitCode.NOT_FOUND


def test_a_failure_of_ours_is_no_refusal(desk: Desk, plan: Plan) -> None:
    def failing(plan_id: str):
        raise LookupError(plan_id)

    desk.installation.pushing = failing
    desk.type("push", plan.id)
    assert entries(desk)[-1] == ("push", Outcome.FAILED, ExitCode.UNEXPECTED, plan.id)


def test_the_trail_is_shown_page_by_page_and_narrowed(desk: Desk, plan: Plan) -> None:
    for _ in range(3):
        desk.type("plan", "show", plan.id)
    first = desk.type("audit", "--limit", "2", "--plan", plan.id, "--json").document
    assert [one["operation"] for one in first["entries"]] == ["plan show", "plan show"]
    rest = desk.type("audit", "--plan", plan.id, "--after", str(first["next"]), "--json").document
    assert ([one["operation"] for one in rest["entries"]], rest["next"]) == (["plan show"], None)
    shown = desk.type("audit", "--limit", "1", "--since", "2026-03-02T09:00:00Z").out
    assert "cli:operator" in shown
    assert "more: tandem audit --after" in shown
    assert desk.type("audit", "--since", "2030-01-01T00:00:00Z", "--json").document["entries"] == []
    assert desk.type("audit", "--since", "yesterday").code == ExitCode.USAGE


def test_who_acted_for_whom_is_shown_and_requests_without_identity_are_counted(desk: Desk) -> None:
    now = desk.installation.plans.clock.now()
    with desk.installation.storage.begin() as work:
        work.audit.count_refused(now, "readPlan", Doubt.MISSING)
        work.commit()
    counted = desk.type("audit", "--refused", "1", "--json").document["refused"]
    assert [(one["operation"], one["doubt"], one["count"]) for one in counted] == [("readPlan", "missing", 1)]
    assert "missing" in desk.type("audit", "--refused", "1").out


@pytest.fixture
def port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


class Served(Exception):
    """The service would run now."""


def serve(desk: Desk, monkeypatch: pytest.MonkeyPatch, *words: str):
    def served(make: object, address: tuple[str, int], **settings: object) -> None:
        raise Served(address[0])

    monkeypatch.setattr("service.console.serve.serve_with_gunicorn", served)
    return desk.type("serve", *words, "--debug")


def test_an_address_for_others_is_served_when_everybody_is_asked_and_it_has_a_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    everywhere = ("--host", "0.0.0.0", "--port", port)  # noqa: S104  what is tried here
    assert "log in" in serve(desk, monkeypatch, *everywhere).err
    desk.installation.asks_who = True
    assert "TANDEM_ALLOWED_HOSTS" in serve(desk, monkeypatch, *everywhere).err
    desk.installation.hosts = frozenset({"tandem.example"})
    assert "Served: 0.0.0.0" in serve(desk, monkeypatch, *everywhere).err


def test_a_loopback_address_needs_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    for asks_who in (False, True):
        desk.installation.asks_who = asks_who
        assert "Served: 127.0.0.2" in serve(desk, monkeypatch, "--host", "127.0.0.2", "--port", port).err
