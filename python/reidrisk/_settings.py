"""The settings that a call takes, made from the help of the program; not edited by hand.

`REIDRISK_BLESS=1 cargo test --test documents generated` writes it.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from typing import TypedDict, Union

from ._frames import ArrowStream, Data, SparkFrame

#: Data to compare with, several as a list or by the names that the report shows.
Sources = Union[Data, Sequence[ArrowStream | SparkFrame], Mapping[str, Data]]


class Settings(TypedDict, total=False):
    """Keyword arguments of :func:`reidrisk.scan`, `advise` and `release`: the flags with `_` for `-`."""

    #: Keep the details of so many of the newest runs of the dataset; the records of all runs stay.
    keep: int | float | str
    #: The person, account or card that records belong to.
    subject: str
    #: Quasi-identifiers: columns that others may know; no role is then guessed.
    quasi: str | Sequence[str]
    #: Sensitive attributes: columns that nobody should learn.
    sensitive: str | Sequence[str]
    #: Direct identifiers: columns that name a person outright.
    direct: str | Sequence[str]
    #: Sampling weight.
    weight: str
    #: Columns to leave out of the measurement.
    ignore: str | Sequence[str]
    #: Generalise a column in the measurement (repeatable; rules of one column apply in order).
    coarsen: Mapping[str, str | Sequence[str]]
    #: What a missing cell matches: own-category (other missing cells) or wildcard (every value).
    missing: str
    #: Measures to compute.
    measures: str | int | Sequence[str | int]
    #: Maximum size of column combinations to count.
    max_set: int | float | str
    #: Maximum size of the column sets searched for special uniques.
    max_msu: int | float | str
    #: Number of subjects in the population that the extract is a sample of, or a range such as 5_000_000..8_000_000.
    population_size: int | float | str
    #: Share of the population that the extract is, instead of its size, such as 1%.
    sampling_fraction: float | str
    #: Where the size or share comes from; without it nothing is estimated.
    population_source: str
    #: The subjects were drawn from the population at random, each alike; a limit on an estimate passes only then.
    random_sample: bool
    #: Columns of a known point, such as day+merchant (repeatable: one curve each).
    point: str | Sequence[str | Sequence[str]]
    #: Numbers of known points, such as 1,2,4 or 1..10.
    known_points: str | int | Sequence[str | int]
    #: How precisely a column is known, such as amount=5%, balance=100 or day=2d (repeatable).
    within: Mapping[str, str | float]
    #: How known points are selected: uniform, rarest, frequent or consecutive.
    attacker: str | int | Sequence[str | int]
    #: Static columns that the attacker also knows (comma-separated).
    known_attributes: str | Sequence[str]
    #: Also measure the known points with generalised dates, places and amounts.
    sweep: bool
    #: Mobility attacks from the literature on the first point: location, sequence, time, unique-location, frequency, probability, proportion, home-work.
    mobility: str | int | Sequence[str | int]
    #: Data the recipient holds: a file, folder or glob (repeatable; each is a separate source).
    against: Sources
    #: Shared columns, with the source's name for them; they need no role, and no role is then guessed.
    on: str | Sequence[str] | Mapping[str, str]
    #: Subject column of the source.
    their_subject: str
    #: Columns that identify the right person; they score links but never make one.
    truth: str | Mapping[str, str]
    #: Subjects whom --truth does not identify are not in the source, so it need not cover four in five.
    truth_complete: bool
    #: Record linkage attacks: exact, tolerant, distance, probabilistic, scoreboard, release or intersection.
    attack: str | int | Sequence[str | int]
    #: File that the extract, generalised or synthetic, was made from: what does it tell of the people in it?.
    original: Sources
    #: File in the form of the original, of people who are not in it; without one, most attacks have no figure.
    control: Sources
    #: Named set of limits; none by default.
    preset: str
    #: Minimum equivalence class size on the static quasi-identifiers, in subjects (k-anonymity): a whole number of at least 2.
    k: int | float | str
    #: Maximum prosecutor risk, 1 / smallest class, on the static quasi-identifiers: a number from 0.000001 to 0.5.
    max_risk: int | float | str
    #: Maximum mean over subjects of 1 / class size, on the static quasi-identifiers: a number from 0 to 1.
    max_average_risk: int | float | str
    #: Maximum share of subjects who are unique on the static quasi-identifiers: a number from 0 to 1.
    max_unique_share: int | float | str
    #: Maximum share of subjects in classes smaller than k, on the static quasi-identifiers: a number from 0 to 1.
    max_share_at_risk: int | float | str
    #: Maximum share of subjects singled out by at most 3 of all quasi-identifiers (special uniques): a number from 0 to 1.
    max_special_unique_share: int | float | str
    #: Maximum share of subjects singled out by 4 known points: a number from 0 to 1.
    max_unicity: int | float | str
    #: Maximum share singled out by 4 known points among the subjects with at least 4: a number from 0 to 1.
    max_unicity_active: int | float | str
    #: Maximum share of subjects whom an attack links to a table of the recipient: a number from 0 to 1.
    max_linked_share: int | float | str
    #: Maximum share of subjects whom an attack re-links from one release to another: a number from 0 to 1.
    max_relinked_share: int | float | str
    #: Maximum expected number of correct links to a table of the recipient: a number of at least 0.
    max_correct_links: int | float | str
    #: Maximum estimated share of the population that is unique on the static quasi-identifiers: a number from 0 to 1.
    max_population_uniqueness: int | float | str
    #: Maximum chance of finding a subject in the population by its static quasi-identifiers: a number from 0 to 1.
    max_individual_risk: int | float | str
    #: Maximum share of the subjects expected to be found in the population: a number from 0 to 1.
    max_mean_individual_risk: int | float | str
    #: Maximum chance of finding at least one member of a household in the population: a number from 0 to 1.
    max_household_risk: int | float | str
    #: Maximum number of published cells of a table of totals that are unsafe under its rules: a whole number of at least 0.
    max_unsafe_cells: int | float | str
    #: Maximum number of suppressed cells of a table of totals that can be computed exactly: a whole number of at least 0.
    max_recoverable_cells: int | float | str
    #: Maximum number of suppressed cells of a table of totals that can be computed more closely than its rules allow: a whole number of at least 0.
    max_narrow_cells: int | float | str
    #: Maximum number of cells of a table of totals whose difference from another total is unsafe: a whole number of at least 0.
    max_differencing_cells: int | float | str
    #: Minimum number of distinct values of each sensitive column in a class on the static quasi-identifiers (distinct l-diversity): a whole number of at least 2.
    min_l: int | float | str
    #: Maximum share of one value of a sensitive column in a class on the static quasi-identifiers ((alpha, k)-anonymity): a number from 0 to 1.
    max_alpha: int | float | str
    #: Maximum earth mover's distance between a class on the static quasi-identifiers and the extract, of each sensitive column (t-closeness): a number from 0 to 1.
    max_t: int | float | str
    #: Maximum relative gain in the share of a value of a sensitive column in a class on the static quasi-identifiers (basic beta-likeness): a number of at least 0.
    max_beta: int | float | str
    #: Minimum number of subjects with the same whole history: all records of a subject, on all quasi-identifiers: a whole number of at least 2.
    min_history_crowd: int | float | str
    #: Maximum advantage of guessing a sensitive value with the extract over guessing it without: a number from 0 to 1.
    max_inference_advantage: int | float | str
    #: Maximum residual risk of any attack on the people in the original, which needs a control: a number from 0 to 1.
    max_original_risk: int | float | str
    #: Maximum share of released records that equal the records of a single person of the original: a number from 0 to 1.
    max_copied_share: int | float | str
    #: Also apply k to the set of all quasi-identifiers, including event columns.
    gate_any_record: bool
    #: Severity from which a finding fails: low, medium, high or critical.
    fail_on: str
    #: Exit with 0 if the verdict is REVIEW.
    allow_review: bool
    #: Fail only on findings that are new or worse than in the baseline; the others make the verdict REVIEW.
    fail_on_new: bool
    #: Judge agreement and waivers as of this day, such as 2027-02-28.
    as_of: str | datetime.date
    #: Earlier run to compare with: the folder of a run, its record.json or result.json, or `last` for the newest good run of this dataset under `--out`.
    baseline: str | os.PathLike[str]
    #: Share of the subjects (without a subject, of the records) that may be left out so that the limits on classes hold.
    suppress: float | str
    #: Release the planned tables of totals and no record.
    tables_only: bool
    #: Seed for all random draws.
    seed: int | float | str
    #: Worker threads, 1 to 1,024.
    threads: int | float | str
    #: Memory limit, such as 512MiB or 2G.
    memory: int | str
    #: Folder for what does not fit in memory; it gets files of codes, never a cell value.
    spill: str | os.PathLike[str]
    #: Time limit, after which the scan ends as incomplete, such as 90s, 10m or 1h30m.
    timeout: str | datetime.timedelta
    #: Audience of the report: overview or internal.
    audience: str
    #: Field delimiter: one or more characters, such as ; or ~|~ or \u0001, or `tab`.
    delimiter: str
    #: Quote character, or `none`.
    quote: str
    #: The first line holds data, not column names.
    no_header: bool
    #: Character encoding: utf-8, utf-16le, utf-16be, windows-1250, -1251 or -1252, iso-8859-1, -2 or -15, cp850, or the EBCDIC pages cp037, cp273, cp500 and cp1047.
    encoding: str
    #: Number of lines (rows of a sheet) above the heading to skip.
    skip: int | float | str
    #: Number of lines (rows of a sheet) below the last record to skip.
    footer: int | float | str
    #: Prefix of comment lines.
    comment: str
    #: Sheet of a workbook by name or number, or * for all (repeatable).
    sheet: str
    #: Value that counts as missing besides the empty field, such as NA (repeatable).
    null_value: str | Sequence[str]
    #: Keep spaces at the ends of values.
    no_trim: bool
    #: Mark of a suppressed cell (repeatable).
    suppression_marks: str | Sequence[str]


#: What the help calls the value of each setting; nothing where the flag stands alone.
VALUES: dict[str, str] = {
    "keep": "N",
    "subject": "COL",
    "quasi": "COL,COL",
    "sensitive": "COL,COL",
    "direct": "COL,COL",
    "weight": "COL",
    "ignore": "COL,COL",
    "coarsen": "COL=RULE",
    "missing": "MODE",
    "measures": "LIST",
    "max_set": "N",
    "max_msu": "N",
    "population_size": "N",
    "sampling_fraction": "SHARE",
    "population_source": "NAME",
    "random_sample": "",
    "point": "COL+COL",
    "known_points": "LIST",
    "within": "COL=TOLERANCE",
    "attacker": "LIST",
    "known_attributes": "COL,COL",
    "sweep": "",
    "mobility": "LIST",
    "against": "FILE",
    "on": "COL[=THEIRS],...",
    "their_subject": "COL",
    "truth": "COL[=THEIRS]",
    "truth_complete": "",
    "attack": "LIST",
    "original": "FILE",
    "control": "FILE",
    "preset": "NAME",
    "k": "N",
    "max_risk": "N",
    "max_average_risk": "N",
    "max_unique_share": "N",
    "max_share_at_risk": "N",
    "max_special_unique_share": "N",
    "max_unicity": "N",
    "max_unicity_active": "N",
    "max_linked_share": "N",
    "max_relinked_share": "N",
    "max_correct_links": "N",
    "max_population_uniqueness": "N",
    "max_individual_risk": "N",
    "max_mean_individual_risk": "N",
    "max_household_risk": "N",
    "max_unsafe_cells": "N",
    "max_recoverable_cells": "N",
    "max_narrow_cells": "N",
    "max_differencing_cells": "N",
    "min_l": "N",
    "max_alpha": "N",
    "max_t": "N",
    "max_beta": "N",
    "min_history_crowd": "N",
    "max_inference_advantage": "N",
    "max_original_risk": "N",
    "max_copied_share": "N",
    "gate_any_record": "",
    "fail_on": "LEVEL",
    "allow_review": "",
    "fail_on_new": "",
    "as_of": "DATE",
    "baseline": "RUN",
    "suppress": "SHARE",
    "tables_only": "",
    "seed": "N",
    "threads": "N",
    "memory": "SIZE",
    "spill": "DIR",
    "timeout": "DUR",
    "audience": "WHO",
    "delimiter": "CHARS",
    "quote": "CHAR",
    "no_header": "",
    "encoding": "NAME",
    "skip": "N",
    "footer": "N",
    "comment": "CHARS",
    "sheet": "NAME",
    "null_value": "TEXT",
    "no_trim": "",
    "suppression_marks": "TEXT",
}
