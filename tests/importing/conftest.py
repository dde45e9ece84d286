"""Uploading, following and confirming, as people do it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.models import BulkImport

FEEDS = "/management/feeds/externalfeed/"
LINKS = "/management/brands/customlink/"
BRANDS = "/management/brands/brand/"
REPLIES = "/management/tickets/cannedreply/"
CONNECTIONS = "/management/connections/smartertrackconnection/"


def upload(client: Client, page: str, content: str | bytes, name: str = "file.csv", **fields: str) -> Any:
    """Post a file to the import page of a list; returns the response after its redirects."""
    body = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, body)
    return client.post(f"{page}import/", {"import_file": file, **fields}, follow=True)


def confirm(client: Client) -> Any:
    """Press "Confirm import" of the latest import."""
    latest = BulkImport.objects.latest("pk")
    return client.post(f"/management/core/bulkimport/{latest.pk}/confirm/", follow=True)


def export(client: Client, page: str, format: int, columns: list[str] | None = None, query: str = "") -> bytes:
    """What the export page sends. `columns` chooses some; without it, all of them."""
    form = client.get(f"{page}export/{query}").context["form"]
    chosen = [name for name, field in form.fields.items() if getattr(field, "is_selectable_field", False)]
    if columns is not None:
        chosen = [name for name in chosen if name.split("_", 1)[1] in columns]
    response = client.post(
        f"{page}export/{query}", {"format": str(format), "resource": "0", **dict.fromkeys(chosen, "on")}
    )
    assert response["Content-Disposition"].startswith("attachment"), response.content[:500]
    return bytes(response.content)


@pytest.fixture
def import_feeds(admin_client: Client) -> Callable[..., BulkImport]:
    """Upload a file of feeds and confirm it where it can be confirmed; returns the import as it is then."""

    def run(content: str | bytes, name: str = "feeds.csv") -> BulkImport:
        before = BulkImport.objects.count()
        response = upload(admin_client, FEEDS, content, name)
        assert BulkImport.objects.count() == before + 1, response.context["form"].errors
        if BulkImport.objects.latest("pk").state == BulkImport.State.WAITING:
            confirm(admin_client)
        return BulkImport.objects.latest("pk")

    return run


def workbook(*rows: list[Any]) -> bytes:
    """An Excel workbook as Excel would save it."""
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
