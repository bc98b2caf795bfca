"""Where the server is, and which links still lead to it."""

from urllib.parse import SplitResult, urljoin, urlsplit

from service.fhir.references import Rest, parse
from service.ports.ehr import NotFhir, Rejected

_PORTS = {"http": 80, "https": 443}


class Address:
    """The base URL of a FHIR server."""

    def __init__(self, base: str) -> None:
        """Take the base; raises `NotFhir` when it is no http(s) URL, or carries a password or a query."""
        try:
            parts = urlsplit(base)
            self._origin = _origin(parts)
        except ValueError:
            raise NotFhir("the EHR's address is no URL") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise NotFhir("the EHR's address is no http(s) URL")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise NotFhir("the EHR's address holds a user name, a password or a query")
        self._base = base.rstrip("/")

    def url(self, path: str, *, seen_from: str | None = None) -> str:
        """Return the URL of a path below the base, or of a link that stays on the server.

        A link may be relative to the page that it is `seen_from`; raises `NotFhir` when it leads elsewhere.
        """
        if not path:
            return self._base
        try:
            url = urljoin(seen_from or self._base + "/", path)
        except ValueError:
            url = ""
        if not self.holds(url):
            raise NotFhir("a link leads away from the EHR's origin")
        return url

    def holds(self, url: str) -> bool:
        """Tell whether a URL is on the same scheme, host and port; our token is for no other."""
        try:
            return _origin(urlsplit(url)) == self._origin
        except ValueError:
            return False


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def checked(reference: str) -> str:
    """Return a `Type/id` that is safe to be a path; raises `Rejected` for anything else."""
    target = parse(reference)
    if not isinstance(target, Rest) or target.relative != reference or target.id in {".", ".."}:
        raise Rejected("a reference that is no Type/id cannot be asked for")
    return reference
