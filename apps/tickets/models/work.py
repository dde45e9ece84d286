"""What agents leave behind while they work."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, User
from apps.tickets.models.ticket import Ticket


class Draft(models.Model):
    """What an agent has typed and not sent: one a ticket and agent."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Note")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    agent = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.REPLY)
    text = models.TextField(blank=True)
    cc = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ticket", "agent"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.agent_id}"


class TimeLog(models.Model):
    """Time that an agent worked on a ticket."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="time_logs")
    agent = models.ForeignKey(User, models.SET_NULL, null=True, related_name="time_logs", verbose_name=_("agent"))
    agent_name = models.CharField(_("agent's name"), max_length=100)
    subject = models.CharField(_("what was done"), max_length=200, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(24 * 60)])
    is_billable = models.BooleanField(_("billable"), default=False)
    worked_on = models.DateField(_("day"), default=timezone.localdate)
    created_at = models.DateTimeField(_("logged"), auto_now_add=True)

    class Meta:
        verbose_name = _("time log")
        verbose_name_plural = _("time logs")
        default_permissions = ()
        ordering = ["-worked_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.agent_name}: {self.minutes}"


class AssignmentTurn(models.Model):
    """When an agent was last given a ticket of a department: whose turn it is in a round robin."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="turns")
    agent = models.ForeignKey(User, models.CASCADE, related_name="turns")
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["department", "agent"], name="assignmentturn_once")]

    def __str__(self) -> str:
        return f"{self.department_id}: {self.agent_id}"
