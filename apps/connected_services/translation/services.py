"""What is counted of translations, and testing the settings."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.connected_services.completeness import Part, map_part, translation_part, whmcs_part
from apps.connected_services.models import ConnectedServices, TranslationUsage
from apps.core.locks import lock


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was sent to the translation provider in the open counting period."""

    period: int
    requests: int
    characters: int
    since: datetime


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """What a test of the settings found, part by part."""

    __test__ = False  # not a class of tests to pytest

    translation: Part
    map: Part
    whmcs: Part

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """All parts, in the order of the page."""
        return (self.translation, self.map, self.whmcs)


def usage() -> Usage:
    """What was counted since the last reset; counting begins when somebody first asks."""
    period = TranslationUsage.objects.get_or_create(is_open=True)[0]
    return Usage(period=period.pk, requests=period.requests, characters=period.characters, since=period.started_at)


@transaction.atomic
def reset_statistics(*, by: User, period: int | None = None) -> bool:
    """Close the open counting period, which is kept with who and when, and begin a new one.

    period: do so only while this is the open one, so that a second click resets nothing. True where it was done.
    Raises PermissionDenied for somebody who may not change the settings.
    """
    if not by.has_perm("connected_services.change_connectedservices"):
        raise PermissionDenied
    lock(TranslationUsage._meta.label_lower)
    now = timezone.now()
    current = TranslationUsage.objects.select_for_update().get_or_create(is_open=True)[0]
    if period not in (None, current.pk):
        return False
    TranslationUsage.objects.filter(pk=current.pk).update(is_open=False, ended_at=now, reset_by=by)
    TranslationUsage.objects.create(started_at=now)
    return True


def test_settings(*, settings: ConnectedServices) -> TestResult:
    """Check settings, saved or not, and say of each part what was checked and what could not be. Saves nothing."""
    return TestResult(translation=translation_part(settings), map=map_part(settings), whmcs=whmcs_part(settings))
