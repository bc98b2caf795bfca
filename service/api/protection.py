"""What every answer says to browsers and caches, and which web pages of others may ask (CORS)."""

from dataclasses import dataclass
from types import MappingProxyType

from flask import Request, Response

from service.api.once import KEY, REPLAYED
from service.api.refusals import ForeignPage
from service.api.requests import AUTHOR

# Documents load nothing; the page that does says so itself.
_ALWAYS = MappingProxyType({
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
})  # fmt: skip
_YEAR_SECONDS = 31_536_000
_ASK_AGAIN_SECONDS = 600
_METHODS = "GET, POST, PUT, PATCH"
# RFC 9110, 9.2.1; a browser shows the answer to nobody whom it is not for.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MAY_SEND = ("Authorization", "Content-Type", "If-Match", "If-None-Match", KEY, AUTHOR, "X-Request-Id")
_MAY_READ = (
    "ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", REPLAYED, "X-Request-Id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """`origins` are the web pages of others that may ask, exactly as browsers name them."""

    origins: frozenset[str] = frozenset()
    behind_https: bool = False

    def preflight(self, request: Request) -> Response | None:
        """Return the answer to a browser that asks whether a page may ask, None to any other request."""
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or not self._allows(request):
            return None
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = ", ".join(_MAY_SEND)
        response.headers["Access-Control-Max-Age"] = str(_ASK_AGAIN_SECONDS)
        return response

    def check_page(self, request: Request) -> None:
        """Refuse, with `ForeignPage`, a change that a web page of others asks for, as its browser says.

        A browser sends a POST without a body or a header of the page's own and asks nobody first: where no
        token is needed, any page could start a sync. Who is no browser says nothing of this and may.
        """
        if request.method in _SAFE or self._allows(request):
            return
        own = request.host_url.rstrip("/")
        if request.headers.get("Origin", own) != own or request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignPage

    def cover(self, request: Request, response: Response) -> None:
        """Put the headers on an answer; one that an operation has set itself stays."""
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if self.behind_https:
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        if self.origins:
            response.vary.add("Origin")
        if self._allows(request):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = ", ".join(_MAY_READ)
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    def _allows(self, request: Request) -> bool:
        # No credentials are allowed: a token stands in a header that a page must know to send.
        return request.headers.get("Origin") in self.origins
