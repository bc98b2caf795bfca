"""Vignettes about medicines, the journal, the relapse plan and what belongs together."""

from dataclasses import replace

from service.domain.adherence import AdherenceSource, Taking
from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.domain.therapy import Modality, SkillSet
from tests.builders import (
    a_relapse_step,
    a_side_effect,
    a_therapy,
    a_warning_sign,
    day,
)
from tests.scenarios.vignette import (
    Vignette,
    check,
    condition,
    entry,
    order,
    phq,
    quiet,
    report,
    step,
)

SIGN = a_warning_sign(id="sign")
STEP = a_relapse_step(id="step")
BIPOLAR = condition("bipolar", "F31.9")
PTSD = condition("ptsd", "F43.12")
PTSD_CARE = (a_therapy(id="cbt", modality=Modality.TRAUMA_FOCUSED),)


VIGNETTES = {
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
