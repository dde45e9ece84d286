"""The roles that come with Deskbridge, as Django groups, and what each may do."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User


class Role(models.TextChoices):
    """A person's role; the value of a staff role is the name of its group."""

    CUSTOMER = "Customer", _("Customer")
    AGENT = "Agent", _("Agent")
    MANAGER = "Manager", _("Manager")
    ADMINISTRATOR = "Administrator", _("Administrator")


STAFF_ROLES = (Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT)

# Permissions by role, as "app.codename"; administrators have every permission there is.
PERMISSIONS: dict[Role, set[str]] = {
    Role.AGENT: {"accounts.view_department"},
    Role.MANAGER: {"accounts.view_department", "accounts.view_user"},
}


def role_of(user: User) -> Role:
    """The highest role of a person."""
    if not user.is_staff:
        return Role.CUSTOMER
    if user.is_superuser:
        return Role.ADMINISTRATOR
    names = {group.name for group in user.groups.all()}
    return next((role for role in STAFF_ROLES if role.value in names), Role.AGENT)


@transaction.atomic
def set_role(*, user: User, role: Role) -> None:
    """Give a saved person exactly this one of our roles; groups of the administrators' own making stay."""
    user.groups.remove(*Group.objects.filter(name__in=[r.value for r in STAFF_ROLES]))
    user.is_staff = role in STAFF_ROLES
    user.is_superuser = role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])
    if user.is_staff:
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])


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
