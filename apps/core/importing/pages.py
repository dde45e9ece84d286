"""The pages of the imports themselves: a list, and for each what it would do, does, or has done."""

import csv
import io
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from apps.core.admin import DeskModelAdmin
from apps.core.importing import services
from apps.core.importing.formats import protected
from apps.core.importing.models import BulkImport

STATE_COLOURS = {
    BulkImport.State.CHECKING: "info",
    BulkImport.State.WAITING: "warning",
    BulkImport.State.IMPORTING: "info",
    BulkImport.State.DONE: "success",
    BulkImport.State.FAILED: "danger",
    BulkImport.State.CANCELLED: "default",
}
ERRORS_SHOWN = 100


@admin.register(BulkImport)
class BulkImportAdmin(DeskModelAdmin):
    list_display = ["file_name", "show_subject", "show_state", "row_count", "error_count", "owner", "created_at"]
    list_filter = ["state"]
    search_fields = ["file_name"]
    list_select_related = ["owner"]
    actions = None
    list_before_template = "admin/core/bulkimport/_intro.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkImport]:
        return super().get_queryset(request).visible_to(request.user).defer("content", "preview", "errors")  # type: ignore[no-any-return]

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Any, name: str) -> URLPattern:
            checked: Any = self.admin_site.admin_view(view)
            pattern: URLPattern = path(f"<int:pk>/{address}", checked, name=f"core_bulkimport_{name}")
            return pattern

        return [
            at("change/", self.detail_view, "change"),
            at("state/", self.state_view, "state"),
            at("errors.csv", self.errors_view, "errors"),
            at("confirm/", require_POST(self.confirm_view), "confirm"),
            at("cancel/", require_POST(self.cancel_view), "cancel"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("what"))
    def show_subject(self, bulk_import: BulkImport) -> str:
        return _subject_name(bulk_import)

    @display(description=gettext_lazy("state"), ordering="state", label=STATE_COLOURS)
    def show_state(self, bulk_import: BulkImport) -> tuple[str, str]:
        return bulk_import.state, bulk_import.get_state_display()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody here sees the imports they made themselves."""
        return request.user.is_active and bool(getattr(request.user, "is_staff", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def detail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everything about one import."""
        bulk_import = self._mine(request, pk)
        return TemplateResponse(request, "admin/core/bulkimport/detail.html", self._context(request, bulk_import))

    def state_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes while a job is at work."""
        bulk_import = self._mine(request, pk)
        return TemplateResponse(request, "admin/core/bulkimport/_detail.html", self._context(request, bulk_import))

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulk_import = self._mine(request, pk)
        if not services.confirm_import(bulk_import=bulk_import):
            messages.warning(request, _("This import was confirmed, cancelled or ended before."))
        return redirect("admin:core_bulkimport_change", pk)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulk_import = self._mine(request, pk)
        if not services.cancel_import(bulk_import=bulk_import):
            messages.warning(request, _("It is too late to cancel this import."))
        return redirect("admin:core_bulkimport_change", pk)

    def errors_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows that cannot be imported, as a CSV file."""
        bulk_import = self._mine(request, pk)
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow([_("row"), _("column"), _("error")])
        writer.writerows([protected(str(cell)) for cell in error] for error in bulk_import.errors)
        response = HttpResponse(stream.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{pk}-errors.csv"'
        return response

    def _mine(self, request: HttpRequest, pk: int) -> BulkImport:
        bulk_import = BulkImport.objects.visible_to(request.user).defer("content").filter(pk=pk).first()
        if bulk_import is None:
            raise Http404
        return bulk_import

    def _context(self, request: HttpRequest, bulk_import: BulkImport) -> dict[str, Any]:
        waited = (timezone.now() - bulk_import.created_at).total_seconds()
        return {
            **self.admin_site.each_context(request),
            "title": _("Import of %(file)s") % {"file": bulk_import.file_name},
            "opts": self.opts,
            "bulk_import": bulk_import,
            "subject": _subject_name(bulk_import),
            "list_url": _page_of(bulk_import, "changelist"),
            "upload_url": _page_of(bulk_import, "import"),
            "state_colour": STATE_COLOURS[BulkImport.State(bulk_import.state)],
            "progress": services.progress_of(bulk_import),
            "waits_long": bulk_import.is_running and bulk_import.claim is None and waited > 30,
            "errors": bulk_import.errors[:ERRORS_SHOWN],
            "more_errors": max(len(bulk_import.errors) - ERRORS_SHOWN, 0),
            "more_rows": bulk_import.preview.get("count", 0) - len(bulk_import.preview.get("rows", [])),
        }


def _subject_name(bulk_import: BulkImport) -> str:
    model = bulk_import.subject_model
    return str(model._meta.verbose_name_plural) if model else bulk_import.subject


def _page_of(bulk_import: BulkImport, page: str) -> str:
    model = bulk_import.subject_model
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}") if model else ""
    except NoReverseMatch:
        return ""
