"""Who may import, who sees which import, and that nothing changes on GET or without the CSRF token."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed
from tests.conftest import make_user, open_management, signed_in
from tests.importing.conftest import FEEDS, confirm, upload

TWO = "name,url\nNews,https://example.com/news\nBlog,https://example.com/blog\n"


def agent(name: str, *acts: str) -> User:
    user = make_user(name, Role.AGENT)
    names = [f"{act}_externalfeed" for act in acts]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("acts", "allowed"),
    [(["view"], False), (["view", "add"], False), (["view", "change"], False), (["view", "add", "change"], True)],
)
def test_it_needs_the_right_to_add_and_to_change(brand: object, acts: list[str], allowed: bool) -> None:
    client = signed_in(agent("ann", *acts))
    assert (f'href="{FEEDS}import/' in client.get(FEEDS).text) is allowed
    assert client.get(f"{FEEDS}import/").status_code == (200 if allowed else 403)
    upload(client, FEEDS, TWO)
    assert BulkImport.objects.exists() is allowed


def test_it_shows_people_only_their_own_imports(brand: object, admin_client: Client) -> None:
    ann, bea = signed_in(agent("ann", "view", "add", "change")), signed_in(agent("bea", "view", "add", "change"))
    upload(ann, FEEDS, TWO, "anns.csv")
    address = f"/management/core/bulkimport/{BulkImport.objects.get().pk}/"
    for page in ("change/", "state/", "errors.csv"):
        assert ann.get(address + page).status_code == 200
        assert admin_client.get(address + page).status_code == 200
        assert bea.get(address + page).status_code == 404
    for act in ("confirm/", "cancel/"):
        assert bea.post(address + act).status_code == 404
    assert "anns.csv" in ann.get("/management/core/bulkimport/").text
    assert "anns.csv" not in bea.get("/management/core/bulkimport/").text
    assert BulkImport.objects.get().state == BulkImport.State.WAITING


def test_it_keeps_customers_and_strangers_out(brand: object, carol: User, admin_client: Client) -> None:
    upload(admin_client, FEEDS, TWO)
    address = f"/management/core/bulkimport/{BulkImport.objects.get().pk}/change/"
    for client in (Client(), signed_in(carol)):
        assert client.get(address).status_code in {302, 403}
        assert client.get(f"{FEEDS}import/").status_code in {302, 403}
        upload(client, FEEDS, TWO)
    assert BulkImport.objects.count() == 1


@pytest.mark.parametrize("act", ["confirm", "cancel"])
def test_it_changes_nothing_on_get(admin_client: Client, act: str) -> None:
    upload(admin_client, FEEDS, TWO)
    latest = BulkImport.objects.get()
    assert admin_client.get(f"/management/core/bulkimport/{latest.pk}/{act}/").status_code == 405
    latest.refresh_from_db()
    assert latest.state == BulkImport.State.WAITING


def test_it_asks_for_the_csrf_token_at_every_step(admin: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    session = strict.session
    open_management(session, admin)
    session.save()
    file = SimpleUploadedFile("f.csv", TWO.encode())
    assert strict.post(f"{FEEDS}import/", {"import_file": file}).status_code == 403
    assert not BulkImport.objects.exists()
    upload(signed_in(admin), FEEDS, TWO)
    assert confirm(strict).status_code == 403
    assert not ExternalFeed.objects.exists()


def test_it_has_no_second_way_round_the_preview(admin_client: Client) -> None:
    data = {"import_file_name": "x", "original_file_name": "x", "format": "0", "resource": "0"}
    assert admin_client.post(f"{FEEDS}process_import/", data).status_code in {302, 404}
    assert not ExternalFeed.objects.exists()


def test_it_writes_no_upload_to_the_disk(admin_client: Client, tmp_path, settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    tmp_path.chmod(0o500)
    page = upload(admin_client, FEEDS, TWO)
    assert page.context["bulk_import"].new_count == 2
    assert list(tmp_path.iterdir()) == []
