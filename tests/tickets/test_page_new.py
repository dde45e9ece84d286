"""A ticket that an agent opens for a customer."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import Department, Membership
from apps.brands.models import Brand
from apps.tickets.models import CustomField, Ticket
from tests.conftest import make_user, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/management/tickets/ticket/add/"


@pytest.fixture
def form(sales):
    return {"department": sales.pk, "subject": "By phone", "text": "She called.", "priority": "high", "direction": "in"}


def test_it_opens_a_ticket_for_a_customer(form, alice, carol):
    answer = signed_in(alice).post(ADDRESS, {**form, "customer": carol.username})
    ticket = Ticket.objects.get()
    assert answer.url == f"/management/tickets/ticket/{ticket.pk}/change/"
    assert (ticket.customer, ticket.priority, ticket.status) == (carol, "high", "active")
    assert ticket.messages.get().direction == "in"


def test_it_writes_first_to_somebody_without_an_account(form, alice):
    signed_in(alice).post(ADDRESS, {**form, "name": "Eve", "email": "eve@example.com", "direction": "out"})
    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.customer_name, ticket.status, ticket.agent) == (None, "Eve", "waiting", alice)
    assert ticket.messages.get().direction == "out"


def test_it_gives_nobody_a_ticket_for_an_address_alone(form, alice, carol):
    signed_in(alice).post(ADDRESS, {**form, "email": "CAROL@example.com"})
    assert Ticket.objects.get().customer is None


def test_it_takes_the_id_only_of_a_customer_whom_the_agent_knows(form, make_ticket, alice, carol):
    client = signed_in(alice)
    assert "carol@example.com" not in client.get(ADDRESS, {"customer": carol.pk}).content.decode()
    client.post(ADDRESS, {**form, "customer": carol.pk})
    assert not Ticket.objects.exists()
    make_ticket()
    assert "carol@example.com" in client.get(ADDRESS, {"customer": carol.pk}).content.decode()


def test_it_loses_nothing_that_was_typed(form, alice, sales):
    field = CustomField.objects.create(department=sales, name="Order", kind="number")
    file = SimpleUploadedFile("label.txt", b"Return")
    typed = {**form, "email": "nobody", "text": "Long <story>", f"field_{field.pk}": "twelve", "files": file}
    answer = signed_in(alice).post(ADDRESS, typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    for text in ("Long &lt;story&gt;", "By phone", 'value="nobody"', "label.txt", "Write the e-mail address"):
        assert text in html
    typed = {**form, "email": "eve@example.com", f"field_{field.pk}": "twelve"}
    html = signed_in(alice).post(ADDRESS, typed).content.decode()
    assert 'value="twelve"' in html
    assert "Write a number." in html
    assert not Ticket.objects.exists()


def test_it_says_everything_that_is_missing_at_once(alice, sales):
    html = signed_in(alice).post(ADDRESS, {}).content.decode()
    for text in ("Choose a department.", "Write a subject.", "Write a message.", "Choose a customer"):
        assert text in html


def test_it_opens_once_whatever_is_clicked_twice(form, alice):
    client = signed_in(alice)
    for _ in range(2):
        client.post(
            ADDRESS, {**form, "email": "eve@example.com", "client_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "x"))}
        )
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("changes", [{"department": "999"}, {"department": "x"}, {"customer": "1e9"}, {"subject": ""}])
def test_it_bears_odd_choices(form, alice, changes):
    assert signed_in(alice).post(ADDRESS, {**form, **changes}).status_code == 422
    assert not Ticket.objects.exists()


def test_it_asks_for_the_fields_of_the_department(alice, sales, workshop):
    own = CustomField.objects.create(department=sales, name="Order", kind="text")
    foreign = CustomField.objects.create(department=workshop, name="Bench", kind="text")
    client = signed_in(alice)
    fields = {"department": sales.pk, f"field_{own.pk}": "A-12"}
    html = client.get(f"{ADDRESS}fields/", fields).content.decode()
    assert 'value="A-12"' in html
    html = client.get(f"{ADDRESS}fields/", {"department": workshop.pk}).content.decode()
    assert foreign.name not in html


def test_it_finds_the_customers_of_the_agent_and_others_by_their_whole_address(make_ticket, alice, workshop, dave):
    make_ticket()
    make_ticket(by=dave, department=workshop)
    make_user("walter")
    client = signed_in(alice)

    def found(query):
        return client.get(f"{ADDRESS}customers/", {"q": query}).content.decode()

    assert "carol@example.com" in found("caro")
    assert "dave@example.com" not in found("dav")
    assert "dave@example.com" in found("dave@example.com")
    assert "walter@example.com" in found("WALTER@example.com")
    assert "alice@example.com" not in found("alice@example.com")


def test_it_offers_the_brands_where_there_are_several(form, alice, brand, sales):
    other = Brand.objects.create(name="Tidewater")
    assert "Tidewater" in signed_in(alice).get(ADDRESS).content.decode()
    signed_in(alice).post(ADDRESS, {**form, "brand": other.pk, "email": "eve@example.com"})
    assert Ticket.objects.get().brand == other


def test_it_offers_the_brands_that_the_department_serves(form, alice, brand, sales):
    tide, firth = (Brand.objects.create(name=name) for name in ("Tidewater", "Firth"))
    spares = Department.objects.create(name="Spares")
    Membership.objects.create(department=spares, user=alice)
    sales.brands.add(tide, firth)
    client = signed_in(alice)

    def offered(address, **query):
        return re.findall(r"<option[^>]*>(Fernhill|Firth|Tidewater)<", client.get(address, query).text)

    assert offered(ADDRESS) == ["Fernhill", "Firth", "Tidewater"]
    assert offered(ADDRESS, department=sales.pk) == ["Firth", "Tidewater"]
    assert offered(f"{ADDRESS}fields/", department=sales.pk) == ["Firth", "Tidewater"]
    assert offered(f"{ADDRESS}fields/", department=spares.pk) == ["Fernhill", "Firth", "Tidewater"]
    kept = client.get(f"{ADDRESS}fields/", {"department": sales.pk, "brand": tide.pk}).text
    assert f'value="{tide.pk}" selected' in kept
    answer = client.post(ADDRESS, {**form, "brand": brand.pk, "email": "eve@example.com"})
    assert answer.status_code == 422
    assert "This department takes no tickets here." in answer.text
    assert not Ticket.objects.exists()
    client.post(ADDRESS, {**form, "email": "eve@example.com"})
    assert Ticket.objects.get().brand == firth


def test_it_bears_characters_that_no_database_keeps(form, alice):
    client = signed_in(alice)
    for query in ("\0", "\0\0\0", "ca\0rol", "carol\0@example.com"):
        assert client.get("/management/tickets/ticket/add/customers/", {"q": query}).status_code == 200
    assert client.get(ADDRESS, {"customer": "\0", "department": "9" * 5_000, "brand": "\0"}).status_code == 200
    assert client.post(ADDRESS, {**form, "customer": "\0"}).status_code == 422
