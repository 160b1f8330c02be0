"""Signing in and out, the second step, and the first page after it."""

from __future__ import annotations

import io
from base64 import b32encode
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user, match_token
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from openilr.web.accounts.forms import Code, SignIn
from openilr.web.roles import Role, role_required

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_EVERYBODY = tuple(Role)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignIn(request, request.POST or None)
    onward = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST" and form.is_valid():
        if any(devices_for_user(form.person)):
            # Nobody is signed in until the code is right: the session only remembers who gave the password.
            request.session.cycle_key()
            request.session["waiting"], request.session["onward"] = form.person.pk, onward
            return redirect("accounts:code")
        login(request, form.person, backend=_BACKEND)
        return HttpResponseRedirect(onward)
    return _page(request, "accounts/sign_in.html", form, {"onward": onward})


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    person = get_user_model().objects.filter(pk=request.session.get("waiting", 0), is_active=True).first()
    if person is None:
        return redirect("accounts:sign-in")
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = match_token(person, form.cleaned_data["code"])
        if device is not None:
            onward = request.session.get("onward") or resolve_url(settings.LOGIN_REDIRECT_URL)
            login(request, person, backend=_BACKEND)
            otp_login(request, device)
            return HttpResponseRedirect(onward)
        form.add_error("code", "The code is not right, or has been used. Wait for the next one")
    return _page(request, "accounts/code.html", form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("public:home")


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG001
    words = "There were too many wrong passwords. Wait a quarter of an hour, then try again."
    return render(request, "error.html", {"title": "You cannot sign in now", "text": words}, status=429)


@role_required(*_EVERYBODY)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/home.html", {"has_second_step": any(devices_for_user(request.user))})


@role_required(*_EVERYBODY)
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Set up a code app: the person scans, and gives one code to show that it works."""
    if any(devices_for_user(request.user)):
        return render(request, "accounts/second_step_done.html")
    device, _ = TOTPDevice.objects.get_or_create(user=request.user, confirmed=False, defaults={"name": "code app"})
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["code"]):
            device.confirmed = True
            device.save()
            otp_login(request, device)
            messages.success(request, "From now on, signing in asks for a code from your app.")
            return redirect("accounts:home")
        form.add_error("code", "The code is not right. Check the clock of your phone and try the next one")
    key = b32encode(device.bin_key).decode().rstrip("=")
    context = {"key": " ".join(key[i : i + 4] for i in range(0, len(key), 4))}
    return _page(request, "accounts/second_step.html", form, context)


@role_required(*_EVERYBODY)
def second_step_picture(request: HttpRequest) -> HttpResponse:
    import qrcode
    from qrcode.image.svg import SvgPathImage

    device = TOTPDevice.objects.filter(user=request.user, confirmed=False).first()
    if device is None:
        return HttpResponse(status=404)
    picture = io.BytesIO()
    qrcode.make(device.config_url, image_factory=SvgPathImage, box_size=12).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _page(request: HttpRequest, template: str, form: Any, context: dict[str, Any] | None = None) -> HttpResponse:
    status = 400 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **(context or {})}, status=status)


def _safe(request: HttpRequest, onward: str) -> str:
    allowed = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if allowed else resolve_url(settings.LOGIN_REDIRECT_URL)
