"""All addresses: those of every area, found by reading the folder."""

from __future__ import annotations

from django.urls import include, path

from openilr.web import areas

urlpatterns = [path("", include((f"openilr.web.{name}.urls", name))) for name in areas.names()]

handler400 = "openilr.web.errors.bad_request"
handler403 = "openilr.web.errors.forbidden"
handler404 = "openilr.web.errors.not_found"
handler500 = "openilr.web.errors.fault"
