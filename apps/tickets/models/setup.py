"""What administrators and managers prepare: canned replies and custom fields."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Department, User
from apps.core.models import Ordered
from apps.tickets.models.ticket import Ticket
from apps.tickets.variables import validate_variables


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def visible_to(self, user: User) -> "CannedReplyQuerySet":
        """Those for all departments and those of the person's own; all for who may see all tickets."""
        if user.has_perm("tickets.view_all_tickets"):
            return self
        return self.filter(Q(department=None) | Q(department_id__in=user.department_ids))

    def for_ticket(self, ticket: Ticket) -> "CannedReplyQuerySet":
        """Those that fit the ticket's department: in its language first, then those for all languages."""
        fitting = self.filter(Q(department=None) | Q(department_id=ticket.department_id), is_active=True)
        own, general = models.When(language=ticket.language, then=0), models.When(language="", then=1)
        return fitting.annotate(other_language=models.Case(own, general, default=2)).order_by(
            "other_language", "category", "title"
        )


class CannedReply(models.Model):
    """A prepared text that agents put into their replies."""

    title = models.CharField(_("title"), max_length=120)
    category = models.CharField(_("category"), max_length=80, blank=True, help_text=_("Groups them in the list."))
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="canned_replies",
        verbose_name=_("department"),
        help_text=_("None chosen: for all departments."),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True, help_text=_("None chosen: for all.")
    )
    body = models.TextField(_("text"), max_length=20_000, validators=[validate_variables])
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["category", "title"]

    def __str__(self) -> str:
        return self.title


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def for_customers(self) -> "CustomFieldQuerySet":
        """The active ones that customers see and fill in."""
        return self.filter(is_active=True, is_visible_to_customer=True)


class CustomField(Ordered):
    """Something more that a department wants to know of each ticket."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", pgettext_lazy("field", "Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        CHECKBOX = "checkbox", _("Checkbox")

    MAX_LENGTH: ClassVar[int] = 1000

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="custom_fields", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("choices"), blank=True, max_length=5000, help_text=_("One a line; only for choices."))
    help_text = models.CharField(_("help text"), max_length=200, blank=True)
    is_required = models.BooleanField(
        _("required"), default=False, help_text=_("Customers must fill it in where they see it.")
    )
    is_visible_to_customer = models.BooleanField(_("visible to the customer"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = CustomFieldQuerySet.as_manager()

    class Meta(Ordered.Meta):
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="customfield_name_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind == self.Kind.CHOICE and len(self.choice_list) < 2:
            raise ValidationError({"choices": _("Write at least two choices, one a line.")})

    @property
    def choice_list(self) -> list[str]:
        """The choices, without empty lines and repetitions."""
        return list(dict.fromkeys(line.strip() for line in self.choices.splitlines() if line.strip()))


class CustomFieldValue(models.Model):
    """What a ticket has in a custom field, as text: dates as 2026-11-21, numbers with a point, checkboxes as 1."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="field_values")
    field = models.ForeignKey(CustomField, models.PROTECT, related_name="values")
    value = models.TextField(_("value"), max_length=CustomField.MAX_LENGTH)

    class Meta:
        verbose_name = _("custom field value")
        verbose_name_plural = _("custom field values")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ticket", "field"], name="customfieldvalue_once")]

    def __str__(self) -> str:
        return self.value
