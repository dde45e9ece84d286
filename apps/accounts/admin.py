from typing import Any

from axes.admin import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from apps.accounts.admin_forms import DepartmentForm, NewPersonForm, PasswordForm, PersonForm, RoleForm, own_groups
from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import STAFF_ROLES, Role, delete_person, reason_to_keep, role_of, set_role, with_role
from apps.accounts.token_admin import ApiTokenAdmin as ApiTokenAdmin  # noqa: PLC0414 - registers itself
from apps.accounts.token_models import ApiToken
from apps.core.admin import DeskModelAdmin, SetupModelAdmin
from apps.core.keeping import has_still, kept_by

BUILT_IN = [role.value for role in STAFF_ROLES]


class RoleFilter(DropdownFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("staff", _("Everybody who works here")), *((role.value, role.label) for role in Role)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "staff":
            return queryset.agents()
        return with_role(queryset, Role(self.value())) if self.value() in Role.values else queryset


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    show_title = False
    autocomplete_fields = ["user"]


class DepartmentsInline(TabularInline):
    model = Membership
    extra = 0
    show_title = False
    verbose_name = _("department")
    verbose_name_plural = _("departments")


@admin.register(User)
class UserAdmin(BaseUserAdmin, DeskModelAdmin):  # type: ignore[misc]
    list_display = ["show_person", "username", "role", "show_departments", "is_active", "last_login"]
    list_filter = [RoleFilter, ("departments", RelatedDropdownFilter), ("is_active", BooleanRadioFilter)]
    search_fields = ["username", "email", "display_name"]
    ordering = ["username"]
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PasswordForm
    fieldsets = [
        (None, {"fields": ["username", "display_name", "email"]}),
        (_("Access"), {"fields": ["role", "groups", "is_active", "is_available", "last_login", "date_joined"]}),
        (_("Preferences"), {"fields": ["language", "time_zone"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "display_name", "email", "role"]}),
        (_("Password"), {"fields": ["password1", "password2"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    inlines = [DepartmentsInline]
    actions_detail = ["set_password"]

    @display(description=_("person"), header=True, ordering="display_name")
    def show_person(self, user: User) -> list[str]:
        return [user.get_full_name(), user.email, user.get_full_name()[:1].upper()]

    @display(
        description=_("role"),
        label={Role.CUSTOMER: "info", Role.AGENT: "success", Role.MANAGER: "warning", Role.ADMINISTRATOR: "danger"},
    )
    def role(self, user: User) -> tuple[Role, Any]:
        return role_of(user), role_of(user).label

    @display(description=_("departments"))
    def show_departments(self, user: User) -> str:
        return ", ".join(department.name for department in user.departments.all())

    @action(description=_("Set a password"), url_path="set-password", icon="key", permissions=["change"])
    def set_password(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:auth_user_password_change", object_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "departments")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        left_out = set() if own_groups().exists() else {"groups"}
        left_out |= set() if obj is None or obj.is_staff else {"is_available"}
        return [(title, {"fields": [f for f in part["fields"] if f not in left_out]}) for title, part in fieldsets]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj and obj.is_staff else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["label"], kwargs["help_text"] = _("More roles"), _("Roles of your own making, in addition.")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        set_role(user=form.instance, role=form.cleaned_data["role"], by=request.user)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        delete_person(user=obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        reasons = {user: reason_to_keep(user=user, by=request.user) for user in objs}  # type: ignore[arg-type]
        kept = [_("%(name)s: %(why)s") % {"name": user, "why": why} for user, why in reasons.items() if why]
        if kept:
            return [], {}, set(), kept
        found, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return found, counts, forbidden - {model._meta.verbose_name for model in (User, LogEntry, ApiToken)}, protected

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_superuser and (obj is None or not reason_to_keep(user=obj, by=request.user))


@admin.register(Department)
class DepartmentAdmin(SetupModelAdmin):
    list_display = ["name", "description", "show_members", "show_brands", "is_public", "is_active"]
    list_filter = [("is_active", BooleanRadioFilter), ("is_public", BooleanRadioFilter)]
    search_fields = ["name", "description"]
    form = DepartmentForm
    fieldsets = [
        (None, {"fields": ["name", "description", "brands", "is_active"]}),
        (_("Tickets"), {"fields": ["is_public", "distribution", "max_tickets", "requires_resolution"]}),
    ]
    inlines = [MembershipInline]

    @display(description=_("members"))
    def show_members(self, department: Department) -> str:
        return ", ".join(str(member) for member in department.members.all())

    @display(description=_("brands"))
    def show_brands(self, department: Department) -> Any:
        return ", ".join(brand.name for brand in department.brands.all()) or _("All brands")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        return Department.objects.visible_to(request.user).prefetch_related("members", "brands")  # type: ignore[arg-type]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        advice = gettext("Make it inactive instead: it takes nothing new, and what it has stays.")
        kept = {department: kept_by(department) for department in objs}
        if any(kept.values()):
            return [], {}, set(), [has_still(row, what, advice) for row, what in kept.items() if what]
        return super().get_deleted_objects(objs, request)


admin.site.unregister([Group, AccessAttempt, AccessFailureLog, AccessLog])


@admin.register(Group)
class RoleAdmin(BaseGroupAdmin, SetupModelAdmin):  # type: ignore[misc]
    list_display = ["name", "show_kind", "show_people"]
    search_fields = ["name"]
    form = RoleForm
    filter_horizontal = []

    @display(description=_("kind"))
    def show_kind(self, group: Group) -> Any:
        return _("Comes with Deskbridge") if group.name in BUILT_IN else _("Your own")

    @display(description=_("people"), ordering="people")
    def show_people(self, group: Any) -> int:
        return int(group.people)

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        if obj is None or obj.name not in BUILT_IN:
            return super().get_fieldsets(request, obj)
        text = _(
            "This role comes with Deskbridge, which sets what it may do. Make a role of your own for anything else."
        )
        return [(None, {"description": text, "fields": ["name"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(people=Count("user"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and (obj is None or obj.name not in BUILT_IN)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        kept = [_("%(role)s comes with Deskbridge") % {"role": group} for group in objs if group.name in BUILT_IN]
        return found, counts, forbidden - {self.opts.verbose_name}, [*protected, *kept]


@admin.register(AccessAttempt)
class FailedSignInAdmin(DeskModelAdmin):
    """Deleting a row lets the account be tried again at once."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "failures_since_start", "attempt_time", "user_agent"]
    ordering = ["-attempt_time"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False
