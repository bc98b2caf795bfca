"""Vignettes about meetings, medicines, links, stops, the journal, relapse and what belongs together."""

from dataclasses import replace

from service.domain.adherence import AdherenceSource, Taking
from service.domain.appointment import AppointmentStatus
from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.therapy import Modality, RequestStatus, SkillSet
from tests.builders import (
    a_journal_entry,
    a_patient,
    a_relapse_step,
    a_side_effect,
    a_therapy,
    a_warning_sign,
    an_adherence_report,
    day,
    moment,
)
from tests.scenarios.vignette import (
    PATIENT,
    Vignette,
    asked,
    born,
    check,
    check_in,
    condition,
    order,
    phq,
    quiet,
    step,
    stopped,
    therapy_hour,
    watched,
)

HELD, BOOKED = AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED
NOSHOW, CANCELLED = AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED
YOUNG = a_patient(birth_date=born(25))
GROWN = a_patient(birth_date=born(26))
SERTRALINE = order("sertraline", supports=("cbt",))
LAMOTRIGINE = order("lamotrigine", dose="100")
AGAIN = order("again", replaces="sertraline", authored_on=day(40), drug=SERTRALINE.drug)
MORE = order("more", replaces="sertraline", authored_on=day(40), dosage=(step("100"),), drug=SERTRALINE.drug)
CBT = a_therapy(id="cbt", supports=("sertraline",))
SIGN = a_warning_sign(id="sign")
STEP = a_relapse_step(id="step")
BIPOLAR = condition("bipolar", "F31.9")
PTSD = condition("ptsd", "F43.12")
PTSD_CARE = (a_therapy(id="cbt", modality=Modality.TRAUMA_FOCUSED),)


def report(name, first, last, taking, **changes):
    span = {"start": day(first), "end": day(last), "reported_on": day(last)}
    return an_adherence_report(
        **{"id": name, "medication": "sertraline", "taking": taking, **span, **changes}
    )


def not_taken(first, last, name="gap"):
    return report(name, first, last, Taking.NOT_TAKEN, medication="lamotrigine")


def entry(count, *signs, shared=True, **changes):
    usual = {
        "id": f"entry-{count}",
        "written_at": moment(count, 20),
        "warning_signs": signs,
        "shared": shared,
    }
    return a_journal_entry(**{**usual, **changes})


