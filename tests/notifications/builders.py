"""Telling people things, for the tests."""

from apps.notifications.services import notify


def tell(*people, kind="apple_ripe", **changes):
    data = {"person": "Carol", "apple": "Boskoop", "metres": 2}
    notify(**{"people": people, "kind": kind, "data": data, "path": "/account/", **changes})
