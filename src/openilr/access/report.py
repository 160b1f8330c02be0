"""Reports for people who decide: a check side by side with its counter-proposal, and the whole life of a project."""

from __future__ import annotations

from typing import Any

from openilr.access import people, texts
from openilr.access.audit import Event, Log
from openilr.access.errors import AuditError
from openilr.access.minimise import SMALL, Report, Risk
from openilr.access.project import application, fold, of
from openilr.spec.words import count

#: What is said of an event, by its action; facts of the event may stand in it.
_WORDS = {
    "project.apply": "handed in version {version} of the application",
    "project.clarify": "asked for a clarification",
    "project.answer": "answered",
    "project.approve": "approved version {version}, until {ends}",
    "project.refuse": "refused the application",
    "project.suspend": "suspended the project",
    "project.resume": "let the project go on",
    "project.close": "closed the project and destroyed its keys",
    "project.certificate": "signed the certificate of deletion",
    "project.remind": "reminded that {what} ends on {ends}",
    "extract.make": "made the extract {extract} of {rows} rows",
    "extract.open": "opened the extract {extract}",
    "extract.destroy": "destroyed the extract {extract} and its key",
    "session.console": "began a live session on {extract}",
    "session.run": (
        "ran a session on {extract}, ended: {ended}; {outputs} outputs, {passed} passed, {to_review} to review, "
        "{failed} failed; other files left: {not_taken}"
    ),
    "output.look": "looked at the output {output}",
    "output.change": "changed the output {output}",
    "output.agree": "agreed to release {output}",
    "output.refuse": "refused to release {output}",
    "output.release": "released {output}",
    "output.export": "exported {outputs} outputs for checking",
    "web.projects.view": "looked at the project",
    "web.projects.review": "looked at the review",
    "web.projects.twin": "took the synthetic twin",
    "web.projects.apply": "used the form",
    "web.projects.certificate": "took the certificate",
    "web.outputs.project": "looked at the list of its outputs",
    "web.outputs.view": "looked at the state of the output {output}",
    "web.outputs.run": "asked for a session",
    "web.outputs.download": "took a file of release {release}",
}


def check_text(report: Report) -> str:
    """A check as plain text: what is asked, how risky it is, and what would do."""
    if report.refusals:
        return "".join(("This application can not be decided:\n", *(f"  - {each}\n" for each in report.refusals)))
    rows = ", ".join(f"{count:,} of {table}" for table, count in report.rows.items())
    where = ", ".join((*report.snapshots, *(f"current files of {year} (not frozen)" for year in report.live)))
    lines = [f"It would contain {count(report.people, 'person', 'people')}: {rows}. Looked at: {where}.\n"]
    if report.not_checked:
        lines.append(f"Not looked at, as no link run was named: {', '.join(report.not_checked)}.\n")
    changed = {step.name: step for step in report.proposal}
    table: list[tuple[str, ...]] = [("Field", "Grade", "Risk", "Serves", "Asked", "Would do", "Unique if coarser")]
    for each in report.fields:
        would_do = changed[each.name].proposed if each.name in changed else "as asked"
        coarser = "" if each.unique_if_coarser is None else f"{each.unique_if_coarser:.1%} ({each.coarser})"
        serves = " ".join(each.serves)
        table.append((each.name, each.grade, each.risk, serves, each.detail, would_do, coarser))
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    table.insert(1, tuple("-" * width for width in widths))
    lines += ["\n", *("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in table)]
    lines.append("\n")
    if report.asked is not None:
        lines.append(f"As asked:         {risk_words(report.asked)}.\n")
    if report.proposed is not None and report.proposal:
        lines.append(f"Counter-proposal: {risk_words(report.proposed)}.\n")
    elif report.asked is not None:
        lines.append("There is no less that would be needed: the application stays under the target.\n")
    lines += ["\nHow good the fields are:\n", *(f"  - {each}\n" for each in report.notes)]
    return "".join(lines)


def risk_words(risk: Risk) -> str:
    return (
        f"{risk.unique:.1%} of people are unique, {risk.in_small_groups:.1%} are in groups of fewer than {SMALL}, "
        f"the smallest group has {risk.smallest}"
    )


def life(store: Any, id: str) -> dict[str, Any]:
    """Everything the log says of a project, for its steward: state, people, extracts, and each event in words."""
    log = Log(store)
    events = log.events()
    found = of(fold(events), id)
    known = people.register(events)
    asked = application(log.store, found, approved=found.approved_version is not None)
    mine = [event for event in events if event.project == id]
    return {
        "project": id, "title": asked.title, "state": found.state, "version": found.version,
        "approved_version": found.approved_version, "pending": found.pending and found.state != "closed",
        "applicant": found.applicant, "ends": str(found.ends) if found.ends else None,
        "people": [
            {"person": who, "accreditation_until": str(known[who].accreditation_until) if who in known else None,
             "training_until": str(known[who].training_until) if who in known else None}
            for who in (found.people or asked.people)
        ],
        "extracts": [
            {"extract": e.id, "version": e.version, "made_at": e.made_at.isoformat(timespec="seconds"),
             "snapshots": list(e.snapshots), "link_run": e.link_run, "content": e.content, "destroyed": e.destroyed}
            for e in found.extracts
        ],
        "events": [_event(log, event) for event in mine],
        "refused": sum(event.action.endswith(".refused") for event in mine),
        "openings": sum(event.action == "extract.open" for event in mine),
        "runs": sum(event.action == "session.run" for event in mine),
        "released": sum(event.action == "output.release" for event in mine),
    }  # fmt: skip


def life_text(said: dict[str, Any]) -> str:
    """The same as plain text."""
    head = f"{said['project']}  {said['title']}\nState: {said['state']}"
    head += f", until {said['ends']}" if said["ends"] else ""
    head += f" (version {said['version']} waits for a decision)" if said["pending"] else ""
    lines = [head + "\n"]
    for each in said["people"]:
        lines.append(
            f"  {each['person']}: accredited until {each['accreditation_until'] or 'not registered'}, "
            f"trained until {each['training_until'] or 'not registered'}\n"
        )
    for each in said["extracts"]:
        gone = "destroyed" if each["destroyed"] else f"content {each['content'][:12]}"
        lines.append(f"  {each['extract']}: version {each['version']}, {', '.join(each['snapshots'])}, {gone}\n")
    lines.append("\n")
    for each in said["events"]:
        why = f": {each['reason']}" if each["reason"] else ""
        lines.append(f"{each['at'][:16].replace('T', ' ')}  {each['actor']} {each['words']}{why}\n")
    lines.append(
        f"\n{count(said['openings'], 'opening')}, {count(said['runs'], 'run')}, "
        f"{count(said['released'], 'output')} released, {count(said['refused'], 'attempt')} refused.\n"
    )
    return "".join(lines)


def _event(log: Log, event: Event) -> dict[str, Any]:
    if event.action.endswith(".refused"):
        step = event.action.removesuffix(".refused")
        words = f"was refused {step}: {event.facts.get('why')}"
    else:
        words = _WORDS.get(event.action, event.action).format_map(_Blank(event.facts))
    reason = event.facts.get("reason")
    try:
        reason = texts.get(log.store, reason) if reason else None
    except AuditError:
        reason = "(the text is not there any more)"
    return {
        "seq": event.seq, "at": event.at.isoformat(timespec="seconds"), "actor": event.actor, "action": event.action,
        "words": words, "reason": reason,
    }  # fmt: skip


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""
