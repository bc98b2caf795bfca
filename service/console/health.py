"""`tandem health`: does the database work, does the EHR answer, does a worker live, are people reached?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from service.application.backlog import Backlog
from service.application.unguarded import unguarded_types
from service.application.writing import WritingState, read_switch, state_of
from service.console.errors import told
from service.console.exit_codes import ExitCode
from service.console.group import Verb
from service.console.installation import Installation
from service.console.run import Run
from service.console.tables import page, table
from service.console.writing import words_of
from service.domain.alert import AlertState
from service.ports.ehr import Capabilities, EhrError
from service.ports.storage import StorageError
from service.ports.writing import Switch

# `tandem serve` looks every few seconds; what has been due for longer is carried by nobody.
_LATE = timedelta(minutes=2)
# More types than that are counted; `TANDEM_EHR_CAPABILITIES` is written type by type in any case.
_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one part of the installation does."""

    part: str
    code: ExitCode
    words: str


@click.command(cls=Verb)
@click.pass_obj
def health(run: Run) -> int:
    """Look at the database, the EHR, the worker, the switch of all writing, the alerts; changes nothing."""
    places = (_database, _ehr, _worker, _writing, _alerts)
    found = tuple(look(run.installation) for look in places)
    document = {one.part: {"ok": one.code is ExitCode.DONE, "message": one.words} for one in found}
    rows = [(one.part, "ok" if one.code is ExitCode.DONE else "not ok", one.words) for one in found]
    run.answer(document, lambda stream: page(stream).print(table("", ("part", "state", "what"), rows)))
    return max(one.code for one in found)


def _database(installation: Installation) -> Finding:
    try:
        current = installation.is_current()
        if current:
            installation.admit()
    except StorageError as error:
        said = told(error)
        return Finding(part="database", code=said.code, words=said.words)
    if current:
        words = "up to date" if installation.seals else "up to date, in the clear: a demo (TANDEM_KEYS_FILE)"
        return Finding(part="database", code=ExitCode.DONE, words=words)
    if installation.keeps_a_file:
        return Finding(
            part="database", code=ExitCode.DONE, words="the first command that needs it brings it up to date"
        )
    words = "has not this version's schema: run `tandem db upgrade`"
    return Finding(part="database", code=ExitCode.STORAGE_UNAVAILABLE, words=words)


def _writing(installation: Installation) -> Finding:
    try:
        switch = read_switch(installation.plans.storage) if installation.is_current() else Switch()
    except StorageError as error:
        said = told(error)
        return Finding(part="writing", code=said.code, words=said.words)
    state = state_of(switch, enabled=installation.writing)
    code = ExitCode.DONE if state is WritingState.ON else ExitCode.WORK_LEFT
    return Finding(part="writing", code=code, words=words_of(switch, state))


def _ehr(installation: Installation) -> Finding:
    if installation.ehr_url is None:
        return Finding(part="ehr", code=ExitCode.DONE, words="none is configured (TANDEM_EHR_URL)")
    try:
        offered = installation.ehr.capabilities()
    except EhrError as error:
        said = told(error)
        return Finding(part="ehr", code=said.code, words=said.words)
    words = f"{offered.software or 'a server'}, FHIR {offered.fhir_version}"
    return Finding(part="ehr", code=ExitCode.DONE, words=words + _unguarded(installation, offered))


def _unguarded(installation: Installation, offered: Capabilities) -> str:
    """Tell of what is read again just before it is written, as the server may not honour If-Match."""
    try:
        if not installation.is_current():
            return ""
        kinds = unguarded_types(offered, override=installation.override, ports=installation.plans)
    except StorageError:
        return ""  # which the database's own line tells
    named = ", ".join(kinds) if len(kinds) <= _NAMED else f"{len(kinds)} types"
    return f"; may not honour If-Match for {named}: read again just before each write" if kinds else ""


def _alerts(installation: Installation) -> Finding:
    """Tell of alerts that reach nobody; before the database works there is nothing to tell."""
    try:
        held = installation.alert_desk.standing() if installation.is_current() else None
    except StorageError as error:
        said = told(error)
        return Finding(part="alerts", code=said.code, words=said.words)
    complaints = [] if held is None else list(_complaints(held, installation.plans.clock.now()))
    if complaints:
        return Finding(part="alerts", code=ExitCode.WORK_LEFT, words="; ".join(complaints))
    return Finding(part="alerts", code=ExitCode.DONE, words="none waits longer than it may")


def _complaints(held: Backlog, now: datetime) -> Iterator[str]:
    lost = held.alerts.numbers.get(AlertState.UNDELIVERED, 0)
    if lost:
        yield f"{lost} alert(s) reach nobody: look at `tandem alerts list` and call the people"
    if held.alerts.due_since is not None and now - held.alerts.due_since > _LATE:
        yield f"nothing has carried alerts since {held.alerts.due_since:%Y-%m-%d %H:%M} UTC"
    if held.without_contacts:
        yield f"{held.without_contacts} active plan(s) name nobody whom an alert reaches"


def _worker(installation: Installation) -> Finding:
    if installation.ehr_url is None:
        return Finding(part="worker", code=ExitCode.DONE, words="there is nothing to do without an EHR")
    try:
        if not installation.is_current():
            return Finding(part="worker", code=ExitCode.DONE, words="waits for the database")
        for problem in installation.workshop.unattended():
            return Finding(part="worker", code=ExitCode.WORK_LEFT, words=problem.reason)
        words = f"{installation.workshop.alive()} alive"
    except StorageError as error:
        said = told(error)
        return Finding(part="worker", code=said.code, words=said.words)
    return Finding(part="worker", code=ExitCode.DONE, words=words)
