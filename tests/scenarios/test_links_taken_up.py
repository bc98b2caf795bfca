"""What the chart ties to something stays tied to it, and says so in the plan, once the plan takes that up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from service.domain.goal import GoalStatus
from service.mapping.references import Key
from service.sync.reconciliation import Cause
from tests.builders import an_appointment, the_full_plan
from tests.scenarios.added import a_resource, put_into_plan
from tests.scenarios.clinic import Clinic, attention
from tests.scenarios.foreign import FLUOXETINE, a_booking, an_order, answer, causes, chart_of, quiet
from tests.scenarios.test_offers import SOON, clinic_with
from tests.unit.intake.charts import to


def confirmed(clinic: Clinic) -> None:
    """A pass, a person confirms all that it offers, and another pass."""
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()


def a_goal_and_its_problem(clinic: Clinic) -> tuple[str, str]:
    """A goal of the chart, taken up, and the problem that it addresses, which is not."""
    problem = a_resource(clinic, "Condition")
    aim = a_resource(clinic, "Goal", addresses=[to(problem)])
    confirmed(clinic)
    return aim, problem


def test_a_problem_that_is_taken_up_later_comes_into_what_names_it_and_stays_there() -> None:
    clinic = clinic_with()
    problem = a_resource(clinic, "Condition")
    aim = a_resource(clinic, "Goal", addresses=[to(problem)])
    course = a_resource(clinic, "ServiceRequest", reasonReference=[to(problem)])
    order = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, reasonReference=[to(problem)])
    confirmed(clinic)
    put_into_plan(clinic, "addresses", to(problem))
    confirmed(clinic)
    plan = clinic.head()
    wanted = (plan.conditions[-1].id,)
    assert plan.goals[-1].addresses == plan.therapies[-1].reasons == plan.medications[-1].reasons == wanted
    assert clinic.inbox == ()
    quiet(clinic)
    clinic.change(goals=(*plan.goals[:-1], replace(plan.goals[-1], status=GoalStatus.ON_HOLD)))
    clinic.sync()
    assert chart_of(clinic, aim)["addresses"] == [to(problem)]
    assert chart_of(clinic, course)["reasonReference"] == [to(problem)]
    assert chart_of(clinic, order)["reasonReference"] == [to(problem)]
    quiet(clinic)


def test_a_link_that_comes_along_is_no_edit_and_disputes_nothing() -> None:
    clinic = clinic_with()
    aim, problem = a_goal_and_its_problem(clinic)
    put_into_plan(clinic, "addresses", to(problem))
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    goals = clinic.head().goals
    clinic.change(goals=(*goals[:-1], replace(goals[-1], status=GoalStatus.COMPLETED)))
    report = clinic.sync()
    assert (attention(report), clinic.inbox) == ({}, ())
    there = chart_of(clinic, aim)
    assert (there["lifecycleStatus"], there["addresses"]) == ("completed", [to(problem)])
    assert clinic.head().goals[-1].addresses == (clinic.head().conditions[-1].id,)
    quiet(clinic)


def test_a_dose_that_waits_to_be_entered_by_hand_stays_so_when_its_reason_comes_along() -> None:
    clinic = clinic_with()
    problem = a_resource(clinic, "Condition")
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, reasonReference=[to(problem)])
    confirmed(clinic)
    order = clinic.head().medications[-1]
    step = order.dosage[0]
    more = replace(order, dosage=(replace(step, dose=replace(step.dose, value=Decimal(40))),))
    clinic.change(medications=(*clinic.head().medications[:-1], more))
    clinic.sync()
    put_into_plan(clinic, "addresses", to(problem))
    confirmed(clinic)
    assert causes(clinic) == set()
    taken = clinic.head().medications[-1]
    assert (taken.dosage[0].dose.value, taken.reasons) == (40, (clinic.head().conditions[-1].id,))


def test_a_decision_from_before_the_link_came_along_is_asked_once_more_and_keeps_the_link() -> None:
    clinic = clinic_with()
    aim, problem = a_goal_and_its_problem(clinic)
    goals = clinic.head().goals
    clinic.change(goals=(*goals[:-1], replace(goals[-1], description="here")))
    clinic.edit(aim, description={"text": "there"})
    put_into_plan(clinic, "addresses", to(problem))
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    answer(clinic, Cause.SAME_GROUP, "ours")
    clinic.sync()
    answer(clinic, Cause.SAME_GROUP, "ours")
    clinic.sync()
    assert clinic.inbox == ()
    there = chart_of(clinic, aim)
    assert (there["description"]["text"], there["addresses"]) == ("here", [to(problem)])
    assert clinic.head().goals[-1].addresses == (clinic.head().conditions[-1].id,)
    quiet(clinic)


def test_a_list_into_which_others_wrote_beside_it_is_no_lost_edit() -> None:
    clinic = clinic_with()
    aim = a_resource(clinic, "Goal")
    put_into_plan(clinic, "goal", {**to(aim), "display": "Walk daily"}, {"display": "in words"})
    confirmed(clinic)
    assert causes(clinic) == {Cause.CANNOT_TAKE_UP}
    quiet(clinic)


def test_a_session_that_others_tied_to_a_booking_stays_tied_when_the_booking_is_taken_up() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    first = clinic.head().sessions[0]
    clinic.change(sessions=(replace(first, appointment=None), *clinic.head().sessions[1:]))
    clinic.sync()
    session, visit = Key("Encounter", first.id), a_booking(clinic, SOON)
    clinic.edit(clinic.address(session), appointment=[to(visit)])
    confirmed(clinic)
    assert clinic.of(session)["appointment"] == [to(visit)]
    assert clinic.inbox == ()
    quiet(clinic)
    held = clinic.head().sessions[0]
    clinic.change(sessions=(replace(held, end=held.end + timedelta(minutes=10)), *clinic.head().sessions[1:]))
    clinic.sync()
    assert clinic.of(session)["appointment"] == [to(visit)], "what we write leaves it there"


def test_a_booking_is_taken_up_after_the_course_of_therapy_that_it_is_for() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    course = a_resource(clinic, "ServiceRequest")
    a_booking(clinic, SOON, basedOn=[to(course)])
    confirmed(clinic)
    assert clinic.head().appointments[-1].therapy == clinic.head().therapies[-1].id
