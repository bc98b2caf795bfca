"""Vignettes about one side that changes: links, stops, gaps and sessions that did not take place."""

from dataclasses import replace

from service.domain.adherence import Taking
from service.domain.appointment import AppointmentStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.therapy import Modality, RequestStatus
from tests.builders import (
    a_therapy,
    day,
)
from tests.scenarios.vignette import (
    Vignette,
    check,
    not_taken,
    order,
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
}
