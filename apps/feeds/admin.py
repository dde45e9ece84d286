"""The External Feeds page."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, DropdownFilter

from apps.brands.models import Brand, in_brand
from apps.core.importing.admin import BulkAdminMixin
from apps.core.importing.formats import FORMATS
from apps.core.limits import is_over_limit
from apps.core.ordered_admin import OrderedChangeList, OrderedModelAdmin
from apps.core.typed import read_moment
from apps.feeds import services
from apps.feeds.forms import ExternalFeedForm, look_up
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.monitoring import Monitor
from apps.feeds.moving import use_new_address
from apps.feeds.opml import OPML
from apps.feeds.previews import preview_address, preview_stored
from apps.feeds.resources import ExternalFeedResource

FOLDER = "admin/feeds/externalfeed"
PREVIEWS_PER_MINUTE = 20
MOST_WATCHED = 5  # new feeds in a list that the page asks about every two seconds; after a big import there are many


class BrandFilter(DropdownFilter):
    title = gettext_lazy("brand")
    parameter_name = "brand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(brand.pk), brand.name) for brand in Brand.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ExternalFeed]) -> QuerySet[ExternalFeed]:
        brand = Brand.objects.filter(pk=self.value()).first() if str(self.value()).isdecimal() else None
        return queryset.filter(in_brand(ExternalFeed.brands.through, "externalfeed_id", brand)) if brand else queryset


class FeedChangeList(OrderedChangeList):
    """Rows that know whether this person may refresh them, and a list that knows whether something fails."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        may_refresh = self.model_admin.has_change_permission(request)
        new = [row for row in self.result_list if Monitor.of(row).phase == "queued"]
        for row in self.result_list:
            row.may_refresh, row.is_watched = may_refresh, len(new) <= MOST_WATCHED
        self.has_failing = may_refresh and failing_feeds().exists()


def failing_feeds() -> QuerySet[ExternalFeed]:
    """Active feeds whose last attempt failed."""
    return ExternalFeed.objects.active().filter(state__status__in=[FeedState.Status.FAILING, FeedState.Status.GONE])


