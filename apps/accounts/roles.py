"""The roles that come with Deskbridge, as Django groups, and what each may do."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.keeping import kept_by
from apps.core.locks import lock


class Role(models.TextChoices):
    """A person's role; the value of a staff role is the name of its group."""

    CUSTOMER = "Customer", _("Customer")
    AGENT = "Agent", _("Agent")
    MANAGER = "Manager", _("Manager")
    ADMINISTRATOR = "Administrator", _("Administrator")


STAFF_ROLES = (Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT)

# Permissions by role, as "app.codename"; administrators have every permission there is.
_AGENT = {
    "accounts.view_department",
    "tickets.view_ticket",
    "tickets.add_ticket",
    "tickets.change_ticket",
    "tickets.transfer_ticket",
    "tickets.merge_ticket",
    "tickets.view_cannedreply",
}
_MANAGER = {
    "accounts.view_user",
    "tickets.reassign_ticket",
    "tickets.view_reports",
    "tickets.add_cannedreply",
    "tickets.change_cannedreply",
    "tickets.delete_cannedreply",
}
PERMISSIONS: dict[Role, set[str]] = {Role.AGENT: _AGENT, Role.MANAGER: _AGENT | _MANAGER}


def role_of(user: User) -> Role:
    """The highest role of a person."""
    if not user.is_staff:
        return Role.CUSTOMER
    if user.is_superuser:
        return Role.ADMINISTRATOR
    names = {group.name for group in user.groups.all()}
    return next((role for role in STAFF_ROLES if role.value in names), Role.AGENT)


def with_role(people: "QuerySet[User]", role: Role) -> "QuerySet[User]":
    """Those of these people whose highest role is this one."""
    managers = Group.objects.filter(user=OuterRef("pk"), name=Role.MANAGER)
    match role:
        case Role.CUSTOMER:
            return people.filter(is_staff=False)
        case Role.ADMINISTRATOR:
            return people.filter(is_staff=True, is_superuser=True)
        case Role.MANAGER:
            return people.filter(Exists(managers), is_staff=True, is_superuser=False)
        case Role.AGENT:
            return people.filter(~Exists(managers), is_staff=True, is_superuser=False)


class PersonError(Exception):
    """Something that must not happen to an account; the text says why and may be shown."""


@transaction.atomic
def set_role(*, user: User, role: Role, by: User | None = None) -> None:
    """Give a saved person exactly this one of our roles; groups of the administrators' own making stay.

    by: the person who does it. Raises PersonError, see `check_access`.
    """
    check_access(user=user, role=role, is_active=user.is_active, by=by)
    user.groups.remove(*Group.objects.filter(name__in=[r.value for r in STAFF_ROLES]))
    user.is_staff = role in STAFF_ROLES
    user.is_superuser = role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])
    if user.is_staff:
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])


def check_access(*, user: User, role: Role, is_active: bool, by: User | None = None) -> None:
    """Raises PersonError where a person (`by`) would change the own access, or nobody could administer any more.

    Belongs into the transaction that makes the change: two administrators who act at once wait for each other.
    """
    lock("accounts.administrators")
    now = User.objects.filter(pk=user.pk).first()
    if now is None:
        return
    if by is not None and by.pk == now.pk and (role is not role_of(now) or not is_active):
        raise PersonError(gettext("Nobody changes the role of the own account or deactivates it. Ask a colleague."))
    if _is_last_administrator(now) and not (role is Role.ADMINISTRATOR and is_active):
        raise PersonError(gettext("This is the last administrator. Give somebody else that role first."))


def reason_to_keep(*, user: User, by: User) -> str:
    """Why an account cannot be deleted by this person; empty where it can."""
    if user.pk == by.pk:
        return gettext("this is your own account")
    if _is_last_administrator(user):
        return gettext("this is the last administrator")
    if LogEntry.objects.filter(user=user).exists() or kept_by(user):
        return gettext("the history names this person; make the account inactive instead")
    return ""


@transaction.atomic
def delete_person(*, user: User, by: User) -> None:
    """Delete an account. Raises PersonError where that would delete history or lock everybody out."""
    lock("accounts.administrators")
    if reason := reason_to_keep(user=user, by=by):
        raise PersonError(reason)
    user.delete()


def _is_last_administrator(user: User) -> bool:
    administrators = Q(is_active=True, is_staff=True, is_superuser=True)
    if not (user.is_active and user.is_staff and user.is_superuser):
        return False
    return not User.objects.filter(administrators).exclude(pk=user.pk).exists()


def sync_roles(sender: AppConfig, **kwargs: Any) -> None:
    """Make the groups and give them their permissions; runs after `migrate`, once its last app is done."""
    if sender.label != [config.label for config in apps.get_app_configs() if config.models_module][-1]:
        return
    everything = {
        f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")
    }
    for role in STAFF_ROLES:
        group, _created = Group.objects.get_or_create(name=role.value)
        wanted = everything.keys() if role is Role.ADMINISTRATOR else PERMISSIONS[role]
        group.permissions.set([everything[name] for name in wanted if name in everything])
