"""One web process for everything: pages run as WSGI in a thread pool inside the ASGI server.

Django's own ASGI handler costs three to six times the CPU of a request, and one thread for each open stream.
"""

from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings

from project.wsgi import application as pages

_pages = WSGIMiddleware(pages, workers=settings.DESK_WEB_THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI entry point: `http` scopes go to Django, `lifespan` is acknowledged."""
    if scope["type"] == "lifespan":
        await _acknowledge_lifespan(receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)  # type: ignore[arg-type]


async def _acknowledge_lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
