"""Every operation × every persona."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.token_models import Scope
from apps.accounts.tokens import find_token, revoke_token
from apps.tickets import services
from apps.tickets.attachments import store_upload
from apps.tickets.models import CustomField, Ticket, TicketEvent
from tests.api.conftest import Caller, make_token

PERSONAS = ("owner", "other_customer", "agent", "other_agent", "manager", "administrator")
NOWHERE = "000-00000-00"
OWN = (200, 404, 200, 404, 200, 200)
WRITTEN = (201, 404, 201, 404, 201, 201)
ALL = (200,) * 6


def picture():
    return SimpleUploadedFile("note.txt", b"It stays cold.", "text/plain")


# The scope it needs, what it does (on the ticket of a number), and what each persona is answered.
OPERATIONS = {
    "list departments": (Scope.DEPARTMENTS_READ, lambda c, t: c.get("/departments"), ALL),
    "list fields": (Scope.DEPARTMENTS_READ, lambda c, t: c.get(f"/departments/{t.department_id}/fields"), ALL),
    "list tickets": (Scope.TICKETS_READ, lambda c, t: c.get("/tickets"), ALL),
    "open a ticket": (
        Scope.TICKETS_WRITE,
        lambda c, t: c.post("/tickets", {"department": t.department_id, "subject": "Cold", "text": "Still cold."}),
        (201, 201, 422, 422, 422, 422),  # agents say for whom
    ),
    "open a ticket for somebody": (
        Scope.TICKETS_WRITE,
        lambda c, t: c.post(
            "/tickets", {"department": t.department_id, "subject": "Cold", "text": "Brr.", "email": "eve@example.com"}
        ),
        (422, 422, 201, 422, 201, 201),
    ),
    "read a ticket": (Scope.TICKETS_READ, lambda c, t: c.get(f"/tickets/{t.number}"), OWN),
    "close a ticket": (Scope.TICKETS_WRITE, lambda c, t: c.patch(f"/tickets/{t.number}", {"status": "closed"}), OWN),
    "lock a ticket": (
        Scope.TICKETS_WRITE,
        lambda c, t: c.patch(f"/tickets/{t.number}", {"status": "locked"}),
        (422, 404, 200, 404, 200, 200),
    ),
    "change the priority": (
        Scope.TICKETS_WRITE,
        lambda c, t: c.patch(f"/tickets/{t.number}", {"priority": "urgent"}),
        (422, 404, 200, 404, 200, 200),
    ),
    "read messages": (Scope.TICKETS_READ, lambda c, t: c.get(f"/tickets/{t.number}/messages"), OWN),
    "write": (Scope.TICKETS_WRITE, lambda c, t: c.post(f"/tickets/{t.number}/messages", {"text": "Hello"}), WRITTEN),
    "write a note": (
        Scope.TICKETS_WRITE,
        lambda c, t: c.post(f"/tickets/{t.number}/messages", {"text": "Hm", "direction": "note"}),
        (422, 404, 201, 404, 201, 201),
    ),
    "upload": (Scope.TICKETS_WRITE, lambda c, t: c.upload(picture()), (201,) * 6),
    "download": (
        Scope.TICKETS_READ,
        lambda c, t: c.get(f"/tickets/{t.number}/attachments/{t.file_id}"),
        OWN,
    ),
    "read the history": (
        Scope.TICKETS_READ,
        lambda c, t: c.get(f"/tickets/{t.number}/events"),
        (404, 404, 200, 404, 200, 200),
    ),
}
HIDDEN = [
    (name, persona)
    for name, (_scope, _act, expected) in OPERATIONS.items()
    for persona, status in zip(PERSONAS, expected, strict=True)
    if status == 404
]


@pytest.fixture
def people(carol, dave, alice, bob, manager, admin, workshop):
    return dict(zip(PERSONAS, (carol, dave, alice, bob, manager, admin), strict=True))


@pytest.fixture
def kettle(make_ticket, carol, sales):
    """Carol's ticket in Sales, with a file."""
    CustomField.objects.create(department=sales, name="Model")
    file = store_upload(upload=ContentFile(b"It stays cold.", "note.txt"), by=carol)
    ticket = make_ticket(attachments=[file])
    ticket.file_id = file.pk
    return ticket


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_it_answers_each_persona_as_it_should(people, kettle, name, persona):
    _scope, act, expected = OPERATIONS[name]
    answer = act(Caller(make_token(people[persona])), kettle)
    assert answer.status_code == expected[PERSONAS.index(persona)], answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("name", "persona"), HIDDEN)
def test_it_answers_for_what_is_not_theirs_as_for_what_is_not_there(people, kettle, name, persona):
    _scope, act, _expected = OPERATIONS[name]
    caller = Caller(make_token(people[persona]))
    nothing = Ticket(number=NOWHERE)
    nothing.file_id = 999_999
    there, missing = act(caller, kettle), act(caller, nothing)
    assert missing.status_code == 404
    assert (there.content, there.headers) == (missing.content, missing.headers)


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_needs_a_token_that_is_good_and_has_the_scope(people, kettle, name):
    scope, act, _expected = OPERATIONS[name]
    answer = act(Caller(), kettle)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    text = make_token(people["administrator"])
    revoke_token(token=find_token(text))
    assert act(Caller(text), kettle).status_code == 401
    others = [other for other in Scope.values if other != scope]
    answer = act(Caller(make_token(people["administrator"], *others, name="less")), kettle)
    assert answer.status_code == 403
    assert answer.json()["code"] == "insufficient_scope"
    assert f'scope="{scope.value}"' in answer["WWW-Authenticate"]
    assert Ticket.objects.count() == 1
    assert kettle.messages.count() == 1


