import base64
import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import Department
from apps.brands.models import Brand, BrandHost
from apps.tickets import services
from apps.tickets.models import CustomField, Message, Ticket, TicketEvent
from tests.api.conftest import Caller, make_token
from tests.conftest import signed_in

FACE = TicketEvent.Face.MANAGEMENT


@pytest.fixture
def customer(carol):
    return Caller(make_token(carol))


@pytest.fixture
def agent(alice, sales):
    return Caller(make_token(alice))


def walk(caller, path, **query):
    """All items of a list, page by page, and how many pages there were."""
    items, pages = [], 0
    answer = caller.get(path, query)
    while True:
        assert answer.status_code == 200, answer.content
        pages += 1
        items += answer.json()["items"]
        following = answer.json()["next"]
        if following is None:
            return items, pages
        parts = urlsplit(following)
        assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", f"/api/v1{path}")
        answer = caller.client.get(following)


def test_it_opens_a_customers_ticket_with_fields_and_files(customer, sales, carol, brand):
    model = CustomField.objects.create(department=sales, name="Model", is_required=True)
    file = customer.upload(SimpleUploadedFile("kettle.txt", b"cold")).json()
    assert (file["name"], file["size"], file["content_type"]) == ("kettle.txt", 4, "text/plain")
    body = {
        "department": sales.pk,
        "subject": "The kettle is cold",
        "html": "<p>It <b>stays</b> cold.</p><script>alert(1)</script>",
        "fields": [{"id": model.pk, "value": "K2"}],
        "attachments": [file["id"]],
    }
    answer = customer.post("/tickets", body)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    ticket = Ticket.objects.get(number=shown["number"])
    assert (ticket.customer, ticket.brand, ticket.department) == (carol, brand, sales)
    assert shown["fields"] == [{"id": model.pk, "name": "Model", "kind": "text", "value": "K2"}]
    assert shown["created_at"].endswith("Z")
    message = customer.get(f"/tickets/{ticket.number}/messages").json()["items"][0]
    assert message["text"] == "It stays cold."
    assert "script" not in message["html"]
    assert [one["id"] for one in message["attachments"]] == [file["id"]]
    assert ticket.events.get(kind="opened").face == "api"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "   "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": 5}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"department": 999_999}, "department"),
        ({"department": True}, "department"),
        ({"department": "1"}, "department"),
        ({"department": 10**30}, "department"),
        ({"department": None}, "department"),
        ({"fields": [{"id": 999_999, "value": "x"}]}, "fields.999999"),
        ({"fields": [{"id": 1}]}, "fields.0.value"),
        ({"attachments": [999_999]}, "attachments"),
        ({"brand": 999_999}, "brand"),
        ({"priority": "urgent"}, "priority"),
        ({"cc": ["x@example.com"]}, "cc"),
        ({"customer": 1}, "customer"),
        ({"email": "x@example.com"}, "email"),
        ({"direction": "out"}, "direction"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_it_says_by_field_what_is_wrong_with_a_new_ticket(customer, sales, changes, field):
    answer = customer.post("/tickets", {"department": sales.pk, "subject": "Cold", "text": "Brr", **changes})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Ticket.objects.exists()


def test_it_refuses_customers_departments_that_are_not_offered(customer, sales):
    hidden = Department.objects.create(name="Board", is_public=False)
    asked = {"subject": "Cold", "text": "Brr"}
    there = customer.post("/tickets", {**asked, "department": hidden.pk})
    missing = customer.post("/tickets", {**asked, "department": 999_999})
    assert there.status_code == missing.status_code == 422
    assert list(there.json()["errors"]) == list(missing.json()["errors"]) == ["department"]
    assert [one["name"] for one in customer.get("/departments").json()["items"]] == ["Sales"]


def test_it_takes_the_brand_of_the_host_unless_another_is_given(customer, agent, sales):
    other = Brand.objects.create(name="Bergquell")
    BrandHost.objects.create(brand=other, name="help.bergquell.example")
    asked = {"department": sales.pk, "subject": "Cold", "text": "Brr"}
    there = customer.post("/tickets", asked, host="help.bergquell.example").json()
    assert there["brand"]["name"] == "Bergquell"
    assert customer.post("/tickets", asked).json()["brand"]["name"] == "Fernhill"
    assert customer.post("/tickets", {**asked, "brand": other.pk}).status_code == 422
    for_eve = {**asked, "email": "eve@example.com", "brand": other.pk}
    assert agent.post("/tickets", for_eve).json()["brand"]["name"] == "Bergquell"


def test_it_opens_no_flood_of_tickets(customer, sales, monkeypatch):
    monkeypatch.setattr("apps.tickets.api.opening.OPENED", 2)
    asked = {"department": sales.pk, "subject": "Cold", "text": "Brr"}
    answers = [customer.post("/tickets", asked) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2]["Retry-After"] == "3600"


def test_it_takes_no_flood_of_messages_whichever_way_they_come(customer, agent, ticket, carol, monkeypatch):
    monkeypatch.setattr("apps.tickets.floods.ANSWERS", 2)
    path = f"/tickets/{ticket.number}/messages"
    assert signed_in(carol).post(f"/tickets/{ticket.number}/", {"text": "On the portal"}).status_code == 302
    assert customer.post(path, {"text": "By a program"}).status_code == 201
    answer = customer.post(path, {"text": "Once more"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert [agent.post(path, {"text": "Hello"}).status_code for _ in range(3)] == [201] * 3
    assert ticket.messages.filter(direction="in").count() == 3


def test_it_changes_everything_at_once_or_nothing(agent, ticket, alice, sales):
    model = CustomField.objects.create(department=sales, name="Model", is_visible_to_customer=False)
    address = f"/tickets/{ticket.number}"
    wanted = {
        "subject": "Two kettles",
        "priority": "high",
        "agent": alice.pk,
        "status": "waiting",
        "is_pinned": True,
        "follow_up_at": "2090-03-01T09:30:00+01:00",
        "follow_up_note": "Ask again",
        "fields": [{"id": model.pk, "value": "K2"}],
    }
    shown = agent.patch(address, wanted).json()
    assert (shown["subject"], shown["priority"], shown["status"]) == ("Two kettles", "high", "waiting")
    assert (shown["agent"]["id"], shown["is_pinned"], shown["follow_up_note"]) == (alice.pk, True, "Ask again")
    assert shown["follow_up_at"] == "2090-03-01T08:30:00Z"
    assert shown["fields"][0]["value"] == "K2"
    assert set(ticket.events.values_list("face", flat=True)) == {"portal", "api"}
    events = ticket.events.count()
    refused = agent.patch(address, {"subject": "Three", "status": "closed", "fields": [{"id": 999_999, "value": ""}]})
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["fields.999999"]
    assert agent.get(address).json() == shown
    assert ticket.events.count() == events
    assert agent.patch(address, {}).json() == shown
    cleared = agent.patch(address, {"follow_up_at": None, "agent": None}).json()
    assert (cleared["follow_up_at"], cleared["agent"], cleared["subject"]) == (None, None, "Two kettles")


@pytest.mark.parametrize(
    "body",
    [
        {"status": None},
        {"status": "open"},
        {"subject": None},
        {"is_pinned": 1},
        {"follow_up_at": 5},
        {"follow_up_at": "2090-03-01"},
        {"follow_up_at": "0001-01-01T00:00:00+14:00"},
        {"follow_up_at": "9999-12-31T23:59:59-14:00"},
        {"agent": 0},
        {"number": "x"},
        [],
        "closed",
        None,
    ],
)
def test_it_refuses_what_is_no_change(agent, ticket, body):
    answer = agent.patch(f"/tickets/{ticket.number}", body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


def test_it_transfers_a_ticket_and_shows_it_once_more(agent, ticket, workshop, bob):
    shown = agent.patch(f"/tickets/{ticket.number}", {"department": workshop.pk, "agent": bob.pk}).json()
    assert (shown["department"]["name"], shown["agent"]["id"]) == ("Workshop", bob.pk)
    assert agent.get(f"/tickets/{ticket.number}").status_code == 404
    assert agent.patch(f"/tickets/{ticket.number}", {"subject": "x"}).status_code == 404


def test_it_lets_the_customer_close_and_reopen(customer, ticket):
    address = f"/tickets/{ticket.number}"
    assert customer.patch(address, {"status": "closed"}).json()["status"] == "closed"
    assert customer.patch(address, {"status": "active"}).json()["status"] == "active"
    assert customer.patch(address, {"status": "waiting"}).status_code == 422
    assert customer.patch(address, {"subject": "Mine", "status": "closed"}).status_code == 422
    ticket.refresh_from_db()
    assert (ticket.status, ticket.subject) == ("active", "The kettle is cold")


def test_it_says_that_a_ticket_is_locked(customer, agent, ticket, alice):
    services.change_status(ticket=ticket, status="locked", by=alice, face=FACE)
    for caller, words in ((customer, "Please open a new one."), (agent, "Give it another status first.")):
        answer = caller.post(f"/tickets/{ticket.number}/messages", {"text": "Hello"})
        assert answer.status_code == 409
        assert answer.json()["code"] == "ticket_locked"
        assert answer.json()["detail"] == f"This ticket is closed and locked. {words}"


def test_it_warns_of_a_reply_that_crossed(agent, customer, ticket):
    first = ticket.messages.get()
    reply = {"text": "Warm it.", "seen_message": first.pk}
    customer.post(f"/tickets/{ticket.number}/messages", {"text": "Never mind"})
    answer = agent.post(f"/tickets/{ticket.number}/messages", reply)
    assert answer.status_code == 409
    assert answer.json()["code"] == "reply_crossed"
    newest = agent.get(f"/tickets/{ticket.number}/messages").json()["items"][-1]
    reply["seen_message"] = newest["id"]
    answer = agent.post(f"/tickets/{ticket.number}/messages", {**reply, "status": "closed", "cc": ["x@example.com"]})
    assert answer.status_code == 201
    assert answer.json()["cc"] == ["x@example.com"]
    assert agent.get(f"/tickets/{ticket.number}").json()["status"] == "closed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": "x", "direction": "in"}, "direction"),
        ({"text": "x", "direction": "note", "cc": ["x@example.com"]}, "cc"),
        ({"text": "x", "kind": "resolution"}, "kind"),
        ({"text": "x", "cc": ["nobody"]}, "cc"),
        ({"text": "x", "attachments": [1] * 21}, "attachments"),
    ],
)
def test_it_refuses_messages_that_make_no_sense(agent, ticket, body, field):
    answer = agent.post(f"/tickets/{ticket.number}/messages", body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_it_leads_from_a_merged_number_to_the_survivor(agent, customer, make_ticket, alice):
    survivor, duplicate = make_ticket(), make_ticket()
    services.merge_tickets(survivor=survivor, duplicates=[duplicate], by=alice, face=FACE)
    for caller in (agent, customer):
        assert caller.get(f"/tickets/{duplicate.number}").json()["merged_into"] == survivor.number
        assert [one["number"] for one in caller.get("/tickets").json()["items"]] == [survivor.number]


@pytest.mark.parametrize("spelling", [str.lower, lambda number: number.replace("-", "")])
def test_it_finds_a_number_however_it_is_typed(customer, ticket, spelling):
    assert customer.get(f"/tickets/{spelling(ticket.number)}").json()["number"] == ticket.number


@pytest.mark.parametrize("number", ["x", "%00", "%F0%9F%98%80", "1" * 500, "..", "a b"])
def test_it_finds_nothing_by_odd_numbers(customer, ticket, number):
    assert customer.get(f"/tickets/{number}").status_code == 404


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_it_pages_through_ties_without_loss_or_repetition(request, make_ticket, who):
    moment = timezone.now()
    numbers = [make_ticket(last_activity_at=moment).number for _ in range(5)]
    numbers += [make_ticket(last_activity_at=moment - timedelta(hours=1)).number for _ in range(2)]
    items, pages = walk(request.getfixturevalue(who), "/tickets", limit=2)
    assert pages == 4
    assert [item["number"] for item in items] == [*reversed(numbers[:5]), *reversed(numbers[5:])]


def test_it_pages_through_fields_in_their_order_and_ties_by_age(customer, sales):
    for name in "abcde":
        CustomField.objects.create(department=sales, name=name)
    CustomField.objects.exclude(name="e").update(position=7)
    CustomField.objects.filter(name="e").update(position=1)
    items, pages = walk(customer, f"/departments/{sales.pk}/fields", limit=2)
    assert "".join(item["name"] for item in items) == "eabcd"
    assert pages == 3


def test_it_pages_through_messages_and_events_oldest_first(agent, ticket, alice):
    texts = [f"Note {number}" for number in range(5)]
    for text in texts:
        services.add_note(ticket=ticket, by=alice, text=text, face=FACE)
    Message.objects.update(created_at=timezone.now())
    items, pages = walk(agent, f"/tickets/{ticket.number}/messages", limit=3)
    assert [item["text"] for item in items] == ["It stays cold.", *texts]
    assert pages == 2
    items, pages = walk(agent, f"/tickets/{ticket.number}/events", limit=1)
    assert [item["kind"] for item in items] == ["opened", *["noted"] * 5]
    assert pages == 6


@pytest.mark.parametrize("path", ["/tickets", "/departments", "/tickets/{number}/messages"])
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "====",
        "WzFd",
        "W10",
        "eyJhIjoxfQ",
        "WyItY3JlYXRlZF9hdCIsMSwxXQ",
        "WyJwayIsLTUsLTVd",
        "WyJwayIsMTAwMDAwMDAwMDAwMDAwMDAwMDAwLDFd",
        "a" * 301,
        "é",
    ],
)
def test_it_refuses_cursors_of_no_list(agent, ticket, path, cursor):
    answer = agent.get(path.format(number=ticket.number), {"cursor": cursor})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["cursor"]


