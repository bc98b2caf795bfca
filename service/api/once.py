"""Idempotency-Key: a request that comes again is answered again, and has its effect once."""

import re
from collections.abc import Callable
from functools import partial
from hashlib import sha256

from flask import Request, Response

from service.api.callers import principal
from service.api.entrance import about
from service.api.requests import AUTHOR, body_of
from service.application.answer_once import OnceStorage
from service.domain.values import Invalid, Problem
from service.fhir.json import loads
from service.ports.answers import Asked, KeptAnswer

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
# draft-ietf-httpapi-idempotency-key-header, 2.1, has the key in quotes; most clients send it bare.
_KEY_CHARACTERS = r"[A-Za-z0-9._:\-]{1,128}"
KEY_PATTERN = f'(?:"{_KEY_CHARACTERS}"|{_KEY_CHARACTERS})'
# What a request says beside its path and body; the same key with another of these is another request.
_SAID = ("Content-Type", "If-Match", AUTHOR)


def answered_once(
    request: Request, operation: str, view: Callable[[], Response], *, once: OnceStorage
) -> Response:
    """Return the answer of a view, or the kept one; raises `OtherRequest`, `StillAnswering` or `Invalid`."""
    key = request.headers.get(KEY)
    if key is None:
        return view()
    if not re.fullmatch(KEY_PATTERN, key):
        raise Invalid([Problem(KEY, "must be 1 to 128 letters, digits, '-', '.', '_' or ':'")])
    asked = Asked(
        principal=principal(),
        operation=operation,
        key=key.strip('"'),
        fingerprint=_fingerprint(request),
    )
    kept, replayed = once.answer(asked, partial(_kept, view, asked.fingerprint))
    response = Response(kept.body, status=kept.status, headers=list(kept.headers))
    if replayed:
        _tell_what_of(response)
        response.headers[REPLAYED] = "true"
    return response


def _tell_what_of(response: Response) -> None:
    """Write down what a kept answer is about: its view, which would say so, is not asked again."""
    match response.headers.get("Location", "").split("/")[1:]:
        case ["plans", plan_id]:
            about(plan_id)
        case ["imports", import_id]:
            about(loads(response.get_data()).get("plan_id"), item_id=import_id)
        case [*_, item_id]:
            about(item_id=item_id)


def _kept(view: Callable[[], Response], fingerprint: str) -> KeptAnswer:
    response = view()
    headers = tuple((name, value) for name, value in response.headers if name != "Content-Length")
    body = response.get_data(as_text=True)
    return KeptAnswer(fingerprint=fingerprint, status=response.status_code, headers=headers, body=body)


def _fingerprint(request: Request) -> str:
    said = [request.method, request.full_path, *(request.headers.get(name, "") for name in _SAID)]
    return sha256("\0".join(said).encode() + b"\0" + body_of(request)).hexdigest()
