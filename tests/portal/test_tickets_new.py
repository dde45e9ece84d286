"""A customer opens a ticket on the portal."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Department
from apps.portal.tickets import opening
from apps.tickets import attachments
from apps.tickets.models import Attachment, CustomField, Message, Ticket
from tests.conftest import signed_in
from tests.portal.builders import make_brand, page

NEW = "/tickets/new/"
EVIL = "<script>alert(1)</script>"


def typed(department, **changes):
    form = {
        "client_id": str(uuid.uuid4()),
        "department": department.pk,
        "subject": "Cold kettle",
        "text": "Still cold.",
    }
    return {**form, **changes}


def as_guest(department, **changes):
    return typed(department, **{"name": "Gina Guest", "email": "Gina@Example.com", **changes})


def a_file(name="notes.txt", content=b"It rattles."):
    return SimpleUploadedFile(name, content)


def make_field(department, name="Order number", **changes):
    return CustomField.objects.create(department=department, name=name, **changes)


def words_of(response):
    return response.content.decode()


def test_a_customer_opens_a_ticket(carol, sales):
    client = signed_in(carol)
    response = client.post(NEW, typed(sales, files=[a_file()]))
    ticket = Ticket.objects.get()
    assert response["Location"] == f"/tickets/{ticket.number}/"
    assert (ticket.customer, ticket.department, ticket.subject) == (carol, sales, "Cold kettle")
    assert (ticket.brand.name, ticket.language) == ("Fernhill", "en")
    message = ticket.messages.get()
    assert (message.text, message.direction, message.author) == ("Still cold.", "in", carol)
    assert [file.name for file in message.attachments.all()] == ["notes.txt"]
    assert "Your ticket is with us" in page(client, response["Location"])


def test_a_guest_opens_a_ticket_and_gets_its_link(client, sales):
    response = client.post(NEW, as_guest(sales, files=[a_file()]))
    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.customer_name, ticket.customer_email) == (None, "Gina Guest", "gina@example.com")
    assert response["Location"] == f"/tickets/{ticket.number}/opened/"
    text = page(client, response["Location"])
    link = re.search(r'value="http://testserver(/tickets/[^"]+\?key=[^"]+)"', text).group(1)
    elsewhere = Client()
    assert elsewhere.get(link)["Location"] == f"/tickets/{ticket.number}/"
    assert "Still cold." in page(elsewhere, f"/tickets/{ticket.number}/")
    assert ticket.number in text


def test_it_speaks_the_language_of_the_brand(client, sales):
    brand = make_brand("Kestrel", "kestrel.example", language="de")
    host = {"headers": {"host": "kestrel.example"}}
    assert '<html lang="de"' in page(client, NEW, **host)
    client.post(NEW, as_guest(sales), **host)
    assert (Ticket.objects.get().brand, Ticket.objects.get().language) == (brand, "de")


def test_it_offers_the_departments_of_the_brand(client, brand, sales, workshop):
    Department.objects.create(name="Backstage", is_public=False)
    Department.objects.create(name="Shut", is_active=False)
    theirs = Department.objects.create(name="Theirs")
    theirs.brands.add(make_brand("Kestrel", "kestrel.example"))
    offered = re.findall(r'name="department" value="(\d+)"', page(client, NEW))
    assert offered == [str(sales.pk), str(workshop.pk)]
    assert re.search(rf'value="{workshop.pk}"[^>]* checked', page(client, f"{NEW}?department={workshop.pk}"))
    for refused in (theirs, Department.objects.get(name="Backstage"), Department.objects.get(name="Shut")):
        assert client.post(NEW, as_guest(refused)).status_code == 200
    assert not Ticket.objects.exists()


def test_it_does_not_ask_where_there_is_one_department(client, sales):
    assert re.findall(r'<input[^>]*name="department"[^>]*>', page(client, NEW)) == [
        f'<input type="hidden" name="department" value="{sales.pk}">'
    ]


def test_it_lists_many_departments_in_one_menu(client, brand):
    for number in range(8):
        Department.objects.create(name=f"Department {number}")
    text = page(client, NEW)
    assert '<select name="department"' in text
    assert 'type="radio"' not in text


def test_it_says_so_where_no_department_takes_tickets(client, brand):
    assert "We do not take tickets here at the moment" in page(client, NEW)
    assert client.post(NEW, {"subject": "x"}).status_code == 200


@pytest.mark.parametrize("missing", ["department", "name", "email", "subject"])
def test_it_says_what_is_missing_and_keeps_the_rest(client, sales, workshop, missing):
    form = as_guest(sales, subject=f"Cold{EVIL}", text=f"Still cold {EVIL}", fields_for=sales.pk)
    form.pop(missing)
    response = client.post(NEW, {**form, "files": [a_file()]})
    text = words_of(response)
    assert response.status_code == 200
    assert not Ticket.objects.exists()
    assert "Please check the form" in text
    assert f'id="id_{missing}_error"' in text
    kept = {
        "name": "Gina Guest",
        "email": "Gina@Example.com",
        "subject": "Cold&lt;script&gt;",
        "text": "Still cold &lt;",
    }
    for name, value in kept.items():
        assert (value in text) == (name != missing)
    assert EVIL not in text
    attachment = Attachment.objects.get()
    assert f'name="attachments" value="{attachment.pk}"' in text
    again = {**as_guest(sales), "attachments": [attachment.pk]}
    client.post(NEW, again)
    assert [file.name for file in Message.objects.get().attachments.all()] == ["notes.txt"]


def test_each_error_leads_to_its_field(client, sales, workshop):
    make_field(sales, is_required=True)
    text = words_of(client.post(NEW, {"department": sales.pk, "fields_for": sales.pk}))
    targets = re.findall(r'<li><a href="#([^"]+)">', text)
    assert len(targets) == 5
    assert all(f'id="{target}"' in text for target in targets)
    text = words_of(client.post(NEW, {}))
    assert 'href="#id_department_0"' in text
    assert 'id="id_department_0"' in text


# What departments ask for


def test_it_asks_what_the_department_wants_to_know(client, sales, workshop):
    make_field(sales, help_text="On the <b>invoice</b>")
    make_field(sales, "For agents", is_visible_to_customer=False)
    make_field(sales, "Retired", is_active=False)
    make_field(workshop, "Model", kind="choice", choices="Kettle\nToaster")
    assert "Order number" not in page(client, NEW)
    text = page(client, f"/tickets/new/fields/?department={sales.pk}")
    assert "Order number" in text
    assert "On the &lt;b&gt;invoice&lt;/b&gt;" in text
    assert not {"For agents", "Retired", "Model"} & set(re.findall(r">([\w ]+)<", text))
    assert "Toaster" in page(client, f"{NEW}?department={workshop.pk}")
    for unknown in ("999999", "x", "", "9" * 40):
        assert "<label" not in page(client, f"/tickets/new/fields/?department={unknown}")


def test_it_keeps_what_was_typed_into_custom_fields(carol, sales):
    fields = {
        "order": make_field(sales, is_required=True),
        "amount": make_field(sales, "Amount", kind="number"),
        "bought": make_field(sales, "Bought on", kind="date"),
        "model": make_field(sales, "Model", kind="choice", choices="Kettle\nToaster"),
        "read": make_field(sales, "I have read it", kind="checkbox", is_required=True),
    }
    values = {"order": "A-1", "amount": "12.5", "bought": "2026-11-21", "model": "Toaster", "read": "on"}
    form = {f"field_{fields[name].pk}": value for name, value in values.items()}
    client = signed_in(carol)
    client.post(NEW, typed(sales, fields_for=sales.pk, **form))
    ticket = Ticket.objects.get()
    assert dict(ticket.field_values.values_list("field__name", "value")) == {
        "Order number": "A-1",
        "Amount": "12.5",
        "Bought on": "2026-11-21",
        "Model": "Toaster",
        "I have read it": "1",
    }
    assert "A-1" in page(client, f"/tickets/{ticket.number}/")


@pytest.mark.parametrize(
    ("kind", "wrong"), [("number", "many"), ("date", "soon"), ("choice", "Oven"), ("text", "x" * 1001)]
)
def test_it_refuses_values_that_are_none(carol, sales, kind, wrong):
    field = make_field(sales, kind=kind, choices="Kettle\nToaster")
    response = signed_in(carol).post(NEW, typed(sales, fields_for=sales.pk, **{f"field_{field.pk}": wrong}))
    assert f'id="id_field_{field.pk}_error"' in words_of(response)
    assert "Still cold." in words_of(response)
    assert not Ticket.objects.exists()


def test_it_asks_without_scripts_before_it_sends(carol, sales, workshop):
    field = make_field(workshop)
    client = signed_in(carol)
    text = words_of(client.post(NEW, typed(workshop, files=[a_file()])))
    assert "please fill in what Workshop needs to know" in text
    assert "Please check the form" not in text
    assert f'name="field_{field.pk}"' in text
    assert {"Cold kettle" in text, "Still cold." in text, "notes.txt" in text} == {True}
    text = words_of(client.post(NEW, typed(sales, show="fields")))
    assert "Please check the form" not in text
    assert "Still cold." in text
    assert not Ticket.objects.exists()


def test_it_takes_nothing_for_fields_of_other_departments(carol, sales, workshop):
    field = make_field(workshop)
    signed_in(carol).post(NEW, typed(sales, **{f"field_{field.pk}": "x", "field_999999": "y", "field_x": "z"}))
    assert not Ticket.objects.get().field_values.exists()


# Sent twice, too often, by programs, and worse


def test_a_double_click_opens_one_ticket(client, carol, sales):
    for browser, form in ((client, as_guest(sales)), (signed_in(carol), typed(sales))):
        before = Ticket.objects.count()
        places = {browser.post(NEW, form)["Location"] for _ in range(2)}
        assert (len(places), Ticket.objects.count()) == (1, before + 1)


def test_going_back_and_writing_something_else_opens_another(carol, sales):
    client, form = signed_in(carol), typed(sales)
    client.post(NEW, form)
    client.post(NEW, {**form, "text": "And the lid is loose."})
    client.post(NEW, {**form, "client_id": "nonsense"})
    assert Ticket.objects.count() == 3


def test_it_refuses_floods_and_keeps_what_was_typed(client, sales, monkeypatch):
    monkeypatch.setattr(opening, "GUESTS_TICKETS_AN_HOUR", 2)
    responses = [Client().post(NEW, as_guest(sales, subject=f"Question {number}")) for number in range(3)]
    assert [response.status_code for response in responses] == [302, 302, 429]
    assert "Question 2" in words_of(responses[2])
    assert "Please wait" in words_of(responses[2])
    assert responses[2]["Retry-After"] == "3600"
    assert Ticket.objects.count() == 2


def test_it_counts_guests_by_network(sales, monkeypatch):
    monkeypatch.setattr(opening, "GUESTS_TICKETS_AN_HOUR", 1)
    addresses = ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b", "2001:db8:1:3::a")
    answers = [Client(REMOTE_ADDR=address).post(NEW, as_guest(sales)).status_code for address in addresses]
    assert answers == [302, 429, 302]


def test_it_does_not_count_mistakes_as_a_flood(client, sales, monkeypatch):
    monkeypatch.setattr(opening, "GUESTS_TICKETS_AN_HOUR", 1)
    for _ in range(3):
        client.post(NEW, as_guest(sales, subject=""))
    assert client.post(NEW, as_guest(sales)).status_code == 302


def test_it_stops_programs_but_not_people(client, carol, sales):
    form = as_guest(sales)
    text = words_of(client.post(NEW, {**form, "homepage": "https://spam.example"}))
    assert "looks filled in by a program" in text
    assert "spam.example" not in text
    assert "Still cold." in text
    assert client.post(NEW, {**form, "homepage": ""}).status_code == 302
    assert 'name="homepage"' not in page(signed_in(carol), NEW)


def test_it_takes_no_files_of_others(client, carol, dave, sales):
    theirs = signed_in(dave).post("/tickets/uploads/", {"file": a_file("theirs.txt")}).json()["id"]
    guests = Client().post("/tickets/uploads/", {"file": a_file("guests.txt")}).json()["id"]
    for foreign in (theirs, guests):
        text = words_of(signed_in(carol).post(NEW, typed(sales, attachments=[foreign, "x", "9" * 30])))
        assert "A file is no longer here" in text
        assert "Still cold." in text
    assert not Message.objects.exists()
    assert Attachment.objects.filter(message=None).count() == 2


def test_a_double_click_does_not_miss_the_files_it_sent(carol, sales):
    client = signed_in(carol)
    form = typed(sales, attachments=[client.post("/tickets/uploads/", {"file": a_file()}).json()["id"]])
    assert client.post(NEW, form)["Location"] == client.post(NEW, form)["Location"]
    assert Message.objects.get().attachments.count() == 1


def test_it_tells_of_lost_files_also_where_more_fields_are_shown(carol, sales):
    text = words_of(signed_in(carol).post(NEW, typed(sales, attachments=["1"], show="1")))
    assert "A file is no longer here" in text


def test_it_keeps_what_a_guest_typed_where_files_are_refused(client, sales, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_DAY_GUESTS", 5)
    text = words_of(client.post(NEW, {**as_guest(sales), "files": [a_file()]}))
    assert "Send your message without them, or sign in." in text
    assert "Still cold." in text
    assert not Ticket.objects.exists()


def test_it_refuses_a_thousand_files(carol, sales):
    response = signed_in(carol).post(NEW, typed(sales, files=[a_file(f"{number}.txt") for number in range(1000)]))
    assert "A message can have 20 files" in words_of(response)
    assert "Still cold." in words_of(response)
    assert not Ticket.objects.exists()


def test_it_says_which_file_is_refused_and_keeps_the_others(carol, sales):
    files = [a_file(), a_file("run.bat"), a_file("nothing.txt", b"")]
    text = words_of(signed_in(carol).post(NEW, typed(sales, files=files)))
    assert "“run.bat” is a program" in text
    assert "“nothing.txt” is empty" in text
    assert [file.name for file in Attachment.objects.all()] == ["notes.txt"]
    assert not Ticket.objects.exists()


def test_it_takes_files_without_words(carol, sales):
    signed_in(carol).post(NEW, typed(sales, text="  ", files=[a_file()]))
    assert Message.objects.get().attachments.count() == 1


def test_it_refuses_ten_megabytes_of_text_and_keeps_them(carol, sales):
    long = "lorem ipsum " * 850_000
    response = signed_in(carol).post(NEW, typed(sales, text=long))
    assert response.status_code == 200
    assert "at most 100,000 characters" in words_of(response)
    assert long[:200_000] in words_of(response)
    assert not Ticket.objects.exists()


def test_it_leaves_out_characters_that_nobody_sees(carol, sales):
    field = make_field(sales)
    hidden = "A\x00B\u202eC"
    form = typed(sales, subject=hidden, text=hidden, fields_for=sales.pk, **{f"field_{field.pk}": hidden})
    signed_in(carol).post(NEW, form)
    ticket = Ticket.objects.get()
    assert {ticket.subject, ticket.messages.get().text, ticket.field_values.get().value} == {"ABC"}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_it_survives_bodies_of_other_types(client, sales, kind):
    assert client.post(NEW, data=b'{"subject": "x"}', content_type=kind).status_code in (200, 400)
    assert not Ticket.objects.exists()


def test_staff_open_tickets_of_their_own(alice, workshop):
    signed_in(alice).post(NEW, typed(workshop))
    assert Ticket.objects.get().customer == alice


def test_nothing_keeps_the_page(client, sales):
    response = client.get(NEW)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert client.put(NEW).status_code == 405
