"""Being written."""


from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern


def urls(site: AdminSite) -> list[URLPattern]:
    return []


def ticket_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def ticket_page(request: HttpRequest, object_id: str) -> HttpResponse:
    return HttpResponse("")


def new_ticket(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
