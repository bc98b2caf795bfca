"""CDS Hooks 2.0: the open findings of a patient's plans as cards inside an EHR, and what people answer there.

A card proposes and never changes anything: it has no suggestions, only words, evidence and a link.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from service.application.find import findings_of
from service.application.ports import PlanPorts
from service.domain.findings.finding import Audience, Finding, Urgency
from service.domain.findings.proposal import ProposalKind
from service.domain.findings.registry import BY_ID
from service.domain.plan import Plan
from service.domain.therapy import RequestStatus
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.cards import CardAnswer, CardOutcome, ShownCard
from service.ports.storage import PlanFilter, UnitOfWork, Unknown

RULES_SYSTEM = "https://w3id.org/tandem-care/rules"
REASONS_SYSTEM = "https://w3id.org/tandem-care/override-reasons"
# CDS Hooks 2.0, card attributes: a summary has fewer than 140 characters.
_SUMMARY = 139
_RUNNING = frozenset({RequestStatus.ACTIVE, RequestStatus.ON_HOLD})
_CRITICAL, _WARNING, _INFO = "critical", "warning", "info"
_INDICATOR = {
    Urgency.AT_ONCE: _CRITICAL,
    Urgency.SAME_DAY: _WARNING,
    Urgency.THIS_WEEK: _WARNING,
    Urgency.NEXT_CHECK_IN: _INFO,
    Urgency.TO_KNOW: _INFO,
}
_REASONS = {
    "assessed": "The person was assessed",
    "known": "Known, and looked after",
    "not-applicable": "Does not apply to this person",
    "other": "Another reason",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as discovery describes it; `wants` tells which findings belong there."""

    id: str
    hook: str
    title: str
    description: str
    wants: Callable[[Finding], bool]


def _everything(_: Finding) -> bool:
    return True


def _about_orders(finding: Finding) -> bool:
    return BY_ID[finding.rule].audience in {Audience.SAFETY, Audience.PRESCRIBER}


def _about_meetings(finding: Finding) -> bool:
    proposed = finding.proposal is not None and finding.proposal.kind is ProposalKind.APPOINTMENT
    return proposed or BY_ID[finding.rule].audience is Audience.SAFETY


SERVICES = (
    Service(
        id="tandem-patient-view",
        hook="patient-view",
        title="Open findings of the treatment plan",
        description="What a team should look at in this patient's integrated treatment plan.",
        wants=_everything,
    ),
    Service(
        id="tandem-order-select",
        hook="order-select",
        title="What a prescriber should know",
        description="Findings of the treatment plan that concern medication, and whatever concerns safety.",
        wants=_about_orders,
    ),
    Service(
        id="tandem-appointment-book",
        hook="appointment-book",
        title="Check-ins that are due",
        description="Check-ins and reviews that the treatment plan asks for, and whatever concerns safety.",
        wants=_about_meetings,
    ),
)
_BY_ID = {one.id: one for one in SERVICES}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPorts:
    """What the services need: plans, and the connection and server whose patients may be asked for.

    `about` is told of each plan that a call is about, before what it does is kept.
    """

    plans: PlanPorts
    connection_id: str
    fhir_server: str | None = None
    public_url: str | None = None
    about: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call of a service: the hook, the patient's id in the chart, and the chart that the caller names."""

    hook: str
    patient: str
    fhir_server: str | None = None


def discovery() -> JsonObject:
    """Return what services there are."""
    return {
        "services": [
            {"hook": one.hook, "id": one.id, "title": one.title, "description": one.description}
            for one in SERVICES
        ]
    }


def service_of(service_id: str) -> Service:
    """Return a service; raises `Unknown`."""
    if service_id not in _BY_ID:
        raise Unknown("service", service_id)
    return _BY_ID[service_id]


def cards_for(service_id: str, asked: Asked, ports: CardPorts) -> JsonObject:
    """Return the cards of a patient, the most urgent first, and keep that they were shown.

    Raises `Unknown` for no such service, and `Invalid` for another hook or another chart than ours.
    """
    service = service_of(service_id)
    if asked.hook != service.hook:
        raise Invalid([Problem("hook", f"must be {service.hook}")])
    _check_server(asked, ports)
    with ports.plans.storage.begin() as work:
        told = [
            (plan, finding)
            for plan in _plans_of(asked.patient, work, ports)
            for finding in findings_of(plan, work=work, ports=ports.plans)
            if service.wants(finding)
        ]
        work.cards.shown(_shown(plan, finding, ports.plans.clock.now()) for plan, finding in told)
        work.commit()
    ranks = {one: rank for rank, one in enumerate(Urgency)}
    told.sort(key=lambda one: ranks[one[1].urgency])
    return {"cards": [_card(plan, finding, ports) for plan, finding in told]}


