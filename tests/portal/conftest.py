import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def no_kept_fragments():
    caches["fragments"].clear()
