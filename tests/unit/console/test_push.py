"""`tandem push`: each plan gets its report, and the shell learns the gravest that a person must react to."""

from collections.abc import Callable

import pytest

from service.application.push_plan import PatientBusy, ReadOnly
from service.console.exit_codes import ExitCode
from service.console.reports import push_document
from service.fhir.outcome import OutcomeIssue, Severity
from service.mapping.references import Key
from service.ports.ehr import Unavailable
from service.ports.storage import Unknown
from service.sync.report import Done, ItemReport, PushReport, Standing
from tests.builders import DIRECTORY, a_plan
from tests.unit.console.running import Desk, a_report


def answers(**by_plan: object) -> Callable[[str], PushReport]:
    def push(plan_id: str) -> PushReport:
        said = by_plan[plan_id]
        if isinstance(said, Exception):
            raise said
        return a_report(plan_id, said)

    return push


@pytest.mark.parametrize(
    ("said", "code", "tried"),
    [
        ((Done.CREATED, Done.UNCHANGED), ExitCode.DONE, 2),
        ((Done.CONFLICT, Done.UNCHANGED), ExitCode.WORK_LEFT, 2),
        ((Unknown("plan", "a"), Done.REJECTED), ExitCode.NOT_FOUND, 2),
        ((Done.REJECTED, PatientBusy("busy")), ExitCode.CONFLICT, 2),
        ((Unavailable("away"), Done.CREATED), ExitCode.EHR_UNAVAILABLE, 1),
        ((ReadOnly("no"), Done.CREATED), ExitCode.USAGE, 1),
        ((RuntimeError("Ada"), Done.CREATED), ExitCode.UNEXPECTED, 1),
    ],
)
def test_the_first_failure_decides_and_hopeless_ones_end_the_run(
    desk: Desk, said: tuple[object, object], code: ExitCode, tried: int
) -> None:
    desk.installation.pushing = answers(a=said[0], b=said[1])
    ended = desk.type("push", "a", "b", "--json")
    assert ended.code == code
    pushes = ended.document["pushes"]
    assert [one["plan_id"] for one in pushes] == ["a", "b"]
    assert sum("not_tried" not in one for one in pushes) == tried
    spoken = desk.type("push", "a", "b")
    assert spoken.code == code
    assert "Ada" not in spoken.out + spoken.err
    assert ("b: not tried" in spoken.err) is (tried == 1)


def test_a_plan_that_is_named_twice_is_pushed_once(desk: Desk) -> None:
    assert len(desk.type("push", "a", "a", "--json").document["pushes"]) == 1


@pytest.mark.parametrize("words", [(), ("a", "--all")])
def test_plans_are_named_or_all_are_meant(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("push", *words).code == ExitCode.USAGE


def test_all_means_every_plan_of_every_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.console.push._PAGE", 2)
    for n in range(5):
        assert kept(desk, f"plan-{n}")
    said = desk.type("push", "--all", "--json")
    assert [one["plan_id"] for one in said.document["pushes"]] == [f"plan-{n}" for n in range(5)]
    assert said.code == ExitCode.DONE


def kept(desk: Desk, plan_id: str) -> bool:
    from service.application.load_plan import load_plan  # noqa: PLC0415  beside its only use

    people = DIRECTORY.values()
    return bool(load_plan(a_plan(id=plan_id), people, author="x", ports=desk.installation.plans))


def test_a_report_tells_the_servers_words_with_their_paths() -> None:
    issue = OutcomeIssue(
        severity=Severity.ERROR, code="invalid", diagnostics="no such code", expression=("Goal.code",)
    )
    items = (
        ItemReport(key=Key("Goal", "g"), done=Done.REJECTED, reason="refused", issues=(issue,)),
        ItemReport(
            key=Key("Flag", "f"),
            done=Done.NOT_KEPT,
            reference="Flag/1",
            version="2",
            not_kept=("Flag.period",),
        ),
    )
    report = PushReport(
        plan_id="p", revision=2, connection_id="default", standing=Standing.PARTLY, items=items
    )
    said = push_document(report)
    assert said["items"][0]["issues"][0]["expression"] == ["Goal.code"]
    assert said["items"][1]["not_kept"] == ["Flag.period"]
    assert said["items"][1]["version"] == "2"


def test_a_spoken_report_tells_what_is_left_and_only_counts_the_rest(desk: Desk) -> None:
    desk.installation.pushing = lambda plan_id: a_report(
        plan_id, Done.CREATED, Done.UNCHANGED, Done.UNCHANGED, Done.MANUAL_ENTRY
    )
    said = desk.type("push", "p")
    assert "partly, 1 writes (1 created, 1 manual-entry, 2 unchanged)" in said.out
    assert "goal-0" in said.out
    assert "goal-3" in said.out
    assert "goal-1" not in said.out
