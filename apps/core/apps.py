from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("System")
    default = True

    def ready(self) -> None:
        from apps.core import checks  # noqa: F401  registers them


class ManagementConfig(admin_apps.AdminConfig):
    """The Django admin, with Deskbridge's site in the place of `admin.site`."""

    default = False
    default_site = "apps.accounts.sites.ManagementSite"
