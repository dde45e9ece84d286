"""The uploads that everybody may see: logos of brands and images of feeds. Nothing else in the folder is served."""

import posixpath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

PUBLIC_FOLDERS = ("brands/", "feeds/")
CONTENT_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
}
YEAR = 365 * 86_400


@require_safe
def upload(request: HttpRequest, path: str) -> FileResponse:
    """A public image, for ever the same under its name. Everything else is not found."""
    content_type = CONTENT_TYPES.get(posixpath.splitext(path)[1].lower())
    is_plain = posixpath.normpath(path) == path and "\\" not in path and "\0" not in path
    if content_type is None or not is_plain or not path.startswith(PUBLIC_FOLDERS):
        raise Http404
    try:
        file = default_storage.open(path)
    except OSError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Where old browsers look for the icon: the brand's, else ours."""
    brand = request.brand  # type: ignore[attr-defined]
    return HttpResponseRedirect(brand.favicon.url if brand.favicon else static("portal/favicon.svg"))
