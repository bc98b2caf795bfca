"""A plain HTTP client of a FHIR server, and small resources to send."""

import json
import secrets
from typing import Any

import requests

JSON = "application/fhir+json"
JSON_PATCH = "application/json-patch+json"
IDENTIFIERS = "urn:tandem:contract"


class Client:
    """Sends one request after the other to one server."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Sends a request; header names are written with underscores; a path may be a whole URL."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("http") else self.base + path
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        if text is not None:
            sent = {"Content-Type": JSON, **sent}
        return self.session.request(
            method, url, data=text, headers={"Cache-Control": "no-cache", **sent}, timeout=60
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.ask("PUT", path, body, **headers)

    def patch(self, path: str, operations: Any, **headers: str) -> requests.Response:
        return self.ask("PATCH", path, operations, **{"Content-Type": JSON_PATCH, **headers})

    def delete(self, path: str, **headers: str) -> requests.Response:
        return self.ask("DELETE", path, **headers)

    def made(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Creates a resource and gives what the server kept."""
        answer = self.post(f"/{resource['resourceType']}", resource)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def bundle(self, kind: str, *entries: dict[str, Any], **headers: str) -> requests.Response:
        """Sends a batch or a transaction."""
        return self.post("", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)

    def found(self, search: str) -> list[str]:
        """Gives `Type/id` of all that a search finds, on its first page."""
        answer = self.get(search)
        assert answer.status_code == 200, answer.text
        return [named(entry["resource"]) for entry in answer.json().get("entry", [])]


def unique() -> str:
    """Gives a value that no earlier run has used."""
    return secrets.token_hex(8)


def named(resource: dict[str, Any]) -> str:
    """Gives `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def identifier(value: str) -> list[dict[str, str]]:
    return [{"system": IDENTIFIERS, "value": value}]


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "name": [{"family": "Contract", "given": ["Ada"]}], **more}


def goal(subject: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Sleep six hours"},
        "subject": {"reference": subject},
        **more,
    }


def entry(method: str, url: str, resource: Any = None, full_url: str = "", **request: str) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        made["resource"] = resource
    if full_url:
        made["fullUrl"] = full_url
    return made


def urn() -> str:
    """Gives a fresh urn:uuid."""
    raw = secrets.token_hex(16)
    return f"urn:uuid:{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"


def words(answer: requests.Response) -> str:
    """Gives the diagnostics of the OperationOutcome that an answer must hold."""
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome", body
    return " ".join(issue.get("diagnostics", "") for issue in body["issue"])
