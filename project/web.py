"""`python -m project.web`: the web server, with our choices."""

import os
from typing import Any

import uvicorn
from django.conf import settings

from apps.core.processes import die_with_parent

STOP_SECONDS = 3  # for requests and streams that are open when it is told to stop


def create_application() -> Any:
    """The ASGI application of one web process, which ends with the process that started it."""
    die_with_parent()
    from project.asgi import application

    return application


def options() -> dict[str, Any]:
    """How the server serves.

    The caller's address comes from X-Forwarded-For only where the connection does from `DESK_TRUSTED_PROXIES`.
    """
    return {
        "host": settings.DESK_HOST,
        "port": settings.DESK_PORT,
        "workers": settings.DESK_WEB_PROCESSES,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "log_level": "warning",
        "access_log": settings.DESK_ACCESS_LOG,
        "server_header": False,
        "proxy_headers": bool(settings.DESK_TRUSTED_PROXIES),
        "forwarded_allow_ips": settings.DESK_TRUSTED_PROXIES,
        "timeout_graceful_shutdown": STOP_SECONDS,
        "timeout_keep_alive": 15,
    }


def main() -> None:
    """Serve pages until a signal comes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    uvicorn.run("project.web:create_application", factory=True, **options())


if __name__ == "__main__":
    main()
