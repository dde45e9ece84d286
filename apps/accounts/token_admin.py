"""Everybody's API tokens, for administrators: to look at and to revoke."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.accounts.token_models import ApiToken
from apps.accounts.tokens import revoke_token
from apps.core.admin import DeskModelAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(DeskModelAdmin):
    list_display = ["name", "owner", "show_prefix", "show_state", "show_scopes", "created_at", "last_used_at"]
    list_display_links = ["name"]
    list_select_related = ["owner"]
    list_before_template = "admin/accounts/apitoken/_intro.html"
    search_fields = ["name", "prefix", "owner__username", "owner__display_name", "owner__email"]
    ordering = ["-created_at", "-pk"]
    fields = [
        "name",
        "owner",
        "show_prefix",
        "show_state_word",
        "show_scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    actions_row = ["revoke"]
    actions_detail = ["revoke"]

    @display(description=_("begins with"), ordering="prefix")
    def show_prefix(self, token: ApiToken) -> str:
        return f"desk_{token.prefix}_…"

    @display(description=_("state"), label={"active": "success", "expired": "warning", "revoked": "danger"})
    def show_state(self, token: ApiToken) -> tuple[str, Any]:
        return token.state.value, token.state.label

    @display(description=_("state"))
    def show_state_word(self, token: ApiToken) -> str:
        return str(token.state.label)

    @display(description=_("may"))
    def show_scopes(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @action(
        description=_("Revoke"),
        url_path="revoke",
        icon="key_off",
        permissions=["revoke"],
        dialog={
            "title": _("Revoke this token?"),
            "description": _("The program that uses it is refused from now on. This cannot be undone."),
            "form_submit_text": _("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: int) -> HttpResponse:
        token = get_object_or_404(self.get_queryset(request), pk=object_id)
        revoke_token(token=token)
        self.log_change(request, token, _("Revoked."))
        messages.success(request, _("“%(name)s” is revoked and opens nothing any more.") % {"name": token.name})
        return HttpResponse(headers={"HX-Redirect": reverse("admin:accounts_apitoken_changelist")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return ApiToken.objects.visible_to(request.user).select_related("owner")

    def has_revoke_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return request.user.has_perm("accounts.change_apitoken")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False
