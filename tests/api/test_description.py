"""The API keeps to its own description, whatever is sent: schemathesis over every operation."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from apps.core import problems
from tests.api.conftest import make_token

pytestmark = pytest.mark.django_db
pytest_plugins = ["schemathesis.pytest.plugin"]  # not loaded by the tests that do not need it
LIMITS = ("apps.accounts.bearer.REQUESTS", "apps.tickets.api.opening.OPENED", "apps.tickets.attachments.UPLOADS")
# What is said to a request that does not fit the description at all.
GENERAL_CODES = {problems.COMMON[status][0] for status in (400, 413, 415, 422)}
ASKED = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def load(*, is_thorough):
    """The API by its description; thorough also tries the edges of every parameter, one after another."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    schema.config.phases.coverage.enabled = is_thorough
    return schema


@pytest.fixture
def one_connection(db):
    """As Django's own test client: the connection with the test's transaction outlives the requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def no_limits(monkeypatch):
    for limit in LIMITS:
        monkeypatch.setattr(limit, 100_000)


def takes_what_is_described(ctx, response, case):
    """As schemathesis's own check, but ids of nothing and the like may be refused, with a code that says so."""
    if is_positive(case) and response.status_code in (400, 413, 415, 422) and response.json()["code"] in GENERAL_CODES:
        raise AssertionError(f"what the description allows was refused: {response.text}")


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def aim(case, ticket):
    """Let a request that fits the description be about something that is there."""
    there = {"number": ticket.number, "department_id": ticket.department_id, "department": ticket.department_id}
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            values.update({name: there[name] for name in there.keys() & values.keys()})


def answer_of(case, token, ticket):
    """Send a request and compare the answer with the description."""
    if is_positive(case):
        aim(case, ticket)
    return case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        additional_checks=[takes_what_is_described],
        excluded_checks=CHECKS.get_by_names(["positive_data_acceptance"]),
    )


@pytest.fixture
def administrators_token(admin):
    return make_token(admin)


@pytest.fixture
def customers_token(carol):
    return make_token(carol)


@load(is_thorough=True).parametrize()
@settings(max_examples=10, **ASKED)
def test_it_keeps_to_its_description(case, administrators_token, ticket, one_connection, no_limits):
    assert answer_of(case, administrators_token, ticket).status_code < 500


@load(is_thorough=False).parametrize()
@settings(max_examples=15, **ASKED)
def test_it_keeps_to_its_description_for_customers(case, customers_token, ticket, one_connection, no_limits):
    assert answer_of(case, customers_token, ticket).status_code < 500