def test_it_bears_the_edges_of_time(agent, customer, ticket):
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        cursor = base64.urlsafe_b64encode(json.dumps([moment, 1]).encode()).decode().rstrip("=")
        for caller in (agent, customer):
            assert caller.get("/tickets", {"cursor": cursor}).status_code in (200, 422)
            assert caller.get("/tickets", {"changed_since": moment}).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": ["active", "waiting"]}, "ab"),
        ({"status": "closed"}, "c"),
        ({"priority": "high"}, "b"),
        ({"agent": "me"}, "b"),
        ({"agent": "none"}, "ac"),
        ({"agent": "{alice}"}, "b"),
        ({"agent": "999999"}, ""),
        ({"customer": "{carol}"}, "abc"),
        ({"customer": "999999"}, ""),
        ({"department": "999999"}, ""),
        ({"changed_since": "{recently}"}, "a"),
        ({"status": "active", "priority": ["low", "high"]}, "b"),
    ],
)
def test_it_narrows_the_list(agent, make_ticket, alice, carol, query, found):
    now = timezone.now()
    make_ticket(subject="a")
    make_ticket(subject="b", priority="high", agent=alice, last_activity_at=now - timedelta(days=2))
    make_ticket(subject="c", status="closed", last_activity_at=now - timedelta(days=1))
    names = {"alice": alice.pk, "carol": carol.pk, "recently": (now - timedelta(hours=1)).isoformat()}
    asked = {key: value.format(**names) if isinstance(value, str) else value for key, value in query.items()}
    items = agent.get("/tickets", asked).json()["items"]
    assert sorted(item["subject"] for item in items) == sorted(found)


