"""Vignettes about one side that changes: links, stops, gaps and sessions that did not take place."""

from dataclasses import replace
from typing import Any

from service.domain.adherence import Taking
from service.domain.appointment import AppointmentStatus
from service.domain.condition import Course
from service.domain.medication import DosageStep, MedicationOrder, OrderStatus, StatusReason
from service.domain.therapy import Modality, RequestStatus
from tests.builders import a_patient, a_therapy, day
from tests.scenarios.vignette import (
    Vignette,
    born,
    check,
    condition,
    goal,
    not_taken,
    order,
    phq,
    quiet,
    report,
    step,
    stopped,
    therapy_hour,
)

HELD, BOOKED = AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED
NOSHOW, CANCELLED = AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED
SERTRALINE = order("sertraline", supports=("cbt",))
LAMOTRIGINE = order("lamotrigine", dose="100")
AGAIN = order("again", replaces="sertraline", authored_on=day(40), drug=SERTRALINE.drug)
MORE = order("more", replaces="sertraline", authored_on=day(40), dosage=(step("100"),), drug=SERTRALINE.drug)
CBT = a_therapy(id="cbt", supports=("sertraline",))


REMISSION = (phq(-1, 16), phq(30, 9), phq(60, 4), phq(90, 3))


def ended(
    on: int,
    rule: str | None = None,
    evidence: str = "",
    *,
    taper: tuple[DosageStep, ...] = (step("50"),),
    also: tuple[MedicationOrder, ...] = (),
    words: str = "",
    **changes: Any,
) -> Vignette:
    """Sertraline ends on a day, after remission, and beside the end itself this one rule finds something."""
    held = replace(SERTRALINE, supports=(), dosage=taper)
    usual = {"therapies": (), "sessions": (), "goals": (goal(400),), "scores": REMISSION, **changes}
    before = quiet(medications=(held, *also), **usual)
    after = quiet(medications=(stopped(held), *also), **usual)
    abrupt = {} if len(taper) > 1 else {"abrupt-stop": "sertraline"}
    found = {} if rule is None else {rule: evidence}
    return Vignette(
        plan=after, past=((0, before), (on, after)), on=on, finds={**abrupt, **found}, words=words
    )


