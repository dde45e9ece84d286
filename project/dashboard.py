"""The management interface's first page: what needs attention now. And the health page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Department, User
from apps.brands.models import BrandHost, CustomLink
from apps.core.health import HealthReport, report
from apps.feeds.models import ExternalFeed, FeedState
from apps.tickets.overview import overview
from project.navigation import sidebar

SILENT_WORKER = timedelta(minutes=10)
SILENT_CRON = timedelta(minutes=5)
LONG_WAIT = timedelta(minutes=10)
FAILING = (FeedState.Status.FAILING, FeedState.Status.GONE)
SHOWN_FEEDS = 10


@dataclass(frozen=True)
class Sign:
    """One thing that is well or not, in plain words. advice: what to do about it, where something is wrong."""

    is_well: bool
    title: str
    text: str
    advice: str = ""
    link: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the first page's context what this person may see."""
    user = request.user
    signs = health_signs(report()) if user.has_perm("django_rq.admin") else []
    feeds = _feeds() if user.has_perm("feeds.view_externalfeed") else None
    steps = _first_steps(request) if user.is_superuser else []
    problems = [sign for sign in signs if not sign.is_well]
    return context | {
        "title": _("Overview"),
        "now": overview(user) if isinstance(user, User) else None,
        "signs": signs,
        "problems": problems,
        "feeds": feeds,
        "steps": steps if any(not done for _title, _link, done in steps) else [],
        "is_well": not problems and not (feeds and feeds["failing"]),
        "pages": [item for group in sidebar(request)[1:] for item in group["items"]],
    }


def health_page(request: HttpRequest) -> HttpResponse:
    """How the parts of this installation are."""
    if not request.user.has_perm("django_rq.admin"):
        raise PermissionDenied
    context = {**admin.site.each_context(request), "title": _("Health"), "signs": health_signs(report())}
    return render(request, "admin/health.html", context)


def health_signs(health: HealthReport) -> list[Sign]:
    """The health report in words."""
    jobs = reverse("admin:django_rq_dashboard_changelist")
    if not health.valkey_ok:
        advice = _("Jobs wait and live updates are slow until it is back. Start Valkey, or check REDIS_URL.")
        return [_database(health), Sign(False, "Valkey", _("Does not answer"), advice)]
    return [
        _database(health),
        Sign(True, "Valkey", _("Answers")),
        _heartbeat(
            _("Worker"), health.worker_seen_at, SILENT_WORKER, _("Feeds and other jobs wait. Start the worker.")
        ),
        _heartbeat(
            _("Clock"), health.cron_seen_at, SILENT_CRON, _("Nothing is started on time. Start the cron process.")
        ),
        _waiting(health, jobs),
        _failed(health, jobs),
    ]


def _database(health: HealthReport) -> Sign:
    return Sign(health.database_ok, _("Database"), _("Answers") if health.database_ok else _("Does not answer"))


def _heartbeat(title: str, seen: datetime | None, limit: timedelta, advice: str) -> Sign:
    if seen is None:
        return Sign(False, title, _("Not seen yet"), advice)
    is_well = timezone.now() - seen < limit
    return Sign(is_well, title, _("Seen %(time)s ago") % {"time": timesince(seen)}, "" if is_well else advice)


def _waiting(health: HealthReport, link: str) -> Sign:
    age = timedelta(seconds=health.oldest_job_seconds or 0)
    text = ngettext("%(count)d job is waiting", "%(count)d jobs are waiting", health.waiting_jobs) % {
        "count": health.waiting_jobs
    }
    if age < LONG_WAIT:
        return Sign(True, _("Waiting jobs"), text, link=link)
    advice = _("The oldest has waited for %(time)s. Is the worker running?") % {"time": timesince(timezone.now() - age)}
    return Sign(False, _("Waiting jobs"), text, advice, link)


def _failed(health: HealthReport, link: str) -> Sign:
    count = health.failed_jobs
    text = ngettext("%(count)d job failed", "%(count)d jobs failed", count) % {"count": count}
    advice = _("Look at them, then run them again or delete them.") if count else ""
    return Sign(not count, _("Failed jobs"), text, advice, link)


def _feeds() -> dict[str, Any]:
    states = FeedState.objects.filter(feed__is_active=True, status__in=FAILING).select_related("feed")
    counts = ExternalFeed.objects.active().aggregate(
        total=Count("pk"),
        failing=Count("pk", filter=Q(state__status__in=FAILING)),
        new=Count("pk", filter=Q(state=None) | Q(state__status=FeedState.Status.NEVER)),
    )
    healthy = counts["total"] - counts["failing"] - counts["new"]
    return counts | {"healthy": healthy, "worst": states.order_by("first_failure_at")[:SHOWN_FEEDS]}


def _first_steps(request: HttpRequest) -> list[tuple[str, str, bool]]:
    colleagues = User.objects.agents().exclude(pk=request.user.pk)
    return [
        (_("Give a brand its host name"), reverse("admin:brands_brand_changelist"), BrandHost.objects.exists()),
        (_("Add a colleague"), reverse("admin:accounts_user_add"), colleagues.exists()),
        (_("Make a department"), reverse("admin:accounts_department_add"), Department.objects.exists()),
        (_("Add an external feed"), reverse("admin:feeds_externalfeed_add"), ExternalFeed.objects.exists()),
        (_("Add a custom link"), reverse("admin:brands_customlink_add"), CustomLink.objects.exists()),
    ]
