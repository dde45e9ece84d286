"""Kinds of the tests' own, so that these tests know no help desk word."""

import pytest
from django.utils.translation import gettext_lazy as _

from apps.notifications import registry
from apps.notifications.registry import Audience, Kind

RIPE = Kind("apple_ripe", "An apple is ripe", "%(person)s says that “%(apple)s” is ripe", Audience.BOTH)
FELL = Kind("apple_fell", "An apple falls", "%(apple)s fell %(metres)s m", Audience.STAFF, default_on=False)
SOLD = Kind("apple_sold", "An apple is sold", "%(apple)s is sold", Audience.CUSTOMER)
WORM = Kind("apple_worm", "An apple has a worm", "%(apple)s has a worm", Audience.STAFF)
SPOKEN = Kind("spoken", _("Password"), _("There is an account with this e-mail address."), Audience.BOTH)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(registry, "KINDS", {})
    for kind in (RIPE, FELL, SOLD, WORM, SPOKEN):
        registry.register(kind)
