"""Pages of a provider's data manager. Everything is narrowed to the provider of the person who is signed in."""

from __future__ import annotations

import json
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from openilr.web import audit, sealed
from openilr.web.provider import jobs, own
from openilr.web.provider.forms import RETURNS, Sending
from openilr.web.provider.models import Upload
from openilr.web.returns import store
from openilr.web.roles import Role, role_required


@role_required(Role.PROVIDER)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Own returns and latest uploads."""
    import polars as pl

    returns = store().returns().filter(pl.col("ukprn") == request.user.ukprn).sort("submitted_at", descending=True)
    context = {"returns": returns.to_dicts(), "uploads": _uploads(request)[:10]}
    return render(request, "provider/home.html", context)


def _uploads(request: HttpRequest) -> Any:
    return Upload.objects.filter(ukprn=request.user.ukprn)


@role_required(Role.PROVIDER)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    form = Sending(request.POST or None, request.FILES or None) if request.method == "POST" else Sending()
    if request.method == "POST" and form.is_valid():
        upload = _kept(request, form)
        audit.record(request, "web.upload", upload=upload.token, send=upload.send, bytes=upload.size)
        jobs.check(upload.token)
        return redirect("provider:upload", upload.token)
    context = {"form": form, "returns": RETURNS}
    return render(request, "provider/send.html", context, status=400 if form.is_bound else 200)


def _kept(request: HttpRequest, form: Sending) -> Upload:
    """The file in a private folder of its own."""
    file = form.cleaned_data["file"]
    upload = Upload(
        by=request.user.username, ukprn=request.user.ukprn, file=file.name, size=file.size,
        return_name=form.cleaned_data["return_name"], send=form.cleaned_data["send"] == "send",
    )  # fmt: skip
    upload.folder.mkdir(mode=0o700, parents=True)
    with (upload.folder / file.name).open("xb") as target:
        for piece in file.chunks():
            target.write(piece)
    upload.save()
    return upload


@role_required(Role.PROVIDER)
@require_GET
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """How far checking is, and then what was found."""
    found = get_object_or_404(_uploads(request), token=token)
    page = None
    if not found.running and (found.folder / "page").is_file():
        audit.record(request, "web.findings.view", upload=found.token)
        page = json.loads(sealed.read(found.folder / "page"))
    return render(
        request, "provider/upload.html", {"upload": found, "page": _narrowed(request, page), "given": request.GET}
    )


def _narrowed(request: HttpRequest, page: dict[str, Any] | None) -> dict[str, Any] | None:
    """Only the findings of one severity or learner, where that was asked."""
    if page is None:
        return None
    severity, learner = request.GET.get("severity", ""), request.GET.get("learner", "").strip()
    sections = [s for s in page["sections"] if not severity or s["severity"] == severity]
    if learner:
        for s in sections:
            s["rows"] = [row for row in s["rows"] if row["learn_ref_number"] == learner]
        sections = [s for s in sections if s["rows"]]
    return {**page, "shown": sections}


@role_required(Role.PROVIDER)
@require_GET
def progress(request: HttpRequest, token: str) -> JsonResponse:
    found = get_object_or_404(_uploads(request), token=token)
    return JsonResponse({"running": found.running, "status": found.status, "learners": found.learners_checked})


@role_required(Role.PROVIDER)
@require_GET
def report(request: HttpRequest, token: str) -> HttpResponse:
    """The whole report, one page that can be read anywhere."""
    import io

    found = get_object_or_404(_uploads(request), token=token)
    path = found.folder / "report"
    if not path.is_file():
        raise Http404
    audit.record(request, "web.findings.download", upload=found.token)
    name = found.file.rsplit(".", 1)[0] + "-findings.html"
    return FileResponse(io.BytesIO(sealed.read(path)), as_attachment=True, filename=name, content_type="text/html")


@role_required(Role.PROVIDER)
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Own measures, unprotected, for the provider alone."""
    given = request.GET
    audit.record(request, "web.measures.view", ukprn=request.user.ukprn)
    context = own.numbers(store(), request.user.ukprn, given.get("measure", ""), given.get("year"), given.get("by"))
    return render(request, "provider/numbers.html", context)


@role_required(Role.PROVIDER)
@require_GET
def forecast(request: HttpRequest) -> HttpResponse:
    """The running year's achievement rate: cases, what would change it, aims at risk by the provider's reference."""
    audit.record(request, "web.forecast.view", ukprn=request.user.ukprn)
    programme = request.GET.get("programme", "")
    chosen = programme if programme in own.PROGRAMMES else "all"
    context = own.outlook(store(), request.user.ukprn, request.GET.get("year"), chosen)
    return render(request, "provider/forecast.html", {**context, "programmes": own.PROGRAMMES})
