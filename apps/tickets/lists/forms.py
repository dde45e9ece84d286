"""What people choose for the tickets that they have ticked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.accounts.models import Department, User
from apps.tickets.models import Ticket

ME, NOBODY = "me", "none"


class BulkForm(forms.Form):
    """The choices of one action. tickets: those that are ticked."""

    def __init__(self, data: Any = None, *, user: User, tickets: Sequence[Ticket]) -> None:
        super().__init__(data, label_suffix="")
        self.user, self.tickets = user, tickets


class CloseForm(BulkForm):
    """Closing asks nothing."""


class AssignForm(BulkForm):
    """Offered are those who work in all the departments of the tickets."""

    agent = forms.ChoiceField(label=_("To whom"), widget=UnfoldAdminSelectWidget, initial=ME)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(agent.pk): agent for agent in self._members()}
        others = [(pk, agent.get_full_name()) for pk, agent in self.people.items() if agent != self.user]
        field: Any = self.fields["agent"]
        field.choices = [(ME, _("Me")), (NOBODY, _("Nobody")), *others]
        if self.tickets and not self.people:
            field.help_text = _("No agent works in all the departments of these tickets.")

    def clean_agent(self) -> User | None:
        value = self.cleaned_data["agent"]
        return self.user if value == ME else self.people.get(value)

    def _members(self) -> list[User]:
        departments = {ticket.department_id for ticket in self.tickets}
        here = User.objects.agents().filter(is_active=True, memberships__department__in=departments)
        everywhere = here.annotate(places=Count("memberships")).filter(places=len(departments))
        return list(everywhere.order_by("display_name", "pk"))


class StatusForm(BulkForm):
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Choose a status")), *Ticket.Status.choices], widget=UnfoldAdminSelectWidget
    )


class PriorityForm(BulkForm):
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[("", _("Choose a priority")), *Ticket.Priority.choices],
        widget=UnfoldAdminSelectWidget,
    )


class TransferForm(BulkForm):
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True),
        label=_("New department"),
        empty_label=_("Choose a department"),
        widget=UnfoldAdminSelectWidget,
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("A note for the other department, on each of the tickets. Customers do not see it."),
    )


class SurvivorField(forms.ModelChoiceField):
    """The tickets that are ticked, the oldest first."""

    def label_from_instance(self, obj: Any) -> str:
        opened = date_format(timezone.localtime(obj.created_at), "SHORT_DATE_FORMAT")
        said = [obj.number, obj.subject, obj.customer_name or obj.customer_email, opened]
        return " · ".join([*said, obj.get_status_display()] if obj.is_locked else said)


class MergeForm(BulkForm):
    survivor = SurvivorField(Ticket.objects.none(), widget=forms.RadioSelect, label=_("Which ticket stays"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["survivor"]
        field.queryset = Ticket.objects.filter(pk__in=[ticket.pk for ticket in self.tickets]).order_by("created_at")
        field.empty_label = None

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """The oldest ticket into which others can be merged; among locked ones the oldest."""
        fitting = sorted(self.tickets, key=lambda ticket: (ticket.is_locked, ticket.created_at))
        return fitting[0].pk if fitting else None
