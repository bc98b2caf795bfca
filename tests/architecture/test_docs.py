"""What the docs name is there: files, commands, settings, doors, words of reports, the order of a push."""

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest
import yaml
from flask import Flask

from service.api.guard import OPEN
from service.application.access import GRANTS, Permission
from service.console.commands import tandem
from service.domain.dosing import NewDose, change_dose
from service.ports.access import Role
from service.ports.storage import LinkState
from service.sandbox.control import EVENTS, open_control
from service.sandbox.faults.knobs import KNOBS
from service.sandbox.faults.notation import SCOPE
from service.sandbox.faults.scope import Interaction
from service.sandbox.faults.server import FaultyServer
from service.sandbox.server import FhirServer
from service.sandbox.store import MemoryStore
from service.settings import Settings, secret_variables
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.architecture.sources import ROOT, tracked_files
from tests.builders import PSYCHIATRIST, a_dosage_step, a_plan, day, mg, uid
from tests.contract.fhir_server.test_known_differences import DIFFERENCES
from tests.fakes.clock import CountingIds, StillClock
from tests.scenarios.clinic import Clinic

PAGES = [
    path
    for path in tracked_files()
    if path.suffix == ".md" and (path.parts[0] == "docs" or len(path.parts) == 1)
]
NAMES = [str(path) for path in PAGES]
FOLDERS = "service|tests|fhir_profiles|docs|docker|requirements|bench|\\.ci"
PATH = re.compile(rf"(?<![\w/.])(?:{FOLDERS})/[\w./*-]*\w")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
API = re.compile(r"http://127\.0\.0\.1:8080(/[^\s'\"]*)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(name: str) -> Iterator[list[str]]:
    """Give the words of each command that a page tells people to type, without settings before it."""
    for language, block in BLOCK.findall(text(name)):
        if language == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words.pop(0)
                if words:
                    yield words


def table(name: str, heading: str) -> Iterator[list[str]]:
    """Give the cells of the rows of the table whose first column has this heading."""
    found = re.search(rf"^\| {heading} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", text(name), re.M)
    assert found is not None, f"{name} has no table of {heading}"
    for line in found[1].splitlines():
        yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


@pytest.mark.parametrize("name", NAMES)
def test_every_path_and_link_leads_somewhere(name: str) -> None:
    page = text(name)
    links = [one for one in re.findall(r"\]\(([^)#]+)", page) if "://" not in one]
    assert [one for one in links if not (ROOT / name).parent.joinpath(one).exists()] == []
    assert [one for one in PATH.findall(page) if not list(ROOT.glob(one))] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_prose_is_one_sentence(name: str) -> None:
    prose = BLOCK.sub("", text(name)).splitlines()
    lines = [re.sub(r"^\d+\. ", "", line) for line in prose if not line.startswith(("|", "#"))]
    assert [line for line in lines if re.search(r"[.!?]\)? [A-Z]", line)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    typed = {words[1] for words in commands(name) if words[0] == "make"}
    said = set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)", text(name)))
    assert typed | said <= targets


@pytest.mark.parametrize("name", NAMES)
def test_every_tandem_command_exists_with_its_options(name: str) -> None:
    typed = [words for words in commands(name) if words[0] == "tandem"]
    typed += [shlex.split(one) for one in re.findall(r"`(tandem [^`]*)`", text(name))]
    assert [complaint for words in typed for complaint in unknown(words[1:])] == []


def unknown(words: list[str]) -> Iterator[str]:
    """Give the words of a command line that `tandem` would not know."""
    command: click.Command = tandem
    context = click.Context(tandem)
    values = iter(words)
    for word in values:
        if word.startswith("--"):
            option = next((one for one in command.params if word in one.opts), None)
            if isinstance(option, click.Option) and not option.is_flag and isinstance(command, click.Group):
                next(values, None)  # a group would take the option's value for a command
            if word not in {name for one in command.params for name in one.opts} | {"--help"}:
                yield f"{command.name} {word}"
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                yield f"{command.name} {word}"
                return
            command = found


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert list(unknown(["plan", "burn", "x"])) == ["plan burn"]
    assert list(unknown(["push", "--hard"])) == ["push --hard"]
    assert list(unknown(["plan", "list", "--status", "active", "--json"])) == []


def test_every_setting_has_its_row_with_its_default() -> None:
    defaults = {f"TANDEM_{one.name.upper()}": shown(one.default) for one in fields(Settings)}
    rows = {row[0]: row[1] for row in table("docs/howto/configure.md", "variable")}
    assert rows == defaults


def shown(default: Any) -> str:
    match default:
        case None:
            return "none"
        case bool():
            return str(default).lower()
        case _:
            return str(default)


def test_every_secret_has_its_twin_on_the_page() -> None:
    page = text("docs/howto/configure.md")
    assert [one for one in secret_variables() if f"`{one}_FILE`" not in page] == []


def test_the_page_on_security_has_the_table_of_roles_and_every_open_route() -> None:
    page = "docs/security.md"
    heading = re.search(r"^\| role \| (.*) \|$", text(page), re.M)
    assert heading is not None
    assert heading[1].split(" | ") == [one.value for one in Permission]
    rows = {row[0]: row[1:] for row in table(page, "role")}
    bound = {role: "own plan" if role is Role.PATIENT else "yes" for role in Role}
    assert rows == {
        role.value: [bound[role] if one in GRANTS[role] else "no" for one in Permission] for role in Role
    }
    assert [rule for rule in OPEN if f"`{rule}`" not in text(page)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_is_named_exists(name: str) -> None:
    known = {f"TANDEM_{one.name.upper()}" for one in fields(Settings)} | {"TANDEM_REQUIRE_SERVERS"}
    known |= {f"{one}_FILE" for one in secret_variables()}
    assert set(re.findall(r"TANDEM_[A-Z_]*[A-Z]", text(name))) <= known


@cache
def doors() -> tuple[str, ...]:
    """Give a pattern for each path of the API; reading them takes longer than any page."""
    paths = yaml.load(text("openapi.yaml"), Loader=yaml.CSafeLoader)["paths"]
    return tuple(re.sub(r"\{\w+\}", "[^/]+", path) for path in paths)


@pytest.mark.parametrize("name", NAMES)
def test_every_door_of_the_api_exists(name: str) -> None:
    asked = []
    for _, block in BLOCK.findall(text(name)):
        variables = dict(re.findall(r"^(\w+)=(http\S+)", block, re.M))
        for variable, value in variables.items():
            block = block.replace(f"${variable}", value)  # noqa: PLW2901  each variable in turn
        asked += API.findall(block)
    asked += re.findall(r"`(?:GET|POST|PUT|PATCH) (/(?!control/)[^`]*)`", text(name))
    assert [one for one in asked if not any(re.fullmatch(path, one) for path in doors())] == []


def test_every_word_of_a_report_is_explained() -> None:
    page = "docs/howto/push-to-hapi.md"
    assert [row[0] for row in table(page, "standing")] == [one.value for one in Standing]
    assert {row[0] for row in table(page, "done")} == {one.value for one in Done}


SANDBOX = "docs/howto/sandbox.md"


def test_the_sandbox_page_has_every_known_difference() -> None:
    rows = {row[0]: row[1:] for row in table("docs/howto/sandbox.md", "question")}
    assert rows == {name: answers(one) for name, one in DIFFERENCES.items()}


def test_the_sandbox_page_has_every_fault_with_what_it_takes_and_does() -> None:
    rows = {row[0]: [row[1].replace("`", ""), row[2].replace("`", "")] for row in table(SANDBOX, "fault")}
    takes = {
        name: ", ".join(one.replace("_", "-") for one in knob.takes) or "nothing"
        for name, knob in KNOBS.items()
    }
    assert rows == {name: [takes[name], knob.does.replace("`", "")] for name, knob in KNOBS.items()}
    assert list(rows) == list(KNOBS)


def test_the_sandbox_page_has_every_part_of_a_scope_and_every_interaction() -> None:
    rows = {row[0]: row[1] for row in table(SANDBOX, "scope")}
    assert sorted(rows) == sorted(SCOPE)
    assert re.findall(r"`([a-z]+)`", rows["interaction"] + "`") == list(Interaction)


def test_the_sandbox_page_has_every_control_door() -> None:
    app = Flask("control")
    open_control(app, FaultyServer(FhirServer(MemoryStore(), StillClock().now, CountingIds("r").new)))
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/control")]
    routes = {(method, rule.rule) for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    told = re.findall(r"`(GET|POST|DELETE) (/control/[\w/-]+)`", text(SANDBOX))
    matched = {
        (method, app.url_map.bind("x").match(path, method=method, return_rule=True)[0].rule)
        for method, path in told
    }
    assert matched == routes
    assert {path for _, path in told} >= {f"/control/{name}" for name in EVENTS}


def answers(one: Any) -> list[str]:
    return [*(said(answer) for answer in (one.hapi, one.sandbox)), one.reason]


def said(answer: object) -> str:
    match answer:
        case bool():
            return "yes" if answer else "no"
        case set():
            return ", ".join(sorted(map(str, answer)))
        case _:
            return str(answer)


def test_every_decision_is_in_the_index() -> None:
    decisions = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/adr").glob("0*.md")}
    rows = {}
    for name, page in decisions.items():
        title = page.partition("\n")[0].partition(". ")[2]
        status = re.findall(r"^Status: (.*)$", page, re.M)[0]
        rows[f"[{name[:4]}]({name})"] = [title, status]
    assert {row[0]: row[1:] for row in table("docs/adr/README.md", "number")} == rows


def test_what_is_new_waits_in_the_changelog() -> None:
    assert re.search(r"^## Unreleased$", text("CHANGELOG.md"), re.M)


# The first two steps lie above the use case: the command line and the composition root.
STEPS = re.findall(r"^\d+\. `(service/[\w/.]+)`", text("docs/architecture.md"), re.M)


def test_a_push_goes_through_the_files_in_the_order_of_the_page() -> None:
    clinic = Clinic(a_plan())
    clinic.push()
    (old,) = clinic.plan.medications
    decision = NewDose(
        order_id=old.id,
        new_order_id=uid("medications-1"),
        dosage=(a_dosage_step(dose=mg("100")),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day(42),
    )
    clinic.revise(change_dose(clinic.plan, decision))
    entered: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(ROOT)):
            entered.setdefault(str(Path(frame.f_code.co_filename).relative_to(ROOT)))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        report = clinic.push()
    finally:
        sys.setprofile(before)
    assert report.writes == 3
    assert [path for path in entered if path in STEPS] == STEPS[2:]


def test_the_manual_of_the_sync_has_every_cause_and_every_state() -> None:
    assert [row[0] for row in table("docs/sync.md", "cause")] == [cause.value for cause in by_manual()]
    assert {row[0] for row in table("docs/sync.md", "state")} == {state.value for state in LinkState}


def by_manual() -> list[Cause]:
    order = [row[0] for row in table("docs/sync.md", "cause")]
    return sorted(Cause, key=lambda cause: order.index(cause.value) if cause.value in order else len(order))
