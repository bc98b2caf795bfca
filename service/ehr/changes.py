"""Changes as requests, one by one or as a transaction, and what came back as `Written`."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from service.ehr.address import checked
from service.ehr.messages import Aim, Ask
from service.ehr.quirks import Echo
from service.fhir.bundle import BundleType, Entry, Request, build, weak_etag
from service.fhir.json import JsonObject
from service.ports.ehr import Change, Create, PutNew, Rejected, UnknownOutcome, Update, Written

_KEEP = {"Prefer": "return=representation"}


def ask_for(change: Change) -> Ask:
    """Return the request for one change."""
    request = _request(change)
    headers = {"If-Match": request.if_match, "If-None-Exist": request.if_none_exist}
    return Ask(
        aim=_aim(change),
        path=request.url,
        headers={**_KEEP, **{name: value for name, value in headers.items() if value}},
        body=_body(change),
        guarded=isinstance(change, Update),
        urns=(_urn(change),),
    )


def ask_for_all(changes: Sequence[Change]) -> Ask:
    """Return the transaction for several changes; raises `Rejected` where two are about one thing."""
    _refuse_twins(changes)
    holds = [_entry(change) for change in changes]
    return Ask(
        aim=Aim.TRANSACTION,
        path="",
        headers=_KEEP,
        body=build(BundleType.TRANSACTION, holds),
        guarded=any(isinstance(change, Update) for change in changes),
        urns=tuple(map(_urn, changes)),
    )


def written(change: Change, echo: Echo | None) -> Written:
    """Return what became of a change; raises `UnknownOutcome` where the server does not say it plainly."""
    if echo is None or echo.status not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}:
        raise UnknownOutcome("the server does not say what became of a change")
    reference = _reference(change, echo)
    return Written(
        status=echo.status,
        reference=reference,
        version=echo.version,
        last_updated=echo.last_updated,
        resource=echo.resource,
        created=echo.status == HTTPStatus.CREATED,
    )


def _refuse_twins(changes: Sequence[Change]) -> None:
    """HAPI 8.8.0 drops the second of two writes to one identity without a word (issue #8183)."""
    seen: set[str] = set()
    for place, change in enumerate(changes):
        for identity in _identities(change):
            if identity in seen:
                raise Rejected("two changes in one transaction are about one thing", entry=place)
            seen.add(identity)


def _identities(change: Change) -> tuple[str, ...]:
    if isinstance(change, Create):
        kind = change.resource.get("resourceType")
        searched = f"{kind}?{change.if_none_exist}" if change.if_none_exist else None
        return tuple(one for one in (searched, change.full_url) if one)
    return (change.reference,)


def _urn(change: Change) -> str | None:
    return change.full_url if isinstance(change, Create) else None


def _entry(change: Change) -> Entry:
    full_url = change.full_url if isinstance(change, Create) else None
    return Entry(full_url=full_url, resource=_body(change), request=_request(change))


def _request(change: Change) -> Request:
    match change:
        case Create(resource=resource, if_none_exist=search):
            return Request(method="POST", url=_kind(resource), if_none_exist=_ascii(search))
        case Update(reference=reference, if_version=version):
            return Request(method="PUT", url=checked(reference), if_match=weak_etag(version))
        case PutNew(reference=reference):
            return Request(method="PUT", url=checked(reference))


def _aim(change: Change) -> Aim:
    match change:
        case Create():
            return Aim.CREATE
        case Update():
            return Aim.UPDATE
        case PutNew():
            return Aim.PUT_NEW


def _body(change: Change) -> JsonObject:
    """Return the resource under the id that its PUT names: HAPI 8.8.0 answers 400 to one without."""
    if isinstance(change, Create):
        return change.resource
    kind, _, own_id = change.reference.partition("/")
    if change.resource.get("resourceType") != kind or change.resource.get("id", own_id) != own_id:
        raise Rejected("the resource is not the one that its reference names")
    return {**change.resource, "id": own_id}


def _kind(resource: JsonObject) -> str:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind.isalpha():
        raise Rejected("a resource without a type cannot be written")
    return kind


def _ascii(search: str | None) -> str | None:
    """Return a search that fits a header; what is percent-encoded already stays so."""
    return quote(search, safe="%=&|:/,?@!$'()*+;~-._") if search else None


def _reference(change: Change, echo: Echo) -> str:
    found = echo.target.relative if echo.target else None
    wanted = None if isinstance(change, Create) else change.reference
    if found is None and wanted is None:
        raise UnknownOutcome("the server does not say which resource it made")
    kind = change.resource.get("resourceType")
    if found and ((wanted and found != wanted) or found.partition("/")[0] != kind):
        raise UnknownOutcome("the server answers with another resource than was sent")
    return found or str(wanted)
