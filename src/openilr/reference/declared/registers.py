"""Learners' numbers, grades, code lists and the official wording of rules."""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

TABLES = (
    Table(
        "learner_register",
        "Unique learner numbers that exist",
        "Learner Register (Learning Records Service): a batch result kept by the provider",
        (),
        columns_of(r"""
        ULN              key long   = uniquelearnernumber
        """),
        parts=(r"learnerregister\w*", r"ulns?\w*", r"miap\w*"),
        personal=True,
        own_layout=True,
    ),
    Table(
        "gcse_grades",
        "Outcome grades that each kind of GCSE and A level can have",
        "ILR specification, Appendix Q, Annex 1",
        (r"gcsegrades?|appendixq(?:annex1)?\w*|outcomegrades?",),
        columns_of(r"""
        LearnAimRefType  key code4  = type | aimreftype
        OutGrade         key text   = grade | outcomegrade
        EffectiveFrom    date
        EffectiveTo      date
        """),
        own_layout=True,
    ),
    Table(
        "code_lists",
        "Codes of coded fields, with the dates between which they may be used",
        "Code lists, in OpenILR's layout",
        (),
        columns_of(r"""
        field            key text   = name | lookup
        type             key? text  = subcategory | famtype
        code             key text
        label            text       = description
        valid_from       key? date  = effectivefrom
        valid_to         date       = effectiveto
        """),
        parts=(r"codelists?\w*", r"(?:ilr)?lookups?(?:subcategor(?:y|ies))?"),
        own_layout=True,
    ),
    Table(
        "collection_timetable",
        "When the returns of a year close, where the year pack does not say or says it otherwise",
        "Data collection timetable of the Department for Education, as the user keeps it",
        (r"(?:collection)?timetable",),
        columns_of(r"""
        year             key text    = academicyear
        return           key text    = returnname | returnperiod | collection
        closes           must date   = closingdate | deadline
        """),
        own_layout=True,
    ),
    Table(
        "official_rules",
        "The official wording of the validation rules",
        "ILR validation rules, the Department for Education's own CSV, GOV.UK",
        (),
        columns_of(r"""
        Year             text       = academicyear
        Name             must text  = rulename
        Status           text
        Category         text
        Severity         text       = errorwarning
        ErrorMessage     must text
        Intent           text
        Guidance         text
        Description      text
        DetailedDescription  text   = ruledescription
        Exclusions       text
        """),
        parts=(r"officialrules|\w*validationrules(?!workbook)\w*",),
        sort="Name",
        year="Year",
    ),
)
