import pytest
from django.core.cache import caches
from django.utils import translation

from tests.tickets.conftest import bob, dave, make_ticket, sales, ticket, workshop  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def fresh_process():
    """No fragment and no language from an earlier request, as in a process that has just started."""
    caches["fragments"].clear()
    translation.activate("en")
