"""Reads a text file of Prometheus as its own parser does."""

import sys

from prometheus_client.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
names = [family.name for family in families]
assert "reidrisk_verdict" in names and len(names) == len(set(names)), names
assert all(sample.timestamp is None for family in families for sample in family.samples)
verdict = next(family for family in families if family.name == "reidrisk_verdict")
assert sum(sample.value for sample in verdict.samples) == 1, verdict.samples
