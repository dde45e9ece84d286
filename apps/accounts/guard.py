"""The brute-force guard: django-axes, with our count of what is too much."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

ADDRESS_SHARE = 5  # an office shares one address: it may fail this many times as often as one account


class Guard(AxesDatabaseHandler):
    """`AXES_FAILURE_LIMIT` failures lock an account, five times as many an address.

    Signing in forgets the failures of that account alone: somebody with an account of their own must not be able to
    clear what they tried on others.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        tries = dict(zip(settings.AXES_LOCKOUT_PARAMETERS, self.get_user_attempts(request, credentials), strict=True))
        failures = {name: found.aggregate(sum=Sum("failures_since_start"))["sum"] or 0 for name, found in tries.items()}
        return int(max(failures["username"], failures["ip_address"] // ADDRESS_SHARE))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        return int(self.reset_attempts(username=get_client_username(request, credentials)))
