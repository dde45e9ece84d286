"""Files with many rows are checked and written by a worker, once, whatever happens meanwhile."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from reversion.models import Version

from apps.accounts.models import User
from apps.accounts.roles import Role, set_role
from apps.core.importing import services, writing
from apps.core.importing.tasks import run_import, sweep_imports
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed
from tests.conftest import make_user
from tests.importing.conftest import FEEDS, confirm, upload

State = BulkImport.State
MANY = "name,url\n" + "".join(f"Feed {i},https://example.com/{i}\n" for i in range(25))
RunJobs = Callable[..., list[str]]
JOB = "apps.core.importing.tasks.run_import"


@pytest.fixture(autouse=True)
def a_few_are_many(settings) -> None:
    settings.DESK_IMPORT_JOB_ROWS = 10


def latest() -> BulkImport:
    return BulkImport.objects.latest("pk")


def test_it_checks_and_writes_in_a_worker(admin_client: Client, run_jobs: RunJobs) -> None:
    page = upload(admin_client, FEEDS, MANY)
    assert latest().state == State.CHECKING
    assert 'hx-trigger="every 2s"' in page.text
    assert 'aria-live="polite"' in page.text
    assert run_jobs() == [JOB]
    assert latest().state == State.WAITING
    assert not ExternalFeed.objects.exists()
    page = confirm(admin_client)
    assert latest().state == State.IMPORTING
    assert run_jobs() == [JOB]
    assert (latest().state, latest().new_count) == (State.DONE, 25)
    assert ExternalFeed.objects.count() == 25
    assert bytes(latest().content) == b""


def test_it_keeps_versions_with_the_person_when_a_worker_writes(
    admin_client: Client, admin: User, run_jobs: RunJobs
) -> None:
    upload(admin_client, FEEDS, MANY, "many.csv")
    run_jobs()
    confirm(admin_client)
    run_jobs()
    versions = Version.objects.get_for_model(ExternalFeed).select_related("revision")
    assert {(v.revision.user, v.revision.comment) for v in versions} == {(admin, "Imported from many.csv")}
    assert len(versions) == 25


def test_it_shows_the_state_on_reload_and_stops_asking_when_done(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, MANY)
    address = f"/management/core/bulkimport/{latest().pk}/"
    assert "every 2s" in admin_client.get(f"{address}change/").text
    assert "every 2s" in admin_client.get(f"{address}state/").text
    run_jobs()
    text = admin_client.get(f"{address}state/").text
    assert "every 2s" not in text
    assert "Confirm import" in text
    assert "<html" not in text


def test_it_says_how_far_it_is(admin_client: Client) -> None:
    upload(admin_client, FEEDS, MANY)
    services.note_progress(latest(), 20)
    text = admin_client.get(f"/management/core/bulkimport/{latest().pk}/state/").text
    assert "20 of about 25 rows" in text


def test_it_never_goes_back_while_it_imports(
    admin_client: Client, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "RECORDED_AT_ONCE", 50)
    upload(admin_client, FEEDS, "name,url\n" + "".join(f"F{i},https://example.com/{i}\n" for i in range(230)))
    run_jobs()
    confirm(admin_client)
    seen: list[tuple[float, str]] = []
    note = services.note_progress

    def look(bulk_import: BulkImport, done: int, **step: bool) -> None:
        note(bulk_import, done, **step)
        page = admin_client.get(f"/management/core/bulkimport/{bulk_import.pk}/state/").text
        words = re.search(r'<label for="import-progress">(.*?)</label>.*?(?:value="(\d+)")?>', page, re.DOTALL)
        assert words
        seen.append((float(words[2] or 0), words[1].strip()))

    monkeypatch.setattr(services, "note_progress", look)
    run_jobs()
    assert [percent for percent, _words in seen] == sorted(percent for percent, _words in seen)
    assert seen[-1] == (100, "The rows are stored. Versions to go back to: 230 of 230")
    assert len({words for _percent, words in seen}) == len(seen) >= 8


def test_it_says_so_where_no_worker_is_there(admin_client: Client) -> None:
    upload(admin_client, FEEDS, MANY)
    BulkImport.objects.update(created_at=timezone.now() - timedelta(seconds=40))
    assert "No worker has taken it yet." in admin_client.get(f"/management/core/bulkimport/{latest().pk}/state/").text


def test_it_does_nothing_when_its_job_runs_twice(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, MANY)
    run_jobs()
    confirm(admin_client)
    run_import(latest().pk)
    run_import(latest().pk)
    run_jobs()
    assert ExternalFeed.objects.count() == 25
    assert Version.objects.get_for_model(ExternalFeed).count() == 25


def test_it_leaves_an_import_to_the_worker_that_has_it(admin_client: Client) -> None:
    upload(admin_client, FEEDS, MANY)
    BulkImport.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    run_import(latest().pk)
    assert latest().state == State.CHECKING


def test_it_takes_up_what_a_killed_worker_left(admin_client: Client, run_jobs: RunJobs, valkey) -> None:
    upload(admin_client, FEEDS, MANY)
    connection.run_on_commit = []
    valkey.flush()
    past = timezone.now() - timedelta(minutes=20)
    BulkImport.objects.update(claimed_until=past, created_at=past, attempts=1)
    sweep_imports()
    assert run_jobs() == [JOB]
    assert latest().state == State.WAITING


def test_it_gives_up_after_three_tries_with_a_sentence(admin_client: Client) -> None:
    upload(admin_client, FEEDS, MANY)
    BulkImport.objects.update(attempts=3)
    run_import(latest().pk)
    assert (latest().state, latest().reason) == (State.FAILED, "It was tried three times and broken off each time.")


def test_it_writes_nothing_when_it_is_cancelled_while_it_is_checked(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, MANY)
    page = admin_client.post(f"/management/core/bulkimport/{latest().pk}/cancel/", follow=True)
    assert "This import was cancelled. Nothing was stored." in page.text
    run_jobs()
    assert (latest().state, bytes(latest().content)) == (State.CANCELLED, b"")
    assert "was confirmed, cancelled or ended before" in confirm(admin_client).text
    assert not ExternalFeed.objects.exists()


def test_it_asks_again_whether_the_person_may_import(admin_client: Client, admin: User, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, MANY)
    run_jobs()
    confirm(admin_client)
    make_user("ada", Role.ADMINISTRATOR)
    set_role(user=admin, role=Role.CUSTOMER)
    run_jobs()
    assert (latest().state, latest().reason) == (State.FAILED, "Admin may not import this any more.")
    assert not ExternalFeed.objects.exists()


def test_it_forgets_what_nobody_confirmed_within_a_day(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, MANY)
    run_jobs()
    BulkImport.objects.update(expires_at=timezone.now())
    assert "was confirmed, cancelled or ended before" in confirm(admin_client).text
    sweep_imports()
    assert (latest().state, bytes(latest().content)) == (State.CANCELLED, b"")
    BulkImport.objects.update(finished_at=timezone.now() - timedelta(days=31))
    sweep_imports()
    assert not BulkImport.objects.exists()


def test_it_shows_errors_of_a_big_file_by_row_and_as_csv(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, "name,url\n" + "".join(f"=Feed {i},bad{i}\n" for i in range(150)))
    run_jobs()
    page = admin_client.get(f"/management/core/bulkimport/{latest().pk}/change/").text
    assert "150 rows cannot be imported, so nothing was." in page
    assert "And 50 more." in page
    lines = admin_client.get(f"/management/core/bulkimport/{latest().pk}/errors.csv").content.decode("utf-8-sig")
    assert len(lines.splitlines()) == 151


def test_it_shows_the_first_rows_of_a_big_file(admin_client: Client, run_jobs: RunJobs) -> None:
    upload(admin_client, FEEDS, "name,url\n" + "".join(f"F{i},https://example.com/{i}\n" for i in range(230)))
    run_jobs()
    page = admin_client.get(f"/management/core/bulkimport/{latest().pk}/change/").text
    assert "And 30 more rows like these." in page
    assert "https://example.com/199" in page
    assert "https://example.com/200" not in page


@pytest.mark.django_db(transaction=True)
def test_it_writes_once_when_it_is_confirmed_twice_at_once(admin_client: Client, settings) -> None:
    settings.DESK_IMPORT_JOB_ROWS = 100
    upload(admin_client, FEEDS, MANY)
    barrier = threading.Barrier(2)
    confirmed = []

    def press() -> None:
        mine = BulkImport.objects.get()
        barrier.wait()
        try:
            confirmed.append(services.confirm_import(bulk_import=mine))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(confirmed) == [False, True]
    assert latest().state == State.DONE
    assert Version.objects.get_for_model(ExternalFeed).count() == 25


@pytest.mark.django_db(transaction=True)
def test_it_writes_two_files_with_the_same_rows_one_after_the_other(admin_client: Client, settings) -> None:
    settings.DESK_IMPORT_JOB_ROWS = 100
    for _ in range(2):
        upload(admin_client, FEEDS, MANY)
    barrier = threading.Barrier(2)

    def press(pk: int) -> None:
        mine = BulkImport.objects.get(pk=pk)
        barrier.wait()
        try:
            services.confirm_import(bulk_import=mine)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[pk]) for pk in BulkImport.objects.values_list("pk", flat=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ExternalFeed.objects.count() == 25
    assert sorted(ExternalFeed.objects.values_list("position", flat=True)) == list(range(1, 26))
    states = set(BulkImport.objects.values_list("state", flat=True))
    assert states <= {State.DONE, State.FAILED}
    assert State.DONE in states


def test_it_records_the_rest_after_a_worker_was_killed_past_the_writing(
    admin_client: Client, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "RECORDED_AT_ONCE", 10)
    upload(admin_client, FEEDS, MANY)
    run_jobs()
    confirm(admin_client)
    killed = iter([False, True, False, False, False])

    def record(**batch: object) -> None:
        if next(killed):
            raise KeyboardInterrupt
        writing.record(**batch)

    monkeypatch.setattr(services, "record", record)
    with pytest.raises(KeyboardInterrupt):
        run_import(latest().pk)
    assert ExternalFeed.objects.count() == 25
    assert latest().state == State.IMPORTING
    run_import(latest().pk)
    assert latest().state == State.DONE
    assert Version.objects.get_for_model(ExternalFeed).count() == 25
