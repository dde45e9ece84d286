"""Passwords come in, are stored encrypted, and are seen nowhere."""

import io
import json
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import SmarterTrackConnection
from apps.core.models import BulkImport
from tests.importing.conftest import CONNECTIONS, confirm, export, upload

SECRET = "hunter2-unmistakable"
OTHER = "swordfish-unmistakable"
HEADER = "name,base_url,admin_username,admin_password\n"


def line(name: str = "HQ", url: str = "https://hq.example", password: str = SECRET) -> str:
    return f"{name},{url},boss,{password}\n"


@pytest.fixture
def hq(admin: User) -> SmarterTrackConnection:
    return SmarterTrackConnection.objects.create(
        name="HQ", base_url="https://hq.example", admin_username="boss", admin_password=SECRET
    )


def everything_stored() -> str:
    """Every row of every table, as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]))
    return "".join(found)


def test_it_shows_a_password_nowhere_and_stores_it_encrypted(
    admin_client: Client, caplog, valkey, settings, django_capture_on_commit_callbacks
) -> None:
    settings.DESK_IMPORT_JOB_ROWS = 0
    with django_capture_on_commit_callbacks(execute=True):
        pages = [upload(admin_client, CONNECTIONS, HEADER + line())]
    key = valkey.client.keys("rq:job:*")
    jobs = b"".join(str(valkey.client.hgetall(name)).encode() for name in key)
    assert key
    settings.DESK_IMPORT_JOB_ROWS = 2000
    pages += [upload(admin_client, CONNECTIONS, HEADER + line() + "Bad,not an address,x," + OTHER + "\n")]
    pages += [upload(admin_client, CONNECTIONS, HEADER + line())]
    pages += [confirm(admin_client), upload(admin_client, CONNECTIONS, HEADER + line(password=OTHER))]
    pages += [confirm(admin_client)]
    assert SmarterTrackConnection.objects.get().admin_password == OTHER
    seen = "".join(page.text for page in pages) + caplog.text + jobs.decode() + everything_stored()
    assert "••••••" in seen
    assert SECRET not in seen
    assert OTHER not in seen
    assert LogEntry.objects.exists()


@pytest.mark.parametrize("number", range(3))
def test_it_never_exports_a_password(admin_client: Client, hq: SmarterTrackConnection, number: int) -> None:
    content = export(admin_client, CONNECTIONS, number)
    if number == 1:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    assert b"https://hq.example" in content
    assert SECRET.encode() not in content
    assert b"password" not in content
    assert "admin_password" not in admin_client.get(f"{CONNECTIONS}export/").text


@pytest.mark.parametrize(
    "content", [HEADER + line(password=""), "name,base_url,admin_username\nHQ,https://hq.example,boss\n"]
)
def test_it_keeps_the_stored_password_without_a_new_one(
    admin_client: Client, hq: SmarterTrackConnection, content: str
) -> None:
    upload(admin_client, CONNECTIONS, content.replace("boss", "chief"))
    confirm(admin_client)
    hq.refresh_from_db()
    assert (hq.admin_username, hq.admin_password) == ("chief", SECRET)


def test_it_clears_the_password_where_the_address_changes_and_says_so(
    admin_client: Client, hq: SmarterTrackConnection
) -> None:
    page = upload(admin_client, CONNECTIONS, HEADER + line(url="https://evil.example", password=""))
    assert "Row 2 changes the address, so the stored Admin Password is cleared." in page.text
    confirm(admin_client)
    hq.refresh_from_db()
    assert (hq.base_url, hq.admin_password) == ("https://evil.example", "")


def test_it_keeps_a_password_that_comes_with_the_new_address(admin_client: Client, hq: SmarterTrackConnection) -> None:
    upload(admin_client, CONNECTIONS, HEADER + line(url="https://new.example"))
    confirm(admin_client)
    hq.refresh_from_db()
    assert (hq.base_url, hq.admin_password) == ("https://new.example", SECRET)


def test_it_takes_the_same_file_for_unchanged(admin_client: Client, hq: SmarterTrackConnection) -> None:
    upload(admin_client, CONNECTIONS, HEADER + line(url="HTTPS://HQ.example:443/"))
    latest = BulkImport.objects.get()
    assert (latest.state, latest.unchanged_count) == (BulkImport.State.DONE, 1)


def test_it_refuses_one_address_for_two_connections(admin_client: Client, hq: SmarterTrackConnection) -> None:
    lines = [line("Second"), line("Third", "https://t.example"), line("Fourth", "https://t.example/")]
    page = upload(admin_client, CONNECTIONS, HEADER + "".join(lines))
    errors = page.context["bulk_import"].errors
    assert [(row, column) for row, column, _message in errors] == [(2, "base_url"), (4, "base_url")]
    assert "There is a connection to this address already." in page.text


def test_it_takes_back_its_own_export_without_passwords(admin_client: Client, hq: SmarterTrackConnection) -> None:
    content = export(admin_client, CONNECTIONS, 2)
    assert json.loads(content) == [{"name": "HQ", "base_url": "https://hq.example", "admin_username": "boss"}]
    hq.delete()
    upload(admin_client, CONNECTIONS, content, "c.json")
    confirm(admin_client)
    assert SmarterTrackConnection.objects.get().admin_password == ""
