"""The number on the bell."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.notifications.services import COUNTED, mark_read, unread_count


@dataclass(frozen=True)
class Badge:
    """How many unread notifications there are: as a number up to a hundred, as it is shown, and in words."""

    count: int

    @property
    def text(self) -> str:
        return f"{COUNTED}+" if self.count > COUNTED else str(self.count)

    @property
    def label(self) -> str:
        if not self.count:
            return _("No unread notifications")
        return ngettext("%(count)s unread notification", "%(count)s unread notifications", self.count) % {
            "count": self.text
        }


def badge_for(request: HttpRequest) -> Badge:
    """The badge of who is signed in, counted once a request; nobody else's costs a query."""
    if not request.user.is_authenticated:
        return Badge(0)
    if not hasattr(request, "_notification_badge"):
        request._notification_badge = Badge(unread_count(person=request.user))  # type: ignore[attr-defined]
    return request._notification_badge  # type: ignore[attr-defined, no-any-return]


def read_group(request: HttpRequest, group: str) -> None:
    """Who is signed in looks at what a group of notifications is about: those are read, and the badge knows it."""
    if badge_for(request).count:
        mark_read(person=request.user, group=group)  # type: ignore[arg-type]
        del request._notification_badge  # type: ignore[attr-defined]
