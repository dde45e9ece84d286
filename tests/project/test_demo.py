import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import User
from apps.brands.models import Brand, BrandHost, CustomLink
from apps.core.search.services import search
from apps.feeds.models import ExternalFeed
from apps.tickets import indexing
from apps.tickets.models import Attachment, CannedReply, CustomField, Message, Ticket
from apps.tickets.queries import View, counts
from project import demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_VAR", str(tmp_path))
    monkeypatch.setenv("DESK_PORT", "8123")
    return tmp_path


def load():
    output = io.StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_it_loads_what_the_files_say(folder):
    load()
    assert {brand.language for brand in Brand.objects.all()} == {"en", "de"}
    assert Brand.objects.filter(is_default=True).count() == 1
    assert BrandHost.objects.count() == 3
    assert all(feed.url.startswith("http://127.0.0.1:8123/static/demo/") for feed in ExternalFeed.objects.all())


def test_it_loads_rows_that_the_forms_would_accept(folder):
    load()
    models = (Brand, BrandHost, CustomLink, ExternalFeed, User, CannedReply, CustomField, Ticket, Message)
    rows = [row for model in models for row in model.objects.all()]
    assert len(rows) >= 80
    for row in rows:
        row.full_clean()


def test_it_puts_agents_into_different_departments(folder):
    load()
    alice, bob = User.objects.get(username="alice"), User.objects.get(username="bob")
    assert alice.departments.exists()
    assert bob.departments.exists()
    assert not alice.departments.filter(pk__in=bob.departments.all()).exists()


def test_it_tells_stories_of_tickets_in_every_state(folder):
    load()
    assert {ticket.status for ticket in Ticket.objects.unmerged()} == set(Ticket.Status.values)
    assert {ticket.brand.name for ticket in Ticket.objects.all()} == {brand.name for brand in Brand.objects.all()}
    alice, bob = (counts(user=User.objects.get(username=name), views=View.NAMES) for name in ("alice", "bob"))
    assert all(alice.values()), alice
    assert all(bob[view] for view in (View.MY_ACTIVE, View.MY_WAITING, View.UNASSIGNED, View.CLOSED)), bob
    merged = Ticket.objects.exclude(merged_into=None).get()
    assert merged.merged_into.messages.filter(text__contains="not sure that my first message").exists()
    assert Ticket.objects.filter(follow_up_at__lt=timezone.now()).exists()
    assert Ticket.objects.filter(customer=None).exists()
    assert {file.content_type for file in Attachment.objects.exclude(message=None)} == {"image/png", "text/plain"}


def test_it_spreads_tickets_over_the_last_weeks(folder):
    load()
    now = timezone.now()
    for ticket in Ticket.objects.all():
        moments = [message.created_at for message in ticket.messages.order_by("pk")]
        assert moments == sorted(moments), ticket
        assert all(now - timedelta(days=30) < moment < now for moment in moments)
        assert all(event.created_at < now for event in ticket.events.all())
        assert ticket.closed_at is None or ticket.created_at < ticket.closed_at < now
        assert ticket.first_replied_at is None or ticket.created_at < ticket.first_replied_at
    assert len({ticket.created_at.date() for ticket in Ticket.objects.all()}) >= 8


def test_it_lets_people_find_the_words_of_tickets(folder):
    load()
    alice, bob = User.objects.get(username="alice"), User.objects.get(username="bob")
    found = [search(text="dahlias", scopes=indexing.scopes_for(user)) for user in (alice, bob)]
    assert [len(hits) for hits in found] == [1, 0]


def test_it_makes_a_password_of_its_own_each_time(folder):
    assert demo.new_password() != demo.new_password()
    load()
    password = (folder / "demo-accounts.txt").read_text().splitlines()[0].split()[-1]
    assert len(password) >= 16
    assert User.objects.get(username="carol").check_password(password)


def test_it_takes_the_password_it_is_given(folder, monkeypatch):
    monkeypatch.setenv("DESK_DEMO_PASSWORD", "open-sesame")
    assert "open-sesame" in load()
    assert User.objects.get(username="admin").check_password("open-sesame")


def test_it_takes_a_password_that_is_given_later(folder, monkeypatch):
    load()
    monkeypatch.setenv("DESK_DEMO_PASSWORD", "open-sesame")
    load()
    assert User.objects.get(username="admin").check_password("open-sesame")
    assert "open-sesame" in (folder / "demo-accounts.txt").read_text()


def test_it_loads_once(folder):
    load()
    CustomLink.objects.all().delete()
    Brand.objects.update(footer="Ours")
    load()
    assert not CustomLink.objects.exists()
    assert Brand.objects.filter(footer="Ours").count() == 3


def test_it_never_mixes_with_data_of_others(folder):
    User.objects.create_user("root", "root@example.com", "x")
    assert load() == ""
    assert not Brand.objects.exists()
    assert not (folder / "demo-accounts.txt").exists()


def test_it_follows_a_new_port(folder, monkeypatch):
    load()
    ExternalFeed.objects.create(name="Theirs", url="http://127.0.0.1:9000/feed.xml")
    monkeypatch.setenv("DESK_PORT", "8124")
    load()
    urls = set(ExternalFeed.objects.values_list("url", flat=True))
    assert "http://127.0.0.1:8124/static/demo/fernhill-journal.xml" in urls
    assert "http://127.0.0.1:9000/feed.xml" in urls
