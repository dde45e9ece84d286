"""Base classes of every admin page, and the pages about background jobs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django_rq.admin import QueueAdmin
from django_rq.models import Dashboard
from redis.exceptions import RedisError
from reversion.admin import VersionAdmin
from reversion.models import Version
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.core.versions import keep_first_versions


class DeskModelAdmin(ModelAdmin):
    """Unfold's ModelAdmin with the options that Deskbridge always uses."""

    list_filter_submit = True
    warn_unsaved_form = True
    show_full_result_count = False
    list_per_page = 50
    delete_confirmation_template = "admin/delete_or_keep.html"
    delete_selected_confirmation_template = "admin/delete_or_keep_selected.html"
    formfield_overrides: dict[Any, Any] = {models.ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Checkboxes need no menu for adding a row of the other model."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, models.ManyToManyField):
            field.widget.can_add_related = False
        return field

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: list[tuple[str, str]] | None = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """As Unfold's, with the signature that Django 6.1 asks for."""
        choices = default_choices or [("", _("Select action"))]
        return super(ModelAdmin, self).get_action_choices(request, choices, action_location)  # type: ignore[no-any-return]


class SetupModelAdmin(DeskModelAdmin, VersionAdmin):
    """For what administrators set up: every change is a version that can be brought back."""

    history_latest_first = True
    show_full_result_count = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self._keep_as_they_were(self.model._base_manager.filter(pk=obj.pk))
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._keep_as_they_were([obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._keep_as_they_were(queryset)
        super().delete_queryset(request, queryset)

    @contextmanager
    def reverting(self) -> Iterator[None]:
        """Wraps bringing back a version; subclasses put right what an old version must not decide."""
        yield

    def revision_view(self, request: HttpRequest, object_id: str, version_id: str, *args: Any) -> HttpResponse:
        self._refuse_foreign(version_id)
        with transaction.atomic(), self.reverting():
            return super().revision_view(request, object_id, version_id, *args)  # type: ignore[no-any-return]

    def recover_view(self, request: HttpRequest, version_id: str, *args: Any) -> HttpResponse:
        self._refuse_foreign(version_id)
        with transaction.atomic(), self.reverting():
            return super().recover_view(request, version_id, *args)  # type: ignore[no-any-return]

    def _refuse_foreign(self, version_id: str) -> None:
        """Raises Http404 for the version of another model: reversion takes any, whoever may change this one."""
        if not Version.objects.get_for_model(self.model).filter(pk=version_id).exists():
            raise Http404

    def _keep_as_they_were(self, rows: Iterable[models.Model]) -> None:
        keep_first_versions(rows, comment=_("As it was before"))


class SingletonAdmin(SetupModelAdmin):
    """A table of one row (`apps.core.models.Singleton`): the address of its list is its form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"show_save_and_continue": False, "show_save_and_add_another": False, **(extra_context or {})}
        row = self.model.load()
        return self.change_view(request, str(row.pk), request.get_full_path(), context)  # type: ignore[no-any-return]


admin.site.unregister(Dashboard)


@admin.register(Dashboard)
class JobsAdmin(QueueAdmin):
    """django-rq's pages, which by themselves would be open to everybody who works here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("django_rq.admin")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()  # type: ignore[no-untyped-call]
        for url in urls:
            url.callback = self.admin_site.admin_view(_for_administrators(url.callback))
        return urls


def _for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("django_rq.admin"):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except RedisError:
            context = {**admin.site.each_context(request), "title": _("Jobs")}
            return render(request, "admin/jobs_away.html", context, status=503)

    return guarded