@pytest.mark.parametrize(
    ("persona", "seen"),
    [("owner", 1), ("other_customer", 0), ("agent", 1), ("other_agent", 0), ("manager", 1), ("administrator", 1)],
)
@pytest.mark.parametrize("query", [{}, {"status": "active"}, {"department": "{department}"}, {"priority": "normal"}])
def test_it_lists_only_what_the_person_sees(people, kettle, persona, seen, query):
    query = {name: value.format(department=kettle.department_id) for name, value in query.items()}
    answer = Caller(make_token(people[persona])).get("/tickets", query).json()
    assert [item["number"] for item in answer["items"]] == [kettle.number] * seen
    assert answer["next"] is None


def test_it_shows_customers_what_customers_see(people, kettle, sales, carol, alice):
    CustomField.objects.create(department=sales, name="Margin", is_visible_to_customer=False)
    face = TicketEvent.Face.MANAGEMENT
    services.add_note(ticket=kettle, by=alice, text="A secret note", face=face)
    sent = services.reply_to_ticket(ticket=kettle, by=alice, text="Warm it.", cc=["x@example.com"], face=face)
    file = store_upload(upload=ContentFile(b"Not yet.", "held.txt"), by=alice)
    held = services.reply_to_ticket(
        ticket=kettle, by=alice, text="A held reply", attachments=[file], hold_seconds=60, face=face
    )
    customer, agent = Caller(make_token(carol)), Caller(make_token(alice))
    told = customer.get(f"/tickets/{kettle.number}/messages")
    assert [message["id"] for message in told.json()["items"]] == [kettle.messages.first().pk, sent.pk]
    assert b"secret" not in told.content
    assert b"held" not in told.content
    assert b"x@example.com" not in told.content
    assert customer.get(f"/tickets/{kettle.number}/attachments/{file.pk}").status_code == 404
    assert agent.get(f"/tickets/{kettle.number}/attachments/{file.pk}").status_code == 200
    everything = agent.get(f"/tickets/{kettle.number}/messages").json()["items"]
    assert [message["direction"] for message in everything] == ["in", "note", "out", "out"]
    assert everything[-1]["id"] == held.pk
    ours, theirs = (caller.get(f"/tickets/{kettle.number}").json() for caller in (agent, customer))
    assert {field["name"] for field in ours["fields"]} == {"Model", "Margin"}
    assert {field["name"] for field in theirs["fields"]} == {"Model"}
    assert set(ours) - set(theirs) == {
        "agent", "is_pinned", "follow_up_at", "follow_up_note", "idle_since", "first_replied_at", "transferred_at",
        "in_count", "out_count",
    }  # fmt: skip
    fields = customer.get(f"/departments/{sales.pk}/fields").json()["items"]
    assert [field["name"] for field in fields] == ["Model"]


def test_it_takes_files_of_nobody_else(people, kettle, carol, dave):
    foreign = Caller(make_token(dave)).upload(picture()).json()["id"]
    caller = Caller(make_token(carol))
    body = {"text": "See this", "attachments": [foreign]}
    there = caller.post(f"/tickets/{kettle.number}/messages", body)
    missing = caller.post(f"/tickets/{kettle.number}/messages", {**body, "attachments": [999_999]})
    used = caller.post(f"/tickets/{kettle.number}/messages", {**body, "attachments": [kettle.file_id]})
    assert there.status_code == 422
    assert there.content == missing.content == used.content
    assert list(there.json()["errors"]) == ["attachments"]


def test_it_names_no_person_that_the_agent_does_not_know(people, kettle, sales, alice, carol, dave):
    caller = Caller(make_token(alice))
    asked = {"department": sales.pk, "subject": "Hello", "text": "Hello", "direction": "out"}
    assert caller.post("/tickets", {**asked, "customer": carol.pk}).status_code == 201
    unknown = caller.post("/tickets", {**asked, "customer": dave.pk})
    missing = caller.post("/tickets", {**asked, "customer": 999_999})
    assert unknown.status_code == missing.status_code == 422
    assert unknown.content == missing.content
    given = caller.patch(f"/tickets/{kettle.number}", {"agent": carol.pk})
    nobody = caller.patch(f"/tickets/{kettle.number}", {"agent": 999_999})
    assert given.status_code == 422
    assert given.content == nobody.content


def test_it_lets_managers_alone_take_a_ticket_from_its_agent(people, kettle, alice, manager, sales):
    colleague = people["other_agent"]
    sales.memberships.create(user=colleague)
    services.take_ticket(ticket=kettle, by=alice, face=TicketEvent.Face.MANAGEMENT)
    address = f"/tickets/{kettle.number}"
    refused = Caller(make_token(colleague)).patch(address, {"agent": colleague.pk, "subject": "Mine"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "not_allowed"
    kettle.refresh_from_db()
    assert (kettle.agent, kettle.subject) == (alice, "The kettle is cold")
    assert Caller(make_token(manager)).patch(address, {"agent": colleague.pk}).json()["agent"]["id"] == colleague.pk