def test_it_refuses_filters_that_it_does_not_know(agent, ticket):
    answer = agent.get("/tickets", {"statuss": "closed", "limit": 1})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["statuss"]
    assert agent.get(f"/tickets/{ticket.number}", {"x": "1"}).status_code == 422


def test_it_keeps_filters_by_agent_for_agents(customer, ticket):
    answer = customer.get("/tickets", {"agent": "none"})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["agent"]


@pytest.mark.parametrize("rows", [1, 12])
def test_it_needs_few_queries_for_many_rows(agent, customer, make_ticket, rows, django_assert_max_num_queries):
    for _ in range(rows):
        ticket = make_ticket()
    for caller in (agent, customer):
        caller.get("/departments")  # notes the use of the token
        for path in ("/tickets", f"/tickets/{ticket.number}/messages", f"/tickets/{ticket.number}", "/departments"):
            with django_assert_max_num_queries(10):
                assert caller.get(path).status_code == 200


def test_it_sends_files_as_downloads_that_cannot_act_as_a_page(customer, sales):
    file = customer.upload(SimpleUploadedFile("page.html", b"<html><script>alert(1)</script></html>")).json()
    body = {"department": sales.pk, "subject": "See", "text": "See", "attachments": [file["id"]]}
    number = customer.post("/tickets", body).json()["number"]
    answer = customer.get(f"/tickets/{number}/attachments/{file['id']}")
    assert answer.downloaded == b"<html><script>alert(1)</script></html>"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