VIGNETTES = {
    # Links, stops and gaps
    "an SSRI that a therapy rests on is stopped in the EHR": Vignette(
        plan=quiet(medications=(stopped(SERTRALINE),)),
        past=((0, quiet(medications=(SERTRALINE,))), (40, quiet(medications=(stopped(SERTRALINE),)))),
        on=40,
        finds={"abrupt-stop": "sertraline", "linked-change": "sertraline cbt"},
        words="a prescriber should look today",
    ),
    "the same, six weeks and a day later": Vignette(
        plan=quiet(medications=(stopped(SERTRALINE),)),
        past=((0, quiet(medications=(SERTRALINE,))), (40, quiet(medications=(stopped(SERTRALINE),)))),
        on=83,
    ),
    "a renewal": Vignette(
        plan=quiet(medications=(stopped(SERTRALINE), AGAIN)),
        past=((0, quiet(medications=(SERTRALINE,))), (40, quiet(medications=(stopped(SERTRALINE), AGAIN)))),
        on=41,
    ),
    "a higher dose of what a therapy rests on": Vignette(
        plan=quiet(medications=(stopped(SERTRALINE), replace(MORE, supports=("cbt",)))),
        past=(
            (0, quiet(medications=(SERTRALINE,))),
            (40, quiet(medications=(stopped(SERTRALINE), replace(MORE, supports=("cbt",))))),
        ),
        on=41,
        finds={"linked-change": "more cbt", "early-review": "more"},
        words="changed in dose",
    ),
    "a therapy that helps to live with a medicine ends": Vignette(
        plan=quiet(therapies=(replace(CBT, status=RequestStatus.COMPLETED),)),
        past=(
            (0, quiet(therapies=(CBT,))),
            (30, quiet(therapies=(replace(CBT, status=RequestStatus.COMPLETED),))),
        ),
        on=31,
        finds={"linked-change": "cbt sertraline"},
        words="CBT ended",
    ),
    "a therapy that is new": Vignette(
        plan=quiet(therapies=(CBT, a_therapy(id="ipt", modality=Modality.IPT, supports=("sertraline",)))),
        past=(
            (0, quiet(therapies=(CBT,))),
            (30, quiet(therapies=(CBT, a_therapy(id="ipt", modality=Modality.IPT)))),
        ),
        on=31,
    ),
    "an SSRI that gives way to another": Vignette(
        plan=quiet(
            medications=(
                stopped(SERTRALINE, status_reason=StatusReason.SWITCHED),
                order("venlafaxine", dose="75", authored_on=day(40), replaces="sertraline"),
            ),
            appointments=(check("check-10", 10), check("check-50", 50, status=BOOKED)),
        ),
        past=(
            (0, quiet(medications=(order("sertraline"),))),
            (40, quiet(medications=(stopped(SERTRALINE),))),
        ),
        on=40,
        finds={"linked-change": "sertraline cbt"},
    ),
    "an SSRI that its order tapered": Vignette(
        plan=quiet(
            medications=(
                order(
                    "sertraline",
                    dosage=(step("100", 0, 27), step("50", 28, 40)),
                    status=OrderStatus.COMPLETED,
                ),
            )
        ),
        past=(
            (0, quiet(medications=(order("sertraline", dosage=(step("100", 0, 27), step("50", 28, 40))),))),
            (
                41,
                quiet(
                    medications=(
                        order(
                            "sertraline",
                            dosage=(step("100", 0, 27), step("50", 28, 40)),
                            status=OrderStatus.COMPLETED,
                        ),
                    )
                ),
            ),
        ),
        on=41,
    ),
    "lithium that is paused": Vignette(
        plan=quiet(medications=(stopped(order("lithium"), status=OrderStatus.ON_HOLD),)),
        past=(
            (0, quiet(medications=(order("lithium"),))),
            (30, quiet(medications=(stopped(order("lithium"), status=OrderStatus.ON_HOLD),))),
        ),
        on=30,
        finds={"abrupt-stop": "lithium"},
        words="on hold",
    ),
    "a stop that was a mistake of entry": Vignette(
        plan=quiet(medications=(stopped(order("lithium"), status=OrderStatus.ENTERED_IN_ERROR),)),
        past=(
            (0, quiet(medications=(order("lithium"),))),
            (30, quiet(medications=(stopped(order("lithium")),))),
        ),
        on=31,
    ),
    "a stop of a medicine that may end at once": Vignette(
        plan=quiet(medications=(stopped(order("mirtazapine")),)),
        past=(
            (0, quiet(medications=(order("mirtazapine"),))),
            (30, quiet(medications=(stopped(order("mirtazapine")),))),
        ),
        on=30,
    ),
    "five days without lamotrigine": Vignette(
        plan=quiet(medications=(LAMOTRIGINE,), adherence=(not_taken(20, 24),)),
        on=25,
        finds={"adherence-low": "gap"},
    ),
    "six days without lamotrigine": Vignette(
        plan=quiet(medications=(LAMOTRIGINE,), adherence=(not_taken(20, 22), not_taken(23, 25, "more"))),
        on=26,
        finds={"lamotrigine-gap": "gap more", "adherence-low": "more"},
        words="the prescriber must check re-titration",
    ),
    "lamotrigine taken up again after a week": Vignette(
        plan=quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug))),
        past=(
            (0, quiet(medications=(LAMOTRIGINE,))),
            (20, quiet(medications=(stopped(LAMOTRIGINE),))),
            (27, quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug)))),
        ),
        on=27,
        finds={"lamotrigine-gap": "newly"},
    ),
    "lamotrigine taken up again after five days": Vignette(
        plan=quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug))),
        past=(
            (0, quiet(medications=(LAMOTRIGINE,))),
            (20, quiet(medications=(stopped(LAMOTRIGINE),))),
            (25, quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug)))),
        ),
        on=25,
    ),
    "a week without lamotrigine, two months ago": Vignette(
        plan=quiet(medications=(LAMOTRIGINE,), adherence=(not_taken(0, 1, "first"), not_taken(20, 27))),
        on=90,
    ),
    "lamotrigine that is taken, and another medicine that is not": Vignette(
        plan=quiet(
            medications=(order("sertraline"), LAMOTRIGINE),
            appointments=(check("check-25", 25),),
            adherence=(report("other", 0, 20, Taking.NOT_TAKEN), report("told", 20, 30, Taking.AS_AGREED)),
        ),
        on=31,
    ),
    "two single days without lamotrigine": Vignette(
        plan=quiet(medications=(LAMOTRIGINE,), adherence=(not_taken(10, 10), not_taken(20, 20, "more"))),
        on=25,
        finds={"adherence-low": "more"},
    ),
    "lamotrigine taken up again two months ago": Vignette(
        plan=quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug))),
        past=(
            (0, quiet(medications=(LAMOTRIGINE,))),
            (20, quiet(medications=(stopped(LAMOTRIGINE),))),
            (27, quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug)))),
            (28, quiet(medications=(stopped(LAMOTRIGINE), order("newly", drug=LAMOTRIGINE.drug)))),
        ),
        on=90,
    ),
    "two sessions missed in a row": Vignette(
        plan=quiet(
            medications=(SERTRALINE,),
            appointments=(
                check("check-10", 10),
                therapy_hour("hour-14", 14, NOSHOW),
                therapy_hour("hour-21", 21, CANCELLED),
            ),
        ),
        on=21,
        finds={"sessions-missed": "hour-14 hour-21 sertraline"},
    ),
    "two sessions missed with one between that took place": Vignette(
        plan=quiet(
            appointments=(
                check("check-10", 10),
                therapy_hour("hour-14", 14, NOSHOW),
                therapy_hour("hour-21", 21, HELD),
                therapy_hour("hour-28", 28, NOSHOW),
            )
        ),
        on=28,
    ),
    # A medicine for depression that ends after a remission
    "a medicine for depression that ends a day before six months of remission are over": ended(
        243, "early-end", "sertraline phq-60 phq-90", words="whether this end is meant"
    ),
    "the same, when the six months are over": ended(244),
    "the same end by a taper of its order": ended(
        150, "early-end", "sertraline phq-60 phq-90", taper=(step("100", 0, 119), step("50", 120, 149))
    ),
    "the same with a diagnosis that is called in remission": ended(
        150,
        "early-end",
        "sertraline phq-60 phq-90",
        conditions=(condition("depression", "F33.1", course=Course.REMISSION, abatement=day(100)),),
    ),
    "the same after one score of remission alone": ended(150, scores=REMISSION[:3]),
    "the same when a score has left the remission since": ended(
        150, "worsening", "phq-90 phq-120", scores=(*REMISSION, phq(120, 9))
    ),
    "the same in somebody of seventeen": ended(
        150, "adult-measure", "phq-90", patient=a_patient(birth_date=born(17))
    ),
    "the same with bipolar disorder": ended(
        150,
        "bipolar-without-signs",
        "bipolar",
        conditions=(condition("depression", "F33.1"), condition("bipolar", "F31.1")),
        also=(order("lithium"),),
    ),
    "the same in an anxiety disorder alone": ended(150, conditions=(condition("anxiety", "F41.1"),)),
    "the same when another medicine for depression takes its place": ended(
        150, "early-review", "mirtazapine", also=(order("mirtazapine", authored_on=day(140)),)
    ),
}
