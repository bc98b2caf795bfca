from dataclasses import replace

import pytest

from service.ports.cards import CardAnswer, CardOutcome, ShownCard
from service.ports.sightings import WHOLE_PLAN, Sighting
from service.ports.storage import Storage, Unknown
from tests.builders import PSYCHIATRIST, THERAPIST, a_participant, a_plan, an_appointment
from tests.contract.storage.samples import NOON, a_revision, later

CARD = ShownCard(id="card-1", plan_id="plan-1", rule="risk-item", finding="key", shown_at=NOON)
ANSWER = CardAnswer(
    id="answer-1",
    card_id="card-1",
    outcome=CardOutcome.OVERRIDDEN,
    answered_at=NOON,
    content={"comment": "Seen"},
)
SEEN = Sighting(plan_id="plan-1", who="n.okafor", item_id=WHOLE_PLAN, revision=3, seen_at=NOON)


def test_a_card_keeps_the_moment_when_it_was_shown_first(storage: Storage) -> None:
    for shown_at in (NOON, later(9)):
        with storage.begin() as work:
            work.cards.shown([replace(CARD, shown_at=shown_at)])
            work.commit()
    with storage.begin(write=False) as work:
        assert work.cards.get("card-1") == CARD
        with pytest.raises(Unknown, match="card nobody's"):
            work.cards.get("nobody's")


def test_the_answers_to_a_card_come_back_each_once(storage: Storage) -> None:
    second = replace(ANSWER, id="answer-2", outcome=CardOutcome.ACCEPTED, answered_at=later(-1), content={})
    with storage.begin() as work:
        for one in (ANSWER, second, ANSWER):
            work.cards.answer(one)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.cards.answers("card-1") == (second, ANSWER)
        assert work.cards.answers("card-2") == ()


def test_what_somebody_has_seen_never_goes_back(storage: Storage) -> None:
    note = replace(SEEN, item_id="note-1", who="b")
    with storage.begin() as work:
        for one in (SEEN, replace(SEEN, revision=2, seen_at=later(5)), note):
            work.sightings.put(one)
        work.sightings.put(replace(SEEN, plan_id="plan-2"))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.sightings.of_plan("plan-1") == (note, SEEN)
    with storage.begin() as work:
        work.sightings.put(replace(SEEN, revision=4, seen_at=later(8)))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.sightings.of_plan("plan-1")[-1].revision == 4


def meeting(*people: str) -> dict[str, object]:
    return {"appointments": (an_appointment(participants=tuple(a_participant(person=p) for p in people)),)}


def test_the_plans_that_somebody_has_appointments_in_are_found_by_the_person(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision(a_plan(id="plan-2", **meeting(THERAPIST.id, PSYCHIATRIST.id))))
        work.plans.add(a_revision(a_plan(id="plan-1", **meeting(THERAPIST.id))))
        work.plans.add(a_revision(a_plan(id="plan-3")))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.plans.appointed(THERAPIST.id) == ("plan-1", "plan-2")
        assert work.plans.appointed(PSYCHIATRIST.id) == ("plan-2",)
        assert work.plans.appointed("nobody") == ()
    with storage.begin() as work:
        work.plans.append(a_revision(a_plan(id="plan-2", **meeting(PSYCHIATRIST.id)), number=2), expected=1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.plans.appointed(THERAPIST.id) == ("plan-1",)
