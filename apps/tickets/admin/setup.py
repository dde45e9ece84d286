"""The pages of what administrators and managers prepare: canned replies and custom fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import (
    AllValuesCheckboxFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from apps.accounts.models import Department
from apps.brands.models import Brand
from apps.core.admin import SetupModelAdmin
from apps.core.importing.admin import BulkAdminMixin
from apps.core.ordered_admin import OrderedModelAdmin
from apps.tickets.models import CannedReply, CustomField, CustomFieldValue
from apps.tickets.resources import CannedReplyResource
from apps.tickets.setup_forms import CannedReplyForm, CustomFieldForm, in_use
from apps.tickets.setup_rules import may_prepare, prepares_for_all, used_choices, value_count
from apps.tickets.variables import VARIABLES


class DepartmentFilter(DropdownFilter):
    title = gettext_lazy("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        own = Department.objects.visible_to(request.user)  # type: ignore[arg-type]
        return [("all", _("For all departments")), *((str(pk), name) for pk, name in own.values_list("pk", "name"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CannedReply]) -> QuerySet[CannedReply]:
        if self.value() == "all":
            return queryset.filter(department=None)
        return queryset.filter(department=self.value()) if str(self.value()).isdecimal() else queryset


@admin.register(CannedReply)
class CannedReplyAdmin(BulkAdminMixin, SetupModelAdmin):
    list_display = ["title", "category", "show_department", "show_language", "is_active", "updated_at"]
    list_filter = [
        DepartmentFilter,
        ("category", AllValuesCheckboxFilter),
        ("language", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    ]
    search_fields = ["title", "category", "body"]
    list_select_related = ["department"]
    resource_classes = [CannedReplyResource]
    form = CannedReplyForm
    fieldsets = [
        (None, {"fields": ["title", "body"]}),
        (gettext_lazy("Where it is offered"), {"fields": ["category", "department", "language", "is_active"]}),
    ]
    change_form_after_template = "admin/tickets/cannedreply/_example.html"

    class Media:
        css = {"all": ["management/setup.css"]}
        js = ["management/canned_reply.js"]

    @display(description=gettext_lazy("department"), ordering="department__name")
    def show_department(self, reply: CannedReply) -> str:
        return reply.department.name if reply.department else _("All departments")

    @display(description=gettext_lazy("language"), ordering="language")
    def show_language(self, reply: CannedReply) -> str:
        return reply.get_language_display() if reply.language else _("All languages")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedReply]:
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[no-any-return]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["variables"] = _examples(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: CannedReply | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_prepare(request.user, obj))  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: CannedReply | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_prepare(request.user, obj))  # type: ignore[arg-type]

    def recoverlist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Deleted replies are of all departments, so they are for administrators."""
        _refuse_managers(request)
        return super().recoverlist_view(request, extra_context)  # type: ignore[no-any-return]

    def recover_view(self, request: HttpRequest, version_id: str, *args: Any) -> HttpResponse:
        _refuse_managers(request)
        return super().recover_view(request, version_id, *args)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404


@admin.register(CustomField)
class CustomFieldAdmin(OrderedModelAdmin):
    list_display = ["name", "department", "kind", "is_required", "is_visible_to_customer", "is_active"]
    list_filter = [
        ("department", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    ]
    search_fields = ["name", "help_text"]
    list_select_related = ["department"]
    form = CustomFieldForm
    fieldsets = [
        (None, {"fields": ["department", "name", "kind", "choices", "help_text"]}),
        (gettext_lazy("Who fills it in"), {"fields": ["is_visible_to_customer", "is_required", "is_active"]}),
    ]
    conditional_fields = {"choices": "kind == 'choice'", "is_required": "is_visible_to_customer == true"}

    def save_model(self, request: HttpRequest, obj: CustomField, form: Any, change: bool) -> None:
        before = CustomField(choices=form.initial.get("choices") or "").choice_list if change else []
        super().save_model(request, obj, form, change)
        for text in _removed_choices(obj, [choice for choice in before if choice not in obj.choice_list]):
            messages.warning(request, text)

    @contextmanager
    def reverting(self) -> Iterator[None]:
        """An old version does not change what the values that tickets have must fit."""
        values = CustomFieldValue.objects.filter(field=OuterRef("pk"))
        kept = list(CustomField.objects.filter(Exists(values)).values("pk", "kind", "department_id"))
        with super().reverting():
            yield
        for row in kept:
            CustomField.objects.filter(pk=row["pk"]).update(kind=row["kind"], department=row["department_id"])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        advice = _("Make it inactive instead: nobody is asked for it any more, and the values stay.")
        used = {field: count for field in objs if (count := value_count(field))}
        if used:
            return [], {}, set(), [f"{field}: {in_use(count)} {advice}" for field, count in used.items()]
        return super().get_deleted_objects(objs, request)


def _examples(request: HttpRequest) -> list[tuple[str, Any, str]]:
    """The variables with their meaning and what an example ticket puts in their place."""
    brand = Brand.objects.filter(is_default=True).first()
    department = Department.objects.visible_to(request.user).first()  # type: ignore[arg-type]
    values = {
        "customer_name": "Carol Brandt",
        "ticket_number": "3F2-1A7B9-KD",
        "subject": _("The kettle stays cold"),
        "department": department.name if department else _("Sales"),
        "brand": brand.name if brand else "Deskbridge",
        "agent_name": str(request.user),
    }
    return [(name, meaning, values[name]) for name, meaning in VARIABLES.items()]


def _removed_choices(field: CustomField, removed: list[str]) -> Iterator[str]:
    for choice, count in used_choices(field, removed).items():
        text = ngettext(
            "%(count)d ticket has “%(choice)s”. It keeps it, but nobody can choose it any more.",
            "%(count)d tickets have “%(choice)s”. They keep it, but nobody can choose it any more.",
            count,
        )
        yield text % {"count": count, "choice": choice}


def _refuse_managers(request: HttpRequest) -> None:
    if not prepares_for_all(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
