"""Who may see the board: this machine, or whoever has the token."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from consumers.errors import CannotStartError
from streams.security.callers import is_loopback, names_loopback, same

COOKIE = "segpulse_board"
OPEN_TO_ALL = ("/live", "/ready")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def check_address(host: str, token: str) -> None:
    """Raises CannotStartError where the board would be open to the network."""
    if not token and not is_loopback(host):
        raise CannotStartError(
            f"board: on {host} (board.host) everybody in the network could read it: set SEGPULSE_BOARD_TOKEN to a "
            "secret that readers must give, or keep board.host at 127.0.0.1"
        )


def guard(token: str) -> Middleware:
    """A middleware that lets only those in who may see the board."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN_TO_ALL:
            return await handler(request)
        _refuse_forged(request)
        if not token:
            if not names_loopback(request):
                raise web.HTTPForbidden(text="Without a token the board answers only to 127.0.0.1 and localhost.\n")
            return await handler(request)
        if same(request.query.get("token", ""), token):
            return _welcome(request, token)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if same(bearer, token) or same(request.cookies.get(COOKIE, ""), token):
            return await handler(request)
        raise web.HTTPUnauthorized(
            text="Give the board's token: ?token=… once, or the header Authorization: Bearer …\n",
            headers={"WWW-Authenticate": 'Bearer realm="segpulse board"'},
        )

    return middleware


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every answer: nothing from elsewhere runs, nothing is framed, nothing is kept."""
    response.headers.update(HEADERS)


def _refuse_forged(request: web.Request) -> None:
    """A page from elsewhere can have a browser post here, but neither as JSON nor as if the page were ours."""
    if request.method in ("GET", "HEAD"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = site == "same-origin" if site else origin is None or origin.partition("://")[2] == request.host
    if not ours:
        raise web.HTTPForbidden(text="Only the board's own pages may change something.\n")
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with the header Content-Type: application/json.\n")


def _welcome(request: web.Request, token: str) -> web.Response:
    """Remember the token in a cookie and get it out of the address."""
    rest = URL.build(path="/" + request.path.lstrip("/")).with_query(
        [(key, value) for key, value in request.query.items() if key != "token"]
    )
    response = web.Response(status=302, headers={"Location": str(rest)})
    # Lax: links to the board from a mail or a chat must work.
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=request.secure, max_age=30 * 86_400)
    return response
