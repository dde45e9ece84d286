"""Which days, and whose tickets, a report is about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.accounts.models import Department, User
from apps.tickets import queries
from apps.tickets.errors import NotAllowed
from apps.tickets.models import Ticket, TicketQuerySet

MAX_DAYS = 366


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included, in the active time zone."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int) -> "Period":
        """Today and the days before it."""
        today = timezone.localdate()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Its days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Scope:
    """Whose tickets are counted, for this person: never one that they may not see. agent: None is everybody's."""

    user: User
    departments: tuple[int, ...]
    agent: int | None = None

    def rows(self) -> TicketQuerySet:
        """The tickets, without merged ones, in no order."""
        rows = Ticket.objects.visible_to(self.user).unmerged().filter(department_id__in=self.departments).order_by()
        return rows if self.agent is None else rows.filter(agent_id=self.agent)


@dataclass(frozen=True)
class Reach:
    """What a person may look at: departments and agents, by id with their names."""

    user: User
    departments: dict[int, str]
    agents: dict[int, str]

    @classmethod
    def of(cls, user: User) -> "Reach":
        """Who may view reports looks at all agents of their departments, everybody else at the own work."""
        departments = Department.objects.filter(pk__in=queries.departments_of(user))
        if sees_everybody(user):
            people = User.objects.agents().order_by("display_name").only("username", "display_name")
            if not user.has_perm("tickets.view_all_tickets"):
                people = people.filter(memberships__department_id__in=user.department_ids).distinct()
            agents = {person.pk: person.get_full_name() for person in people}
        else:
            agents = {user.pk: user.get_full_name()}
        return cls(user, dict(departments.values_list("pk", "name")), agents)

    def scope(self, *, department: int | None = None, agent: int | None = None) -> Scope:
        """What this person looks at; None is everything they may look at.

        Raises NotAllowed for a department or an agent that is not theirs to look at.
        """
        if department not in {None, *self.departments} or agent not in {None, *self.agents}:
            raise NotAllowed
        chosen = agent if sees_everybody(self.user) else self.user.pk
        return Scope(self.user, tuple(self.departments if department is None else [department]), chosen)


def sees_everybody(user: User) -> bool:
    """Whether this person sees the numbers of other people, and not only the own ones."""
    return user.has_perm("tickets.view_reports")


def midnight(day: date) -> datetime:
    """When a day begins in the active time zone, whatever the clocks do that day."""
    return timezone.make_aware(datetime.combine(day, time.min))
