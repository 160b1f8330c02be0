"""Which fields go to the vault and which to the analysis tables. Closed by default.

A text or long-number field is kept out of the analysis tables unless it is named here as a code, so a field of a
new year that nobody has looked at goes to the vault. The same holds where ``spec`` marks a field as an identifier.
"""

from __future__ import annotations

from openilr.spec import Field, Type

#: Text fields that hold a code from a list, or name an organisation, a qualification or a contract; never a person.
CODED_TEXT = frozenset({
    "AFinType", "AgreeId", "AgreemId", "CampId", "ConRefNumber", "ContPrefType", "DOMICILE", "ESMType",
    "EngGrade", "EPAOrgID", "HRSType", "LearnAimRef", "LearnDelFAMCode", "LearnDelFAMType", "LearnFAMType",
    "MathGrade", "OutGrade", "OutType", "PERMADDCOUNTRY", "ProvSpecDelMonOccur", "ProvSpecLearnMonOccur",
    "QUALENT3", "Sex", "UCASSCHEMECODE",
})  # fmt: skip

#: Identifiers whatever their type. Free text of the provider (ProvSpec...) may hold anything, SWSupAimId leads back
#: to the provider's own record, and postcodes of any kind are kept out whole; areas derived from them may stay.
IDENTIFIERS = frozenset({
    "AddLine1", "AddLine2", "AddLine3", "AddLine4", "DateOfBirth", "DelLocPostCode", "Email", "FamilyName",
    "GivenNames", "HEPostCode", "LSDPostcode", "LearnRefNumber", "NINumber", "NUMHUS", "Postcode",
    "PostcodePrior", "PrevLearnRefNumber", "ProvSpecDelMon", "ProvSpecLearnMon", "SSN", "SWSupAimId", "TelNo",
    "UCASAPPID", "UCASPERID", "ULN",
})  # fmt: skip


def goes_to_vault(field: Field) -> bool:
    """Whether this field's values may be stored only encrypted."""
    if field.identifier or field.name in IDENTIFIERS:
        return True
    return (field.type.is_text or field.type is Type.LONG) and field.name not in CODED_TEXT
