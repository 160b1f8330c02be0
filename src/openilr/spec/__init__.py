"""The nouns: entities, fields, code lists and academic years.

One description of a field, from which the schema, the checks, the documentation,
synthetic data and the API all come. What a year says is data in :mod:`openilr.years`;
this package says what kind of thing it is.
"""

from openilr.spec.codes import Code, CodeList
from openilr.spec.model import Entity, Field, Schema, Type
from openilr.spec.time import AcademicYear, whole_years

__all__ = ["AcademicYear", "Code", "CodeList", "Entity", "Field", "Schema", "Type", "whole_years"]
