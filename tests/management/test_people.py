from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connections

from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import PersonError, Role, delete_person, role_of, set_role
from apps.accounts.token_models import Scope
from apps.accounts.tokens import create_token
from tests.conftest import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/management/accounts/user/"


def form_of(user, **changes):
    values = {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "role": role_of(user).value,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def change(client, user, **changes):
    return client.post(f"{LIST}{user.pk}/change/", form_of(user, **changes))


def fresh(user):
    return User.objects.get(pk=user.pk)


def names(page):
    return {user.username for user in page.context["cl"].result_list}


def test_it_makes_an_agent(admin_client):
    values = {"username": "bob", "display_name": "Bob", "email": "bob@example.com", "role": "Agent",
              "password1": "Wombat-4711-x", "password2": "Wombat-4711-x"}  # fmt: skip
    assert admin_client.post(f"{LIST}add/", values).status_code == 302
    bob = User.objects.get(username="bob")
    assert role_of(bob) is Role.AGENT
    assert bob.groups.get().name == "Agent"
    assert bob.check_password("Wombat-4711-x")


def test_it_changes_a_role_and_keeps_roles_of_our_own_making(admin_client, alice):
    night = Group.objects.create(name="Night shift")
    assert change(admin_client, alice, role="Manager", groups=[night.pk]).status_code == 302
    assert role_of(fresh(alice)) is Role.MANAGER
    assert {group.name for group in alice.groups.all()} == {"Manager", "Night shift"}
    change(admin_client, alice, role="Customer")
    assert role_of(fresh(alice)) is Role.CUSTOMER
    assert not alice.groups.exists()


def test_it_deactivates_somebody_else(admin_client, alice):
    change(admin_client, alice, is_active=None)
    assert not fresh(alice).is_active


def test_it_does_not_let_administrators_shut_themselves_out(admin, admin_client):
    make_user("ada", Role.ADMINISTRATOR)
    change(admin_client, admin, role="Agent", is_active=None)
    assert role_of(fresh(admin)) is Role.ADMINISTRATOR
    assert fresh(admin).is_active
    with pytest.raises(PersonError):
        set_role(user=admin, role=Role.AGENT, by=admin)


@pytest.mark.parametrize("changes", [{"role": "Agent"}, {"is_active": None}])
def test_it_keeps_the_last_administrator(admin, admin_client, changes, monkeypatch):
    other = make_user("ada", Role.ADMINISTRATOR, is_active=False)
    with pytest.raises(PersonError):
        set_role(user=admin, role=Role.MANAGER, by=other)
    User.objects.filter(pk=other.pk).update(is_active=True)
    User.objects.filter(pk=admin.pk).update(is_superuser=False, is_staff=True)
    admin.refresh_from_db()
    assert change(signed_in(fresh(other)), other, **changes).status_code == 302
    assert role_of(fresh(other)) is Role.ADMINISTRATOR
    assert fresh(other).is_active


@pytest.mark.django_db(transaction=True)
def test_it_keeps_one_of_two_administrators_who_demote_each_other():
    one, two = make_user("one", Role.ADMINISTRATOR), make_user("two", Role.ADMINISTRATOR)

    def demote(pair):
        user, by = pair
        try:
            set_role(user=user, role=Role.AGENT, by=by)
        except PersonError:
            return 1
        finally:
            connections.close_all()
        return 0

    with ThreadPoolExecutor(2) as pool:
        refused = sum(pool.map(demote, [(one, two), (two, one)]))
    assert refused == 1
    assert User.objects.filter(is_superuser=True).count() == 1


def test_it_deletes_people_without_history_only(admin, admin_client, alice, carol):
    LogEntry.objects.create(user=alice, action_flag=1, object_repr="x")
    chosen = {"action": "delete_selected", "_selected_action": [alice.pk, admin.pk], "post": "yes"}
    assert "history names this person" in admin_client.post(LIST, chosen).text
    assert admin_client.post(f"{LIST}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert LogEntry.objects.filter(user=alice).exists()
    assert User.objects.filter(pk__in=[admin.pk, alice.pk]).count() == 2
    create_token(owner=carol, name="Script", scopes=[Scope.TICKETS_READ], password=PASSWORD)
    admin_client.post(f"{LIST}{carol.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=carol.pk).exists()
    for person in (admin, alice):
        with pytest.raises(PersonError):
            delete_person(user=person, by=admin)


def test_it_sets_a_password(admin_client, alice):
    answer = admin_client.get(f"{LIST}{alice.pk}/set-password/", follow=True)
    assert answer.status_code == 200
    values = {"password1": "Wombat-4711-x", "password2": "Wombat-4711-x", "usable_password": "true"}
    admin_client.post(answer.request["PATH_INFO"], values)
    assert fresh(alice).check_password("Wombat-4711-x")


def test_it_lets_administrators_alone_change_people(alice, manager, carol):
    group = Group.objects.create(name="Greedy")
    group.permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "auth"]))
    greedy = make_user("greedy", Role.AGENT)
    greedy.groups.add(group)
    for person in (manager, fresh(greedy)):
        client = signed_in(person)
        assert client.get(LIST).status_code == 200
        page = client.get(f"{LIST}{carol.pk}/change/")
        assert page.status_code == 200
        assert 'name="_save"' not in page.text
        assert change(client, carol, role="Administrator").status_code == 403
        assert client.get(f"{LIST}{carol.pk}/password/").status_code == 403
        assert client.post(f"{LIST}add/", {}).status_code == 403
        assert client.post(f"{LIST}{carol.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.post("/management/auth/group/add/", {"name": "x"}).status_code == 403
    assert role_of(fresh(carol)) is Role.CUSTOMER


def test_it_never_shows_a_password_hash(admin_client, manager, alice):
    for client in (admin_client, signed_in(manager)):
        assert "md5" not in client.get(f"{LIST}{alice.pk}/change/").text
    assert PASSWORD not in admin_client.get(LIST).text


def test_it_filters_by_role_and_department(admin_client, alice, manager, carol):
    department = Department.objects.create(name="Billing")
    Membership.objects.create(user=alice, department=department)
    assert names(admin_client.get(f"{LIST}?role=Customer")) == {"carol"}
    assert names(admin_client.get(f"{LIST}?role=staff")) == {"admin", "alice", "mia"}
    assert names(admin_client.get(f"{LIST}?role=Agent")) == {"alice"}
    assert names(admin_client.get(f"{LIST}?role=Manager")) == {"mia"}
    assert names(admin_client.get(f"{LIST}?role=Administrator")) == {"admin"}
    assert names(admin_client.get(f"{LIST}?departments__id__exact={department.pk}")) == {"alice"}
    assert names(admin_client.get(f"{LIST}?q=Carol")) == {"carol"}


def test_it_manages_the_members_of_a_department(admin_client, alice, carol):
    values = {"name": "Billing", "is_active": "on", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0"}
    values |= {"distribution": "pull", "max_tickets": "0"}
    address = "/management/accounts/department/add/"
    assert admin_client.post(address, {**values, "memberships-0-user": carol.pk}).status_code == 200  # no agent
    assert admin_client.post(address, {**values, "memberships-0-user": alice.pk}).status_code == 302
    assert [member.username for member in Department.objects.get().members.all()] == ["alice"]


def test_it_shows_agents_their_own_departments_only(alice):
    mine, other = Department.objects.create(name="Billing"), Department.objects.create(name="Sales")
    Membership.objects.create(user=alice, department=mine)
    client = signed_in(alice)
    page = client.get("/management/accounts/department/").text
    assert "Billing" in page
    assert "Sales" not in page
    assert client.get(f"/management/accounts/department/{other.pk}/change/").status_code == 302


def test_it_leaves_the_roles_that_come_with_it_alone(admin_client):
    built_in = Group.objects.get(name="Manager")
    address = f"/management/auth/group/{built_in.pk}/"
    assert admin_client.get(f"{address}change/").status_code == 200
    assert admin_client.post(f"{address}change/", {"name": "Boss"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [built_in.pk], "post": "yes"}
    assert "comes with Deskbridge" in admin_client.post("/management/auth/group/", chosen).text
    assert Group.objects.filter(name="Manager").exists()


def test_it_makes_a_role_that_cannot_make_itself_more(admin_client):
    address = "/management/auth/group/add/"
    view = Permission.objects.get(codename="view_brand")
    evil = Permission.objects.get(codename="change_user")
    assert admin_client.post(address, {"name": "Night", "permissions": [evil.pk]}).status_code == 200
    assert admin_client.post(address, {"name": "agent"}).status_code == 200
    assert admin_client.post(address, {"name": "Night", "permissions": [view.pk]}).status_code == 302
    assert list(Group.objects.get(name="Night").permissions.all()) == [view]


def test_it_never_takes_the_password_away(admin, admin_client):
    typed = {"usable_password": "false", "unset-password": "1", "password1": "", "password2": ""}
    admin_client.post(f"/management/accounts/user/{admin.pk}/password/", typed)
    assert fresh(admin).has_usable_password()


def test_it_stops_guesses_at_the_own_password(admin, admin_client):
    typed = {"old_password": "wrong", "new_password1": "seven red herrings", "new_password2": "seven red herrings"}
    for _ in range(10):
        assert admin_client.post("/management/password_change/", typed).status_code == 200
    answer = admin_client.post("/management/password_change/", {**typed, "old_password": PASSWORD})
    assert answer.status_code == 429
    assert fresh(admin).check_password(PASSWORD)


def test_it_has_no_shortcut_to_rows(admin_client):
    assert admin_client.get("/management/r/1/1/").status_code == 404


def test_it_refuses_a_display_name_of_two_lines(admin_client, alice):
    change(admin_client, alice, display_name="Alice\u202e\u2028You won")
    assert fresh(alice).display_name == "Alice"
