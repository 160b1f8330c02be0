"""Clerical review: people judge a sample of pairs on a page that shows both records side by side.

The page is served on this computer only, under an address with a secret in it, and never written to a file; the
records come out of the vault into memory. What is kept are keys and verdicts.
"""

# ruff: noqa: E501 - sentences of a page
from __future__ import annotations

import html
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from openilr.link import gather
from openilr.link.report.shares import Share
from openilr.link.run import Run, get

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: Bands of probability that a sample is drawn from, and whether their pairs are links.
BANDS = (
    ("unlinked, 5% to 50%", 0.05, 0.5, False),
    ("50% to 90%", 0.5, 0.9, True),
    ("90% to 99%", 0.9, 0.99, True),
    ("over 99%", 0.99, 1.01, True),
)
VERDICTS = {"same": "One person", "different": "Two people", "unsure": "I can not say"}
#: What is shown: the column as it is written, its title, and the column that is compared.
_SHOWN = {
    "given_names": ("Given names", "given"), "family_name": ("Family name", "family"),
    "date_of_birth": ("Date of birth", "dob"), "sex": ("Sex", "sex"), "postcode": ("Postcode", "postcode"),
    "uln": ("ULN", "uln"), "nino": ("NI number", "nino"), "address": ("Address", "address"),
}  # fmt: skip