def keep_feedback(service_id: str, answers: tuple[CardAnswer, ...], *, ports: CardPorts) -> None:
    """Keep what people answered to cards; raises `Unknown`, and `Invalid` for a card of nobody's."""
    service_of(service_id)
    with ports.plans.storage.begin() as work:
        problems = [
            Problem(f"feedback[{index}].card", "is no card that was shown")
            for index, one in enumerate(answers)
            if not _is_known(one.card_id, work, ports)
        ]
        if problems:
            raise Invalid(problems)
        for one in answers:
            work.cards.answer(one)
        work.commit()


def an_answer(card_id: str, outcome: CardOutcome, *, at: datetime, content: JsonObject) -> CardAnswer:
    """Return an answer under an id that follows from it, so that the same one is kept once."""
    name = f"tandem:card-answer:{card_id}/{outcome}/{at.isoformat()}"
    return CardAnswer(
        id=str(uuid5(NAMESPACE_URL, name)), card_id=card_id, outcome=outcome, answered_at=at, content=content
    )


def _is_known(card_id: str, work: UnitOfWork, ports: CardPorts) -> bool:
    try:
        ports.about(work.cards.get(card_id).plan_id)
    except Unknown:
        return False
    return True


def _check_server(asked: Asked, ports: CardPorts) -> None:
    """Refuse a patient of another chart: the same id is somebody else there."""
    ours = ports.fhir_server
    if asked.fhir_server is None or ours is None:
        return
    if asked.fhir_server.rstrip("/") != ours.rstrip("/"):
        raise Invalid([Problem("fhirServer", "is not the chart that this service is connected to")])


def _plans_of(patient: str, work: UnitOfWork, ports: CardPorts) -> Iterator[Plan]:
    """Yield the running plans of whom the chart knows under this id."""
    for patient_id in work.ledger.items_at(ports.connection_id, "Patient", patient):
        after = None
        while True:
            page = work.plans.page(PlanFilter(patient_id=patient_id), after=after)
            for one in page.items:
                if one.status in _RUNNING:
                    ports.about(one.id)
                    yield work.plans.head(one.id).plan
            after = page.next
            if after is None:
                break


def _card_id(plan: Plan, finding: Finding) -> str:
    return str(uuid5(NAMESPACE_URL, f"tandem:card:{plan.id}/{finding.key}"))


def _shown(plan: Plan, finding: Finding, now: datetime) -> ShownCard:
    return ShownCard(
        id=_card_id(plan, finding), plan_id=plan.id, rule=finding.rule, finding=finding.key, shown_at=now
    )


def _card(plan: Plan, finding: Finding, ports: CardPorts) -> JsonObject:
    rule = BY_ID[finding.rule]
    card: JsonObject = {
        "uuid": _card_id(plan, finding),
        "summary": _short(finding.text),
        "detail": _detail(finding),
        "indicator": _INDICATOR[finding.urgency],
        "source": {
            "label": f"Tandem: {rule.source}",
            "topic": {"system": RULES_SYSTEM, "code": rule.id, "display": rule.says},
        },
        "overrideReasons": [
            {"system": REASONS_SYSTEM, "code": code, "display": words} for code, words in _REASONS.items()
        ],
    }
    if ports.public_url is not None:
        url = f"{ports.public_url.rstrip('/')}/plans/{plan.id}"
        card["links"] = [{"label": "Open the plan", "url": url, "type": "absolute"}]
    return card


def _short(text: str) -> str:
    if len(text) <= _SUMMARY:
        return text
    cut = text[: _SUMMARY - 1].rsplit(" ", 1)[0]
    return f"{cut}…"


def _detail(finding: Finding) -> str:
    """Return the finding with its evidence and what it proposes, as GitHub-flavoured markdown."""
    lines = [_plain(finding.text), "", *(f"- {_plain(one.says)}" for one in finding.evidence)]
    if finding.proposal is not None:
        lines += ["", f"Proposed: {_plain(finding.proposal.says)}."]
        lines += [f"{number}. {_plain(step)}" for number, step in enumerate(finding.proposal.steps, start=1)]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return a text in which nothing is markdown or HTML: it may hold what somebody typed."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>()#+!|~" else one for one in text.replace("\n", " "))
