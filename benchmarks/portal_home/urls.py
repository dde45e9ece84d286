from django.http import HttpRequest, HttpResponse
from django.urls import path

from project.urls import urlpatterns as pages


def bare(request: HttpRequest) -> HttpResponse:
    """What Django costs without us: a few bytes, no query, no template."""
    return HttpResponse(b"ok")


urlpatterns = [path("bare/", bare), *pages]
