"""The lists by their names: what each is called, how it can be narrowed, and what it says when it is empty."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.tickets.queries import View

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ANYBODY = ("department", "status", "priority", "agent", "brand")
SAME_STATUS = ("department", "priority", "brand")
BY_DATE = ("department", "brand")


@dataclass(frozen=True)
class ListView:
    """A list. filters: the names of those that it knows. is_ordered: whether it can be turned round."""

    name: str
    title: "StrPromise"
    icon: str
    filters: tuple[str, ...]
    empty: "StrPromise"
    advice: "StrPromise"
    is_ordered: bool = True
    is_counted: bool = True

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that its tickets can have."""
        return View.STATUSES.get(self.name, ())


LISTS = {
    view.name: view
    for view in (
        ListView(
            View.MY_ACTIVE,
            _("My active"),
            "inbox",
            SAME_STATUS,
            _("Nothing waits for you"),
            _("Take the next ticket from the queue, or look through what is unassigned."),
        ),
        ListView(
            View.MY_WAITING,
            _("My waiting"),
            "hourglass_top",
            SAME_STATUS,
            _("You are not waiting for anybody"),
            _("Tickets come here when you have replied, until the customer answers."),
        ),
        ListView(
            View.FOLLOW_UPS,
            _("Follow-ups"),
            "event",
            BY_DATE,
            _("No follow-ups"),
            _("Set a follow-up date on one of your tickets, and it comes up here, the earliest first."),
            is_ordered=False,
        ),
        ListView(
            View.UNASSIGNED,
            _("Unassigned"),
            "person_off",
            SAME_STATUS,
            _("Every active ticket has an agent"),
            _("New tickets that nobody has taken yet appear here."),
        ),
        ListView(
            View.TRANSFERRED,
            _("Recently transferred"),
            "move_up",
            (*BY_DATE, "agent"),
            _("Nothing was transferred"),
            _("Tickets that came from another department within the last week appear here."),
            is_ordered=False,
        ),
        ListView(
            View.OPEN,
            _("All open"),
            "all_inbox",
            ANYBODY,
            _("No open tickets"),
            _("Everything is answered and closed. New tickets appear here as soon as customers open them."),
        ),
        ListView(
            View.CLOSED,
            pgettext_lazy("tickets", "Closed"),
            "task_alt",
            ANYBODY,
            _("No closed tickets"),
            _("Tickets come here when their matter is done. Customers can open them again by answering."),
        ),
        ListView(
            View.ALL,
            _("All tickets"),
            "stacks",
            ANYBODY,
            _("No tickets yet"),
            _("Customers open tickets on the portal; agents can open one for a customer here."),
            is_counted=False,
        ),
    )
}
