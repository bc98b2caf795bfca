"""Vignettes about check-ins and early reviews: what is due when, and what moves it."""

from service.domain.appointment import AppointmentStatus
from service.domain.therapy import RequestStatus
from tests.builders import (
    a_patient,
    moment,
)
from tests.scenarios.vignette import (
    PATIENT,
    PLAN,
    Vignette,
    asked,
    born,
    check,
    check_in,
    phq,
    quiet,
    watched,
)

HELD, BOOKED = AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED
NOSHOW, CANCELLED = AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED
YOUNG = a_patient(birth_date=born(25))
GROWN = a_patient(birth_date=born(26))


VIGNETTES = {
    # Check-ins
    "check-ins that were just agreed": Vignette(
        plan=watched(),
        on=20,
        finds={"check-in-to-book": "cadence"},
        words="from 2024-04-01 to 2024-04-15",
    ),
    "a plan that says nothing about check-ins": Vignette(
        plan=quiet(check_ins=None), on=20, finds={"check-in-to-book": PLAN}, words="plan made on 2024-03-04"
    ),
    "a plan without check-ins that nobody looked at": Vignette(
        plan=quiet(check_ins=None), on=43, finds={"check-in-overdue": PLAN}
    ),
    "a plan that is a draft": Vignette(plan=quiet(check_ins=None, status=RequestStatus.DRAFT), on=43),
    "a check-in that is booked in time": Vignette(
        plan=watched(appointments=(check("check-10", 10), check_in("next", 35, BOOKED))), on=20
    ),
    "the last day of a check-in": Vignette(plan=watched(), on=42, finds={"check-in-to-book": "cadence"}),
    "a check-in that is overdue": Vignette(plan=watched(), on=43, finds={"check-in-overdue": "cadence"}),
    "a check-in that somebody asked for and nobody booked": Vignette(
        plan=watched(
            appointments=(
                check("check-10", 10),
                check_in(
                    "next", 0, AppointmentStatus.PROPOSED, start=None, end=None, requested=asked(28, 42)
                ),
            )
        ),
        on=43,
        finds={"check-in-overdue": "cadence"},
    ),
    "the next check-in follows the one that was held": Vignette(
        plan=watched(appointments=(check("check-10", 10), check_in("first", 30, HELD))),
        on=50,
        finds={"check-in-to-book": "first"},
        words="from 2024-05-01 to 2024-05-15",
    ),
    "a check-in that was missed moves the next": Vignette(
        plan=watched(appointments=(check("check-10", 10), check_in("first", 40, NOSHOW))),
        on=50,
        finds={"check-in-to-book": "cadence first"},
        words="from 2024-04-13 to 2024-04-27",
    ),
    "a check-in that was missed and not made up for": Vignette(
        plan=watched(appointments=(check("check-10", 10), check_in("first", 40, NOSHOW))),
        on=55,
        finds={"check-in-overdue": "cadence first"},
    ),
    "a check-in that was cancelled and held later": Vignette(
        plan=watched(
            appointments=(
                check("check-10", 10),
                check_in("first", 35, CANCELLED),
                check_in("second", 41, HELD),
                check_in("third", 76, BOOKED),
            )
        ),
        on=60,
    ),
    # The clocks of Berlin go forward on 2024-03-31, day 27: nine o'clock stays nine o'clock.
    "a check-in moved over a change of the clocks": Vignette(
        plan=watched(
            appointments=(
                check("check-10", 10),
                check_in("moved", 26, HELD, start=moment(27, 0, 30), end=moment(27, 1, 30)),
            )
        ),
        on=60,
        finds={"check-in-to-book": "moved"},
        words="from 2024-04-27 to 2024-05-11",
    ),
    "a check-in that is booked for too late": Vignette(
        plan=watched(appointments=(check("check-10", 10), check_in("next", 50, BOOKED))),
        on=20,
        finds={"check-in-late": "cadence next"},
    ),
    # Early reviews
    "a medicine for depression that nobody has looked at": Vignette(
        plan=quiet(appointments=()),
        on=3,
        finds={"early-review": "sertraline"},
        words="due by 2024-03-18",
    ),
    "the same at the age of twenty-five": Vignette(
        plan=quiet(patient=YOUNG, appointments=()),
        on=3,
        finds={"early-review": f"sertraline {PATIENT}"},
        words="due by 2024-03-11",
    ),
    "at twenty-five, looked at once": Vignette(
        plan=quiet(patient=YOUNG, appointments=(check("check-6", 6),)),
        on=8,
        finds={"early-review": f"sertraline {PATIENT}"},
        words="due by 2024-04-01",
    ),
    "at twenty-five, looked at twice": Vignette(
        plan=quiet(patient=YOUNG, appointments=(check("check-6", 6), check("check-20", 20, status=BOOKED))),
        on=8,
    ),
    "at twenty-six, looked at once": Vignette(plan=quiet(patient=GROWN), on=12),
    "a start with a positive risk item": Vignette(
        plan=quiet(appointments=(), scores=(phq(-3, 18, risk=1),)),
        on=3,
        finds={"early-review": "sertraline phq--3", "risk-item": "phq--3"},
        words="due by 2024-03-11",
    ),
    "a start that lies long back": Vignette(plan=quiet(appointments=()), on=43),
    "a review that is booked too late": Vignette(
        plan=quiet(appointments=(check("late", 15, status=BOOKED),)),
        on=3,
        finds={"early-review": "sertraline"},
    ),
}
