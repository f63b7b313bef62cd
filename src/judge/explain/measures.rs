//! Pages of measures.

use super::Page;

pub(super) const PAGES: [Page; 4] = [
    Page {
        code: "uniqueness",
        summary: "How many subjects are alone, or nearly so, on each combination of columns.",
        meaning: "A record hides in the crowd of subjects that share its values. Whoever knows those values of a person \
                  and finds a crowd of one has found the person.",
        formula: "A class is all records with equal values on a set of columns; its size is the number of distinct \
                  subjects in it; the risk of a record is 1 / size. Counted for every set of up to `max_set` \
                  quasi-identifiers, for the static ones and for all of them.",
        source: "Sweeney, k-anonymity: a model for protecting privacy (2002); El Emam, Guide to the De-Identification of \
                 Personal Health Information (2013).",
        action: "Coarsen or remove the columns that the report names as most revealing.",
    },
    Page {
        code: "identifiers",
        summary: "What in the cells names a person outright.",
        meaning: "Card numbers, account numbers, addresses and the like need no combination: one cell is enough.",
        formula: "Every cell of every column is compared with the form, and where there is one the check digit, of each \
                  kind of identifier. Counts of records are kept, never a value.",
        source: "ISO/IEC 7812 (card numbers), ISO 13616 (IBAN), 45 CFR 164.514(b)(2), PCI DSS v4.",
        action: "Remove the column, or cut the identifiers out of the text.",
    },
    Page {
        code: "unicity",
        summary: "How many subjects are singled out by a few known events.",
        meaning: "Somebody who was there, or saw a receipt, knows some events of a person. If only one history holds all of \
                  them, the rest of that history is the person's.",
        formula: "Mean over subjects of the share of choices of p of their own distinct points that match no other \
                  subject. A point is the group of event columns that makes one event known (`--point`). Exact for p = 1 \
                  and where every choice can be gone through; else one draw for each of 10,000 subjects, held against all \
                  subjects. The fixed cohort is the subjects with at least the largest p asked for, so that the curve \
                  speaks of the same people at every p; the eligible cohort is all with p points. The limit looks at \
                  a share of its own that no option of the curves changes: all subjects with an event, each known by 4 \
                  of its own points or by all of them where it has fewer, the point being all event columns together \
                  unless points are declared, a missing cell a value like any other; the upper end of its 95 % interval \
                  is compared. It is neither the probability that somebody knows p events nor, for a \
                  part of the customers, uniqueness among all of them: it is an upper bound for that.",
        source: "de Montjoye et al., Unique in the shopping mall, Science 347 (2015), doi:10.1126/science.1256297. Mobility attacks: \
                 Pellungrini et al., ACM TIST 9(3):31 (2017).",
        action: "Coarsen times, places and amounts, shorten the histories, or share totals instead of events.",
    },
    Page {
        code: "linkage",
        summary: "What a recipient can join to what it already holds.",
        meaning: "The recipient is no stranger: it has names, birthdays, home towns, a log of its own or last month's \
                  release. Each attack tries to put its people on the records of the extract, in its own way: `exact` by equal \
                  values, `tolerant` by near ones, `distance` by whoever lies nearest, `probabilistic` by weighing each \
                  agreement, `scoreboard` by a few known events. `release` follows people to another release with new \
                  pseudonyms, `intersection` says what another one with the same pseudonyms adds, and `pseudonym` whether \
                  a pseudonym is made from an identifier that somebody knows.",
        formula: "Attack rate = links that are right, by a truth column, or that are expected to be right, over all \
                  subjects of the extract. Beside it stands the baseline, which is guessing without the shared columns, \
                  and where there are people whom the source does not hold, the control: links claimed for them, all \
                  wrong. Evidence is an attack rate above the baseline, by the interval, and, where no truth has counted \
                  the links, claims above the control. k-map is the fewest people of the source \
                  who share the values of a subject who matches.",
        source: "Fellegi and Sunter (1969); Sweeney (2001) for k-map; Domingo-Ferrer and Torra (2001) for distance; Narayanan \
                 and Shmatikov (2008); Giomi et al., \
                 Anonymeter (2023) for baseline and control.",
        action: "Coarsen or leave out the columns that the report names as linking, and measure again.",
    },
];
