"""The Settings page of the Connected Services."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.connected_services.completeness import incomplete_parts
from apps.connected_services.forms import SettingsForm, TrialForm
from apps.connected_services.models import ConnectedServices, TranslationUsage
from apps.connected_services.translation import services
from apps.core.admin import SingletonAdmin
from apps.core.secret_forms import SecretsAdminMixin
from apps.core.typed import read_number

EARLIER_PERIODS = 24


@admin.register(ConnectedServices)
class ConnectedServicesAdmin(SecretsAdminMixin, SingletonAdmin):
    form = SettingsForm
    change_form_template = "admin/connected_services/connectedservices/change_form.html"
    readonly_fields = ["show_requests", "show_characters"]
    fieldsets = [
        (
            _("Feeds"),
            {
                "description": _("External feeds are sections of the portal home; they have a page of their own."),
                "fields": ["max_external_feed_articles"],
            },
        ),
        (
            _("Map"),
            {
                "description": _("Shows where a visitor is, once somebody asks for it with a click."),
                "fields": ["map_provider", "google_maps_api_key"],
            },
        ),
        (
            _("Translation"),
            {
                "description": _("Translates live chats in both directions. With “None” nothing is ever sent out."),
                "fields": [
                    "translation_provider",
                    "google_translate_api_key",
                    "azure_subscription_key",
                    "azure_region",
                    "monthly_character_limit",
                    "show_requests",
                    "show_characters",
                ],
            },
        ),
        (
            "WHMCS",
            {
                "description": _("Shows agents what the billing system WHMCS knows about a customer."),
                "fields": ["whmcs_url", "whmcs_api_key", "whmcs_username", "whmcs_password"],
            },
        ),
    ]
    conditional_fields = {
        "google_maps_api_key": "map_provider == 'google'",
        "google_translate_api_key": "translation_provider == 'google'",
        "azure_subscription_key": "translation_provider == 'azure'",
        "azure_region": "translation_provider == 'azure'",
        "monthly_character_limit": "translation_provider != 'none'",
    }

    class Media:
        css = {"all": ["management/connected_services.css"]}
        js = ["management/connected_services.js"]

    @admin.display(description=_("Requests to Translations API"))
    def show_requests(self, row: ConnectedServices) -> str:
        usage = services.usage()
        return _since(usage.requests, usage)

    @admin.display(description=_("Characters to Translations API"))
    def show_characters(self, row: ConnectedServices) -> str:
        usage = services.usage()
        return _since(usage.characters, usage)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("test/", self.admin_site.admin_view(self.test_view), name="connected_services_test"),
            path("reset/", self.admin_site.admin_view(self.reset_view), name="connected_services_reset"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        earlier = TranslationUsage.objects.filter(is_open=False).select_related("reset_by")
        context |= {"usage": services.usage(), "earlier_periods": earlier[:EARLIER_PERIODS], "title": _("Settings")}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: ConnectedServices) -> HttpResponse:
        messages.success(request, _("The settings are saved."))
        for part in incomplete_parts(obj):
            messages.warning(request, f"{part.name}: {part.sentence}")
        return self.response_post_save_change(request, obj)  # type: ignore[no-any-return]

    @method_decorator(sensitive_post_parameters())
    def test_view(self, request: HttpRequest) -> HttpResponse:
        """Tests what is on the page at this moment, which need not have been saved; saves nothing."""
        self._refuse_unless_changing(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        settings = ConnectedServices.load()
        form = self.get_form(request, settings, change=True, form=TrialForm)(request.POST, instance=settings)
        result = services.test_settings(settings=form.instance) if form.is_valid() else None
        context = {"form": form, "result": result, "cleared": form.instance.secrets_cleared}
        return render(request, "admin/connected_services/connectedservices/_test_result.html", context)

    def reset_view(self, request: HttpRequest) -> HttpResponse:
        """Begins a new counting period in the place of the one that the page showed."""
        self._refuse_unless_changing(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        period = read_number(request.POST.get("period", ""))
        if services.reset_statistics(by=request.user, period=period):  # type: ignore[arg-type]
            messages.success(request, _("The statistics were reset; the earlier numbers are listed below."))
        else:
            messages.info(request, _("The statistics had just been reset, so nothing was done."))
        return redirect("admin:connected_services_connectedservices_changelist")

    def _refuse_unless_changing(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied


def _since(number: int, usage: services.Usage) -> str:
    amount = number_format(number, use_l10n=True, force_grouping=True)
    moment = date_format(localtime(usage.since), "DATETIME_FORMAT")
    return _("%(number)s since %(moment)s") % {"number": amount, "moment": moment}
