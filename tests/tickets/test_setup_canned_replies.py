"""Who prepares canned replies, for whom, and how."""

import pytest
import reversion
from reversion.models import Version

from apps.accounts.models import Department, Membership
from apps.accounts.roles import Role
from apps.core.models import BulkImport
from apps.tickets.models import CannedReply
from tests.conftest import make_user, signed_in
from tests.importing.conftest import confirm, export, upload

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/cannedreply/"


def make_reply(title="Thank you", department=None, **changes):
    with reversion.create_revision():
        return CannedReply.objects.create(title=title, department=department, body="Hello {{customer_name}}", **changes)


def form(**changes):
    return {
        "title": "New",
        "category": "",
        "department": "",
        "language": "",
        "body": "Hello",
        "is_active": "on",
    } | changes


@pytest.fixture
def replies(sales, workshop):
    """One for everybody, one of Mia's department, one of Bob's."""
    return make_reply("Everybody's"), make_reply("Sales'", sales), make_reply("Workshop's", workshop)


def page(reply, name="change"):
    return f"{LIST}{reply.pk}/{name}/"


def test_it_shows_people_what_their_departments_have(replies, alice, manager, admin):
    for person, count in ((alice, 2), (manager, 2), (admin, 3)):
        text = signed_in(person).get(LIST).text
        assert ("Workshop&#x27;s" in text) is (person == admin)
        assert sum(f"/cannedreply/{reply.pk}/change/" in text for reply in replies) == count


def test_it_lets_agents_only_read(replies, alice):
    client = signed_in(alice)
    _general, own, _foreign = replies
    assert client.get(page(own)).status_code == 200
    assert client.post(page(own), form(title="Changed")).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page(own, "delete"), {"post": "yes"}).status_code == 403
    assert f"{LIST}import/" not in client.get(LIST).text


def test_it_lets_managers_change_those_of_their_departments(replies, manager, sales):
    client = signed_in(manager)
    general, own, _foreign = replies
    assert client.post(page(own), form(title="Changed", department=sales.pk)).status_code == 302
    own.refresh_from_db()
    assert own.title == "Changed"
    assert client.post(page(general), form(title="Changed", department=sales.pk)).status_code == 403
    assert client.post(page(general, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(page(own, "delete"), {"post": "yes"}).status_code == 302
    assert set(CannedReply.objects.values_list("title", flat=True)) == {"Everybody's", "Workshop's"}


@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_it_hides_those_of_other_departments(replies, manager, name):
    client = signed_in(manager)
    foreign = replies[2]
    for address in (page(foreign, name), f"{LIST}999999/{name}/"):
        assert client.get(address).status_code == 404, address
        assert client.post(address, form() | {"post": "yes"}).status_code in {404, 405}, address
    assert CannedReply.objects.filter(title="Workshop's").exists()


def test_it_offers_managers_their_own_departments_only(replies, manager, sales, workshop):
    client = signed_in(manager)
    text = client.get(f"{LIST}add/").text
    assert f'<option value="{sales.pk}"' in text
    assert f'<option value="{workshop.pk}"' not in text
    for department in ("", workshop.pk, 999999):
        assert client.post(f"{LIST}add/", form(department=department)).status_code == 200
    assert CannedReply.objects.count() == 3
    assert client.post(f"{LIST}add/", form(department=sales.pk)).status_code == 302


def test_it_lets_administrators_prepare_for_everybody(admin_client, sales):
    assert admin_client.post(f"{LIST}add/", form()).status_code == 302
    assert CannedReply.objects.get().department is None


def test_it_refuses_to_delete_several_where_one_is_not_theirs(replies, manager):
    general, own, foreign = replies
    chosen = {"action": "delete_selected", "_selected_action": [general.pk, own.pk, foreign.pk], "post": "yes"}
    assert signed_in(manager).post(LIST, chosen).status_code == 403
    assert CannedReply.objects.count() == 3


def test_it_names_variables_that_do_not_exist(admin_client):
    text = admin_client.post(f"{LIST}add/", form(body="Hello {{password}}")).text
    assert "There is no variable {{password}}" in text
    assert not CannedReply.objects.exists()


@pytest.mark.parametrize(
    "name", ["Customer_Name", "CUSTOMER_NAME", "customer_names", "custommer_name", "Customer_name"]
)
def test_it_refuses_other_spellings_and_suggests_the_right_one(admin_client, name):
    text = admin_client.post(f"{LIST}add/", form(body=f"Hello {{{{ {name} }}}}")).text
    assert f"There is no variable {{{{{name}}}}}. Did you mean {{{{customer_name}}}}?" in text
    assert not CannedReply.objects.exists()


def test_it_names_every_mistake(admin_client):
    text = admin_client.post(f"{LIST}add/", form(body="{{Subject}} {{größe}} {{brand1}}")).text
    assert "Did you mean {{subject}}?" in text
    assert "There is no variable {{größe}}. Use {{customer_name}}" in text
    assert "Did you mean {{brand}}?" in text


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("{{ agent_name.password }}", "There is no variable {{agent_name.password}}. Use {{customer_name}}"),
        ("{{ settings.SECRET_KEY }}", "There is no variable {{settings.SECRET_KEY}}. Use {{customer_name}}"),
        ("{{ customer_name|upper }}", "There is no variable {{customer_name|upper}}."),
        ("{{{customer_name}}}", "There is no variable {{{customer_name}}."),
        ("{{}}", "There is no variable {{}}."),
        ("Hello {{ customer_name, and", "The braces of “{{ customer_name, and” have no match. Use {{customer_name}}"),
        ("Hello {{ brand and {{subject}}", "The braces of “{{ brand and” have no match."),
        ("Hello {customer_name}}", "The braces of “Hello {customer_name}}” have no match."),
    ],
)
def test_it_refuses_double_braces_that_would_be_sent(admin_client, body, mistake):
    assert mistake in admin_client.post(f"{LIST}add/", form(body=body)).text
    assert not CannedReply.objects.exists()


