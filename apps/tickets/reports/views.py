"""The page of the reports, and its tables as files."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.core.importing.formats import protected
from apps.tickets.reports import charts
from apps.tickets.reports.figures import Report, Row, idle_longest, report
from apps.tickets.reports.forms import ReportForm
from apps.tickets.reports.scopes import sees_everybody
from apps.tickets.reports.tables import File, day_cells, day_columns, figure_cells, figure_columns, file_of, spoken


class _Line:
    """A file that a CSV writer writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


@require_safe
def report_page(request: HttpRequest) -> HttpResponse:
    """The numbers of a period: of everything that a manager answers for, or of an agent's own work."""
    user, form = _asked(request)
    found = report(scope=form.scope, period=form.chosen_period)
    context = {
        **admin.site.each_context(request),
        "title": _("Reports") if sees_everybody(user) else _("My reports"),
        "form": form,
        "period": form.chosen_period,
        "query": request.GET.urlencode(),
        "totals": found.totals,
        "cards": _cards(found),
        "charts": _charts(found),
        "tables": _tables(found, with_agents=sees_everybody(user)),
        "idle": idle_longest(scope=form.scope),
    }
    return TemplateResponse(request, "admin/tickets/reports/page.html", context)


@require_safe
def report_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A table as CSV, written while it is sent; what a spreadsheet would run as a formula is disarmed."""
    _user, form = _asked(request)
    if not form.is_valid():
        raise Http404
    table = file_of(name, scope=form.scope, period=form.chosen_period)
    if table is None:
        raise Http404
    response = StreamingHttpResponse(_csv(table), content_type="text/csv; charset=utf-8")
    period = form.chosen_period
    named = f"{name}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{named}"'
    return response


def _asked(request: HttpRequest) -> tuple[User, ReportForm]:
    """Who asks, and what for. Raises Http404 for departments and agents that are not theirs to look at."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    form = ReportForm(request.GET, user=user)
    form.full_clean()
    if form.is_foreign:
        raise Http404
    return user, form


def _cards(found: Report) -> list[tuple[str, str, str]]:
    """A heading, a number, and what else belongs to it."""
    totals = found.totals
    average = _("%(time)s on average")
    return [
        (pgettext("tickets", "Opened"), str(totals.opened), _("in this period")),
        (pgettext("tickets", "Closed"), str(totals.closed), _("in this period")),
        (_("Backlog"), str(totals.backlog), _("open now")),
        (_("First response"), spoken(totals.response_median), average % {"time": spoken(totals.response_average)}),
        (_("Resolution"), spoken(totals.resolution_median), average % {"time": spoken(totals.resolution_average)}),
    ]


def _charts(found: Report) -> list[charts.Chart]:
    shown = [charts.flow_chart(found.days), charts.backlog_chart(found.days)]
    if len(found.departments) > 1:
        shown.append(charts.rows_chart(_("By department"), found.departments))
    if len(found.agents) > 1:
        shown.append(charts.rows_chart(_("By agent"), found.agents))
    return shown


def _tables(found: Report, *, with_agents: bool) -> list[dict[str, Any]]:
    """The same numbers as the charts, to read."""
    groups = [
        ("departments", _("By department"), _("Department"), found.departments),
        ("agents", _("By agent"), _("Agent"), found.agents),
    ]
    tables = [
        {"name": name, "title": title, "columns": [what, *figure_columns()], "rows": [_cells(row) for row in rows]}
        for name, title, what, rows in (groups if with_agents else groups[:1])
    ]
    days = [day_cells(day) for day in reversed(found.days)]
    return [*tables, {"name": "days", "title": _("By day"), "columns": day_columns(), "rows": days}]


def _cells(row: Row) -> list[str]:
    return [row.name or _("Nobody"), *figure_cells(row.figures)]


def _csv(table: File) -> Iterator[bytes]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(table.columns).encode("utf-8-sig")  # Excel takes a file without the mark for its own code
    for row in table.rows:
        yield writer.writerow([protected(cell) for cell in row]).encode()
