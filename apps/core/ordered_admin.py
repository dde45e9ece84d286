"""Lists whose order people choose: the Move column."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.views import ChangeList

from apps.core.admin import SetupModelAdmin
from apps.core.locks import lock
from apps.core.models import Ordered
from apps.core.ordering import close_gaps, keeping_order, move_row, move_step


class OrderedChangeList(ChangeList):
    """A list always in its people's order, whose rows know their place on the page."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        return ["position", "pk"]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        start = 0 if self.show_all else (self.page_num - 1) * self.list_per_page
        for place, row in enumerate(self.result_list, start + 1):
            row.move_context = {
                "row": row,
                "query": self.get_query_string(),
                "is_first": place == 1,
                "is_last": place == self.result_count,
            }


class MoveForm(forms.Form):
    """Where to: past the visible neighbour, or right before or after another row."""

    to = forms.ChoiceField(choices=[(to, to) for to in ("up", "down", "before", "after")])
    row_key = forms.CharField(required=False)


class OrderedModelAdmin(SetupModelAdmin):
    """Admin of an `apps.core.models.Ordered` model: a Move column, and an order without gaps.

    Columns, filters and search are declared as ever; `list_after_template` is taken, and headers do not sort.
    """

    ordering = ["position", "pk"]
    sortable_by = ()
    list_after_template = "admin/move_form.html"

    class Media:
        js = ["management/move.js"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OrderedChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        movable = self.has_change_permission(request) and IS_POPUP_VAR not in request.GET
        return ["show_move", *columns] if movable else columns

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return super().get_list_display_links(request, [name for name in list_display if name != "show_move"])

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        return [
            path("<path:object_id>/move/", self.admin_site.admin_view(self.move_view), name=name),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("Move"))
    def show_move(self, row: Any) -> str:
        return render_to_string("admin/move_buttons.html", row.move_context)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            lock(self.model._meta.label_lower)
            super().delete_queryset(request, queryset)
            close_gaps(self.model)

    @contextmanager
    def reverting(self) -> Iterator[None]:
        """An old version brings back a row's content; its place is the one that it has now."""
        with super().reverting(), keeping_order(self.model):
            yield

    @method_decorator(require_POST)
    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Move one row, seen in the list that the query string describes (its filters, search and page)."""
        row = self._row_to_move(request, object_id)
        form = MoveForm(request.POST)
        if not form.is_valid():
            return HttpResponseBadRequest(_("This is not a place to move to."))
        self._move(request, row, **form.cleaned_data)
        self.log_change(request, row, [{"changed": {"fields": ["Position"]}}])
        row.refresh_from_db(fields=["position"])
        text = _("“%(name)s” is now number %(place)d of %(count)d.") % {
            "name": row,
            "place": row.position,
            "count": self.model._default_manager.count(),
        }
        if request.accepts("text/html"):
            messages.success(request, text)
            return redirect(f"{reverse(self._list_name())}?{request.GET.urlencode()}".removesuffix("?"))
        return JsonResponse({"announcement": text})

    def _row_to_move(self, request: HttpRequest, object_id: str) -> Ordered:
        row = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row  # type: ignore[no-any-return]

    def _move(self, request: HttpRequest, row: Ordered, *, to: str, row_key: str) -> None:
        if to in {"before", "after"}:
            move_row(row=row, **{to: self._row_to_move(request, row_key)})
            return
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            rows = self.get_queryset(request)
        move_step(row=row, rows=rows, up=to == "up")

    def _list_name(self) -> str:
        return f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist"