def test_it_takes_variables_and_single_braces(admin_client):
    body = "Hello {{ customer_name }}, {{subject}} {not a variable} } {"
    assert admin_client.post(f"{LIST}add/", form(body=body)).status_code == 302
    assert CannedReply.objects.get().body == body


def test_it_explains_every_variable_with_an_example(admin_client):
    text = admin_client.get(f"{LIST}add/").text
    for name in ("customer_name", "ticket_number", "subject", "department", "brand", "agent_name"):
        assert f'data-variable="{name}"' in text
    assert 'data-example="Fernhill"' in text


# Versions -----------------------------------------------------------------------------------------------------------


def test_it_brings_back_no_version_of_something_else(replies, manager, sales):
    """A version of a department, asked for at the address of a canned reply with the same number."""
    reply = make_reply("Same number", sales)
    with reversion.create_revision():
        department = Department.objects.create(pk=reply.pk, name="Before")
    Department.objects.filter(pk=department.pk).update(name="After")
    version = Version.objects.get_for_object(department).get()
    client = signed_in(manager)
    answer = client.post(f"{LIST}{reply.pk}/history/{version.pk}/", form(department=sales.pk))
    assert answer.status_code == 404
    assert client.post(f"{LIST}recover/{version.pk}/", form(department=sales.pk)).status_code in {403, 404}
    department.refresh_from_db()
    assert department.name == "After"


def test_it_recovers_deleted_replies_for_administrators_only(replies, manager, admin_client, sales):
    foreign = replies[2]
    version = Version.objects.get_for_object(foreign).get()
    foreign.delete()
    client = signed_in(manager)
    assert client.get(f"{LIST}recover/").status_code == 403
    assert client.post(f"{LIST}recover/{version.pk}/", form(department=sales.pk)).status_code == 403
    assert CannedReply.objects.count() == 2
    assert admin_client.post(f"{LIST}recover/{version.pk}/", form(title="Back")).status_code == 302
    assert CannedReply.objects.filter(title="Back").exists()


def test_it_reverts_to_no_version_of_another_department(replies, manager, sales, workshop):
    reply = replies[2]
    version = Version.objects.get_for_object(reply).get()
    CannedReply.objects.filter(pk=reply.pk).update(department=sales, title="Ours now")
    address = f"{LIST}{reply.pk}/history/{version.pk}/"
    client = signed_in(manager)
    assert client.get(address).status_code == 404
    assert client.post(address, form(department=sales.pk)).status_code == 404
    reply.refresh_from_db()
    assert (reply.department, reply.title) == (sales, "Ours now")


