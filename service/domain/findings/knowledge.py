"""What belongs together: condition and treatment, said gently when a plan lacks a part, with the source."""

from collections.abc import Callable, Iterable, Iterator

from service.domain.condition import Condition
from service.domain.findings.case import Case
from service.domain.findings.changes import name_of
from service.domain.findings.diagnoses import Family, families
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.rule import Rule
from service.domain.ingredients import DrugClass, classes
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.therapy import Modality, RequestStatus, TherapyCourse

_GIVEN_UP = frozenset({RequestStatus.REVOKED, RequestStatus.ENTERED_IN_ERROR})
_STEADIES = frozenset({DrugClass.MOOD_STABILISER, DrugClass.BIPOLAR_ANTIPSYCHOTIC})
_TAKEN = frozenset({OrderStatus.DRAFT, OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


def _having(case: Case, family: Family) -> tuple[Condition, ...]:
    return tuple(one for one in case.conditions if family in families(one))


def _courses(case: Case, modality: Modality) -> list[TherapyCourse]:
    return [one for one in case.plan.therapies if one.modality is modality and one.status not in _GIVEN_UP]


def _drugs(case: Case, *groups: DrugClass) -> list[MedicationOrder]:
    held = sorted(case.plan.medications, key=lambda one: one.id)
    return [one for one in held if one.status in _TAKEN and classes(one.drug.code) & {*groups}]


def _diagnosed(conditions: Iterable[Condition], family: Family) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(group="conditions", item=one.id, says=family.value, day=one.onset) for one in conditions
    )


def _ordered(orders: Iterable[MedicationOrder]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(group="medications", item=one.id, says=name_of(one), day=one.authored_on) for one in orders
    )


def _gently(rule: str, text: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(rule=rule, urgency=Urgency.TO_KNOW, text=text, evidence=evidence)


def _without(
    rule: str, family: Family, modality: Modality, *, text: str
) -> Callable[[Case], Iterator[Finding]]:
    def find(case: Case) -> Iterator[Finding]:
        found = _having(case, family)
        if found and not _courses(case, modality):
            yield _gently(rule, text, _diagnosed(found, family))

    return find


def _no_stabiliser(case: Case) -> Iterator[Finding]:
    found = _having(case, Family.BIPOLAR)
    if found and not _drugs(case, *_STEADIES) and not _drugs(case, DrugClass.ANTIDEPRESSANT):
        text = (
            "The plan treats bipolar disorder and holds neither a mood stabiliser nor an antipsychotic "
            "approved for it. It may be ordered elsewhere; if not, is that meant?"
        )
        yield _gently("bipolar-without-stabiliser", text, _diagnosed(found, Family.BIPOLAR))


def _antidepressant_alone(case: Case) -> Iterator[Finding]:
    found, drugs = _having(case, Family.BIPOLAR), _drugs(case, DrugClass.ANTIDEPRESSANT)
    if found and drugs and not _drugs(case, *_STEADIES):
        yield Finding(
            rule="bipolar-antidepressant-alone",
            urgency=Urgency.THIS_WEEK,
            text="The plan treats bipolar disorder with a medicine for depression and holds nothing beside "
            "it that steadies the mood. A prescriber should look at this.",
            evidence=(*_diagnosed(found, Family.BIPOLAR), *_ordered(drugs)),
        )


def _no_signs(case: Case) -> Iterator[Finding]:
    found = _having(case, Family.BIPOLAR)
    agreed = [one for one in case.plan.warning_signs if one.until is None or one.until >= case.today]
    if found and not agreed:
        text = "The plan treats bipolar disorder, and no early warning signs of a mood shift are agreed yet."
        yield _gently("bipolar-without-signs", text, _diagnosed(found, Family.BIPOLAR))


def _benzodiazepine(case: Case) -> Iterator[Finding]:
    found, drugs = _having(case, Family.PTSD), _drugs(case, DrugClass.BENZODIAZEPINE)
    if found and drugs:
        text = (
            "The plan treats PTSD and holds a benzodiazepine, which is advised against for PTSD. It is not "
            "to be stopped at once: a prescriber should look at it."
        )
        yield _gently("ptsd-benzodiazepine", text, (*_diagnosed(found, Family.PTSD), *_ordered(drugs)))


def _no_skills(case: Case) -> Iterator[Finding]:
    for course in sorted(_courses(case, Modality.DBT), key=lambda one: one.id):
        if not course.skill_sets and course.status is not RequestStatus.COMPLETED:
            text = "DBT is planned without saying which of its four sets of skills it works on."
            evidence = Evidence(group="therapies", item=course.id, says="DBT", day=course.authored_on)
            yield _gently("dbt-without-skills", text, (evidence,))


RULES = (
    Rule(
        id="ocd-without-erp",
        says="OCD goes with exposure and response prevention.",
        source=f"NICE CG31; {ARTICLE}",
        audience=Audience.TEAM,
        find=_without(
            "ocd-without-erp",
            Family.OCD,
            Modality.ERP,
            text="The plan treats OCD without exposure and response prevention. Is that meant?",
        ),
    ),
    Rule(
        id="trauma-without-trauma-focus",
        says="PTSD goes with trauma-focused therapy.",
        source="VA/DoD 2023",
        audience=Audience.TEAM,
        find=_without(
            "trauma-without-trauma-focus",
            Family.PTSD,
            Modality.TRAUMA_FOCUSED,
            text="The plan treats PTSD without trauma-focused therapy. Is that meant?",
        ),
    ),
    Rule(
        id="bipolar-without-stabiliser",
        says="Bipolar disorder goes with a mood stabiliser or an antipsychotic approved for it.",
        source="NICE CG185; FDA labels",
        audience=Audience.PRESCRIBER,
        find=_no_stabiliser,
    ),
    Rule(
        id="bipolar-antidepressant-alone",
        says="A medicine for depression alone in bipolar disorder is looked at by a prescriber.",
        source="ISBD 2013",
        audience=Audience.PRESCRIBER,
        find=_antidepressant_alone,
    ),
    Rule(
        id="bipolar-without-signs",
        says="Bipolar disorder goes with agreed early warning signs.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_no_signs,
    ),
    Rule(
        id="ptsd-benzodiazepine",
        says="A benzodiazepine is advised against for PTSD; it is never stopped at once.",
        source="VA/DoD 2023",
        audience=Audience.PRESCRIBER,
        find=_benzodiazepine,
    ),
    Rule(
        id="dbt-without-skills",
        says="DBT says which of its four sets of skills it works on.",
        source=ARTICLE,
        audience=Audience.THERAPIST,
        find=_no_skills,
    ),
)
