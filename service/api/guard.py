"""The guard at every door: whoever comes shows who they are, and does what their role may do."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from types import MappingProxyType

from flask import Flask, Response, g, request

from service.api.doors import Doors, Operation
from service.api.entrance import enter, trail_at_hand
from service.api.services import Services
from service.application.access import permit
from service.application.audit import Trail, count_refused, outcome_of
from service.ports.access import AuditEntry, Caller, Entrance, NotAllowed, NotRecognised, Outcome
from service.ports.storage import StorageError

OPEN: Mapping[str, str] = MappingProxyType({
    "/health/live": "whoever starts the process asks it, and it says nothing but that it lives",
    "/cds-services": "an EHR asks it before it can call a service, and it describes those and nothing kept",
    "/docs": "it describes the API, which is public, and nothing that is kept",
    "/docs/<id:file>": "the page's own script and style, from a package",
    "/openapi.json": "the description that the page shows, the same for everybody",
    "/hooks/fhir/<id:token>": "an EHR says that something changed: its token opens it, and shows nothing",
    "/hooks/fhir/<id:token>/<id:kind>/<id:resource_id>": "the same, when the EHR names the resource",
    "/health/ready": "whoever sends requests here asks it, and it says what is lacking, not what is kept",
})  # fmt: skip
"""The routes that nobody has to show an identity for, each with the reason."""


_ITEMS = ("item_id", "person_id", "import_id", "key", "number")
"""What a path may name beside a plan: the trail tells it of what was done."""


class Unguarded(RuntimeError):
    """A route neither says what it needs nor stands among the open ones: a mistake in the code."""


class Guard:
    """Lets a request in or refuses it, and sees to its entry in the audit trail."""

    def __init__(self, services: Services, doors: Iterable[Doors]) -> None:
        self._services = services
        self._storage = services.plans.storage
        self._clock = services.plans.clock
        self._operations: dict[str, Operation] = {}
        for group in doors:
            self._operations |= {
                f"{group.blueprint.name}.{name}": one for name, one in group.operations.items()
            }

    def check(self, app: Flask) -> None:
        """Refuse, with `Unguarded`, an application with a route that anybody could use by mistake."""
        for rule in app.url_map.iter_rules():
            operation = self._operations.get(rule.endpoint)
            needs = None if operation is None else operation.needs
            if (needs is None) is not (rule.rule in OPEN):
                raise Unguarded(f"{rule.rule} needs a permission, or a place among the open routes")

    def enter(self) -> None:
        """Let a request in; raises `NotRecognised`, `KeysUnavailable`, `NotAllowed` or `ForeignPage`."""
        operation = self._operations.get(request.endpoint or "")
        if operation is None or operation.needs is None:  # no such route, or an open one
            return
        caller = self._recognised(operation)
        plan_id: str | None = (request.view_args or {}).get("plan_id")
        trail = Trail(self._storage, self._clock, self._entry(operation, caller, plan_id))
        try:
            permit(caller, operation.needs, plan_id)
        except NotAllowed:
            enter(caller, trail)
            raise
        enter(caller, trail if operation.recorded else None)

    def leave(self, response: Response) -> None:
        """Write down what became of the request at hand; after a `StorageError` it must not be answered."""
        trail = trail_at_hand()
        if trail is not None:
            trail.close(outcome_of(response.status_code), response.status_code)

    def _recognised(self, operation: Operation) -> Caller:
        recogniser = self._services.recogniser
        if operation.by_ehr and self._services.cds_recogniser is not None:
            recogniser = self._services.cds_recogniser
        try:
            caller = recogniser.caller_of(request.headers.get("Authorization"))
        except NotRecognised as error:
            # The refusal stands, whether it can be counted or not.
            with suppress(StorageError):
                count_refused(_name(), error.doubt, storage=self._storage, now=self._clock.now())
            raise
        if caller.entrance is Entrance.OPEN:
            self._check_open()
        return caller

    def _check_open(self) -> None:
        """Refuse whom only a token could let in, with `NotAllowed` or `ForeignPage`."""
        if not _is_here(request.remote_addr):
            # Another server may have put `service.wsgi` on an address that `tandem serve` would refuse.
            raise NotAllowed("While nobody has to show who they are, only this machine is answered.")
        self._services.protection.check_page(request)

    def _entry(self, operation: Operation, caller: Caller, plan_id: str | None) -> AuditEntry:
        named = request.view_args or {}
        item = next((named[name] for name in _ITEMS if name in named), None)
        return AuditEntry(
            at=self._clock.now(),
            who=caller.subject,
            role=caller.role,
            entrance=caller.entrance,
            operation=_name(),
            outcome=Outcome.DONE,
            status=operation.gives.status,
            request_id=g.request_id,
            plan_id=plan_id,
            item_id=None if item is None else str(item),
        )


def _name() -> str:
    """Return the operationId of the request at hand."""
    return (request.endpoint or "").rpartition(".")[2]


def _is_here(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def private(response: Response) -> None:
    """Keep one caller's answer from another; `service.api.protection` keeps it out of every cache."""
    response.vary.add("Authorization")
