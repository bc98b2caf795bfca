"""Laws of findings on any plan: pure, blind to what was not shared, grounded, the same for the same."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.findings.case import Snapshot
from service.domain.findings.finding import Finding
from service.domain.findings.judging import judge
from service.domain.findings.registry import BY_ID
from service.domain.plan import LIST_GROUPS, Plan, items, with_items
from tests.builders import a_journal_entry, a_warning_sign, day, moment
from tests.scenarios.test_vignettes import TABLE
from tests.strategies import plans

DAYS = st.integers(-40, 400).map(day)
SITUATIONS = st.sampled_from(list(TABLE.values()))
FEWER = settings(max_examples=25)
SOME = settings(max_examples=100)


def ids(plan: Plan) -> set[str]:
    held = {one.id for group in LIST_GROUPS for one in items(plan, group)} | {plan.id, plan.patient.id}
    return held | ({plan.check_ins.id} if plan.check_ins else set())


@FEWER
@given(plans(), plans(), DAYS)
def test_any_plan_can_be_judged_and_stays_as_it_was(before: Plan, plan: Plan, today: Any) -> None:
    past = (Snapshot(plan=replace(before, id=plan.id), day=today), Snapshot(plan=plan, day=today))
    copy = replace(plan)
    found = judge(plan, today, past=past)
    assert plan == copy
    assert found == judge(plan, today, past=past)
    for one in found:
        assert one.rule in BY_ID
        assert one.evidence, "a finding without evidence is an opinion"
        assert set(one.items) <= ids(plan)
        assert all(
            getattr(plan, each.group, None) is not None or each.group == "plan" for each in one.evidence
        )
    assert len({one.key for one in found}) == len(found)


@FEWER
@given(plans(), DAYS)
def test_what_is_not_shared_changes_no_finding(plan: Plan, today: Any) -> None:
    without = replace(plan, journal=tuple(one for one in plan.journal if one.shared))
    assert judge(plan, today) == judge(without, today)
    assert "UNSHARED" not in str(judge(plan, today))


@SOME
@given(SITUATIONS, st.integers(0, 60))
def test_an_entry_that_is_not_shared_changes_no_finding_of_any_situation(situation: Any, count: int) -> None:
    sign = a_warning_sign(id="their-own")
    told = replace(situation.plan, warning_signs=(*situation.plan.warning_signs, sign))
    secret = a_journal_entry(id="secret", written_at=moment(count), warning_signs=("their-own",), mood=0)
    for past in (situation.history, ()):
        kept = judge(replace(told, journal=(*told.journal, secret)), day(situation.on), past=past)
        assert kept == judge(told, day(situation.on), past=past)
        assert "secret" not in str(kept)


@SOME
@given(SITUATIONS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_entered_changes_nothing(situation: Any, chance: Any) -> None:
    plan = situation.plan
    for group in set(LIST_GROUPS) - {"phases"}:  # phases follow one another
        members = list(items(plan, group))
        chance.shuffle(members)
        plan = with_items(plan, group, tuple(members))
    today = day(situation.on)
    assert judge(plan, today, past=situation.history) == judge(situation.plan, today, past=situation.history)


@SOME
@given(SITUATIONS, st.integers(0, 10))
def test_the_same_evidence_gives_the_same_finding_on_another_day(situation: Any, later: int) -> None:
    def found(on: int) -> dict[str, Finding]:
        return {one.key: one for one in judge(situation.plan, day(on), past=situation.history)}

    now, then = found(situation.on), found(situation.on + later)
    assert all(now[key] == then[key] for key in now.keys() & then.keys())


@SOME
@given(SITUATIONS)
def test_no_finding_proposes_a_dose_or_an_end_of_a_medicine(situation: Any) -> None:
    for one in judge(situation.plan, day(situation.on), past=situation.history):
        proposal = one.proposal
        if proposal is not None:
            said = " ".join((proposal.says, *proposal.steps)).lower()
            assert not any(word in said for word in (" mg", "increase the dose", "stop the", "reduce the"))


def test_evidence_that_is_taken_back_withdraws_its_finding() -> None:
    for situation in TABLE.values():
        for one in judge(situation.plan, day(situation.on), past=situation.history):
            for piece in one.evidence:
                plan = mistaken(situation.plan, piece.group, piece.item)
                if plan is not None:
                    after = judge(plan, day(situation.on), past=situation.history)
                    assert one.key not in {each.key for each in after}, (one.rule, piece)


def mistaken(plan: Plan, group: str, item: str) -> Plan | None:
    """The plan with one item entered in error, None where that is no status of the item."""
    if group not in ("scores", "medications", "sessions", "adherence", "side_effects", "journal"):
        return None
    held = items(plan, group)
    status = next(one for one in held if one.id == item).status
    wrong = next(one for one in type(status) if one.value == "entered-in-error")
    return with_items(
        plan, group, tuple(replace(one, status=wrong) if one.id == item else one for one in held)
    )