# Files --------------------------------------------------------------------------------------------------------------


def state_of(client, rows):
    upload(client, LIST, "title,department,language,body\n" + rows)
    confirm(client)
    return BulkImport.objects.latest("pk")


def test_it_imports_for_every_department(admin_client, sales):
    latest = state_of(admin_client, "Hello,Sales,de,Hallo\nHello,,Deutsch,Guten Tag\nHello,,,Hi\n")
    assert (latest.state, latest.new_count) == (BulkImport.State.DONE, 3), latest.errors
    found = CannedReply.objects.order_by("pk").values_list("department__name", "language", "body")
    assert list(found) == [("Sales", "de", "Hallo"), (None, "de", "Guten Tag"), (None, "", "Hi")]


def test_it_finds_rows_again_by_title_department_and_language(admin_client, replies, sales, workshop):
    make_reply("Hello", sales, language="de")
    make_reply("Hello", workshop, language="de")
    latest = state_of(admin_client, "Hello,Workshop,German,x\nHello,Workshop,de,New text\n")
    assert latest.errors == [[2, "language", "Write one of these: en, de, es."]]
    latest = state_of(admin_client, "Hello,Workshop,Deutsch,New text\n")
    assert (latest.new_count, latest.changed_count) == (0, 1)
    assert CannedReply.objects.get(title="Hello", department=workshop).body == "New text"
    assert CannedReply.objects.get(title="Hello", department=sales).body == "Hello {{customer_name}}"


def test_it_exports_what_it_imports(admin_client, replies):
    content = export(admin_client, LIST, 0).decode("utf-8-sig")
    upload(admin_client, LIST, content)
    latest = BulkImport.objects.get()
    assert (latest.unchanged_count, latest.new_count, latest.changed_count, latest.errors) == (3, 0, 0, [])


@pytest.mark.parametrize("department", ["", "Workshop"])
def test_it_refuses_managers_rows_of_others(replies, manager, department):
    latest = state_of(signed_in(manager), f"Everybody's,{department},,x\nWorkshop's,{department},,x\n")
    assert latest.state == BulkImport.State.FAILED
    assert (latest.new_count, latest.changed_count, latest.error_count) == (0, 0, 2)
    assert not CannedReply.objects.filter(body="x").exists()


def test_it_imports_and_exports_for_managers_what_is_theirs(replies, manager):
    client = signed_in(manager)
    latest = state_of(client, "Sales',Sales,,Changed\n")
    assert (latest.state, latest.changed_count) == (BulkImport.State.DONE, 1), latest.errors
    assert "Workshop" not in export(client, LIST, 0).decode()


def test_it_checks_again_when_a_manager_confirms(replies, manager, sales):
    client = signed_in(manager)
    upload(client, LIST, "title,department,language,body\nSales',Sales,,Changed\n")
    Membership.objects.filter(user=manager, department=sales).delete()
    confirm(client)
    assert BulkImport.objects.get().state == BulkImport.State.FAILED
    assert not CannedReply.objects.filter(body="Changed").exists()


def test_it_needs_the_same_queries_for_many(admin_client, sales, django_assert_max_num_queries):
    counts = []
    admin_client.get(LIST)  # the number beside Tickets is kept for some seconds
    for count in (1, 20):
        for number in range(count):
            make_reply(f"{count}-{number}", sales, category=f"{number}")
        with django_assert_max_num_queries(30) as captured:
            assert admin_client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_shows_a_manager_of_two_departments_both(manager, sales, workshop):
    Membership.objects.create(user=manager, department=workshop)
    text = signed_in(manager).get(f"{LIST}add/").text
    assert "Sales</option>" in text
    assert "Workshop</option>" in text


def test_it_lets_nobody_without_a_department_prepare(brand):
    lone = make_user("lea", Role.MANAGER)
    make_reply("Everybody's")
    client = signed_in(lone)
    assert client.post(f"{LIST}add/", form()).status_code == 200
    assert CannedReply.objects.count() == 1
