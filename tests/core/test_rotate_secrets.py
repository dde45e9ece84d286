import io

import pytest
import reversion
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from reversion.models import Version

from apps.connections.models import SmarterTrackConnection
from apps.core.checks import check_field_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    with reversion.create_revision():
        return SmarterTrackConnection.objects.create(
            name="Sister", base_url="https://help.example.org", admin_username="root", admin_password="hunter2"
        )


def add_key(settings):
    """A new key in front; returns the keys as they will be once the old ones are gone."""
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode(), *settings.DESK_FIELD_KEYS]
    return settings.DESK_FIELD_KEYS[:1]


def rotate():
    output = io.StringIO()
    call_command("rotate_secrets", stdout=output)
    return output.getvalue()


def test_it_writes_secrets_under_the_newest_key(row, settings):
    newest = add_key(settings)
    assert "connections.SmarterTrackConnection.admin_password: 1 rewritten, 0 unreadable" in rotate()
    settings.DESK_FIELD_KEYS = newest
    row.refresh_from_db()
    assert row.admin_password == "hunter2"


def test_it_writes_the_secrets_in_versions_anew(row, settings):
    newest = add_key(settings)
    assert "Versions: 1 rewritten, 0 unreadable" in rotate()
    settings.DESK_FIELD_KEYS = newest
    version = Version.objects.get_for_object(row).get()
    assert version._object_version.object.admin_password == "hunter2"


def test_it_says_which_secrets_it_cannot_read(row, settings):
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode()]
    output = io.StringIO()
    with pytest.raises(CommandError, match="under none of the keys"):
        call_command("rotate_secrets", stdout=output)
    assert "admin_password: 0 rewritten, 1 unreadable" in output.getvalue()


def test_it_leaves_what_it_cannot_read_as_it_is(row, settings):
    before = stored()
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError):
        rotate()
    assert stored() == before


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT admin_password FROM connections_smartertrackconnection")
        return cursor.fetchone()[0]


def test_it_says_that_there_is_no_key(settings):
    settings.DESK_FIELD_KEYS = []
    assert [message.id for message in check_field_keys()] == ["core.E001"]


def test_it_says_which_key_is_none(settings):
    settings.DESK_FIELD_KEYS = [*settings.DESK_FIELD_KEYS, "hunter2"]
    [message] = check_field_keys()
    assert message.id == "core.E002"
    assert "number 2" in message.msg
    assert "hunter2" not in str(message)
