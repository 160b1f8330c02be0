"""What the structure check finds: one sentence for each thing that breaks the schema or a field definition."""

from __future__ import annotations

from dataclasses import dataclass

#: Longest value that a finding repeats.
SHOWN = 200


@dataclass(slots=True)
class SchemaFinding:
    """One thing wrong with the message, where it stands and what is allowed, in one plain sentence.

    ``kind`` is one of the kinds of the published field definitions

    ========= =======================================================================
    AL        length or number of digits
    MA        a mandatory field is missing (or, outside the schema, left blank)
    AP        characters or form of a text
    AR        range of a number
    EO        an element occurs too often, or a mandatory group is missing
    ========= =======================================================================

    or one of TYPE (not a number or date), ENUM (not the one allowed value), ORDER, UNKNOWN (an element that the year
    does not have), TEXT (text between elements), ATTRIBUTE, NAMESPACE, XML (cannot be read as XML), DOCTYPE and SIZE.

    ``schema`` is False where the official XML schema accepts the message and only a published field definition does
    not. ``learner`` counts learners from 0 in document order; ``line`` counts from 1.
    """

    line: int | None
    learn_ref_number: str | None
    aim_seq_number: int | None
    entity: str | None
    field: str | None
    kind: str
    value: str | None
    message: str
    learner: int | None = None
    schema: bool = True


def shown(value: str, limit: int = 60) -> str:
    """The value between quotes, shortened, with control characters made visible."""
    text = value if len(value) <= limit else value[:limit] + "…"
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in text) + '"'