VIGNETTES = {
    # Check-ins
    "check-ins that were just agreed": Vignette(
        plan=watched(),
        on=20,
        finds={"check-in-to-book": "cadence"},
        words="from 2024-04-01 to 2024-04-15",
    ),
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
    # Medicines
    "a titration step two weeks ago": Vignette(
        plan=quiet(medications=(order("lithium", dosage=(step("300", 0, 13), step("600", 14))),)),
        on=28,
        finds={"dose-review": "lithium"},
        words="may be due for review",
    ),
    "a titration step that somebody has looked at": Vignette(
        plan=quiet(
            medications=(order("lithium", dosage=(step("300", 0, 13), step("600", 14))),),
            appointments=(check("check-20", 20),),
        ),
        on=28,
    ),
    "a dosage that has run out": Vignette(
        plan=quiet(medications=(order("lithium", dosage=(step("300", 0, 13),)),), appointments=()),
        on=28,
        finds={"dose-review": "lithium"},
        words="the last step ended",
    ),
    "a medicine that is partly taken": Vignette(
        plan=quiet(adherence=(report("old", 0, 13, Taking.AS_AGREED), report("new", 14, 27, Taking.PARTLY))),
        on=28,
        finds={"adherence-low": "new"},
    ),
    "a medicine that is taken again": Vignette(
        plan=quiet(adherence=(report("old", 0, 13, Taking.PARTLY), report("new", 14, 27, Taking.AS_AGREED))),
        on=28,
    ),
    "a report that was taken back": Vignette(
        plan=quiet(adherence=(report("old", 0, 13, Taking.PARTLY, status=RecordStatus.ENTERED_IN_ERROR),)),
        on=28,
    ),
    "refills that tell another story": Vignette(
        plan=quiet(
            adherence=(
                report("refill", 0, 20, Taking.PARTLY, source=AdherenceSource.REFILL),
                report("told", 7, 21, Taking.AS_AGREED),
            )
        ),
        on=28,
        finds={"adherence-unclear": "refill told"},
        words="without blame",
    ),
    "a severe side effect": Vignette(
        plan=quiet(
            side_effects=(a_side_effect(id="effect", medication="sertraline", severity=Severity.SEVERE),)
        ),
        on=11,
        finds={"side-effect": "effect"},
        not_words=" mg",
    ),
    "a moderate side effect that lasts": Vignette(
        plan=quiet(
            side_effects=(a_side_effect(id="effect", medication="sertraline", severity=Severity.MODERATE),)
        ),
        on=17,
        finds={"side-effect": "effect"},
    ),
    "a moderate side effect of two weeks": Vignette(
        plan=quiet(
            side_effects=(a_side_effect(id="effect", medication="sertraline", severity=Severity.MODERATE),)
        ),
        on=16,
    ),
    # Journal and relapse plan
    "a journal that has become quiet": Vignette(
        plan=quiet(journal=(entry(1), entry(5))), on=20, finds={"journal-quiet": "entry-5"}
    ),
    "a journal that is kept": Vignette(plan=quiet(journal=(entry(1), entry(5))), on=19),
    "a warning sign that was ticked three weeks ago": Vignette(
        plan=quiet(warning_signs=(SIGN,), relapse_steps=(STEP,), journal=(entry(10, "sign"),)), on=31
    ),
    "a side effect that is over": Vignette(
        plan=quiet(
            side_effects=(
                a_side_effect(id="over", medication="sertraline", severity=Severity.SEVERE, until=day(9)),
            )
        ),
        on=12,
    ),
    "a mild side effect that lasts": Vignette(
        plan=quiet(side_effects=(a_side_effect(id="mild", medication="sertraline"),)), on=40
    ),
    "a journal that is kept and not shared": Vignette(
        plan=quiet(journal=(entry(1, shared=False), entry(5, shared=False))), on=20
    ),
    "a warning sign ticked in a shared entry": Vignette(
        plan=quiet(warning_signs=(SIGN,), relapse_steps=(STEP,), journal=(entry(20, "sign"),)),
        on=21,
        finds={"warning-sign": "entry-20 sign step"},
        words="Call the patient the same day",
    ),
    "a warning sign ticked in an entry that was not shared": Vignette(
        plan=quiet(warning_signs=(SIGN,), relapse_steps=(STEP,), journal=(entry(20, "sign", shared=False),)),
        on=21,
    ),
    "a warning sign in the words of an entry alone": Vignette(
        plan=quiet(warning_signs=(SIGN,), journal=(entry(20, insights="I stop answering calls"),)), on=21
    ),
    "a score that worsens after a remission": Vignette(
        plan=quiet(relapse_steps=(STEP,), scores=(phq(0, 18), phq(70, 3), phq(84, 8))),
        on=84,
        finds={"worsening": "phq-70 phq-84", "warning-score": "phq-70 phq-84 step"},
    ),
    # What belongs together
    "OCD without exposure": Vignette(
        plan=quiet(conditions=(condition("ocd", "F42.2"),)), on=20, finds={"ocd-without-erp": "ocd"}
    ),
    "OCD with exposure": Vignette(
        plan=quiet(
            conditions=(condition("ocd", "F42.2"),), therapies=(a_therapy(id="cbt", modality=Modality.ERP),)
        ),
        on=20,
    ),
    "PTSD without trauma-focused work": Vignette(
        plan=quiet(conditions=(PTSD,)), on=20, finds={"trauma-without-trauma-focus": "ptsd"}
    ),
    "PTSD with a benzodiazepine": Vignette(
        plan=quiet(conditions=(PTSD,), therapies=PTSD_CARE, medications=(order("lorazepam", dose="1"),)),
        on=20,
        finds={"ptsd-benzodiazepine": "ptsd lorazepam"},
        words="not to be stopped at once",
    ),
    "bipolar disorder without a mood stabiliser": Vignette(
        plan=quiet(conditions=(BIPOLAR,), medications=(), warning_signs=(SIGN,)),
        on=20,
        finds={"bipolar-without-stabiliser": "bipolar"},
    ),
    "bipolar disorder with an approved antipsychotic": Vignette(
        plan=quiet(conditions=(BIPOLAR,), medications=(order("quetiapine"),), warning_signs=(SIGN,)), on=20
    ),
    "bipolar disorder without warning signs": Vignette(
        plan=quiet(conditions=(BIPOLAR,), medications=(order("quetiapine"),)),
        on=20,
        finds={"bipolar-without-signs": "bipolar"},
    ),
    "bipolar disorder with an antidepressant alone": Vignette(
        plan=quiet(conditions=(BIPOLAR,), warning_signs=(SIGN,)),
        on=20,
        finds={"bipolar-antidepressant-alone": "bipolar sertraline"},
    ),
    "DBT without its skills": Vignette(
        plan=quiet(therapies=(a_therapy(id="cbt", modality=Modality.DBT),)),
        on=20,
        finds={"dbt-without-skills": "cbt"},
    ),
    "DBT with its skills": Vignette(
        plan=quiet(
            therapies=(a_therapy(id="cbt", modality=Modality.DBT, skill_sets=(SkillSet.MINDFULNESS,)),)
        ),
        on=20,
    ),
    "mild bipolar disorder at the start": Vignette(
        plan=quiet(
            phases=(),
            conditions=(replace(BIPOLAR, severity=Severity.MILD),),
            medications=(order("lithium"),),
            warning_signs=(SIGN,),
        ),
        on=20,
    ),
}
