import re

import pytest

from apps.notifications import registry
from apps.notifications.models import NotificationSetting
from apps.notifications.services import is_wanted, unread_count
from tests.conftest import signed_in
from tests.notifications.builders import tell

MANAGEMENT, PORTAL = "/management/notifications/settings/", "/account/notifications/"
pytestmark = pytest.mark.django_db


def boxes(client, path):
    """The boxes of the page, and which of them are on."""
    page = client.get(path).content.decode()
    found = re.findall(r'name="wanted" value="(\w+):in_product"[^>]*?( checked)?>', page)
    return {kind: bool(checked) for kind, checked in found}


def send(client, path, *kinds):
    return client.post(path, {"wanted": [f"{kind}:in_product" for kind in kinds]})


def test_it_offers_each_face_its_own_kinds_with_their_defaults(alice, carol):
    assert boxes(signed_in(alice), MANAGEMENT) == {
        "apple_ripe": True,
        "apple_fell": False,
        "apple_worm": True,
        "spoken": True,
    }
    assert boxes(signed_in(carol), PORTAL) == {"apple_ripe": True, "apple_sold": True, "spoken": True}


def test_it_tells_only_what_is_wanted(alice, manager):
    client = signed_in(alice)
    assert send(client, MANAGEMENT, "apple_fell", "spoken").status_code == 302
    for kind in ("apple_ripe", "apple_fell", "apple_worm"):
        tell(alice, manager, kind=kind)
    assert set(alice.notifications.values_list("kind", flat=True)) == {"apple_fell"}
    assert set(manager.notifications.values_list("kind", flat=True)) == {"apple_ripe", "apple_worm"}
    send(client, MANAGEMENT, "apple_ripe")
    assert boxes(client, MANAGEMENT) == {
        "apple_ripe": True,
        "apple_fell": False,
        "apple_worm": False,
        "spoken": False,
    }


def test_it_keeps_only_what_was_changed(alice):
    client = signed_in(alice)
    send(client, MANAGEMENT, "apple_ripe", "apple_worm", "spoken")
    assert not NotificationSetting.objects.exists()
    send(client, MANAGEMENT, "apple_ripe", "spoken")
    send(client, MANAGEMENT, "apple_ripe", "spoken")
    assert list(NotificationSetting.objects.values_list("person", "kind", "is_on")) == [(alice.pk, "apple_worm", False)]
    send(client, MANAGEMENT, "apple_ripe", "apple_worm", "spoken")
    assert is_wanted(person=alice, kind="apple_worm")


def test_it_leaves_the_other_face_and_other_people_alone(alice, carol):
    send(signed_in(alice), MANAGEMENT)
    assert is_wanted(person=alice, kind="apple_sold")
    assert is_wanted(person=carol, kind="apple_ripe")
    tell(alice, carol, kind="apple_sold")
    assert (unread_count(person=alice), unread_count(person=carol)) == (1, 1)


def test_it_ignores_boxes_that_it_did_not_show(carol):
    client = signed_in(carol)
    client.post(PORTAL, {"wanted": ["apple_worm:in_product", "apple_ripe:pigeon", "x" * 10_000, "", ":"]})
    assert boxes(client, PORTAL) == dict.fromkeys(("apple_ripe", "apple_sold", "spoken"), False)
    assert set(NotificationSetting.objects.values_list("kind", flat=True)) == {"apple_ripe", "apple_sold", "spoken"}


def test_it_says_so_where_there_is_nothing_to_choose(alice, monkeypatch):
    monkeypatch.setattr(registry, "KINDS", {})
    for path in (MANAGEMENT, PORTAL):
        assert "There is nothing to choose yet." in signed_in(alice).get(path).content.decode()


def test_it_is_linked_where_people_look(alice, carol):
    for page in ("/management/notifications/", "/management/"):
        assert f'href="{MANAGEMENT}"' in signed_in(alice).get(page).content.decode()
    for page in ("/notifications/", "/account/"):
        assert f'href="{PORTAL}"' in signed_in(carol).get(page).content.decode()
