"""Custom fields are set up without spoiling what tickets have in them."""

import pytest
from reversion.models import Version

from apps.tickets.models import CustomField, CustomFieldValue
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/customfield/"


@pytest.fixture
def colour(sales):
    return CustomField.objects.create(department=sales, name="Colour", kind="choice", choices="Red\nGreen\nBlue")


@pytest.fixture
def used(colour, make_ticket):
    """The colour of one ticket is red, of two it is green."""
    for value in ("Red", "Green", "Green"):
        CustomFieldValue.objects.create(ticket=make_ticket(), field=colour, value=value)
    return colour


def form(field, **changes):
    typed = {"department": field.department_id, "name": field.name, "kind": field.kind, "choices": field.choices,
             "help_text": "", "is_visible_to_customer": "on", "is_active": "on"}  # fmt: skip
    return typed | changes


def save(client, field, **changes):
    return client.post(f"{LIST}{field.pk}/change/", form(field, **changes), follow=True).text


def test_it_makes_fields_in_the_order_they_come(admin_client, sales):
    for name in ("Serial number", "Bought on"):
        answer = admin_client.post(f"{LIST}add/", form(CustomField(department=sales, name=name, kind="text")))
        assert answer.status_code == 302
    assert list(CustomField.objects.values_list("name", "position")) == [("Serial number", 1), ("Bought on", 2)]
    assert "show_move" in admin_client.get(LIST).text


def test_it_keeps_choices_without_empty_lines_and_repetitions(admin_client, colour):
    save(admin_client, colour, choices=" Red \r\n\r\nGreen\r\nRed")
    colour.refresh_from_db()
    assert colour.choices == "Red\nGreen"


def test_it_wants_two_choices(admin_client, colour):
    assert "Write at least two choices" in save(admin_client, colour, choices="Red")


def test_it_changes_kind_and_department_while_nothing_uses_them(admin_client, colour, workshop):
    save(admin_client, colour, kind="text", department=workshop.pk)
    colour.refresh_from_db()
    assert (colour.kind, colour.department) == ("text", workshop)


@pytest.mark.parametrize("name", ["kind", "department"])
def test_it_keeps_kind_and_department_of_a_used_field(admin_client, used, workshop, name):
    text = save(admin_client, used, **{name: {"kind": "number", "department": workshop.pk}[name]})
    assert "3 tickets have a value in this field." in text
    used.refresh_from_db()
    assert (used.kind, used.department.name) == ("choice", "Sales")


def test_it_warns_when_a_choice_goes_that_tickets_have(admin_client, used):
    text = save(admin_client, used, choices="Blue\nWhite")
    assert "2 tickets have “Green”. They keep it, but nobody can choose it any more." in text
    assert "1 ticket has “Red”." in text
    assert "“Blue”" not in text
    assert CustomFieldValue.objects.filter(value="Green").count() == 2


def test_it_deletes_an_unused_field(admin_client, colour):
    assert admin_client.post(f"{LIST}{colour.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not CustomField.objects.exists()


def test_it_keeps_a_used_field_and_says_what_to_do(admin_client, used):
    address = f"{LIST}{used.pk}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": [used.pk], "post": "yes"}
    for answer in (
        admin_client.get(address),
        admin_client.post(address, {"post": "yes"}),
        admin_client.post(LIST, chosen),
    ):
        assert "Colour: 3 tickets have a value in this field. Make it inactive instead" in answer.text
    assert CustomField.objects.exists()


def test_it_reverts_no_kind_that_values_do_not_fit(admin_client, colour, make_ticket):
    save(admin_client, colour, kind="number", choices="")
    save(admin_client, colour, kind="choice", choices="Red\nGreen")
    version = Version.objects.get_for_object(colour).get(serialized_data__contains='"number"')
    CustomFieldValue.objects.create(ticket=make_ticket(), field=colour, value="Red")
    answer = admin_client.post(f"{LIST}{colour.pk}/history/{version.pk}/", form(colour, kind="number", name="Old name"))
    assert answer.status_code == 302
    colour.refresh_from_db()
    assert (colour.kind, colour.name) == ("choice", "Old name")


def test_it_is_for_administrators(colour, alice, manager, carol):
    for person in (alice, manager, carol):
        client = signed_in(person)
        for address in (LIST, f"{LIST}add/", f"{LIST}{colour.pk}/change/", f"{LIST}{colour.pk}/delete/"):
            assert client.get(address).status_code == 403
            assert client.post(address, form(colour)).status_code == 403
        assert client.post(f"{LIST}{colour.pk}/move/", {"to": "up"}).status_code == 403


def test_it_needs_the_same_queries_for_many(admin_client, sales, django_assert_max_num_queries):
    counts = []
    admin_client.get(LIST)  # the number beside Tickets is kept for some seconds
    for count in (2, 20):
        for number in range(count):
            CustomField.objects.create(department=sales, name=f"{count}-{number}")
        with django_assert_max_num_queries(30) as captured:
            assert admin_client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
