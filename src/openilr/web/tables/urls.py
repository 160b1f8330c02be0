from django.urls import path

from openilr.web.areas import Link
from openilr.web.tables import views

NAVIGATION = (Link("Create your own table", "tables:data-sets", order=30),)

urlpatterns = [
    path("data-tables/", views.data_sets, name="data-sets"),
    path("data-tables/permalink/<str:token>/", views.shared, name="shared"),
    path("data-tables/permalink/<str:token>/feature/", views.feature, name="feature"),
    path("data-tables/<str:id>/", views.choose, name="choose"),
    path("data-tables/<str:id>/table/", views.table, name="table"),
    path("data-tables/<str:id>/share/", views.share, name="share"),
    path("data-tables/<str:id>/download/<str:kind>/", views.download, name="download"),
]
