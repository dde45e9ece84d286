"""Pages that tell what reached them, for the tests of the web server."""

import hashlib
import threading

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

PIECE = b"x" * 4096


@csrf_exempt
def echo(request: HttpRequest) -> JsonResponse:
    body = request.read()
    connection.ensure_connection()
    return JsonResponse(
        {
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "address": request.META["REMOTE_ADDR"],
            "is_secure": request.is_secure(),
            "thread": threading.get_ident(),
            "connection": id(connection.connection),
        }
    )


def large(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(PIECE for _ in range(512))


def upload(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.FILES["file"].size))


urlpatterns = [path("echo", echo), path("large", large), path("upload", csrf_exempt(upload))]
