"""`tandem writing`: the one switch that stops all writing into charts."""

from typing import TextIO

import click

from service.application.writing import (
    WritingState,
    read_switch,
    resume_writing,
    state_of,
    stop_writing,
)
from service.console.exit_codes import ExitCode
from service.console.group import Noun
from service.console.installation import Installation
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import audited
from service.fhir.json import JsonObject
from service.ports.writing import Switch
from service.telemetry.events import WRITING_TURNED, emit


@click.group(cls=Noun)
def writing() -> None:
    """Stop all writing into charts, let it go on, see where it stands."""


@writing.command()
@click.option("--reason", required=True, help="Why, for whoever looks: one line, and nothing of a patient.")
@click.pass_obj
def stop(run: Run, reason: str) -> None:
    """Stop all writing into charts, in every process, before its next request.

    Reading goes on: edits of the chart still come in, and what is ours waits.
    """
    installation = prepare(run.installation)
    with audited(installation, "writing stop") as ports:
        switch = stop_writing(reason, by=installation.operator, ports=ports)
    _tell(run, installation, switch)


@writing.command()
@click.pass_obj
def resume(run: Run) -> None:
    """Let writing go on; the next pass over each plan writes what waits."""
    installation = prepare(run.installation)
    with audited(installation, "writing resume") as ports:
        switch = resume_writing(by=installation.operator, ports=ports)
    _tell(run, installation, switch)


@writing.command()
@click.pass_obj
def status(run: Run) -> int:
    """Tell whether writing is on, stopped, or off by TANDEM_WRITING; ends with 3 unless it is on."""
    installation = prepare(run.installation)
    with audited(installation, "writing status") as ports:
        switch = read_switch(ports.storage)
    _answer(run, installation, switch)
    state = state_of(switch, enabled=installation.writing)
    return ExitCode.DONE if state is WritingState.ON else ExitCode.WORK_LEFT


def words_of(switch: Switch, state: WritingState) -> str:
    """Return in words whether anything is written, since when and why."""
    match state:
        case WritingState.OFF:
            return "off by TANDEM_WRITING"
        case WritingState.STOPPED:
            return f"stopped by {switch.by} at {_moment(switch)}: {switch.reason}"
        case WritingState.ON:
            return "on" if switch.since is None else f"on, let go on by {switch.by} at {_moment(switch)}"


def _tell(run: Run, installation: Installation, switch: Switch) -> None:
    emit(installation.log, WRITING_TURNED, stopped=switch.stopped)
    _answer(run, installation, switch)


def _answer(run: Run, installation: Installation, switch: Switch) -> None:
    state = state_of(switch, enabled=installation.writing)

    def show(stream: TextIO) -> None:
        click.echo(f"writing is {words_of(switch, state)}", file=stream)

    run.answer(_document(switch, state), show)


def _document(switch: Switch, state: WritingState) -> JsonObject:
    return {"state": state.value, "reason": switch.reason, "by": switch.by, "since": _moment(switch)}


def _moment(switch: Switch) -> str | None:
    return None if switch.since is None else switch.since.isoformat()
