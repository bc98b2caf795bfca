"""Every error that a use case may raise has its exit code; the unexpected tells nothing of a patient."""

import inspect

import pytest

import service.api.errors
import service.ports.ehr
import service.ports.sealing
import service.ports.storage
import service.ports.upkeep
from service.application.preview_digest import Moved
from service.application.push_plan import PatientBusy, ReadOnly
from service.console.errors import told
from service.console.exit_codes import ExitCode
from service.console.installation import ChartUnusable, NoEhr, WrongSetting
from service.console.preparation import NotUpgraded
from service.domain.values import Invalid, Problem
from service.fhir.json import NotJson
from service.fhir.outcome import OutcomeIssue, Severity
from service.ports.ehr import (
    Contended,
    Denied,
    EhrError,
    Gone,
    Missing,
    NotFhir,
    Rejected,
    SeveralMatch,
    Stale,
    Throttled,
    Unavailable,
    Unforeseen,
    UnknownOutcome,
)
from service.ports.sealing import (
    BadKeys,
    Damaged,
    KeyLacking,
    KeyRetired,
    KeysUnfit,
    NotSealed,
    WrongKey,
)
from service.ports.storage import (
    Outdated,
    Pinned,
    StorageBusy,
    StorageError,
    StorageUnavailable,
    Superseded,
    Taken,
    Unknown,
)
from service.ports.upkeep import BackupError, BadBackup, NewerBackup, NotEmpty
from service.sync.barrier import Barred
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish
from tests.unit.console.running import Desk

CODES = [
    (Invalid([Problem("goals[0].due", "is before its start")]), ExitCode.REFUSED),
    (NotJson("no JSON at line 1, column 2"), ExitCode.REFUSED),
    (Unknown("plan", "p"), ExitCode.NOT_FOUND),
    (Taken("plan", "p"), ExitCode.CONFLICT),
    (Superseded(3), ExitCode.CONFLICT),
    (Outdated("person", "p"), ExitCode.CONFLICT),
    (Pinned("default", "identifier_system"), ExitCode.CONFLICT),
    (PatientBusy("busy"), ExitCode.CONFLICT),
    (MassVanish(4, 12), ExitCode.CONFLICT),
    (ServerReset("older versions"), ExitCode.CONFLICT),
    (Contended("409"), ExitCode.CONFLICT),
    (Stale("409"), ExitCode.CONFLICT),
    (SeveralMatch("412"), ExitCode.CONFLICT),
    (Unavailable("away"), ExitCode.EHR_UNAVAILABLE),
    (UnknownOutcome("cut"), ExitCode.EHR_UNAVAILABLE),
    (Throttled("429"), ExitCode.EHR_UNAVAILABLE),
    (Rejected("422"), ExitCode.EHR_REFUSES),
    (Denied("401"), ExitCode.EHR_REFUSES),
    (NotFhir("html"), ExitCode.EHR_REFUSES),
    (Missing("404"), ExitCode.EHR_REFUSES),
    (Gone("410"), ExitCode.EHR_REFUSES),
    (StorageUnavailable("locked"), ExitCode.STORAGE_UNAVAILABLE),
    (KeysUnfit("keys"), ExitCode.STORAGE_UNAVAILABLE),
    (BadKeys("no file"), ExitCode.STORAGE_UNAVAILABLE),
    (KeyLacking("2026-01"), ExitCode.STORAGE_UNAVAILABLE),
    (WrongKey("2026-01"), ExitCode.STORAGE_UNAVAILABLE),
    (KeyRetired("2026-01"), ExitCode.STORAGE_UNAVAILABLE),
    (NotSealed("revisions.document of p/1"), ExitCode.STORAGE_UNAVAILABLE),
    (Damaged("revisions.document of p/1"), ExitCode.STORAGE_UNAVAILABLE),
    (BackupError("full"), ExitCode.REFUSED),
    (BadBackup("cut"), ExitCode.REFUSED),
    (NewerBackup("9999"), ExitCode.REFUSED),
    (NotEmpty("plans"), ExitCode.REFUSED),
    (StorageBusy("locked"), ExitCode.STORAGE_UNAVAILABLE),
    (NotUpgraded("old"), ExitCode.STORAGE_UNAVAILABLE),
    (ReadOnly("read-only"), ExitCode.USAGE),
    (Moved(("revision",), "1.a"), ExitCode.CONFLICT),
    (Barred("writing is stopped"), ExitCode.USAGE),
    (Unforeseen("a write that was not shown"), ExitCode.EHR_UNAVAILABLE),
    (NoEhr("none"), ExitCode.USAGE),
    (WrongSetting("TANDEM_PORT"), ExitCode.USAGE),
    (ChartUnusable("chart.db"), ExitCode.USAGE),
    (RuntimeError("Ada Sample, born 1990"), ExitCode.UNEXPECTED),
]  # fmt: skip


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda one: type(one).__name__)
def test_each_error_has_the_exit_code_of_its_reaction(error: Exception, code: ExitCode) -> None:
    assert told(error).code is code
    assert told(error).document["error"]["exit_code"] == code


def test_no_error_of_a_port_and_none_of_the_api_is_left_without_a_code() -> None:
    ports = (service.ports.ehr, service.ports.sealing, service.ports.storage, service.ports.upkeep)
    raised = {
        one
        for port in ports
        for _, one in inspect.getmembers(port, inspect.isclass)
        if issubclass(one, (EhrError, StorageError, BackupError)) and one not in (EhrError, StorageError)
    }
    # Nobody is asked on the command line who they are, and no command carries an Idempotency-Key.
    elsewhere = ("service.api", "service.ports.access", "service.application.answer_once")
    of_the_api = {one for one in service.api.errors.TABLE if not one.__module__.startswith(elsewhere)}
    assert raised | of_the_api <= {type(error) for error, _ in CODES} | {EhrError, Exception}


def test_a_refusal_names_each_field_on_a_line_of_its_own() -> None:
    said = told(Invalid([Problem("title", "is empty"), Problem("", "must be an object")]))
    assert said.text.splitlines() == [
        "refused: 2 problem(s)",
        "  title: is empty",
        "  the input: must be an object",
    ]
    assert said.document["error"]["problems"][0] == {"field": "title", "reason": "is empty"}


def test_the_words_of_a_server_stay_out_of_errors() -> None:
    issue = OutcomeIssue(severity=Severity.ERROR, code="invalid", diagnostics="Ada Sample is wrong")
    assert "Ada" not in told(Rejected("create at Patient: the server answers 422", issues=[issue])).text


def test_an_unexpected_error_tells_its_kind_and_place_and_never_its_words(desk: Desk) -> None:
    def failing(plan_id: str) -> None:
        raise LookupError(f"Ada Sample in {plan_id}")

    desk.installation.storage.begin = failing  # type: ignore[assignment,method-assign]  # the fault under test
    for words in (("plan", "show", "plan-1"), ("--json", "plan", "show", "plan-1")):
        said = desk.type(*words)
        assert said.code == ExitCode.UNEXPECTED
        assert "TypeError" in said.out + said.err
        assert "Ada" not in said.out + said.err
        assert "Traceback" not in said.out + said.err
    assert "Traceback" in desk.type("plan", "show", "plan-1", "--debug").err


def test_a_person_is_told_a_hundred_problems_and_how_many_there_are() -> None:
    said = told(Invalid([Problem(f"goals[{number}]", "must be an object") for number in range(1000)]))
    assert said.words == "refused: 1000 problem(s)"
    assert len(said.problems) == len(said.document["error"]["problems"]) == 100
