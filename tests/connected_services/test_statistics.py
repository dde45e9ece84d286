import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import F
from reversion.models import Version

from apps.connected_services.models import ConnectedServices, TranslationUsage
from apps.connected_services.translation.services import reset_statistics, usage
from tests.conftest import signed_in
from tests.connected_services.conftest import PAGE, form_data


def count(requests, characters):
    usage()
    open_period = TranslationUsage.objects.filter(is_open=True)
    open_period.update(requests=F("requests") + requests, characters=F("characters") + characters)


def test_it_starts_at_nothing(db):
    assert (usage().requests, usage().characters) == (0, 0)
    assert TranslationUsage.objects.count() == 1


def test_it_shows_the_numbers_since_when(admin_client):
    count(1234, 5678901)
    body = admin_client.get(PAGE).content.decode()
    assert "1,234 since" in body
    assert "5,678,901 since" in body


def test_it_writes_numbers_and_dates_in_the_reader_s_language(admin, admin_client):
    admin.language = "de"
    admin.save()
    count(1234, 5678901)
    assert "5.678.901" in admin_client.get(PAGE).content.decode()


def test_it_resets_and_keeps_the_earlier_period(admin, admin_client):
    count(3, 400)
    answer = admin_client.post(f"{PAGE}reset/", {"period": usage().period}, follow=True)
    earlier = TranslationUsage.objects.get(is_open=False)
    assert (earlier.requests, earlier.characters, earlier.reset_by) == (3, 400, admin)
    assert earlier.ended_at == usage().since
    assert (usage().requests, usage().characters) == (0, 0)
    assert "The statistics were reset" in answer.content.decode()
    assert "400" in answer.content.decode()


def test_it_does_nothing_on_a_second_click(admin_client):
    count(3, 400)
    period = usage().period
    admin_client.post(f"{PAGE}reset/", {"period": period})
    count(1, 10)
    answer = admin_client.post(f"{PAGE}reset/", {"period": period}, follow=True)
    assert "had just been reset" in answer.content.decode()
    assert usage().characters == 10
    assert TranslationUsage.objects.count() == 2


def test_it_resets_only_by_a_post_with_the_page_s_token(admin):
    strict = signed_in(admin)
    strict.handler.enforce_csrf_checks = True
    assert strict.get(f"{PAGE}reset/").status_code == 405
    assert strict.post(f"{PAGE}reset/").status_code == 403
    assert not TranslationUsage.objects.filter(is_open=False).exists()


def test_it_refuses_those_who_may_not_change_the_settings(alice):
    with pytest.raises(PermissionDenied):
        reset_statistics(by=alice)


def test_it_leaves_the_numbers_alone_when_settings_are_saved_or_reverted(admin_client, stored):
    count(3, 400)
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=7))
    version = Version.objects.get_for_model(ConnectedServices).latest("pk")
    admin_client.post(f"{PAGE}1/history/{version.pk}/", form_data(stored))
    assert (usage().requests, usage().characters) == (3, 400)


@pytest.mark.django_db(transaction=True)
def test_it_resets_once_for_two_clicks_at_once(admin):
    count(3, 400)
    period, done, start = usage().period, [], threading.Barrier(4)

    def click():
        start.wait()
        done.append(reset_statistics(by=admin, period=period))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    assert TranslationUsage.objects.count() == 2
