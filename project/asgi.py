"""One web process for everything: pages run as WSGI in a thread pool inside the ASGI server.

Django's own ASGI handler costs three to six times the CPU of a request, and one thread for each open stream.
"""

from http import HTTPStatus

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.urls import reverse

from project import bodies
from project.bodies import Receive, Scope, Send
from project.wsgi import application as pages

# A page writes ahead of a slow reader by this many pieces (some 4 to 8 MB), so that its thread is soon free again.
PIECES_AHEAD = 1024

_pages = WSGIMiddleware(
    pages,  # type: ignore[arg-type]  # Django's response is the iterable of bytes that is asked for
    workers=settings.DESK_WEB_THREADS,
    send_queue_size=PIECES_AHEAD,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry point: `http` scopes go to Django, `lifespan` is acknowledged."""
    if scope["type"] == "lifespan":
        await _acknowledge_lifespan(receive, send)
    elif not bodies.has_known_charset(scope):
        await bodies.refuse(send, 400, scope["path"])
    elif not bodies.announces_body(scope):
        await _pages(scope, receive, send)  # type: ignore[arg-type]
    else:
        try:
            body = await bodies.take(receive, limit=settings.DESK_MAX_UPLOAD_MB * 1024 * 1024)
        except bodies.Refused as refused:
            await _refuse(refused, scope, send)
            return
        with body:
            await _pages(bodies.with_length(scope, body), bodies.replay(body), send)  # type: ignore[arg-type]


async def _refuse(refused: bodies.Refused, scope: Scope, send: Send) -> None:
    """Say why a body is not taken; a person whose form is too long sees a page."""
    if refused.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and bodies.wants_page(scope):
        page = bodies.without_body(scope, reverse("portal:too_large"))
        await _pages(page, bodies.nothing, bodies.closing(send))  # type: ignore[arg-type]
    elif refused.status is not None:
        await bodies.refuse(send, refused.status, scope["path"])


async def _acknowledge_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
