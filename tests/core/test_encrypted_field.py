import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection

from apps.connections.models import SmarterTrackConnection

pytestmark = pytest.mark.django_db


def make_connection(password="hunter2"):
    return SmarterTrackConnection.objects.create(
        name="Sister", base_url="https://help.example.org", admin_username="root", admin_password=password
    )


def stored(pk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT admin_password FROM connections_smartertrackconnection WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_it_stores_ciphertext_and_reads_text():
    row = make_connection()
    assert stored(row.pk).startswith("fernet:")
    assert "hunter2" not in stored(row.pk)
    row.refresh_from_db()
    assert row.admin_password == "hunter2"


def test_it_keeps_the_empty_text_empty():
    assert stored(make_connection("").pk) == ""


def test_it_reads_under_an_older_key_and_writes_under_the_newest(settings):
    row = make_connection()
    before = stored(row.pk)
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode(), *settings.DESK_FIELD_KEYS]
    row.refresh_from_db()
    assert row.admin_password == "hunter2"
    row.save()
    settings.DESK_FIELD_KEYS = settings.DESK_FIELD_KEYS[:1]
    row.refresh_from_db()
    assert row.admin_password == "hunter2"
    assert stored(row.pk) != before


def test_it_keeps_a_secret_whose_key_is_gone(settings):
    row = make_connection()
    before = stored(row.pk)
    keys, settings.DESK_FIELD_KEYS = settings.DESK_FIELD_KEYS, [Fernet.generate_key().decode()]
    row.refresh_from_db()
    assert row.admin_password == ""
    row.save()
    assert stored(row.pk) == before
    settings.DESK_FIELD_KEYS = keys
    row.refresh_from_db()
    assert row.admin_password == "hunter2"


def test_it_refuses_to_be_searched():
    with pytest.raises(FieldError):
        SmarterTrackConnection.objects.filter(admin_password="hunter2")
