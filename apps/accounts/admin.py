from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import Department, Membership, User
from apps.core.admin import DeskModelAdmin, SetupModelAdmin


class MembershipInline(TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(BaseUserAdmin, DeskModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "display_name", "email", "is_staff", "is_active"]
    search_fields = ["username", "email", "display_name"]
    ordering = ["username"]
    fieldsets = [(None, {"fields": ["username", "email", "display_name", "language", "time_zone", "is_active"]})]


@admin.register(Department)
class DepartmentAdmin(SetupModelAdmin):
    list_display = ["name", "is_active"]
    search_fields = ["name"]
    inlines = [MembershipInline]
