"""Validates a JUnit report against an XML Schema, and reads it as a consumer does."""

import sys

import xmlschema
from junitparser import JUnitXml

schema, report = sys.argv[1:]
mistakes = [f"{mistake.path}: {mistake.reason}" for mistake in xmlschema.XMLSchema(schema).iter_errors(report)]
assert not mistakes, mistakes
read = JUnitXml.fromfile(report)
cases = [case for suite in read for case in suite]
assert len(cases) == read.tests and read.tests > 0, (len(cases), read.tests)
