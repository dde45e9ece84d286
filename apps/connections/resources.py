"""SmarterTrack connections in files."""

from django.utils.translation import gettext_lazy as _

from apps.connections.models import SmarterTrackConnection
from apps.core.importing.resources import DeskResource


class SmarterTrackConnectionResource(DeskResource):
    """One row a connection, told apart by its name. Passwords come in and never go out."""

    explanations = {
        "name": _("The connection name. A row with the name of a stored connection changes that one."),
        "base_url": _("The address of the other installation, for example https://help.example.org."),
        "admin_username": _("A system administrator of the other installation."),
        "admin_password": _("Only when importing. Empty: the stored password stays, unless the address changes."),
    }

    class Meta:
        model = SmarterTrackConnection
        import_id_fields = ("name",)
        fields = ("name", "base_url", "admin_username", "admin_password")