def sample(run: Run, size: int) -> pl.DataFrame:
    """About ``size`` pairs, as many from each band: source, record_key, person_id, band. The same each time."""
    import polars as pl

    chance = 1 / (1 + 2.0 ** -pl.col("weight").clip(-60, 60))
    links = run.table("keys").select("source", "record_key", "person_id", "probability")
    best = run.table("candidates").filter(~pl.col("twins")).with_columns(probability=chance)
    best = best.join(links.select("source", "record_key"), on=["source", "record_key"], how="anti")
    best = best.sort("probability", descending=True).unique(["source", "record_key"], keep="first", maintain_order=True)
    drawn = []
    for band, low, high, linked in BANDS:
        frame = links if linked else best.select(links.columns)
        some = frame.filter(pl.col("probability") >= low, pl.col("probability") < high)
        order = some.sort(pl.concat_str("record_key", "person_id").hash(7))
        drawn.append(order.head(-(-size // len(BANDS))).with_columns(band=pl.lit(band)))
    return pl.concat(drawn).drop("probability")


def _file(run: Run) -> Path:
    return run.folder.parent / "judgements" / f"{run.id}.jsonl"


def judged(run: Run) -> list[dict[str, Any]]:
    """All verdicts on pairs of a run; of several on one pair the last counts."""
    path = _file(run)
    if not path.is_file():
        return []
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return list({(line["source"], line["record_key"], line["person_id"]): line for line in lines}.values())


def judgements(run: Run, keys: pl.DataFrame) -> list[dict[str, Any]]:
    """By band: how many pairs were judged, and the share that people found to be one person."""
    mine = set(keys["source"].unique())
    rows = []
    for band, *_ in BANDS:
        verdicts = [line["verdict"] for line in judged(run) if line["band"] == band and line["source"] in mine]
        clear = [verdict for verdict in verdicts if verdict != "unsure"]
        if verdicts:
            one = Share(clear.count("same"), len(clear)).to_dict()
            rows.append(
                {"band": band, "judged": len(verdicts), "unsure": len(verdicts) - len(clear), "one_person": one}
            )
    return rows


@dataclass
class Review:
    """A sample being judged by one person."""

    store: Store
    run: Run
    pairs: list[dict[str, Any]]
    by: str
    records: dict[str, list[dict[str, str | None]]] = field(repr=False)
    persons: dict[str, list[dict[str, str | None]]] = field(repr=False)
    #: What was said of pairs in this sitting, by place.
    verdicts: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def of(store: Store, run: str | None, size: int, by: str) -> Review:
        """A sample of the run without the pairs that were judged before, with both records of each pair in memory."""
        import polars as pl

        chosen = get(store, run)
        done = {(line["source"], line["record_key"], line["person_id"]) for line in judged(chosen)}
        pairs = [
            row for row in sample(chosen, size).to_dicts()
            if (row["source"], row["record_key"], row["person_id"]) not in done
        ]  # fmt: skip
        records: dict[str, list[dict[str, str | None]]] = {}
        for name in sorted({pair["source"] for pair in pairs}):
            wanted = pl.Series([pair["record_key"] for pair in pairs if pair["source"] == name])
            some = gather.register(store, name).filter(pl.col("key").is_in(wanted.implode()))
            for row in some.iter_rows(named=True):
                records.setdefault(row["key"], []).append(row)
        spine = chosen.table("spine").select("learner_key", "person_id")
        wanted = pl.Series([pair["person_id"] for pair in pairs], dtype=pl.String)
        some = gather.learners(store).join(spine, left_on="key", right_on="learner_key")
        persons: dict[str, list[dict[str, str | None]]] = {}
        for row in some.filter(pl.col("person_id").is_in(wanted.implode())).iter_rows(named=True):
            persons.setdefault(row["person_id"], []).append(row)
        return Review(store, chosen, pairs, by, records, persons)

    def judge(self, place: int, verdict: str) -> None:
        """Keep a verdict (a key of VERDICTS) on one pair."""
        if verdict not in VERDICTS:
            raise ValueError("not a verdict")
        path = _file(self.run)
        path.parent.mkdir(exist_ok=True)
        line = self.pairs[place] | {
            "verdict": verdict,
            "by": self.by,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.verdicts[place] = verdict

    def page(self, place: int) -> str:
        """The page of one pair; after the last, a word of thanks."""
        if place >= len(self.pairs):
            return _frame(
                "That was the last pair",
                f"<p>{len(self.verdicts)} of {len(self.pairs)} pairs were judged. <code>ilr link report</code> counts them. "
                f'You may close this page, and end the command with Ctrl-C.</p><p><a href="?place={len(self.pairs) - 1}">'
                "Back to the last pair</a></p>",
            )
        pair = self.pairs[place]
        sides = (self.records.get(pair["record_key"], []), self.persons.get(pair["person_id"], []))
        ready = [_prepared(side) for side in sides]
        rows = []
        for name, (title, compared) in _SHOWN.items():
            written = [_values(side, name) for side in sides]
            if not any(written):
                continue
            one, other = (_values(side, compared) for side in ready)
            how, said = (
                ("same", "agrees") if one & other else ("other", "differs") if one and other else ("", "missing")
            )
            cells = ("".join(f"<div>{html.escape(value)}</div>" for value in sorted(values)) for values in written)
            shown = "".join(f"<td>{cell}</td>" for cell in cells)
            rows.append(f"<tr class='{how}'><th scope='row'>{title}<small>{said}</small></th>{shown}</tr>")
        buttons = "".join(
            f'<button name="verdict" value="{verdict}">{words}</button>' for verdict, words in VERDICTS.items()
        )
        before = f'<p><a href="?place={place - 1}">Back to the pair before</a></p>' if place else ""
        answered = VERDICTS.get(self.verdicts.get(place, ""))
        return _frame(
            f"Pair {place + 1} of {len(self.pairs)}: is this one person?",
            f"<table><thead><tr><th scope='col'>Identifier</th><th scope='col'>Record of {html.escape(pair['source'])}</th>"
            f"<th scope='col'>Learner</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
            f"{f'<p>You said: {answered}. Another answer takes its place.</p>' if answered else ''}"
            f'<form method="post"><input type="hidden" name="place" value="{place}">{buttons}</form>{before}'
            "<p>A row agrees where one way of writing is the same on both sides, capitals, spaces and the form of a date aside. "
            "The link's own probability is not shown, so that it does not lead you.</p>",
        )  # fmt: skip


def _prepared(rows: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    """The same as linking compares them."""
    import polars as pl

    from openilr.link.identifiers import COLUMNS, prepare

    written = pl.DataFrame(
        [{name: row.get(name) for name in COLUMNS} for row in rows], dict.fromkeys(COLUMNS, pl.String)
    )
    return prepare(written).to_dicts()


def _values(rows: list[dict[str, str | None]], name: str) -> set[str]:
    return {value.strip() for row in rows if (value := row.get(name))}


_STYLE = """
body{font:19px/1.4 arial,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}
h1{font-size:1.5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem;border-bottom:1px solid #b1b4b6}
td{overflow-wrap:anywhere}small{display:block;font-weight:normal}
.same td{background:#e3f2e8}.other td{background:#fbe9e6}
button{font:inherit;padding:.5rem 1rem;margin:1rem 1rem 1rem 0;background:#fff;border:2px solid #0b0c0c;cursor:pointer}
button:focus,a:focus{outline:3px solid #fd0;outline-offset:2px;background:#fd0;color:#0b0c0c}
@media(max-width:40rem){body{font-size:16px;margin:1rem auto}th,td{padding:.2rem}button{display:block;width:100%;margin:.7rem 0}}
"""


def _frame(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )


def serve(review: Review, port: int = 0, ready: Callable[[str], object] = str) -> None:
    """Show the pairs on 127.0.0.1 until interrupted. ``ready`` is told the address, which holds a secret."""
    secret = secrets.token_urlsafe(24)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if self._allowed(path):
                place = parse_qs(query).get("place", ["0"])[0]
                self._answer(review.page(int(place) if place.isdecimal() else 0))

        def do_POST(self) -> None:
            if not self._allowed(self.path.partition("?")[0]):
                return
            sent = parse_qs(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 4096)).decode())
            place, verdict = sent.get("place", [""])[0], sent.get("verdict", [""])[0]
            if not place.isdecimal() or int(place) >= len(review.pairs) or verdict not in VERDICTS:
                self.send_error(400)
                return
            review.judge(int(place), verdict)
            self.send_response(303)
            self.send_header("Location", f"/{secret}?place={int(place) + 1}")
            self.end_headers()

        def _allowed(self, path: str) -> bool:
            # The name in the request is checked, so that no other site's name can be made to point here.
            host = (self.headers.get("Host") or "").partition(":")[0]
            if host in ("127.0.0.1", "localhost") and secrets.compare_digest(path.encode(), f"/{secret}".encode()):
                return True
            self.send_error(404)
            return False

        def _answer(self, text: str) -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
            )
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *said: Any) -> None:
            """Nothing is logged: addresses hold the secret."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        ready(f"http://127.0.0.1:{server.server_address[1]}/{secret}")
        server.serve_forever()
