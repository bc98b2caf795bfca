"""What a request says: its JSON body, who wrote it, and which version they had read."""

import re
from collections.abc import Set
from math import inf
from urllib.parse import urlsplit

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.api.refusals import Malformed, NoVersion, StaleVersion, TooLarge, TooSlow, WrongHost, WrongMedia
from service.application.access import sees_unshared
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject, NotJson, loads
from service.ports.access import Caller, Entrance, NotAllowed, Role

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
DEEPEST = 64
AUTHOR = "X-Tandem-Author"
AUTHOR_PATTERN = r"[A-Za-z0-9._@\-]{1,64}"
_NOT_WHOLE = "The body is shorter than its Content-Length, or its chunks are broken."
_REVISION_TAG = re.compile(r'"([1-9][0-9]{0,8})(-patient)?"')


def check_host(request: Request, names: Set[str]) -> None:
    """Refuse, with `WrongHost`, a request that was not meant for this service.

    Without authentication, a web page whose name leads to this machine (DNS rebinding) could read every plan.
    """
    if urlsplit(f"//{request.host}").hostname not in names:
        raise WrongHost("The service answers to its own names only.")


def read_json(request: Request, media: str) -> JsonObject:
    """Return the JSON object of the body; raises `WrongMedia`, or as `body_of` does."""
    if request.mimetype != media or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise WrongMedia(f"A body of {media} in UTF-8 is taken here.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongMedia("A body is taken as it is, without a Content-Encoding.")
    try:
        # RFC 8259, 8.1: UTF-8 and no other; the library would guess.
        document = loads(body_of(request).decode())
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except NotJson as error:
        raise Malformed(str(error)) from None
    if _depth(document) > DEEPEST:
        raise Malformed(f"the JSON text is nested more than {DEEPEST} levels deep")
    return document


def body_of(request: Request) -> bytes:
    """Return the bytes of the body; raises `Malformed`, `TooSlow` or `TooLarge`."""
    limit = request.max_content_length or inf
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise TooLarge(limit) from None
    except ClientDisconnected as error:
        # werkzeug makes one thing of a body that ends early and of a server that waits no longer for it.
        if isinstance(error.__context__, TimeoutError):
            raise TooSlow("The body did not arrive in time.") from None
        raise Malformed(_NOT_WHOLE) from None
    if len(body) < (request.content_length or 0):
        raise Malformed(_NOT_WHOLE)
    # werkzeug 3.1 cuts a body without a Content-Length at the limit, and says nothing.
    if request.content_length is None and len(body) >= limit:
        raise TooLarge(limit)
    return body


def author_of(request: Request, caller: Caller) -> str:
    """Return who makes a revision; `Invalid` names the header, `NotAllowed` refuses another's name in it.

    It is the caller; an integrator may act for a clinician whom it names, and whoever was not asked who
    they are says it themselves.
    """
    named = request.headers.get(AUTHOR)
    if caller.entrance is Entrance.OPEN:
        return _written(named)
    if named is None or named == caller.subject:
        return caller.subject
    if caller.role is Role.INTEGRATOR:
        return _written(named)
    raise NotAllowed(f"{AUTHOR} names somebody else than the token does.")


def _written(author: str | None) -> str:
    if author is None:
        raise Invalid([Problem(AUTHOR, "is required: who makes this revision")])
    if not re.fullmatch(AUTHOR_PATTERN, author):
        raise Invalid([Problem(AUTHOR, "must be 1 to 64 letters, digits, '-', '.', '_' or '@'")])
    return author


def tag_of(number: int, caller: Caller) -> str:
    """Return the ETag of a revision as the caller sees it: its patient sees more of it than others do."""
    return f"{number}-patient" if sees_unshared(caller) else str(number)


def version_of(request: Request, caller: Caller) -> int:
    """Return the revision that the caller read; raises `NoVersion` or `StaleVersion`."""
    tag = _REVISION_TAG.fullmatch(if_match(request))
    if tag is None or (tag[2] is not None) is not sees_unshared(caller):
        raise StaleVersion('If-Match names no revision: give the ETag that was read, such as "3".')
    return int(tag[1])


def if_match(request: Request) -> str:
    """Return the one ETag of If-Match; raises `NoVersion`, also for `*`, which no reader has read."""
    tag = request.headers.get("If-Match", "").strip()
    if tag in ("", "*"):
        raise NoVersion("If-Match is required: give the ETag that was read.")
    return tag


def _depth(document: JsonObject) -> int:
    level: list[object] = [document]
    depth = 0
    while level:
        depth += 1
        members = [m for one in level for m in (one.values() if isinstance(one, dict) else one)]  # type: ignore[attr-defined]  # only containers are kept below
        level = [one for one in members if isinstance(one, dict | list)]
    return depth
