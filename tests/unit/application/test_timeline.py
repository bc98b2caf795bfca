"""The story as somebody may see it, and its drawing."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from service.application.directory import add_person
from service.application.keep_plan import create_plan, replace_plan
from service.application.ports import Editor, PlanPorts
from service.application.read_timeline import Story, read_timeline
from service.application.score_chart import score_chart
from service.domain.measure import ItemAnswer, Measure
from service.domain.revision import Origin, changed_groups
from service.domain.score_series import score_series
from service.domain.therapy import RequestStatus
from service.domain.timeline import EventKind, timeline
from service.ports.storage import Unknown
from tests.builders import (
    DIRECTORY,
    PSYCHIATRIST,
    a_journal_entry,
    a_phase,
    a_plan,
    a_score,
    moment,
    the_full_plan,
    uid,
)
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ports():
    made = PlanPorts(storage=MemoryStorage(), clock=StillClock())
    for person in DIRECTORY.values():
        add_person(person, ports=made)
    create_plan(the_full_plan(), author=PSYCHIATRIST.id, ports=made)
    return made


def from_chart(ports, plan, groups=None):
    with ports.storage.begin() as work:
        head = work.plans.head(plan.id)
        found = groups or changed_groups(head.plan, plan)
        revision = replace(
            head, number=head.number + 1, plan=plan, groups=found, origin=Origin.EHR, author="ehr:default"
        )
        work.plans.append(revision, expected=head.number)
        work.commit()


def story(ports, *, whole=False) -> Story:
    return read_timeline(uid("plan"), whole=whole, ports=ports)


def of(told: Story, kind):
    return [one for one in told.events if one.kind is kind]


def test_a_plan_that_nobody_knows_has_no_story(ports):
    with pytest.raises(Unknown):
        read_timeline("nobody", whole=False, ports=ports)


def test_only_its_patient_reads_an_entry_that_is_not_shared(ports):
    mine, others = of(story(ports, whole=True), EventKind.JOURNAL), of(story(ports), EventKind.JOURNAL)
    assert (len(mine), len(others)) == (2, 1)
    assert "UNSHARED" not in repr(story(ports))


def test_a_revision_that_touched_only_an_unshared_entry_is_told_to_its_patient_alone(ports):
    plan = the_full_plan()
    entry = a_journal_entry(id="kept", side_effects="UNSHARED-tired", shared=False)
    from_chart(ports, replace(plan, journal=(*plan.journal, entry)))
    assert of(story(ports), EventKind.CHART_CHANGE) == []
    assert len(of(story(ports, whole=True), EventKind.CHART_CHANGE)) == 1


def test_what_the_chart_changed_is_told_by_its_revision(ports):
    from_chart(ports, replace(the_full_plan(), title="Renamed there"))
    (event,) = of(story(ports), EventKind.CHART_CHANGE)
    assert (event.title, event.revision, event.by) == ("Changed in the chart: title", 2, ("ehr:default",))


def test_what_a_person_changed_is_told_where_the_plan_does_not_keep_it(ports):
    paused = replace(the_full_plan(), status=RequestStatus.ON_HOLD)
    for number, plan in enumerate((paused, replace(paused, title="x")), start=1):
        editor = Editor(author="n.okafor", expected=number, sees_unshared=True)
        replace_plan(plan, editor=editor, ports=ports)
    (event,) = of(story(ports), EventKind.PLAN)
    assert (event.title, event.by) == ("The plan becomes on-hold", ("n.okafor",))


def test_a_long_story_is_read_to_its_end(ports, monkeypatch):
    monkeypatch.setattr("service.application.read_timeline._PAGE", 2)
    for number in range(5):
        from_chart(ports, replace(the_full_plan(), title=f"Title {number}"))
    assert len(of(story(ports), EventKind.CHART_CHANGE)) == 5


def drawing(plan):
    told = Story(plan=plan, events=timeline(plan), series=score_series(plan))
    return ElementTree.fromstring(score_chart(told))  # noqa: S314  our own


RISKY = a_score(id="risk", value=12, taken_at=moment(20), items=(ItemAnswer(item=9, value=1),))
LATER = a_score(id="later", value=8, taken_at=moment(40))


def test_the_drawing_has_a_panel_for_each_measure_and_a_mark_for_each_score():
    who = a_score(id="who", measure=Measure.WHO_5, value=40)
    svg = drawing(a_plan(scores=(a_score(), RISKY, LATER, who)))
    assert len(svg.findall(f".//{SVG}g")) == 2
    assert len(svg.findall(f".//{SVG}circle")) == 3
    assert len(svg.findall(f".//{SVG}polygon")) == 1


def test_the_drawing_is_told_to_those_who_hear_it():
    svg = drawing(a_plan(scores=(RISKY,)))
    assert svg.get("role") == "img"
    named = {svg.find(f"{SVG}{name}").get("id") for name in ("title", "desc")}
    assert set(svg.get("aria-labelledby").split()) == named
    assert "12 on 2024-03-24 (needs a clinician's assessment)" in svg.find(f"{SVG}desc").text
    assert "prefers-color-scheme:dark" in svg.find(f"{SVG}style").text


def test_scores_lie_between_the_lowest_and_highest_of_their_measure():
    low, high = a_score(value=0), a_score(id="high", value=27, taken_at=moment(9))
    dots = drawing(a_plan(scores=(low, high))).findall(f".//{SVG}circle")
    assert [(float(one.get("cx")), float(one.get("cy"))) for one in dots] == [(64, 96), (696, 0)]


def test_a_change_of_dose_or_balance_is_marked_with_its_words_escaped():
    phase = a_phase(start=moment(10).date(), end=None, evidence=(), reason="<script>")
    svg = drawing(a_plan(scores=(a_score(), LATER), phases=(phase,)))
    marks = [one.find(f"{SVG}title").text for one in svg.findall(f".//{SVG}line[@class='change']")]
    assert marks == ["2024-03-14: Balance: balanced"]


def test_a_plan_without_scores_has_a_drawing_that_says_so():
    svg = drawing(a_plan())
    assert svg.find(f"{SVG}text").text == svg.find(f"{SVG}desc").text == "There are no scores yet."
