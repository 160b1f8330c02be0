from django.urls import path
from django.views.generic import TemplateView

from openilr.web.areas import Link
from openilr.web.public import views
from openilr.web.public.feeds import Updates

NAVIGATION = (
    Link("Find statistics", "public:home", order=10),
    Link("Data catalogue", "public:catalogue", order=20),
    Link("Methodology", "public:methodology", order=40),
    Link("Glossary", "public:glossary", order=41),
)


def _text(page: str) -> object:
    return TemplateView.as_view(template_name=f"public/{page}.html")


urlpatterns = [
    path("", views.home, name="home"),
    path("find-statistics/feed.xml", Updates(), name="feed"),
    path("find-statistics/<slug:slug>/feed.xml", Updates(), name="feed-of"),
    path("find-statistics/<slug:slug>/", views.publication, name="publication"),
    path("data-catalogue/", views.catalogue, name="catalogue"),
    path("data-catalogue/<str:id>/", views.data_set, name="data-set"),
    path("data-catalogue/<str:id>/changes/<str:number>/", views.changes, name="changes"),
    path("methodology/", views.methodology, name="methodology"),
    path("methodology/<slug:name>/", views.measure, name="measure"),
    path("glossary/", views.glossary, name="glossary"),
    path("data-quality/", views.quality, name="quality"),
    path("how-numbers-are-protected/", views.protected, name="protected"),
    path("requests/new/", views.ask, name="ask"),
    path("requests/<str:token>/", views.asked, name="request"),
    path("help/", _text("help"), name="help"),
    path("accessibility/", _text("accessibility"), name="accessibility"),
    path("privacy/", _text("privacy"), name="privacy"),
    path("api/", _text("api"), name="api"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
]
