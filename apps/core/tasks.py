"""Clean-ups of what the libraries leave behind."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.core.management import call_command
from django.utils import timezone

FAILED_SIGN_IN_DAYS = 30
VERSION_DAYS, VERSIONS_KEPT = 365, 20


def delete_expired_sessions() -> None:
    """Delete sessions that have ended; daily."""
    call_command("clearsessions")


def delete_old_sign_in_failures() -> None:
    """Delete what the brute-force guard counted long ago, user names and addresses; daily."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - timedelta(days=FAILED_SIGN_IN_DAYS)).delete()


def delete_old_versions() -> None:
    """Delete versions older than a year, except the last twenty of each object; daily."""
    call_command("deleterevisions", days=VERSION_DAYS, keep=VERSIONS_KEPT, verbosity=0)
