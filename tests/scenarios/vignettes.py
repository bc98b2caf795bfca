"""Vignettes about scores, risk, expectations and who leads: what is noticed on which day.

Day 0 is the first dose and the first session. A PHQ-9 of day 28 has the id phq-28, and so on.
"""

from service.domain.balance import Balance
from service.domain.condition import Severity, Verification
from service.domain.findings.decision import Answer
from service.domain.goal import Achievement
from service.domain.measure import ItemAnswer, Measure
from service.domain.therapy import Modality
from tests.builders import a_patient, a_phase, a_therapy
from tests.scenarios.vignette import (
    Vignette,
    born,
    condition,
    decided,
    goal,
    order,
    phq,
    quiet,
    score,
    session,
    step,
    taken_back,
)

PCL = tuple(score(Measure.PCL_5, n, value) for n, value in ((0, 60), (7, 30), (14, 37), (21, 42)))
STALLED = (phq(0, 18), phq(28, 17), phq(40, 16))
YOUTH = a_patient(birth_date=born(16))
RISK = (ItemAnswer(item=2, value=1),)

VIGNETTES = {
    # Risk
    "a treatment that goes as hoped": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(21, 12), phq(35, 9))), on=43
    ),
    "item nine of one, with a low total": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(21, 4, risk=1))),
        on=22,
        finds={"risk-item": "phq-21", "early-review": "sertraline phq-21"},
        words="needs a clinician's assessment",
    ),
    "a total without its item nine": Vignette(
        plan=quiet(scores=(phq(0, 9, risk=None),)), on=11, finds={"risk-unknown": "phq-0"}, words="unknown"
    ),
    "one yes in the screener": Vignette(
        plan=quiet(medications=(), scores=(score(Measure.C_SSRS, 5, 1, items=RISK),)),
        on=5,
        finds={"risk-item": "c-ssrs-5"},
    ),
    "a positive item that was entered in error": Vignette(
        plan=quiet(scores=(phq(0, 18), taken_back(phq(21, 14, risk=2)))), on=22
    ),
    # Worsening
    "worse by five points": Vignette(
        plan=quiet(scores=(phq(0, 15), phq(14, 20))), on=14, finds={"worsening": "phq-0 phq-14"}
    ),
    "worse by two points within a band": Vignette(plan=quiet(scores=(phq(0, 15), phq(14, 17))), on=14),
    "worse by one point into a worse band": Vignette(
        plan=quiet(scores=(phq(0, 14), phq(14, 15))), on=14, finds={"worsening": "phq-0 phq-14"}
    ),
    "worse after an improvement": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(20, 10), phq(34, 17))),
        on=34,
        finds={"worsening": "phq-20 phq-34"},
    ),
    "creeping up from the best score within a band": Vignette(
        plan=quiet(
            scores=tuple(score(Measure.PCL_5, n, v) for n, v in ((0, 60), (7, 30), (14, 37), (21, 42)))
        ),
        on=21,
        finds={"worsening": "pcl-5-7 pcl-5-21", "goals-to-set": "session-0 pcl-5-0"},
    ),
    "still as bad as at the last worsening": Vignette(
        plan=quiet(scores=(phq(0, 14), phq(14, 20), phq(21, 20))), on=21
    ),
    "a worsening whose score was taken back": Vignette(
        plan=quiet(scores=(phq(0, 15), taken_back(phq(14, 22)))), on=15
    ),
    "well-being that falls by ten points": Vignette(
        plan=quiet(scores=(score(Measure.WHO_5, 0, 64), score(Measure.WHO_5, 14, 54))),
        on=14,
        finds={"worsening": "who-5-0 who-5-14"},
    ),
    "well-being that rises": Vignette(
        plan=quiet(scores=(score(Measure.WHO_5, 0, 40), score(Measure.WHO_5, 14, 60))), on=14
    ),
    "the measure of an adult in somebody of sixteen": Vignette(
        plan=quiet(patient=YOUTH, medications=(), scores=(phq(0, 12), phq(14, 20))),
        on=14,
        finds={"adult-measure": "phq-14"},
    ),
    "the measure of the young gets into a worse band": Vignette(
        plan=quiet(
            patient=YOUTH,
            medications=(),
            scores=(
                score(Measure.PHQ_A, 0, 12, items=(ItemAnswer(item=9, value=0),)),
                score(Measure.PHQ_A, 14, 16, items=(ItemAnswer(item=9, value=0),)),
            ),
        ),
        on=14,
        finds={"worsening": "phq-a-0 phq-a-14"},
    ),
    "a score that the person declined": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(21, None))), on=22, finds={"score-missing": "phq-21"}
    ),
    "a positive screen for raised mood": Vignette(
        plan=quiet(scores=(score(Measure.ASRM, 20, 6),)), on=20, finds={"mania-screen": "asrm-20"}
    ),
    "a screen for raised mood below its cut-off": Vignette(
        plan=quiet(scores=(score(Measure.ASRM, 20, 5),)), on=20
    ),
    # No improvement
    "no improvement by day 41": Vignette(plan=quiet(scores=STALLED), on=41),
    "no improvement by week 6": Vignette(
        plan=quiet(scores=STALLED),
        on=42,
        finds={"no-improvement": "session-0 phq-0 phq-28 phq-40"},
        words="adherence, adequacy of the dose, side effects, substance use, diagnosis, sessions attended",
    ),
    "no improvement by day 43": Vignette(
        plan=quiet(scores=STALLED), on=43, finds={"no-improvement": "session-0 phq-0 phq-28 phq-40"}
    ),
    "no improvement by week 8": Vignette(
        plan=quiet(scores=STALLED),
        on=56,
        finds={"no-improvement": "session-0 phq-0 phq-28 phq-40"},
        words="more support by medication",
    ),
    "an improvement of five points": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(28, 13), phq(40, 13))), on=43
    ),
    "only the last score is better": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(28, 17), phq(40, 12))), on=43
    ),
    "no improvement with bipolar disorder": Vignette(
        plan=quiet(
            conditions=(condition("bipolar", "F31.30"),),
            medications=(order("lithium"),),
            warning_signs=(),
            scores=STALLED,
        ),
        on=43,
        finds={
            "no-improvement": "session-0 phq-0 phq-28 phq-40 bipolar",
            "bipolar-without-signs": "bipolar",
        },
        words="no medicine for depression is suggested",
        not_words="more support by medication",
    ),
    "no improvement with a positive screen for raised mood": Vignette(
        plan=quiet(scores=(*STALLED, score(Measure.ASRM, 41, 8))),
        on=43,
        finds={"no-improvement": "session-0 phq-0 phq-28 phq-40 asrm-41", "mania-screen": "asrm-41"},
        not_words="more support by medication",
    ),
    "no improvement judged by a score that was taken back": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(28, 17), taken_back(phq(40, 16)))),
        on=43,
        finds={"not-measured": "session-0 phq-0"},
    ),
    "a missing score at week 6": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(10, 17), phq(40, None))),
        on=43,
        finds={"not-measured": "session-0 phq-0", "score-missing": "phq-40"},
        words="cannot be judged",
    ),
    "no score at all before week 6": Vignette(plan=quiet(scores=(phq(0, 18),)), on=41),
    "a baseline of two weeks before the start": Vignette(
        plan=quiet(scores=(phq(-14, 18), phq(28, 17), phq(40, 16))),
        on=43,
        finds={"no-improvement": "session-0 phq--14 phq-28 phq-40"},
    ),
    "a baseline that is a day too old": Vignette(
        plan=quiet(scores=(phq(-15, 18), phq(28, 17), phq(40, 16))),
        on=43,
        finds={"baseline-missing": "session-0 phq-28"},
    ),
    "a first session in week 4 starts the clock anew": Vignette(
        plan=quiet(sessions=(session(21),), scores=(phq(14, 18), phq(28, 17), phq(40, 16))), on=43
    ),
    "a higher dose starts the clock anew": Vignette(
        plan=quiet(
            medications=(order("sertraline", dosage=(step("50", 0, 27), step("100", 28))),),
            appointments=(),
            scores=STALLED,
        ),
        on=41,
        finds={"early-review": "sertraline"},
    ),
    "OCD that responds by a third": Vignette(
        plan=quiet(scores=tuple(score(Measure.Y_BOCS, n, v) for n, v in ((0, 30), (28, 19), (40, 19)))), on=43
    ),
    "OCD that responds by less": Vignette(
        plan=quiet(scores=tuple(score(Measure.Y_BOCS, n, v) for n, v in ((0, 30), (28, 20), (40, 20)))),
        on=43,
        finds={"no-improvement": "session-0 y-bocs-0 y-bocs-28 y-bocs-40"},
    ),
    # Decisions
    "a decision whose score was entered in error": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(28, 9), taken_back(phq(40, 16)))),
        decisions=(decided("phq-0", "phq-40"),),
        on=45,
        finds={"decision-to-review": "phq-40", "not-measured": "session-0 phq-0"},
        words="wants another look",
    ),
    "a decision whose evidence stands": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(28, 9), phq(40, 9))), decisions=(decided("phq-0"),), on=45
    ),
    "a proposal that was declined on a score entered in error": Vignette(
        plan=quiet(scores=(taken_back(phq(0, 18)),)),
        decisions=(decided("phq-0", answer=Answer.DECLINED),),
        on=45,
    ),
    # Goals
    "a treatment without goals": Vignette(
        plan=quiet(goals=(), scores=(phq(0, 18),)),
        on=11,
        finds={"goals-to-set": "session-0 phq-0"},
        words="by 2024-04-15, the full benefit by 2024-09-04",
    ),
    "a goal that is reached when due": Vignette(
        plan=quiet(goals=(goal(42),), scores=(phq(0, 18), phq(28, 9), phq(40, 7))),
        on=42,
        finds={"goal-due": "goal phq-28 phq-40"},
        words="is achieved",
    ),
    "a goal that is not reached when due": Vignette(
        plan=quiet(goals=(goal(42),), scores=(phq(0, 18), phq(28, 12), phq(40, 12))),
        on=42,
        finds={"goal-due": "goal phq-28 phq-40"},
        words="is not achieved",
    ),
    "a goal whose last scores do not agree": Vignette(
        plan=quiet(goals=(goal(42),), scores=(phq(0, 18), phq(28, 12), phq(40, 9))),
        on=42,
        finds={"goal-due": "goal phq-28 phq-40"},
        words="do not agree",
    ),
    "a goal without scores": Vignette(
        plan=quiet(goals=(goal(42),)), on=42, finds={"goal-due": "goal"}, words="cannot be judged yet"
    ),
    "scores before anything was started": Vignette(
        plan=quiet(medications=(), sessions=(), scores=STALLED), on=60
    ),
    "a goal without a number": Vignette(plan=quiet(goals=(goal(42, target=None),)), on=43),
    "a goal without a day": Vignette(plan=quiet(goals=(goal(42, due=None),)), on=43),
    "a goal that somebody judged already": Vignette(
        plan=quiet(goals=(goal(42, achievement=Achievement.NOT_ACHIEVED),)), on=43
    ),
    "a screen for raised mood in a measure that judges no response": Vignette(
        plan=quiet(scores=tuple(score(Measure.ASRM, n, 2) for n in (0, 28, 40))), on=43
    ),
    "a goal the day before it is due": Vignette(plan=quiet(goals=(goal(42),)), on=41),
    # Who leads
    "severe depression at the start": Vignette(
        plan=quiet(phases=(), conditions=(condition("depression", "F32.2", severity=Severity.SEVERE),)),
        on=0,
        finds={"starting-balance": "depression", "early-review": "sertraline"},
        words="medication in the lead",
    ),
    "mild anxiety at the start": Vignette(
        plan=quiet(
            phases=(), medications=(), conditions=(condition("anxiety", "F41.1", severity=Severity.MILD),)
        ),
        on=0,
        finds={"starting-balance": "anxiety"},
        words="therapy may lead",
    ),
    "severe PTSD at the start": Vignette(
        plan=quiet(
            phases=(),
            medications=(),
            therapies=(a_therapy(id="cbt", modality=Modality.TRAUMA_FOCUSED),),
            conditions=(
                condition("ptsd", "F43.10", severity=Severity.SEVERE),
                condition("depression", "F32.2", severity=Severity.SEVERE),
            ),
        ),
        on=0,
        finds={"starting-balance": "ptsd"},
        words="trauma-focused therapy comes first",
        not_words="medication in the lead",
    ),
    "a diagnosis that was refuted": Vignette(
        plan=quiet(
            phases=(),
            medications=(),
            conditions=(condition("depression", "F32.2", verification=Verification.REFUTED),),
        ),
        on=0,
    ),
    "stable for four weeks": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(56, 4), phq(84, 3))),
        on=85,
        finds={"more-therapy-focus": "session-0 phq-0 phq-56 phq-84 balance"},
        words="medicines, which stay as they are",
    ),
    "stable, with a positive risk item": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(56, 4), phq(84, 3, risk=1))), on=85, finds={"risk-item": "phq-84"}
    ),
    "stable, and therapy leads already": Vignette(
        plan=quiet(
            phases=(a_phase(id="balance", balance=Balance.THERAPY_LED),),
            scores=(phq(0, 18), phq(56, 4), phq(84, 3)),
        ),
        on=85,
    ),
    "stable for less than four weeks": Vignette(
        plan=quiet(scores=(phq(0, 18), phq(50, 12), phq(57, 4), phq(84, 3))), on=84
    ),
    "stable by one score alone": Vignette(plan=quiet(scores=(phq(0, 18), phq(56, 12), phq(84, 4))), on=84),
}
