"""What one push knows when it starts, gathered once so that every step sees the same."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

from service.domain.people import Person
from service.domain.plan import Plan, people_in_chart
from service.fhir.json import JsonObject
from service.mapping.references import Key, Refs
from service.ports.clock import Clock, Ids
from service.ports.ehr import Capabilities, Ehr, Held
from service.ports.passes import LastPass
from service.ports.storage import Connection, Lease, LedgerEntry, LinkState, Storage
from service.sync.authority import Authority
from service.sync.questions import Answers, Question, Unasked

_OF_NO_PATIENT = frozenset({"Practitioner", "PractitionerRole"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a person is asked before it is linked, and how far apart in days two things may be for that.

    With `trusts_match` a patient who matches by identifier, birth date and family name is bound unasked.
    """

    trusts_match: bool = False
    booking_days: int = 3
    renewal_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a push needs from outside; `override` is the operator's word on what the server can do.

    `writing` is the environment's word on whether anything may be sent at all.
    `authority` says whose value stands where both sides changed one group.
    After `settle_time` a request that got no answer is no longer on its way: the client's time-out and a
    minute more. `meanwhile` does something now and then while its block lasts, where somebody sees to it;
    a patient who is busy is asked for so many `tries`, with a `pause` in between.
    """

    storage: Storage
    ehr: Ehr
    clock: Clock
    ids: Ids
    override: JsonObject = field(default_factory=dict)
    settle_time: timedelta = timedelta(seconds=90)
    meanwhile: Callable[[Callable[[], None]], AbstractContextManager[object]] = nullcontext
    tries: int = 1
    pause: Callable[[], object] = bool
    writing: bool = True
    asking: Asking = Asking()
    authority: Authority = field(default_factory=Authority)


@dataclass(slots=True, kw_only=True)
class Agenda:
    """One push: the revision, the connection, and the ledger as it grows in the course of the push.

    `chart_orders` are the chart's own orders by the id of the plan's order that they stand for, `ordered` all
    requests of medicines that were read, with their Medications. `answers` is what people said to earlier
    questions, `questions` what they have to be asked now. `left` are addresses by which items stood until
    this push. Of a patient who has died only endings are written. `ended` holds how the run ended, once it
    did, to be kept as the chart is left. `woken` is how often the chart had woken the plan before the run
    began, and `answered` holds it once the run has taken in what the chart says.
    """

    plan: Plan
    number: int
    people: Mapping[str, Person]
    connection: Connection
    capabilities: Capabilities
    lease: Lease
    ledger: dict[Key, LedgerEntry]
    chart_orders: Mapping[str, str] = field(default_factory=dict)
    ended: list[LastPass] = field(default_factory=list)
    woken: int = 0
    answered: list[int] = field(default_factory=list)
    ordered: tuple[Held, ...] | None = None
    asking: Asking = Asking()
    answers: Answers = field(default_factory=Unasked)
    questions: list[Question] = field(default_factory=list)
    deceased: bool = False
    left: dict[str, Key] = field(default_factory=dict)

    @property
    def patient(self) -> Key:
        """The key of the plan's patient."""
        return Key("Patient", self.plan.patient.id)

    @property
    def clinicians(self) -> tuple[Person, ...]:
        """Those whom the plan names, each once, by id."""
        return tuple(self.people[one] for one in sorted({name for _, name in people_in_chart(self.plan)}))

    def address(self, key: Key) -> str | None:
        """Return `Type/id` of what stands for an item in the chart, if anything does."""
        if key.type == "MedicationRequest" and key.item in self.chart_orders:
            return self.chart_orders[key.item]
        return None if self.detached(key) else remote_of(self.ledger.get(key))

    def matched(self, key: Key) -> bool:
        """Tell whether the resource is the clinic's own, which we refer to and never write."""
        entry = self.ledger.get(key)
        return entry is not None and entry.state is LinkState.PULL_ONLY

    def detached(self, key: Key) -> bool:
        """Tell whether the chart lost the resource: nothing may refer to it."""
        entry = self.ledger.get(key)
        return entry is not None and entry.state is LinkState.DETACHED

    def addresses(self) -> dict[str, str]:
        """Return `Type/id` by urn of what the chart holds of this plan."""
        known = ((key, self.address(key)) for key in self.ledger)
        return {key.urn: address for key, address in known if address is not None}

    def refs(self) -> Refs:
        """Return how items are addressed in the chart as far as is known now."""
        written = {key: remote for key, entry in self.ledger.items() if (remote := remote_of(entry))}
        ordered = {Key("MedicationRequest", one): address for one, address in self.chart_orders.items()}
        traces = {address: key for key, address in (*written.items(), *ordered.items())}
        names = {key.urn: key for key in self.ledger}
        return Refs(
            system=self.connection.identifier_system,
            addresses={key: one for key, one in written.items() if not self.detached(key)} | ordered,
            traces=traces | names,
        )

    def entry(self, key: Key) -> LedgerEntry:
        """Return the ledger entry of a key, a new one where there is none."""
        return self.ledger.get(key) or LedgerEntry(
            connection_id=self.connection.id,
            resource_type=key.type,
            item_id=key.item,
            patient_id=None if key.type in _OF_NO_PATIENT else self.plan.patient.id,
            state=LinkState.WAITING,
        )


def remote_of(entry: LedgerEntry | None) -> str | None:
    """Return `Type/id` of the resource that an entry links, if it links one."""
    return f"{entry.resource_type}/{entry.remote_id}" if entry is not None and entry.remote_id else None
