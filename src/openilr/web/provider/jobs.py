"""Background work of provider pages: check an upload, and send it in where that was asked."""

from __future__ import annotations

import json
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from huey import crontab

from openilr.spec.words import count
from openilr.web import errors, sealed
from openilr.web.provider.models import Upload
from openilr.web.queue import huey
from openilr.web.returns import store

if TYPE_CHECKING:
    from openilr.validate import Report

#: Findings of one rule that the page lists; the file to download has them all.
MOST_LISTED = 200
#: Findings hold learners' data and are kept this long.
KEPT_DAYS = 30
#: How long nothing was added to a file on its way here before it is taken for given up.
HALF_SENT_SECONDS = 3600


class NotOurs(Exception):
    """The file can not be taken; the message says why in plain words."""


@huey.task()
def check(token: str) -> None:
    """Check the file of an upload, keep its findings sealed, and delete it."""
    close_old_connections()
    upload = Upload.objects.get(token=token)
    upload.status = "checking"
    upload.save(update_fields=["status"])
    try:
        _check(upload, upload.folder / upload.file)
        upload.status = "done"
    except NotOurs as reason:
        upload.status, upload.sentence = "failed", str(reason)
    except Exception as problem:
        # The page says that it failed; the log says where, without data of the file.
        print(f"openilr.web: an upload could not be checked: {errors.where(problem)}", flush=True)
        upload.status, upload.sentence = "failed", "The file could not be checked because of a fault of this service."
    finally:
        (upload.folder / upload.file).unlink(missing_ok=True)
    upload.finished = timezone.now()
    upload.save()


def _check(upload: Upload, path: Path) -> None:
    from openilr.collect import Unreadable, examine
    from openilr.store import StoreBusy, StoreError
    from openilr.validate.engine import validate

    _is_theirs(upload, path)
    held = store()
    try:
        reference, received = held.reference(), held.received()
        report = validate(path, reference=reference, received=received, progress=_progress(upload))
    except (Unreadable, ValueError):
        raise NotOurs(
            "The file could not be read as a return. Give the file that was exported for the collection."
        ) from None
    _keep(upload, report)
    upload.counts = {**report.counts, "learners_with_errors": report.learners_with_errors}
    if not upload.send:
        upload.sentence = "The file was checked and not sent in."
        return
    for attempt in range(20):
        try:
            with examine(path).stream() as stream:
                accepted = held.submit(
                    stream,
                    report,
                    file=path,
                    return_name=upload.return_name,
                    submitted_by=upload.by,
                    reference=reference,
                )
            break
        except StoreBusy:
            if attempt == 19:
                raise NotOurs("The store is busy with other returns. Send the file again in a few minutes.") from None
            time.sleep(3)
        except StoreError as problem:
            raise NotOurs(str(problem)) from None
    upload.accepted, upload.sentence = accepted.accepted, _outcome(accepted)


def _outcome(a: Any) -> str:
    if not a.accepted:
        return f"Not accepted. {a.reason}"
    n = a.counts
    words = (
        f"Accepted: {n['learners_accepted']:,} of {count(n['learners'], 'learner')}, {n['learners_refused']:,} refused."
    )
    return words + (
        " It takes the place of your earlier file." if a.replaced else " It is your first file of this return."
    )


def _is_theirs(upload: Upload, path: Path) -> None:
    """The file must be of the person's own provider, in what it holds and not only in its name."""
    from openilr.collect import Unreadable, examine

    try:
        with examine(path).stream() as stream:
            first = next(iter(stream), None)
    except (Unreadable, ValueError, OSError):
        first = None
    found = None if first is None else first.frames["LearningProvider"]["UKPRN"].drop_nulls()
    if found is None or not len(found):
        raise NotOurs("The file does not say which provider it is from, so it is no return that can be checked here.")
    if int(found[0]) != upload.ukprn:
        raise NotOurs("The file is of another provider. You can check and send files of your own provider only.")


def _progress(upload: Upload) -> Any:
    last = 0.0

    def say(learners: int) -> None:
        nonlocal last
        if time.monotonic() - last > 1:
            last = time.monotonic()
            Upload.objects.filter(token=upload.token).update(learners_checked=learners)

    return say


def _keep(upload: Upload, report: Report) -> None:
    """Findings for the page, the whole report to download, and what the next upload is compared with; all sealed."""
    from openilr.validate.compare import OldReport, compare_reports
    from openilr.validate.reports import content

    before = upload.before()
    changed = None
    if before is not None and (before.folder / "findings").is_file():
        import polars as pl

        old = pl.read_ipc(sealed.read(before.folder / "findings"))
        compared = compare_reports(report, OldReport(before.file, old))
        changed = {**compared.counts, "file": before.file, "token": before.token}
        changed["rules"] = compared.by_rule().head(20).to_dicts()
    page = {
        "headline": content.headline(report), "verdict": content.verdict(report), "changed": changed,
        "sections": [_section(section) for section in content.sections(report)],
        "not_checked": [{"words": n.words, "rules": list(n.rules)} for n in content.not_checked(report)],
    }  # fmt: skip
    sealed.write(upload.folder / "page", json.dumps(page).encode())
    sealed.write(upload.folder / "report", report.to_html().encode())
    sealed.write(upload.folder / "findings", _ipc(report.findings))


def _ipc(frame: Any) -> bytes:
    import io

    out = io.BytesIO()
    frame.write_ipc(out)
    return out.getvalue()


def _section(s: Any) -> dict[str, Any]:
    rows = s.frame.head(MOST_LISTED).select("learn_ref_number", "aim_seq_number", "line", "message").to_dicts()
    return {
        "rule": s.rule, "severity": s.severity, "reach": s.reach, "findings": s.findings, "summary": s.words.summary,
        "why": s.words.why, "fix": s.words.fix, "rows": rows,
    }  # fmt: skip


@huey.on_startup()
def tidy() -> None:
    """Delete the files that a service which was stopped or killed had begun to check, and say so on their pages.

    Called before this worker, the only one, takes a task: what is being checked then, nobody checks.
    """
    close_old_connections()
    for upload in Upload.objects.filter(status="checking"):
        (upload.folder / upload.file).unlink(missing_ok=True)
        upload.status, upload.finished = "failed", timezone.now()
        upload.sentence = "The service was stopped while it checked the file. Send it again."
        upload.save()
    _forget_half_sent()


def _forget_half_sent() -> None:
    """Delete what is left of requests that broke off: a request still on its way has written to its file lately."""
    for path in settings.FILE_UPLOAD_TEMP_DIR.iterdir():
        if time.time() - path.stat().st_mtime > HALF_SENT_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@huey.periodic_task(crontab(hour="3", minute="10"))
def forget() -> None:
    """Delete findings that are older than KEPT_DAYS, and files that a killed worker or a broken request left."""
    _forget_half_sent()
    for upload in Upload.objects.filter(made__lt=timezone.now() - timedelta(days=KEPT_DAYS)):
        shutil.rmtree(upload.folder, ignore_errors=True)
    known = set(Upload.objects.values_list("token", flat=True))
    if settings.UPLOADS.is_dir():
        for folder in settings.UPLOADS.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
