"""Files: uploaded first, given to a message when it is sent, thrown away when it never is."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.core.thumbnails import thumbnail
from apps.tickets import attachments as service
from apps.tickets import services
from apps.tickets.errors import BadField
from apps.tickets.models import Attachment, Message, Ticket
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT, PORTAL

AGENT_UPLOADS, CUSTOMER_UPLOADS = "/management/tickets/uploads/", "/tickets/uploads/"


def a_file(name: str = "notes.txt", content: bytes = b"It rattles.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def a_picture(width: int = 1200, height: int = 900) -> SimpleUploadedFile:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(into, "PNG")
    return SimpleUploadedFile("kettle.png", into.getvalue())


def upload(client: Client, address: str, file: SimpleUploadedFile, **data: object) -> dict[str, object]:
    answer = client.post(address, {"file": file, **data})
    assert answer.status_code == 201, answer.content
    return answer.json()


def stored(by: User | None, *, name: str = "notes.txt", content: bytes = b"x", upload_key: str = "") -> Attachment:
    return service.store_upload(upload=a_file(name, content), by=by, upload_key=upload_key)


def status(client: Client, address: object) -> int:
    answer = client.get(str(address))
    if answer.streaming:
        answer.getvalue()  # closes the file
    return answer.status_code


def path_of(attachment: Attachment) -> Path:
    return Path(attachment.file.path)


# Keeping


def test_it_keeps_a_file_under_a_name_of_its_own(carol: User) -> None:
    attachment = stored(carol, name="../../etc/my notes.txt", content=b"hello")
    assert (attachment.name, attachment.size, attachment.content_type) == ("my notes.txt", 5, "text/plain")
    assert attachment.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert path_of(attachment).read_bytes() == b"hello"
    assert path_of(attachment).stat().st_mode & 0o777 == 0o640
    assert "notes" not in attachment.file.name
    assert "." not in attachment.file.name
    with pytest.raises(ValueError, match="no address"):
        _ = attachment.file.url


def test_it_gives_files_to_the_message(ticket: Ticket, alice: User) -> None:
    files = [stored(alice, name="a.txt"), stored(alice, name="b.txt")]
    message = services.reply_to_ticket(ticket=ticket, by=alice, text="See these.", attachments=files, face=MANAGEMENT)
    assert [file.name for file in message.attachments.all()] == ["a.txt", "b.txt"]
    assert {file.ticket_id for file in message.attachments.all()} == {ticket.pk}


@pytest.mark.parametrize("owner", ["dave", "nobody", "sent"])
def test_it_gives_nothing_of_others_to_a_message(
    owner: str, ticket: Ticket, carol: User, dave: User, make_ticket: Callable[..., Ticket]
) -> None:
    if owner == "sent":
        file = stored(carol)
        services.add_customer_message(ticket=ticket, by=carol, text="First", attachments=[file], face=PORTAL)
    else:
        file = stored(dave) if owner == "dave" else stored(None, upload_key="k" * 40)
    before = Message.objects.count()
    with pytest.raises(BadField, match="no longer here"):
        services.add_customer_message(ticket=ticket, by=carol, text="Second", attachments=[file], face=PORTAL)
    assert Message.objects.count() == before


def test_it_refuses_more_than_a_message_may_have(ticket: Ticket, carol: User) -> None:
    files = [stored(carol, name=f"{number}.txt") for number in range(21)]
    with pytest.raises(BadField, match="20 files"):
        services.add_customer_message(ticket=ticket, by=carol, text="All of them", attachments=files, face=PORTAL)
    services.add_customer_message(ticket=ticket, by=carol, text="Most of them", attachments=files[:20], face=PORTAL)


def test_it_refuses_files_that_are_too_large_together(ticket: Ticket, carol: User) -> None:
    files = [stored(carol) for _ in range(4)]
    Attachment.objects.update(size=16 * 1024 * 1024)
    with pytest.raises(BadField, match="together"):
        services.add_customer_message(ticket=ticket, by=carol, text="All of them", attachments=files, face=PORTAL)


# Uploading


def test_it_takes_the_files_of_a_guest(client: Client, brand: object) -> None:
    answer = upload(client, CUSTOMER_UPLOADS, a_file())
    assert answer["name"] == "notes.txt"
    assert client.get(str(answer["url"])).getvalue() == b"It rattles."
    assert Client().get(str(answer["url"])).status_code == 404
    assert Client().post(str(answer["discard_url"])).status_code == 404
    assert client.post(str(answer["discard_url"])).status_code == 200
    assert not Attachment.objects.exists()


def test_a_guest_keeps_the_files_when_signing_in(client: Client, carol: User) -> None:
    answer = upload(client, CUSTOMER_UPLOADS, a_file())
    client.force_login(carol)
    assert status(client, str(answer["url"])) == 200


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (a_file("invoice.pdf", b"MZ\x90\0\x03\0\0\0\x04\0"), "program"),
        (a_file("run.bat"), "program"),
        (a_file("nothing.txt", b""), "empty"),
        (a_file("large.txt", b"x" * (1024 * 1024 + 1)), "larger than"),
    ],
)
def test_it_says_why_a_file_is_not_taken(
    client: Client, brand: object, settings: LazySettings, file: SimpleUploadedFile, words: str
) -> None:
    settings.DESK_ATTACHMENT_MB = 1
    file.seek(0)
    answer = client.post(CUSTOMER_UPLOADS, {"file": file})
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not Attachment.objects.exists()


def test_it_says_that_no_file_came(client: Client, brand: object) -> None:
    assert client.post(CUSTOMER_UPLOADS, {"file": "text"}).json()["code"] == "no_file"


def test_it_refuses_floods_of_guests(client: Client, brand: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "GUEST_UPLOADS", 2)
    answers = [Client().post(CUSTOMER_UPLOADS, {"file": a_file()}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 400]
    assert answers[2].json()["code"] == "too_many_uploads"


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::f:1", "2001:db8:0:1::1")],
)
def test_it_counts_the_bytes_of_guests_by_network_sent_or_not(
    brand: object, monkeypatch: pytest.MonkeyPatch, first: str, same: str, other: str
) -> None:
    monkeypatch.setattr(service, "MAX_DAY_GUESTS", 25)

    def by_guest(address: str, content: bytes) -> int:
        answer = Client(REMOTE_ADDR=address).post(CUSTOMER_UPLOADS, {"file": a_file(content=content)})
        Attachment.objects.all().delete()
        return answer.status_code

    assert [by_guest(first, b"x" * 10), by_guest(same, b"x" * 10)] == [201, 201]
    assert [by_guest(first, b"x" * 6), by_guest(same, b"x" * 6)] == [400, 400]
    assert [by_guest(other, b"x" * 6), by_guest(same, b"x" * 5)] == [201, 201]


@pytest.mark.parametrize("limit", ["MAX_PENDING_GUEST", "MAX_PENDING_GUESTS"])
def test_it_refuses_heaps_of_files_that_are_never_sent(
    client: Client, brand: object, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(service, limit, 15)
    upload(client, CUSTOMER_UPLOADS, a_file())
    assert client.post(CUSTOMER_UPLOADS, {"file": a_file()}).json()["code"] == "too_many_uploads"


def test_it_wants_a_token_against_forgery(brand: object) -> None:
    assert Client(enforce_csrf_checks=True).post(CUSTOMER_UPLOADS, {"file": a_file()}).status_code == 403


def test_an_agent_uploads_for_own_tickets_only(ticket: Ticket, alice: User, bob: User, carol: User) -> None:
    answer = upload(signed_in(alice), AGENT_UPLOADS, a_file(), ticket=ticket.pk)
    assert Attachment.objects.get(pk=answer["id"]).ticket == ticket
    for foreign in (ticket.pk, 999_999, "x", "9" * 5_000):
        assert signed_in(bob).post(AGENT_UPLOADS, {"file": a_file(), "ticket": foreign}).status_code == 404
    assert signed_in(carol).post(AGENT_UPLOADS, {"file": a_file()}).status_code in (302, 403)
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("address", [AGENT_UPLOADS, CUSTOMER_UPLOADS])
def test_it_changes_nothing_on_get(address: str, alice: User) -> None:
    assert signed_in(alice).get(address).status_code == 405


# Downloading


def sent_file(ticket: Ticket, by: User, **message: object) -> Attachment:
    file = stored(by, name="Angebot für Maß.pdf", content=b"%PDF-1.7\n%\xe2\xe3\n1 0 obj")
    services.reply_to_ticket(ticket=ticket, by=by, text="Here", attachments=[file], face=MANAGEMENT, **message)
    file.refresh_from_db()
    return file


def test_it_sends_a_file_as_a_download(ticket: Ticket, alice: User, carol: User) -> None:
    file = sent_file(ticket, alice)
    for client, address in (
        (signed_in(alice), f"/management/tickets/attachments/{file.pk}/"),
        (signed_in(carol), f"/tickets/{ticket.number}/attachments/{file.pk}/"),
    ):
        answer = client.get(address)
        assert answer.getvalue().startswith(b"%PDF-1.7")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Length"] == str(file.size)
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Angebot%20f%C3%BCr%20Ma%C3%9F.pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"


def test_it_sends_files_only_to_whom_they_are_for(
    ticket: Ticket, alice: User, bob: User, carol: User, dave: User, manager: User, admin: User, client: Client
) -> None:
    file = sent_file(ticket, alice)
    agents, customers = (
        f"/management/tickets/attachments/{file.pk}/",
        f"/tickets/{ticket.number}/attachments/{file.pk}/",
    )
    answers = {user.username: status(signed_in(user), agents) for user in (alice, manager, admin, bob)}
    assert answers == {"alice": 200, "mia": 200, "admin": 200, "bob": 404}
    assert signed_in(carol).get(agents).status_code in (302, 403)
    assert client.get(agents).status_code == 302
    for user in (dave, alice, bob, admin):
        assert signed_in(user).get(customers).status_code == 404
    assert client.get(customers).status_code == 404


def test_a_customer_gets_no_files_of_notes_nor_of_held_replies(ticket: Ticket, alice: User, carol: User) -> None:
    held = sent_file(ticket, alice, hold_seconds=30)
    noted = stored(alice)
    services.add_note(ticket=ticket, by=alice, text="For us", attachments=[noted], face=MANAGEMENT)
    for file in (held, noted):
        for ending in ("", "thumbnail/"):
            assert signed_in(carol).get(f"/tickets/{ticket.number}/attachments/{file.pk}/{ending}").status_code == 404
    Message.objects.filter(pk=held.message_id).update(visible_at=timezone.now())
    assert status(signed_in(carol), f"/tickets/{ticket.number}/attachments/{held.pk}/") == 200


def test_it_does_not_send_a_file_under_another_ticket(
    ticket: Ticket, alice: User, carol: User, make_ticket: Callable[..., Ticket]
) -> None:
    file, other = sent_file(ticket, alice), make_ticket(subject="Another")
    assert signed_in(carol).get(f"/tickets/{other.number}/attachments/{file.pk}/").status_code == 404


def test_it_says_not_found_where_the_file_is_lost(ticket: Ticket, alice: User) -> None:
    file = sent_file(ticket, alice)
    path_of(file).unlink()
    assert signed_in(alice).get(f"/management/tickets/attachments/{file.pk}/").status_code == 404


def test_it_shows_small_pictures_drawn_anew(client: Client, brand: object) -> None:
    picture = a_picture()
    answer = upload(client, CUSTOMER_UPLOADS, picture)
    address = f"{answer['url']}thumbnail/"
    shown = client.get(address)
    assert shown["Content-Type"] == "image/webp"
    assert shown["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Image.open(io.BytesIO(shown.content)).size == (480, 360)
    assert client.get(address, headers={"If-None-Match": shown["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "file",
    [
        a_file("page.png", b"<script>alert(1)</script>"),
        a_file("broken.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        a_file("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        a_file(),
    ],
)
def test_it_shows_no_picture_of_what_is_none(client: Client, brand: object, file: SimpleUploadedFile) -> None:
    file.seek(0)
    answer = upload(client, CUSTOMER_UPLOADS, file)
    assert client.get(f"{answer['url']}thumbnail/").status_code == 404
    download = client.get(str(answer["url"]))
    assert download.getvalue() != b""
    assert download["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(("width", "height", "is_shown"), [(6016, 4016, True), (5300, 5300, False)])
def test_it_shows_photos_within_a_limit_of_its_own(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int, is_shown: bool
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    into = io.BytesIO()
    Image.new("L", (width, height)).save(into, "JPEG", progressive=True)
    into.seek(0)
    assert (thumbnail(into) is not None) is is_shown


@pytest.mark.parametrize("address", ["attachments/1/", "attachments/1/thumbnail/", "messages/1/"])
def test_it_finds_nothing_under_what_is_no_number(client: Client, brand: object, carol: User, address: str) -> None:
    for visitor in (client, signed_in(carol)):
        assert visitor.get(f"/tickets/a%00b/{address}").status_code == 404


# Throwing away


def test_it_sweeps_what_was_never_sent(
    ticket: Ticket, carol: User, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    old, fresh, sent = stored(carol), stored(carol), stored(carol)
    services.add_customer_message(ticket=ticket, by=carol, text="One file", attachments=[sent], face=PORTAL)
    Attachment.objects.exclude(pk=fresh.pk).update(created_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        assert service.sweep_uploads() == 1
    assert service.sweep_uploads() == 0
    assert [path_of(file).exists() for file in (old, fresh, sent)] == [False, True, True]
    assert set(Attachment.objects.all()) == {fresh, sent}


def test_nobody_throws_away_what_was_sent(ticket: Ticket, alice: User) -> None:
    file = sent_file(ticket, alice)
    assert signed_in(alice).post(f"/management/tickets/uploads/{file.pk}/discard/").status_code == 404
    assert path_of(file).exists()
