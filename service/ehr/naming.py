"""Requests as they can be told before the server has answered: what it will give has a placeholder.

Ids that the server is to give read as the urn of what they stand for, and versions as `given-N`, after the
request whose answer gives them. A rehearsal and its performance are told alike when they ask the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.ehr.messages import Aim, Answer, Ask
from service.ehr.quirks import Echo, echo_of_answer, echo_of_entry
from service.fhir.bundle import entries, weak_etag
from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.ports.ehr import Request

# Stamps of the server on a resource that it was given in the same run; nobody knows them beforehand.
_STAMPS = frozenset({"versionId", "lastUpdated", "source"})


@dataclass(slots=True)
class Naming:
    """What the server has given so far in one run, and the placeholders that stand for it."""

    addresses: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)

    def told(self, ask: Ask) -> Request:
        """Return a writing request with placeholders for all that was given in this run."""
        headers = dict(ask.headers)
        if ask.aim is Aim.TRANSACTION:
            return Request(method=ask.method, url="", headers=headers, body=self._bundle(ask.body or {}))
        if "If-Match" in headers:
            headers["If-Match"] = self._tag(ask.path, headers["If-Match"])
        body = self._resource(ask.path, ask.body or {})
        return Request(method=ask.method, url=self._address(ask.path), headers=headers, body=body)

    def learn(self, ask: Ask, answer: Answer, number: int) -> None:
        """Note what the answer to the request of this number gives."""
        urns = ask.urns or (None,)
        for place, (urn, echo) in enumerate(zip(urns, _echoes(ask, answer), strict=False)):
            if echo is None or echo.target is None:
                continue
            address = echo.target.relative
            if urn is not None:
                self.addresses[address] = urn
            if echo.version is not None:
                self.versions[address, echo.version] = given(number, place)

    def _bundle(self, bundle: JsonObject) -> JsonObject:
        return {**bundle, "entry": [self._entry(one) for one in bundle["entry"]]}

    def _entry(self, entry: JsonObject) -> JsonObject:
        url = entry["request"]["url"]
        request = {**entry["request"], "url": self._address(url)}
        if "ifMatch" in request:
            request["ifMatch"] = self._tag(url, request["ifMatch"])
        return {**entry, "resource": self._resource(url, entry["resource"]), "request": request}

    def _address(self, path: str) -> str:
        kind = path.partition("/")[0]
        return f"{kind}/{self.addresses[path]}" if path in self.addresses else path

    def _tag(self, path: str, tag: str) -> str:
        found = (placeholder for (address, version), placeholder in self.versions.items()
                 if address == path and weak_etag(version) == tag)  # fmt: skip
        placeholder = next(found, None)
        return tag if placeholder is None else weak_etag(placeholder)

    def _resource(self, path: str, resource: JsonObject) -> JsonObject:
        told = rewrite(resource, lambda reference: self.addresses.get(reference, reference))
        if path in self.addresses:
            told["id"] = self.addresses[path]
        if any(address == path for address, _ in self.versions):
            told = _unstamped(told)
        return told


def given(number: int, place: int) -> str:
    """Return what stands for the version that the answer to a request gives, to one of its entries."""
    return f"given-{number}-{place + 1}" if place else f"given-{number}"


def _echoes(ask: Ask, answer: Answer) -> list[Echo | None]:
    if ask.aim is Aim.TRANSACTION:
        return [echo_of_entry(one) for one in entries(answer.body or {})]
    return [echo_of_answer(answer)]


def _unstamped(resource: JsonObject) -> JsonObject:
    meta: Mapping[str, object] = resource.get("meta", {})
    kept = {name: value for name, value in meta.items() if name not in _STAMPS}
    bare = {name: value for name, value in resource.items() if name != "meta"}
    return {**bare, "meta": kept} if kept else bare
