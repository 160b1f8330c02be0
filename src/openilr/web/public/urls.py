from django.urls import path
from django.views.generic import TemplateView

from openilr.web.areas import Link
from openilr.web.public import views

NAVIGATION = (Link("Statistics", "public:home", order=10),)


def _text(page: str) -> object:
    return TemplateView.as_view(template_name=f"public/{page}.html")


urlpatterns = [
    path("", views.home, name="home"),
    path("help/", _text("help"), name="help"),
    path("accessibility/", _text("accessibility"), name="accessibility"),
    path("privacy/", _text("privacy"), name="privacy"),
    path("api/", _text("api"), name="api"),
]
