"""Messages in HTML are shown in documents of their own, to those who may see the message."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.frames import HIGHEST, LOWEST, frame_height
from apps.tickets import services
from apps.tickets.models import Message, Ticket
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT, PORTAL

HOSTILE = "<p>Hello <b>there</b></p><script>alert(1)</script><img src=/logout><a href='https://a.example'>link</a>"


@pytest.fixture
def message(ticket: Ticket, carol: User) -> Message:
    return services.add_customer_message(ticket=ticket, by=carol, text="", html=HOSTILE, face=PORTAL)


def test_it_shows_a_message_in_a_sandbox(message: Message, ticket: Ticket, alice: User, carol: User) -> None:
    for user, address in (
        (alice, f"/management/tickets/messages/{message.pk}/"),
        (carol, f"/tickets/{ticket.number}/messages/{message.pk}/"),
    ):
        answer = signed_in(user).get(address)
        page = answer.content.decode()
        assert "<p>Hello <b>there</b></p>" in page
        assert "<script" not in page
        assert "<img" not in page
        assert '<base target="_blank">' in page
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src ")
        assert "frame-ancestors 'self'" in policy
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert answer["Cache-Control"] == "private, no-store"
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert f'<style nonce="{nonce}">' in page


def test_every_other_page_may_show_frames_but_not_be_in_one(admin_client: Client) -> None:
    for address in ("/", "/management/"):
        policy = admin_client.get(address)["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "frame-src 'self'" in policy


def test_it_shows_a_message_only_to_whom_it_is_for(
    message: Message, ticket: Ticket, bob: User, dave: User, client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    assert signed_in(bob).get(f"/management/tickets/messages/{message.pk}/").status_code == 404
    assert client.get(f"/management/tickets/messages/{message.pk}/").status_code == 302
    for user in (bob, dave):
        assert signed_in(user).get(f"/tickets/{ticket.number}/messages/{message.pk}/").status_code == 404
    assert client.get(f"/tickets/{ticket.number}/messages/{message.pk}/").status_code == 404


def test_a_customer_sees_no_notes_and_no_held_replies(ticket: Ticket, alice: User, carol: User) -> None:
    held = services.reply_to_ticket(
        ticket=ticket, by=alice, text="", html="<p>Soon</p>", hold_seconds=30, face=MANAGEMENT
    )
    note = Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text="x", html="<p>x</p>")
    for message in (held, note):
        assert signed_in(carol).get(f"/tickets/{ticket.number}/messages/{message.pk}/").status_code == 404


@pytest.mark.parametrize(("query", "theme"), [("?theme=dark", "dark"), ("?theme=light", "light"), ("?theme='x", None)])
def test_it_takes_the_theme_of_the_page(message: Message, alice: User, query: str, theme: str | None) -> None:
    page = signed_in(alice).get(f"/management/tickets/messages/{message.pk}/{query}").content.decode()
    assert ("data-theme" in page.partition("<head>")[0]) == (theme is not None)
    assert theme is None or f'<html data-theme="{theme}">' in page


def test_a_frame_begins_about_as_high_as_its_text() -> None:
    assert frame_height("") == LOWEST
    assert frame_height("word\n" * 5) < frame_height("word\n" * 10)
    assert frame_height("word " * 1_000_000) == frame_height("\n" * 1_000_000) == HIGHEST
