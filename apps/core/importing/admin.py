"""Import and Export on the pages of a list."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from import_export.admin import ExportActionMixin, ExportMixin
from import_export.mixins import BaseImportMixin
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from apps.core.importing import pages, services
from apps.core.importing.formats import FORMATS, DeskFormat
from apps.core.importing.resources import DeskResource
from apps.core.importing.uploads import MemoryOnly, UploadForm


class ExportForm(SelectableFieldsExportForm):
    """Which columns, and which format."""

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].initial = "0"

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return field_name


@admin.action(description=gettext_lazy("Export selected rows"), permissions=["export"])
def export_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
    """Ask for columns and format; all rows of a filtered list are named by the filter, not one by one."""
    if request.POST.get("select_across") == "1":
        address = reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_export")
        return redirect(f"{address}?{request.GET.urlencode()}")
    return ExportActionMixin.export_admin_action(model_admin, request, queryset)  # type: ignore[no-any-return]


__all__ = ["BulkAdminMixin", "pages"]  # importing `pages` registers the page of the imports themselves


class BulkAdminMixin(BaseImportMixin, ExportMixin):
    """Adds Import, Export and "Export selected rows" to an admin class that names its `resource_classes`."""

    resource_classes: list[type[DeskResource]] = []
    formats: list[type[DeskFormat]] = FORMATS
    actions = [export_selected]
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    export_form_class = ExportForm
    skip_export_form_from_action = False
    to_encoding = None

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        return [path("import/", self._in_memory(self.import_view), name=name), *super().get_urls()]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Imports add rows and change rows."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"has_import_permission": self.has_import_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[no-any-return]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The upload form. A file that can be read goes on to the page of its import."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        posted = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
        form = UploadForm(self.get_import_formats(), **posted)
        if form.is_valid():
            bulk_import = services.start_import(
                owner=request.user,
                subject=self.opts.label_lower,
                file_format=form.cleaned_data["file_format"],
                file_name=form.cleaned_data["import_file"].name,
                content=form.cleaned_data["content"],
            )
            return redirect("admin:core_bulkimport_change", bulk_import.pk)
        return TemplateResponse(request, "admin/core/bulkimport/upload.html", self._upload_context(request, form))

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """As import-export's; an address with filters that do not exist leads to the list, as Django's list does."""
        try:
            return super().export_action(request)  # type: ignore[no-any-return]
        except IncorrectLookupParameters:
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def get_export_data(self, file_format: DeskFormat, request: HttpRequest, queryset: Any, **kwargs: Any) -> bytes:
        if not self.has_export_permission(request):
            raise PermissionDenied
        data = self.get_data_for_export(request, queryset, force_native_type=file_format.keeps_types, **kwargs)
        return file_format.export_data(data)

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: DeskFormat) -> str:
        today = timezone.localdate().isoformat()
        return f"{self.opts.model_name}-{today}.{file_format.get_extension()}"

    def get_valid_export_item_pks(self, request: HttpRequest) -> Any:
        return self.get_queryset(request).values_list("pk", flat=True)

    def _upload_context(self, request: HttpRequest, form: UploadForm) -> dict[str, Any]:
        resource = self.resource_classes[0]()
        return {
            **self.admin_site.each_context(request),
            "title": _("Import %(what)s") % {"what": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "columns": [(name, resource.explanations.get(name, ""), name in resource.key) for name in resource.columns],
            "formats": form.formats,
        }

    def _in_memory(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """The view behind the admin's checks, the upload handler chosen before anything reads the body.

        The middleware reads it to look for the CSRF token, so it has to be told to leave that to `admin_view`.
        """
        checked: Callable[..., HttpResponse] = self.admin_site.admin_view(view)

        @csrf_exempt
        def entry(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            request.upload_handlers = [MemoryOnly(request)]
            return checked(request, **kwargs)

        return entry
