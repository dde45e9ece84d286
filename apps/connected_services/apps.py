from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectedServicesConfig(AppConfig):
    name = "apps.connected_services"
    verbose_name = _("Connected Services")
