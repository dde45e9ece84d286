"""Who prepares canned replies for whom, and what of custom fields stays as it is once tickets use them."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from apps.accounts.models import Department, User
from apps.tickets.models import CannedReply, CustomField, CustomFieldValue
from apps.tickets.queries import COUNTED


def departments_to_prepare_for(user: User) -> "QuerySet[Department]":
    """The departments whose canned replies this person may change: the own ones, all for administrators."""
    if prepares_for_all(user):
        return Department.objects.all()
    return Department.objects.filter(pk__in=user.department_ids)


def prepares_for_all(user: User) -> bool:
    """Whether this person may change canned replies that every department has."""
    return user.has_perm("tickets.view_all_tickets")


def may_prepare(user: User, reply: CannedReply) -> bool:
    """Whether this canned reply is one of those that the person may change, if changing any."""
    return prepares_for_all(user) or (reply.department_id is not None and reply.department_id in user.department_ids)


def value_count(field: CustomField) -> int:
    """How many tickets have a value in the field, counted to 1,000."""
    return field.values.all()[: COUNTED + 1].count()


def used_choices(field: CustomField, choices: Iterable[str]) -> dict[str, int]:
    """Those of the choices that tickets have, each with the number of tickets."""
    kept = CustomFieldValue.objects.filter(field=field, value__in=list(choices))
    return dict(kept.order_by("value").values_list("value").annotate(tickets=Count("pk")))
