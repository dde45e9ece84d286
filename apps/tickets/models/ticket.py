"""The ticket and its history."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.tickets.numbers import new_number

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

UNMERGED = Q(merged_into__isnull=True)
FOLLOW_UP_UNTOLD = UNMERGED & Q(follow_up_at__isnull=False, is_follow_up_told=False)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: "User | AnonymousUser") -> "TicketQuerySet":
        """The tickets that this person may know of.

        Customers: their own. Agents: those of their departments. Who may see all tickets: all. Everybody else: none.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if not user.is_staff:
            return self.of_customer(user)
        if user.has_perm("tickets.view_all_tickets"):
            return self
        if user.has_perm("tickets.view_ticket"):
            return self.filter(department_id__in=user.department_ids)
        return self.none()

    def of_customer(self, user: User) -> "TicketQuerySet":
        """The tickets that this person asked for, staff or not: what the portal shows."""
        return self.filter(customer_id=user.pk)

    def unmerged(self) -> "TicketQuerySet":
        """Without those that live on in another ticket."""
        return self.filter(UNMERGED)

    def follow_up_untold(self) -> "TicketQuerySet":
        """Those that came up again and of which nobody has been told yet."""
        return self.filter(FOLLOW_UP_UNTOLD, follow_up_at__lte=timezone.now())


class Ticket(models.Model):
    """A customer's request until it is closed."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        WAITING = "waiting", _("Waiting")
        CLOSED = "closed", _("Closed")
        LOCKED = "locked", _("Closed and locked")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    number = models.CharField(_("number"), max_length=12, unique=True, default=new_number, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="tickets", verbose_name=_("brand"), db_index=False)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="tickets", verbose_name=_("department"), db_index=False
    )
    subject = models.CharField(_("subject"), max_length=200)
    customer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="own_tickets",
        verbose_name=_("customer"),
        db_index=False,
    )
    customer_name = models.CharField(_("customer's name"), max_length=100, blank=True)
    customer_email = models.EmailField(_("customer's e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    agent = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("agent"),
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    follow_up_at = models.DateTimeField(_("follow-up"), null=True, blank=True)
    follow_up_note = models.CharField(_("follow-up note"), max_length=200, blank=True)
    is_follow_up_told = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)
    idle_since = models.DateTimeField(_("idle since"), null=True, blank=True, editable=False)
    transferred_at = models.DateTimeField(_("transferred"), null=True, blank=True, editable=False)
    first_replied_at = models.DateTimeField(_("first reply"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    in_count = models.PositiveIntegerField(_("messages from the customer"), default=0, editable=False)
    out_count = models.PositiveIntegerField(_("replies"), default=0, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_tickets",
        verbose_name=_("merged into"),
        editable=False,
        db_index=False,
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        default_permissions = ("add", "change", "view")
        permissions = [
            ("view_all_tickets", "Can view the tickets of all departments"),
            ("reassign_ticket", "Can take tickets from other agents"),
            ("transfer_ticket", "Can transfer tickets to other departments"),
            ("merge_ticket", "Can merge tickets"),
            ("view_reports", "Can view reports"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="locked"), name="ticket_merged_is_locked"
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("pk")), name="ticket_not_merged_into_itself"),
        ]
        # Each list of tickets reads one of these from an end: see `apps.tickets.queries`.
        indexes = [
            models.Index(
                fields=["department", "status", "last_activity_at", "id"], condition=UNMERGED, name="ticket_department"
            ),
            models.Index(
                fields=["department", "status", "priority", "last_activity_at", "id"],
                condition=UNMERGED,
                name="ticket_priority",
            ),
            models.Index(
                fields=["brand", "department", "status", "last_activity_at", "id"],
                condition=UNMERGED,
                name="ticket_brand",
            ),
            models.Index(
                fields=["agent", "department", "status", "last_activity_at", "id"],
                condition=UNMERGED,
                name="ticket_agent",
            ),
            models.Index(fields=["agent"], condition=UNMERGED & Q(is_pinned=True), name="ticket_pinned"),
            models.Index(fields=["customer", "last_activity_at", "id"], name="ticket_customer"),
            models.Index(fields=["customer_email", "last_activity_at", "id"], name="ticket_customer_email"),
            models.Index(
                fields=["department", "last_activity_at", "id"],
                condition=UNMERGED & Q(agent__isnull=True, status="active"),
                name="ticket_unassigned",
            ),
            models.Index(
                fields=["agent", "follow_up_at", "id"],
                condition=UNMERGED & Q(follow_up_at__isnull=False),
                name="ticket_follow_up",
            ),
            models.Index(fields=["follow_up_at"], condition=FOLLOW_UP_UNTOLD, name="ticket_follow_up_untold"),
            models.Index(
                fields=["department", "transferred_at", "id"],
                condition=UNMERGED & Q(transferred_at__isnull=False),
                name="ticket_transferred",
            ),
            models.Index(
                fields=["department", "idle_since", "id"], condition=UNMERGED & Q(status="active"), name="ticket_idle"
            ),
            models.Index(fields=["department", "created_at"], name="ticket_opened"),
            models.Index(
                fields=["department", "closed_at"], condition=Q(closed_at__isnull=False), name="ticket_closed"
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="ticket_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in (self.Status.ACTIVE, self.Status.WAITING)

    @property
    def is_locked(self) -> bool:
        """Whether nobody can write any more."""
        return self.status == self.Status.LOCKED

    @property
    def idle_for(self) -> timedelta | None:
        """Since when the side whose turn it is has done nothing; None for closed tickets."""
        return timezone.now() - self.idle_since if self.idle_since and self.is_open else None


class TicketEvent(models.Model):
    """A line of a ticket's history: who changed what, when and where. Lines are added, never changed or removed."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened the ticket")
        CUSTOMER_REPLIED = "customer_replied", _("answered")
        REPLIED = "replied", _("replied")
        REPLY_UNDONE = "reply_undone", _("took the reply back")
        NOTED = "noted", _("added a note")
        STATUS = "status", _("changed the status")
        PRIORITY = "priority", _("changed the priority")
        SUBJECT = "subject", _("changed the subject")
        FOLLOW_UP = "follow_up", _("changed the follow-up")
        PINNED = "pinned", _("changed the pin")
        FIELDS = "fields", _("changed the fields")
        ASSIGNED = "assigned", _("assigned the ticket")
        TRANSFERRED = "transferred", _("transferred the ticket")
        MERGED = "merged", _("merged another ticket into this one")
        MERGED_AWAY = "merged_away", _("merged this ticket into another one")
        TIME_LOGGED = "time_logged", _("logged time")
        CLAIMED = "claimed", _("added the ticket to the own account")

    class Face(models.TextChoices):
        MANAGEMENT = "management", _("Management Interface")
        PORTAL = "portal", _("Portal")
        MOBILE = "mobile", _("Mobile")
        API = "api", _("API")
        SYSTEM = "system", _("Deskbridge")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"), db_index=False)
    actor_name = models.CharField(max_length=100, blank=True)
    face = models.CharField(_("where"), max_length=12, choices=Face)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ()
        indexes = [
            models.Index(fields=["ticket", "id"], name="ticketevent_ticket"),
            models.Index(fields=["actor"], condition=Q(actor__isnull=False), name="ticketevent_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("the history of a ticket is only ever added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the history of a ticket is only ever added to")
