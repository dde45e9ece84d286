"""The SmarterTrack Connections page."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from apps.connections.forms import ConnectionForm
from apps.connections.models import SmarterTrackConnection
from apps.connections.resources import SmarterTrackConnectionResource
from apps.core.admin import SetupModelAdmin
from apps.core.importing.admin import BulkAdminMixin
from apps.core.secret_forms import SecretsAdminMixin


@admin.register(SmarterTrackConnection)
class SmarterTrackConnectionAdmin(BulkAdminMixin, SecretsAdminMixin, SetupModelAdmin):
    list_display = ["name", "show_address", "admin_username", "updated_at"]
    search_fields = ["name", "base_url", "admin_username"]
    resource_classes = [SmarterTrackConnectionResource]
    change_list_template = "admin/connections/smartertrackconnection/change_list.html"
    list_before_template = "admin/connections/smartertrackconnection/_not_yet.html"

    form = ConnectionForm
    change_form_outer_before_template = "admin/connections/smartertrackconnection/_not_yet.html"
    fields = ["name", "base_url", "admin_username", "admin_password"]

    class Media:
        css = {"all": ["management/connected_services.css"]}

    @admin.display(description=_("SmarterTrack base URL"), ordering="base_url")
    def show_address(self, row: SmarterTrackConnection) -> str:
        return render_to_string("admin/connections/smartertrackconnection/_address.html", {"connection": row})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"asked_at": request.build_absolute_uri("/")})

    def save_model(self, request: HttpRequest, obj: SmarterTrackConnection, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_encrypted:
            messages.warning(request, _("The address begins with http://: others could read the password on its way."))
