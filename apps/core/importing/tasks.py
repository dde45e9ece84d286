"""Import work that runs in a worker."""

from apps.core.importing import services
from apps.core.importing.models import BulkImport


def run_import(import_id: int) -> None:
    """Check or write one big import."""
    bulk_import = BulkImport.objects.filter(pk=import_id).first()
    if bulk_import is not None:
        services.run_import(bulk_import=bulk_import)


def sweep_imports() -> None:
    """Take up, end and forget imports; every minute."""
    services.sweep_imports()