@admin.register(ExternalFeed)
class ExternalFeedAdmin(BulkAdminMixin, OrderedModelAdmin):
    list_display = [
        *("show_name", "show_brands", "show_articles", "show_status"),
        *("show_success", "show_error", "show_next_try"),
    ]
    list_display_links = None
    list_filter = [("state__status", ChoicesDropdownFilter), BrandFilter, ("is_active", BooleanRadioFilter)]
    list_select_related = ["state"]
    search_fields = ["name", "url"]
    resource_classes = [ExternalFeedResource]
    formats = [*FORMATS, OPML]
    change_list_template = f"{FOLDER}/change_list.html"
    list_before_template = f"{FOLDER}/_list_toolbar.html"

    form = ExternalFeedForm
    change_form_template = f"{FOLDER}/change_form.html"
    fieldsets = [
        (None, {"fields": ["name", "url", "is_active"]}),
        (gettext_lazy("On the portal"), {"fields": ["brands", "show_description", "show_image", "new_window"]}),
    ]

    class Media:
        css = {"all": ["management/connected_services.css"]}
        js = ["management/connected_services.js"]

    @admin.display(description=gettext_lazy("Name"))
    def show_name(self, row: ExternalFeed) -> str:
        return render_to_string(f"{FOLDER}/_name.html", {"feed": row})

    @admin.display(description=gettext_lazy("Brands"))
    def show_brands(self, row: ExternalFeed) -> str:
        return ", ".join(brand.name for brand in row.brands.all()) or _("All brands")

    @admin.display(description=gettext_lazy("Articles"))
    def show_articles(self, row: Any) -> int:
        return int(row.article_count)

    @admin.display(description=gettext_lazy("Status"))
    def show_status(self, row: Any) -> str:
        context = {"monitor": Monitor.of(row, watch_new=row.is_watched), "may_refresh": row.may_refresh}
        return render_to_string(f"{FOLDER}/_status_cell.html", context)

    @admin.display(description=gettext_lazy("Last success"))
    def show_success(self, row: ExternalFeed) -> str:
        return render_to_string(f"{FOLDER}/_last_success.html", {"monitor": Monitor.of(row)})

    @admin.display(description=gettext_lazy("Last error"))
    def show_error(self, row: ExternalFeed) -> str:
        return render_to_string(f"{FOLDER}/_last_error.html", {"monitor": Monitor.of(row)})

    @admin.display(description=gettext_lazy("Next try"))
    def show_next_try(self, row: ExternalFeed) -> str:
        return render_to_string(f"{FOLDER}/_next_try.html", {"monitor": Monitor.of(row)})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OrderedChangeList]:
        return FeedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExternalFeed]:
        rows: QuerySet[ExternalFeed] = super().get_queryset(request)
        return rows.select_related("state").prefetch_related("brands").annotate(article_count=Count("articles"))

    def get_urls(self) -> list[URLPattern]:
        views = {
            "preview/": self.preview_view,
            "refresh-failing/": self.refresh_failing_view,
            "<int:feed_id>/refresh/": self.refresh_view,
            "<int:feed_id>/status/": self.status_view,
            "<int:feed_id>/use-new-address/": self.use_new_address_view,
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"feeds_{view.__name__.removesuffix('_view')}")
            for route, view in views.items()
        ]
        return own + super().get_urls()

    # Saving ---------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"lookup": getattr(request, "feed_lookup", None)})

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and self.has_add_permission(request):
            self._look_up_address(request, None)
        return super().add_view(request, *args, **kwargs)  # type: ignore[no-any-return]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        if row is not None and self.has_change_permission(request, row):
            self._look_up_address(request, row)
        return super().change_view(request, object_id, *args, **kwargs)  # type: ignore[no-any-return]

    def revision_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        before = self.get_object(request, unquote(object_id))
        response = super().revision_view(request, object_id, *args, **kwargs)
        after = self.get_object(request, unquote(object_id))
        if before and after and before.url != after.url:
            services.note_new_address(feed=after)
        return response

    def save_model(self, request: HttpRequest, obj: ExternalFeed, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not FeedState.objects.filter(feed=obj).exists() or obj.url != form.initial.get("url"):
            services.note_new_address(feed=obj)
        for notice in form.notices:
            messages.warning(request, notice)

    def _look_up_address(self, request: HttpRequest, row: ExternalFeed | None) -> None:
        """Ask what is at a new address, before the transaction of saving begins."""
        form = self.get_form(request, row, change=row is not None)(request.POST, instance=row)
        if form.is_valid() and form.wanted_address:
            request.feed_lookup = look_up(form.wanted_address)  # type: ignore[attr-defined]

    # Parts of the pages ---------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if row := kwargs.get("obj"):
            context |= self._panel(request, Monitor.of(row))
        return super().render_change_form(request, context, *args, **kwargs)

    def _panel(self, request: HttpRequest, monitor: Monitor) -> dict[str, Any]:
        may_change = self.has_change_permission(request, monitor.feed)
        return {"monitor": monitor, "preview": preview_stored(monitor.feed), "may_refresh": may_change}

    @method_decorator(require_GET)
    def status_view(self, request: HttpRequest, feed_id: int) -> HttpResponse:
        """How a refresh that the page waits for goes; 204 while there is nothing new to show."""
        feed = self._feed(request, feed_id, may=self.has_view_permission)
        monitor = Monitor.of(feed, asked_at=read_moment(request.GET.get("since", "")))
        if monitor.phase == request.GET.get("phase"):
            return HttpResponse(status=204)
        return self._part(request, monitor, request.GET.get("part", ""))

    @method_decorator(require_POST)
    def refresh_view(self, request: HttpRequest, feed_id: int) -> HttpResponse:
        """Refresh one feed soon, in a job."""
        feed = self._feed(request, feed_id, may=self.has_change_permission)
        asked_at = timezone.now()
        is_queued = services.request_refresh(feed=feed, by=request.user)  # type: ignore[arg-type]
        if "HX-Request" not in request.headers:
            _tell_of_queued(request, int(is_queued), int(not is_queued))
            return redirect("admin:feeds_externalfeed_change", feed.pk)
        monitor = Monitor.of(feed, asked_at=asked_at if is_queued else None)
        return self._part(request, monitor, request.POST.get("part", ""), too_soon=not is_queued)

    @method_decorator(require_POST)
    def refresh_failing_view(self, request: HttpRequest) -> HttpResponse:
        """Refresh every failing feed soon, in a job each."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        queued = [services.request_refresh(feed=feed, by=request.user) for feed in failing_feeds()]  # type: ignore[arg-type]
        _tell_of_queued(request, sum(queued), len(queued) - sum(queued))
        return redirect("admin:feeds_externalfeed_changelist")

    @method_decorator(require_POST)
    def use_new_address_view(self, request: HttpRequest, feed_id: int) -> HttpResponse:
        """Store the address that the feed moved to."""
        feed = self._feed(request, feed_id, may=self.has_change_permission)
        try:
            with self.create_revision(request):
                is_done = use_new_address(feed=feed)
                if is_done:
                    self.log_change(request, feed, [{"changed": {"fields": ["address"]}}])
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            text = (
                _("The new address is stored; the feed is fetched from there.") if is_done else _("It has not moved.")
            )
            messages.success(request, text)
        return redirect("admin:feeds_externalfeed_change", feed_id)

    @method_decorator(require_POST)
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What the portal would show of the address on the page, which need not have been saved; stores nothing."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if is_over_limit(name="feed-preview", key=str(request.user.pk), limit=PREVIEWS_PER_MINUTE, seconds=60):
            return HttpResponse(_("That were many previews: wait a minute."), status=429)
        chosen = {name for name in ("show_description", "show_image", "new_window") if request.POST.get(name)}
        preview = preview_address(request.POST.get("url", "").strip(), chosen)
        return render(request, f"{FOLDER}/_preview.html", {"preview": preview})

    def _feed(self, request: HttpRequest, feed_id: int, *, may: Any) -> ExternalFeed:
        if not may(request):
            raise PermissionDenied
        feed = self.get_queryset(request).filter(pk=feed_id).first()
        if feed is None:
            raise Http404
        return feed

    def _part(self, request: HttpRequest, monitor: Monitor, part: str, *, too_soon: bool = False) -> HttpResponse:
        name = "_panel.html" if part == "panel" else "_status.html"
        return render(request, f"{FOLDER}/{name}", self._panel(request, monitor) | {"too_soon": too_soon})


def _tell_of_queued(request: HttpRequest, queued: int, too_soon: int) -> None:
    if queued:
        text = ngettext("%(count)d feed is queued.", "%(count)d feeds are queued.", queued)
        messages.success(request, text % {"count": queued})
    if too_soon:
        text = ngettext(
            "%(count)d feed was tried less than a minute ago: wait a moment.",
            "%(count)d feeds were tried less than a minute ago: wait a moment.",
            too_soon,
        )
        messages.info(request, text % {"count": too_soon})
    if not queued and not too_soon:
        messages.info(request, _("No feed is failing."))
