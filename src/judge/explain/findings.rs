//! Pages of findings.

use super::Page;
use crate::result::FindingCode;

/// The page of a finding.
#[expect(clippy::too_many_lines, reason = "one arm a code: the text of the pages")]
pub(super) fn page(finding: FindingCode) -> Page {
    let [summary, meaning, formula, source, action] = match finding {
        FindingCode::SmallClass => [
            "A crowd on a gated set of columns holds fewer subjects than the limit asks for.",
            "The people in that crowd can be picked out by whoever knows those columns of them: with a chance of \
             one in the size of the crowd.",
            "Subjects in the smallest class < k. A limit on the highest risk is turned into k: the smallest k \
             with 1/k not above it, so 0.09 asks for 12, because 1/11 is above 0.09.",
            "k-anonymity: Sweeney (2002). k = 5 and k = 11 or 12 are values of practice: El Emam (2013), EMA \
             Policy 0070. The default of 5 is house policy.",
            "Coarsen the columns of the finding with `coarsen`, pool rare values with `rare:N`, or leave a column \
             out. The report ranks the columns.",
        ],
        FindingCode::UnknownRisk => [
            "A limit cannot be judged, because its figure is undefined, was not measured, or was not declared.",
            "Nobody can say that the extract is safe. What is not known is never taken for small, so this fails \
             whatever `fail_on` says, and no waiver covers it.",
            "A gate passes only if its figure exists in the unit asked for and keeps the limit.",
            "A rule of this program: fail closed.",
            "The sentence says what is missing: declare the number, ask for the measure, or choose a policy that \
             does not need it.",
        ],
        FindingCode::IncompleteMeasure => [
            "A measure under a gate was cut off by time or memory.",
            "The figure may be above or below its limit; the verdict is INCOMPLETE and the exit code 4, unless \
             something else fails already.",
            "The measure ended with the status `incomplete`.",
            "A rule of this program: fail closed.",
            "Raise `--timeout` or `--memory`, name fewer columns, or lower `--max-set`.",
        ],
        FindingCode::RecordsWithoutSubject => [
            "Some records have no value in the subject column.",
            "They stand in no crowd and no share, so the figures say nothing about them, while they leave with \
             the extract.",
            "Records whose subject is missing > 0.",
            "Definition of the crowd: distinct subjects.",
            "Remove those records, or fill in the subject.",
        ],
        FindingCode::SubjectsNotInMap => [
            "Some subject values are not in the subject map.",
            "Each counts as a person of its own. Two cards of one person then look like two people, and crowds \
             may be smaller than shown.",
            "Distinct subject values without an entry in the map > 0.",
            "Definition of the crowd: distinct subjects.",
            "Complete the map, or remove the records of those values.",
        ],
        FindingCode::NoSubject => [
            "No subject is declared although a column looks like one.",
            "Each record counts as a person. Five purchases of one customer then look like a safe group of five \
             people.",
            "The heading of a column names a customer, account or card, and no column has the role `subject`.",
            "Definition of the crowd: distinct subjects.",
            "Name the subject with `--subject` or `[subject] column`.",
        ],
        FindingCode::GuessedRoles => [
            "The roles of the columns were guessed.",
            "A column that was taken for harmless may be known to others. A guess is at best a REVIEW.",
            "At least one column of the extract has a guessed role.",
            "A rule of this program: a guess never passes.",
            "Write the roles into `reidrisk.toml`, correct what was guessed wrong, and scan again.",
        ],
        FindingCode::NoRiskGate => [
            "No limit on the risk of being singled out could be applied.",
            "Nothing broke a limit because there was none to break; nothing was shown to be safe.",
            "No gate on a figure was compared, or failed for want of one. Rules of form do not count.",
            "A rule of this program: fail closed.",
            "Declare quasi-identifiers, or add a limit such as `k` to `[policy]`.",
        ],
        FindingCode::DirectIdentifierPresent => [
            "A column that names a person outright is part of the extract.",
            "Whoever reads it knows who the record is about; no crowd protects.",
            "The role of the column is `direct-identifier`, by declaration (critical) or by guess (high), or its \
             heading says so (medium).",
            "45 CFR 164.514(b)(2); Regulation (EU) 2016/679, article 4(1).",
            "Remove the column from the file. Where it must stay, say so with `permitted = true` in \
             `[columns.NAME]`.",
        ],
        FindingCode::WildcardLowersRisk => [
            "The crowds are large enough only because missing cells match everything.",
            "Somebody who knows that a value is missing in the extract is not fooled by the blank.",
            "Smallest class with missing cells as wildcards >= k, and as a category of their own < k.",
            "Two readings of a missing value; the stricter one is told beside the other.",
            "Scan with `missing = \"own-category\"`, or remove the columns or records with blanks.",
        ],
        FindingCode::DirectIdentifierFound => [
            "Cells of a column hold direct identifiers that the plan does not permit.",
            "One such cell names its person, whatever the column is called and also when its role is `ignore`: it \
             leaves with the file.",
            "Cells whose form, and where there is one the check digit, fits a card number, IBAN, e-mail address, \
             telephone number or national number.",
            "ISO/IEC 7812, ISO 13616, 45 CFR 164.514(b)(2).",
            "Remove the column, or cut the identifiers out of the text. Where it must stay, say so with \
             `permitted = true` in `[columns.NAME]`.",
        ],
        FindingCode::PartialCardNumber => [
            "Card numbers show more digits than the first six and the last four.",
            "The more digits are shown, the fewer are left to try; with the check digit every hidden digit leaves \
             ten numbers.",
            "A 16-digit number with n hidden digits leaves 10^n / 10 candidates.",
            "PCI DSS v4, requirement 3.4; PCI SSC FAQ 1091.",
            "Shorten the numbers to at most the first six and the last four digits, or remove the column.",
        ],
        FindingCode::HashBesideTruncatedNumber => [
            "A hash-looking column stands beside a shortened card number.",
            "Whoever knows how the hash is made tries the hidden digits: first six and last four leave 100,000 \
             numbers, which takes less than a second.",
            "A column of hash-looking values and a column of shortened numbers in one extract; candidates = \
             10^hidden / 10.",
            "PCI DSS v4, requirement 3.5; PCI SSC FAQ 1117.",
            "Remove one of the two, or replace the hash by a random token of this release. If it is keyed with a \
             secret key, say so with `permitted = true`.",
        ],
        FindingCode::HashLookingPseudonym => [
            "A column looks like hashes, and nobody said that they are keyed.",
            "A hash of a card number, telephone number or birth date without a secret key is reversed by trying \
             all of them.",
            "Values of 32, 40, 64, 96 or 128 hexadecimal digits, or base64 of the same lengths.",
            "Article 29 Working Party, Opinion 05/2014: hashing is pseudonymisation.",
            "Use a random token for each release. If the hash is keyed with a secret key, say so with `permitted \
             = true` in `[columns.NAME]`.",
        ],
        FindingCode::SeveralTruncations => [
            "Several columns hold shortened card numbers.",
            "Different parts of one number show more digits together than each alone.",
            "More than one column of shortened card numbers; judged by the preset `pci-columns`.",
            "PCI SSC FAQ 1091: different truncations of one number must not come together.",
            "Keep one way of shortening.",
        ],
        FindingCode::HighUnicity => [
            "Too many subjects are singled out by four known events.",
            "Somebody who knows four purchases of a person finds the whole history.",
            "Upper end of the 95 % interval of unicity at 4 known points > limit. All subjects with an event count, \
             each known by 4 of its own points, or by all of them where it has fewer.",
            "de Montjoye et al., Science 347 (2015). The default limit of 20 % is house policy.",
            "Coarsen time, place and amount (`--sweep` finds how far, and proposes rules), share shorter histories with a \
             new pseudonym each, or share totals.",
        ],
        FindingCode::HighAverageRisk => [
            "The average risk of a subject is above its limit.",
            "Of the subjects picked out one by one, more than that share would be guessed right.",
            "Mean over subjects of the largest 1 / crowd among their records > limit.",
            "El Emam (2013): average risk for controlled sharing. The number is house policy.",
            "Coarsen the columns of the finding.",
        ],
        FindingCode::HighUniqueShare => [
            "Too many subjects are alone.",
            "Each of them is found by whoever knows the columns of the finding.",
            "Subjects with a record in a crowd of one / subjects > limit.",
            "Article 29 Working Party, Opinion 05/2014: singling out. The number is house policy.",
            "Coarsen the columns of the finding, or pool rare values with `rare:N`.",
        ],
        FindingCode::HighShareAtRisk => [
            "Too many subjects stand in crowds below `k`.",
            "Each of them is picked out with a chance above 1/k.",
            "Subjects with a record in a crowd below k / subjects > limit.",
            "El Emam (2013). The number is house policy.",
            "Coarsen the columns of the finding, or pool rare values with `rare:N`.",
        ],
        FindingCode::DateTooFine => [
            "A date shows more than its year.",
            "Days of birth, admission or purchase are known to others and part people finely.",
            "A column of dates or timestamps without the rule `year` or `drop`; judged by the preset `hipaa-safe- \
             harbor`.",
            "45 CFR 164.514(b)(2)(i)(C).",
            "Use `coarsen = \"year\"`, or leave the column out.",
        ],
        FindingCode::AgeNotPooled => [
            "Ages above 89 are not pooled.",
            "Very old people are few, so their age alone finds them.",
            "A column of numbers whose heading says age, without `top:90` or lower, or bands whose last edge is \
             90 or lower.",
            "45 CFR 164.514(b)(2)(i)(C).",
            "Use `coarsen = \"top:90\"`.",
        ],
        FindingCode::PlaceTooFine => [
            "A place is finer than the first three digits of the post code.",
            "Small areas hold few people.",
            "A column whose heading says post code without `prefix:3` or shorter, or whose heading says a place \
             below a state.",
            "45 CFR 164.514(b)(2)(i)(B); the first three digits may stay where more than 20,000 people live under \
             them.",
            "Use `coarsen = \"prefix:3\"` for post codes; leave other places out.",
        ],
        FindingCode::ColumnNotAllowed => [
            "A column is not among those that the agreement allows.",
            "The recipient would get more than was agreed.",
            "Column of the extract not in `[recipient] allowed_columns`. Every column of the file counts, \
             whatever its role.",
            "Regulation (EU) 2016/679, article 5(1)(c): data minimisation.",
            "Remove the column from the file, or change the agreement first.",
        ],
        FindingCode::ForbiddenColumn => [
            "A column that the agreement forbids is in the extract.",
            "The recipient would get what was ruled out.",
            "Column of the extract in `[recipient] forbidden_columns`. Every column of the file counts, whatever \
             its role.",
            "Regulation (EU) 2016/679, article 5(1)(c): data minimisation.",
            "Remove the column from the file.",
        ],
        FindingCode::PurposeMissing => [
            "A recipient is named without a purpose.",
            "Without a purpose nobody can say what use would go beyond it.",
            "`[recipient]` without `purpose`.",
            "Regulation (EU) 2016/679, article 5(1)(b): purpose limitation.",
            "Write the purpose of the agreement into `[recipient] purpose`.",
        ],
        FindingCode::AgreementEnded => [
            "The agreement is over.",
            "Nothing binds the recipient any more.",
            "The day to judge for (`--as-of`, today without it) is after `[recipient] ends`. The last day is \
             still within it.",
            "The agreement itself.",
            "Renew the agreement, then write its new end.",
        ],
        FindingCode::ConsentMissing => [
            "Some subjects of the extract did not opt in.",
            "People who did not agree would be shared. No waiver can agree in their place.",
            "Distinct subjects without a line in the register, or with a line that is not opted in. Values are \
             compared exactly. With a subject map the register names persons, and a value outside the map has no \
             consent.",
            "Regulation (EU) 2016/679, articles 6(1)(a) and 7.",
            "Remove the records of those subjects. The report tells how many there are, never who.",
        ],
        FindingCode::ExpiredWaiver => [
            "A waiver is over, and what it covered counts again.",
            "An exception was granted for a time, and the time is over.",
            "The day to judge for is after `expires`.",
            "A rule of this program: every exception ends.",
            "Mend what the waiver covered, or have it approved again.",
        ],
        FindingCode::VoidWaiver => [
            "A figure is beyond the limit of its waiver.",
            "The exception was granted for a smaller risk than the one that was measured.",
            "Figure of the finding above `max` or below `min` of the waiver, or no figure at all.",
            "A rule of this program: every exception has a bound.",
            "Mend what the waiver covered, or have the larger risk approved.",
        ],
        FindingCode::UnusedWaiver => [
            "A waiver covers nothing.",
            "An exception that is not needed would silently cover what comes later.",
            "The waiver is for this dataset, and no finding has its code and columns.",
            "A rule of this program.",
            "Remove the waiver.",
        ],
        FindingCode::Linkable => [
            "An attack links subjects to a table that the recipient holds.",
            "Whoever holds that table puts its names on the records of the extract. A link need not be certain: of the \
             people whom the attack links, the share that is told is expected to be right, or was counted with the truth.",
            "Upper end of the 95 % interval of the share of subjects linked to the right person > `max_linked_share`, or \
             the number of such links > `max_correct_links`. Without a limit the finding asks for review wherever an \
             attack does better than guessing. An attack that does not is no evidence, which is not the same as safe.",
            "Fellegi and Sunter (1969); Narayanan and Shmatikov (2008); Article 29 Working Party, Opinion 05/2014: \
             linkability. The numbers are house policy.",
            "The report shows which columns link. Coarsen them, or leave them out, until the attack finds few; or bind \
             the recipient not to join, and declare the limit that was agreed.",
        ],
        FindingCode::Relinkable => [
            "An attack follows subjects from one release to another.",
            "New pseudonyms do not help when a history looks like its owner: who is found again in the next release is \
             known for longer, and what was learned once holds for both. With kept pseudonyms, two releases together \
             single out people whom neither does.",
            "Upper end of the 95 % interval of the share of subjects followed > `max_relinked_share`. For two releases \
             with kept pseudonyms the share of common subjects alone on both together. Without a limit the finding asks \
             for review wherever an attack does better than guessing.",
            "Unnikrishnan and Naini (2013) on matching of histograms; Ganta, Kasiviswanathan and Smith (2008) on \
             composition. The numbers are house policy.",
            "Share shorter histories, coarsen merchant, time and amount, pool rare merchants with `rare:N`, give out new \
             pseudonyms with each release, and let releases not overlap in time.",
        ],
        FindingCode::PseudonymReversible => [
            "Pseudonyms are a plain or commonly hashed form of identifiers that others have.",
            "Whoever has a list of the identifiers makes the same form of each and reads the names off. Hashing without a \
             secret key hides nothing from them.",
            "Distinct values of the column that are a form of an identifier in `known_identifiers` > 0; critical where \
             they are half of the values or half of the list, else high. Only counts are kept.",
            "Article 29 Working Party, Opinion 05/2014: a hash is a pseudonym; PCI DSS v4, requirement 3.5.",
            "Replace the column by random tokens of this release, or by a hash with a secret key that the recipient does \
             not have.",
        ],
        FindingCode::LimitBroken => [
            "A figure is beyond its limit.",
            "Somebody set the limit because more than that is too much to share.",
            "The figure against its limit, without a tolerance; equality holds, and of an estimate the worse end of its \
             interval counts.",
            "The limit is the policy's own; the page of the measure says what the figure means.",
            "The page of the measure says what helps: `reidrisk explain MEASURE`.",
        ],
        FindingCode::UngatedColumn => [
            "A quasi-identifier is under no limit that was measured.",
            "A column that no limit looks at can single people out unseen, whatever the other columns say.",
            "A static column is covered by a limit on the static set, an event column by a gated unicity point without rules of its own or by `gate_any_record`. Linkage covers nothing. A column that is wholly missing is not measured.",
            "A rule of this program: no PASS rests on a column that nobody measured.",
            "Add the column to `[unicity] point`, set `gate_any_record = true`, or leave the column out of the file.",
        ],
        FindingCode::UnicityDiluted => [
            "Subjects with few events hide that the others are singled out.",
            "The share over everybody is small because many have hardly any event; of those with four or more, too many are singled out.",
            "Subjects with at least 4 points number at least k, and the upper end of the interval of their own share > the limit on unicity.",
            "A rule of this program.",
            "Shorten the long histories or coarsen them, or set `max_unicity_active` to what you can answer for.",
        ],
        FindingCode::NearlyStatic => [
            "A column is the same within nearly every subject, and was read as static.",
            "A few altered cells do not make a birth year an event. A subject counts in every class that it shows.",
            "More than 0 and at most 10 % of the subjects with two filled cells or more show more than one value.",
            "A rule of this program.",
            "Look at the cells that differ, or declare `varies`.",
        ],
        FindingCode::StaticUnclear => [
            "The data do not say whether a column is static or an event column.",
            "Which limits apply depends on it, so both readings were judged: a limit broken under both fails, under one asks for review.",
            "Between 10 and 90 % of the subjects with two filled cells or more show more than one value, or fewer than 20 subjects can be compared and some do.",
            "A rule of this program.",
            "Declare `varies = true` or `varies = false` for the column.",
        ],
        FindingCode::VariesContradicted => [
            "What `varies` says of a column contradicts the data.",
            "A column that hardly ever changes is no event: read as one it escapes the limit on the static set.",
            "`varies = true` where at most 10 % of the comparable subjects vary, or `varies = false` where at least 90 % do, without a `reason`.",
            "A rule of this program.",
            "Correct `varies`, or give a `reason`.",
        ],
        FindingCode::PlaceholderValues => [
            "Cells hold a spelling that often means that a value is missing.",
            "Counted as a value, `NULL` is a person with thousands of records, or a class in which many seem to hide.",
            "Cells whose spelling is on the list of placeholders, or in the subject column one value with at least 5 % of the records and more than the next ten together; also a spelling declared missing or suppressed that is on no list, in a quasi-identifier or the subject column without a `reason`.",
            "A rule of this program; the list names its sources.",
            "Name the spelling in `null_values`, or declare it real with `real_values`.",
        ],
        FindingCode::TrimmedJoin => [
            "Blanks at the ends of cells were taken off, and values became equal.",
            "With the blanks one person would count as several; without them two could become one.",
            "Distinct spellings before trimming > distinct values after it.",
            "A rule of this program.",
            "Look at the column; `trim = false` keeps the blanks.",
        ],
        FindingCode::RoundedIdentifier => [
            "Identifiers were rounded by a spreadsheet.",
            "`4.5E+15` stands for millions of numbers: people who share it were never one person.",
            "Cells with an exponent in a column of whole numbers, or whole numbers of 16 digits and more from a spreadsheet.",
            "A rule of this program.",
            "Export the column as text from the source.",
        ],
        FindingCode::WorseSubject => [
            "Another column groups subjects: it may be the person.",
            "Counted by account or by row, several subjects are one person, and classes look larger than they are.",
            "A column that is no quasi-identifier has at least 1.5 records a value, other columns are constant within it, and it groups subjects.",
            "A rule of this program.",
            "Name that column as the subject, or give `[subject] reason`.",
        ],
        FindingCode::UndeclaredColumn => [
            "A column of the file has no role.",
            "It leaves with the others, and nobody said what it is.",
            "Roles are declared, and the column has none.",
            "A rule of this program.",
            "Give it a role, `ignore` among them, or take it out of the file.",
        ],
        FindingCode::UnreasonedColumn => [
            "A column that looks identifying is not counted, and no reason says why.",
            "Its values name people as well as a number would, or hold sentences in which anything may stand.",
            "Role `ignore`, `sensitive` or `weight`; at least 20 % of the subjects hold a value that nobody else holds, or cells average three words or more.",
            "A rule of this program.",
            "Give `[columns.NAME] reason`, make it a quasi-identifier, or take it out of the file.",
        ],
        FindingCode::TreatmentNotApplied => [
            "The file does not hold the treatment that was measured.",
            "What was judged is an extract changed by the coarsening rules; the bytes in hand are finer.",
            "Cells that the chain of rules of a column changes, or would drop, > 0.",
            "A rule of this program: a PASS says that the bytes in hand may leave.",
            "Apply the rules and scan the treated file, or declare `[policy] treatment` with approver, reason and end.",
        ],
        FindingCode::SuppressedCells => [
            "Single cells hold a suppression mark in records that are not suppressed as a whole.",
            "As a category of their own the marks are one value; as wildcards they enlarge every class.",
            "Cells equal to a suppression mark (`*`, `**`, `***`, `suppressed`) outside wholly suppressed records.",
            "A rule of this program.",
            "Nothing to do under `own-category`; under `wildcard` a person must look.",
        ],
        FindingCode::NamesOfPeople => [
            "A column holds names of people.",
            "A name finds its owner without any other column.",
            "At least 20 % of the distinct values are a given name and one more word.",
            "A rule of this program; the list of given names is its own.",
            "Take the column out, or say `permitted = true` where names may leave.",
        ],
        FindingCode::AggregatesNotMeasured => [
            "A table of totals was declared, and this version does not measure totals.",
            "Small cells, margins and differences can give people away.",
            "`[dataset] kind = \"aggregate\"`.",
            "A rule of this program: what was not measured never passes.",
            "Have the totals checked by other means.",
        ],
        FindingCode::GateLeftOut => [
            "The command line takes a column or a measure out of a default limit.",
            "What is left out for one run passes nothing.",
            "`--ignore` or `--measures` on the command line, and a default limit cannot apply.",
            "A rule of this program.",
            "Declare it in the configuration with a reason, or scan without the flag.",
        ],
        FindingCode::TruthCoverage => [
            "A truth says of fewer than four in five subjects who they are.",
            "Links of the others were counted as they are to be expected, so no link is lost; but whoever made the truth may \
             have left out those who are linked rightly.",
            "Subjects of the extract whose truth key somebody in the source has, and no other subject of the extract, < 80 % \
             of all subjects, and `truth_complete` is not declared.",
            "A rule of this program: what a verdict rests on is checked, declared, or told.",
            "Complete the truth column, or declare `truth_complete = true` where the rest is not in the source.",
        ],
        FindingCode::TruthImplausible => [
            "A truth says of most links of an attack that they are wrong.",
            "An honest truth leaves most of them: whoever shares the values of a subject is mostly that subject. A truth \
             column that was shifted, sorted or made up takes them all away, and the rate with them.",
            "Of at least 20 subjects who match and whose right person is known, the upper end of the 95 % interval of the \
             share whose right person is among those who match < 1/2.",
            "A rule of this program. The interval is Wilson's (1927).",
            "Check that the truth columns of both sides belong to their rows. Where values are so coarse or so old that \
             matches are mostly chance, a waiver can say so.",
        ],
    };
    Page { code: finding.name(), summary, meaning, formula, source, action }
}
