"""`tandem sync --dry-run` shows the difference and the requests; --apply takes one plan and its digest."""

import pytest

from service.application.preview_digest import Moved
from service.application.preview_sync import ApplySync, LeftOut, Preview, WouldWait
from service.console.exit_codes import ExitCode
from service.ports.ehr import Request, Unavailable
from service.ports.storage import ConnectionMode, Unknown
from service.sync.difference import Difference, GroupDifference
from service.sync.report import Done, Standing
from service.sync.words import GroupWords
from tests.unit.console.running import Desk, a_preview

GOAL = {"resourceType": "Goal", "description": {"text": "Sleep"}}
UPDATE = Request(method="PUT", url="Goal/7", headers={"If-Match": 'W/"2"'}, body=GOAL)
BUNDLE = Request(
    method="POST",
    url="",
    headers={},
    body={
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": GOAL, "request": {"method": "POST", "url": "Goal"}},
            {"resource": GOAL, "request": {"method": "PUT", "url": "Goal/7", "ifMatch": 'W/"2"'}},
        ],
    },
)
WORDS = GroupWords(
    group="target", agreed=("due: May",), ours=("due: June",), theirs=("due: July",), changed=()
)


def changed(*, new: bool = False, groups: tuple[GroupDifference, ...] | None = None) -> Difference:
    said = GroupDifference(group="description", before=("description: Rest",), after=("description: Sleep",))
    told = (said,) if groups is None else groups
    return Difference(resource_type="Goal", item_id="goal-1", name="Sleep", new=new, groups=told)


def full(plan_id: str) -> Preview:
    waiting = WouldWait(
        resource_type="Goal", item_id="goal-2", reference="Goal/8", cause="same-group", words=(WORDS,)
    )
    vanished = WouldWait(
        resource_type="Flag", item_id="flag-1", reference="Flag/1", cause="vanished", words=()
    )
    return a_preview(
        plan_id,
        mode=ConnectionMode.READ_ONLY,
        standing=Standing.PARTLY,
        next_revision=4,
        chart=(changed(), changed(new=True), changed(groups=())),
        plan=(changed(),),
        inbox=(waiting, vanished),
        left=(LeftOut(resource_type="Task", item_id="task-1", done=Done.WITHHELD, reason="not ours"),),
        requests=(UPDATE, BUNDLE),
    )


def test_over_two_quiet_sides_a_dry_run_ends_with_0(desk: Desk) -> None:
    said = desk.type("sync", "a", "--dry-run")
    assert (said.code, desk.installation.commands) == (ExitCode.DONE, [])
    assert said.out.splitlines() == [
        "a revision 3: 0 requests, then in-step",
        "digest: 3.a.b.c.d.e.f",
    ]


def test_a_clinician_reads_the_difference_and_an_engineer_the_requests(desk: Desk) -> None:
    desk.installation.previewing = full
    said = desk.type("sync", "a", "--dry-run")
    assert said.code == ExitCode.WORK_LEFT
    for words in (
        "the connection is read-only",
        "The chart would say",
        "new Goal",
        "links alone",
        "The plan would say, as revision 4",
        "A person would have to decide",
        "due: July",
        "vanished",
        "not ours",
        '1. PUT /Goal/7, If-Match: W/"2"\n   {"resourceType":"Goal","description":{"text":"Sleep"}}',
        "2. POST /\n   a transaction of 2, all or none:\n   2.1 POST /Goal, for: urn:uuid:1\n",
        '   2.2 PUT /Goal/7, If-Match: W/"2"\n',
    ):
        assert words in said.out


def test_a_machine_reads_the_same(desk: Desk) -> None:
    desk.installation.previewing = full
    (told,) = desk.type("sync", "a", "--dry-run", "--json").document["previews"]
    assert told["requests"][0] == {
        "method": "PUT", "url": "Goal/7", "headers": {"If-Match": 'W/"2"'}, "body": GOAL,
    }  # fmt: skip
    assert told["chart"][0]["groups"][0]["after"] == ["description: Sleep"]
    assert told["inbox"][0]["words"][0]["theirs"] == ["due: July"]
    assert (told["digest"], told["mode"], told["left"][0]["done"]) == (
        "3.a.b.c.d.e.f", "read-only", "withheld",
    )  # fmt: skip


def test_a_plan_that_cannot_be_previewed_says_why_and_the_others_go_on(desk: Desk) -> None:
    desk.installation.previewing = lambda one: Unknown("plan", one) if one == "a" else a_preview(one)
    said = desk.type("sync", "a", "b", "--dry-run", "--json")
    assert said.code == ExitCode.NOT_FOUND
    assert [("error" in one) for one in said.document["previews"]] == [True, False]
    assert "there is no plan a" in desk.type("sync", "a", "b", "--dry-run").err


def test_after_an_ehr_that_is_away_the_next_plan_is_not_tried(desk: Desk) -> None:
    desk.installation.previewing = lambda _: Unavailable("away")
    said = desk.type("sync", "a", "b", "--dry-run", "--json")
    assert said.code == ExitCode.EHR_UNAVAILABLE
    assert said.document["previews"][1] == {"plan_id": "b", "not_tried": True}
    assert "b: not tried" in desk.type("sync", "a", "b", "--dry-run").err


def test_an_unexpected_failure_shows_its_stack_when_it_is_asked_for(desk: Desk) -> None:
    desk.installation.previewing = lambda _: RuntimeError("Ada")
    said = desk.type("sync", "a", "--dry-run")
    assert (said.code, "Ada" in said.err) == (ExitCode.UNEXPECTED, False)
    assert "Ada" in desk.type("sync", "a", "--dry-run", "--debug").err


def test_a_dry_run_is_on_the_trail(desk: Desk) -> None:
    desk.type("sync", "a", "--dry-run")
    assert [one.operation for one in desk.installation.storage.kept.audit] == ["sync preview"]


def test_a_digest_is_applied_to_its_plan(desk: Desk) -> None:
    assert desk.type("sync", "a", "--apply", "3.a").code == ExitCode.DONE
    assert desk.installation.commands == [ApplySync(plan_id="a", digest="3.a")]


def test_what_moved_is_said_with_a_digest_of_now(desk: Desk) -> None:
    def moved(_: str) -> None:
        raise Moved(["Goal/7"], "4.b")

    desk.installation.pushing = moved
    said = desk.type("sync", "a", "--apply", "3.a")
    assert said.code == ExitCode.CONFLICT
    assert "this moved: Goal/7; a preview now has 4.b" in said.err


@pytest.mark.parametrize("words", [("a", "b"), ("--all",), ("a", "--dry-run"), ()])
def test_apply_is_for_one_plan_alone(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("sync", *words, "--apply", "3.a").code == ExitCode.USAGE
