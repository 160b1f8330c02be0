from django.urls import path

from openilr.web.accounts import views
from openilr.web.areas import Link
from openilr.web.roles import Role

NAVIGATION = (Link("Your page", "accounts:home", tuple(Role), order=90),)

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", views.home, name="home"),
    path("account/second-step/", views.second_step, name="second-step"),
    path("account/second-step/picture.svg", views.second_step_picture, name="second-step-picture"),
]
