from datetime import timedelta

import pytest
from django.utils import timezone

from apps.notifications.models import Notification
from apps.notifications.tasks import delete_old_notifications

pytestmark = pytest.mark.django_db


def make(person, days, count=1, *, is_read):
    at = timezone.now() - timedelta(days=days)
    rows = [
        Notification(person=person, kind="apple_ripe", path="/", happened_at=at, read_at=at if is_read else None)
        for _number in range(count)
    ]
    Notification.objects.bulk_create(rows)


def test_it_deletes_what_nobody_needs_any_more(alice):
    make(alice, 89, is_read=True)
    make(alice, 91, 2500, is_read=True)
    make(alice, 364, is_read=False)
    make(alice, 366, 3, is_read=False)
    delete_old_notifications()
    left = [(one.happened_at.date(), one.read_at is None) for one in Notification.objects.order_by("pk")]
    today = timezone.now().date()
    assert left == [(today - timedelta(days=89), False), (today - timedelta(days=364), True)]


def test_it_deletes_in_batches(alice, django_assert_num_queries):
    make(alice, 400, 1500, is_read=True)
    with django_assert_num_queries(4):  # two batches, and nothing left of both kinds
        delete_old_notifications()
