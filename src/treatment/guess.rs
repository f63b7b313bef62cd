//! First guess of column roles, for a scan in which nobody said what the columns are.
//!
//! A guess never leads to a pass, so it may be wrong; it should then be wrong on the safe side. A column whose heading
//! says nothing is therefore counted as a quasi-identifier, unless every record has another value in it.

use super::words::{
    DIRECT, DIRECT_PAIRS, FREE_TEXT, IDENTIFIER, MONEY, PERSON, PLACE, QUALIFIER, SUBJECT, TIME, TRADE, TRAIT, words,
};
use crate::detect::Found;
use crate::result::{ColumnType, IdentifierKind, Placement, Role};

/// Texts of more characters than this, on average over their distinct values, are read as sentences.
const SENTENCE_CHARACTERS: u64 = 40;

/// What is known of a column: its heading and figures over all records.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnFacts<'extract> {
    pub(super) name: &'extract str,
    pub(super) column_type: ColumnType,
    /// Distinct values, a missing cell not counted; `None` when the column was not coded.
    pub(super) distinct: Option<u64>,
    pub(super) missing: u64,
    pub(super) records: u64,
    /// Mean length of the distinct values of a text column.
    pub(super) average_characters: u64,
    /// Whether the values are whole numbers that count the records.
    pub(super) consecutive: bool,
    /// Identifiers found in its cells.
    pub(super) identifiers: &'extract [Found],
}

impl ColumnFacts<'_> {
    /// A different value in every record, none missing.
    fn unique(&self) -> bool {
        self.records > 1 && self.distinct == Some(self.records)
    }

    /// What most of its cells are as a whole, of a kind that `fits`.
    fn mostly(&self, fits: fn(IdentifierKind) -> bool) -> Option<IdentifierKind> {
        most_cells(self.identifiers, self.records - self.missing, fits)
    }

    /// The same cell in every record.
    fn constant(&self) -> bool {
        self.distinct.is_some_and(|distinct| distinct + u64::from(self.missing > 0) <= 1)
    }
}

/// The kind that at least half of the `values` of a column are as a whole, of those that fit.
fn most_cells(found: &[Found], values: u64, fits: fn(IdentifierKind) -> bool) -> Option<IdentifierKind> {
    let whole = found.iter().filter(|found| found.placement == Placement::WholeCell && fits(found.kind));
    whole.max_by_key(|found| found.records).filter(|found| found.records * 2 >= values).map(|found| found.kind)
}

fn is_hash(kind: IdentifierKind) -> bool {
    kind == IdentifierKind::HashedValue
}

/// Kinds in words.
fn plural(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::PaymentCardNumber => "payment card numbers",
        IdentifierKind::PartialCardNumber => "card numbers that show too many digits",
        IdentifierKind::TruncatedCardNumber => "shortened card numbers",
        IdentifierKind::Iban => "bank account numbers (IBAN)",
        IdentifierKind::EmailAddress => "e-mail addresses",
        IdentifierKind::PhoneNumber => "telephone numbers",
        IdentifierKind::NationalIdentifier => "national identification numbers",
        IdentifierKind::HashedValue => "values that look like hashes",
    }
}

/// A role and a reason for every column, in file order. A subject is guessed among the `open` columns when
/// `has_subject` is false, and at most one.
pub(super) fn guess_roles(columns: &[ColumnFacts<'_>], open: &[bool], has_subject: bool) -> Vec<(Role, String)> {
    let headings: Vec<Vec<String>> = columns.iter().map(|column| words(column.name)).collect();
    let subject = if has_subject { None } else { best_subject(columns, &headings, open) };
    let guess = |(place, column): (usize, &ColumnFacts<'_>)| {
        if subject == Some(place) { subject_reason(column) } else { guess_role(column, &headings[place]) }
    };
    columns.iter().enumerate().map(guess).collect()
}

/// What a column that nobody named may be after all, where leaving it unnamed would be dangerous: a subject or a direct
/// identifier, by its heading or by what was found in its cells.
pub(super) fn suspicion(name: &str, found: &[Found], values: u64) -> Option<Role> {
    if most_cells(found, values, IdentifierKind::is_direct).is_some() {
        return Some(Role::DirectIdentifier);
    }
    let heading = words(name);
    let says = |known: &[&str], word: &String| has(known, word);
    let subject = heading.iter().any(|word| SUBJECT.iter().any(|(known, _)| known == word))
        && heading.iter().all(|word| {
            SUBJECT.iter().any(|(known, _)| known == word) || says(&IDENTIFIER, word) || says(&QUALIFIER, word)
        });
    if is_direct(&heading) { Some(Role::DirectIdentifier) } else { subject.then_some(Role::Subject) }
}

fn subject_reason(column: &ColumnFacts<'_>) -> (Role, String) {
    let count = if column.unique() { "each with one record" } else { "with several records each" };
    let reason = match column.mostly(|_| true) {
        Some(kind) if is_hash(kind) => format!("it holds pseudonyms that look like hashes, {count}"),
        Some(kind) => {
            format!("the heading names a person, account or card, {count}; its cells hold {}", plural(kind))
        }
        None => format!("the heading names a person, account or card, {count}"),
    };
    (Role::Subject, reason)
}

/// The column that most looks like the subject; the first of equals. One that holds card or account numbers and the
/// like is a direct identifier, and stands for the subject only where no other column does.
fn best_subject(columns: &[ColumnFacts<'_>], headings: &[Vec<String>], open: &[bool]) -> Option<usize> {
    let mut best: Option<(usize, (bool, u32))> = None;
    for (place, (column, heading)) in columns.iter().zip(headings).enumerate().filter(|&(place, _)| open[place]) {
        let score = subject_score(column, heading);
        let rank = (column.mostly(IdentifierKind::is_direct).is_none(), score);
        if score > 0 && best.is_none_or(|(_, highest)| rank > highest) {
            best = Some((place, rank));
        }
    }
    best.map(|(place, _)| place)
}

/// How much a column looks like the subject; 0 when it does not. Every word of the heading must fit, so that
/// `card_type` and `account_to` are none.
fn subject_score(column: &ColumnFacts<'_>, heading: &[String]) -> u32 {
    let rank = |word: &String| SUBJECT.iter().find(|(known, _)| known == word).map(|&(_, rank)| rank);
    let Some(rank) = heading.iter().filter_map(rank).max() else { return pseudonym_score(column, heading) };
    let fits = heading
        .iter()
        .all(|word| SUBJECT.iter().any(|(known, _)| known == word) || has(&IDENTIFIER, word) || has(&QUALIFIER, word));
    if !fits || column.constant() || column.column_type == ColumnType::Empty {
        return 0;
    }
    let named_as_identifier = heading.iter().any(|word| has(&IDENTIFIER, word));
    let repeated = !column.unique();
    // A subject is named in nearly every record; a counterparty's account is not.
    let mostly_there = column.missing * 10 <= column.records;
    rank + u32::from(named_as_identifier) * 2 + u32::from(repeated) * 3 + u32::from(mostly_there) * 4
}

/// How much a column of hashes looks like the subject when its heading says no more than that it is an identifier.
fn pseudonym_score(column: &ColumnFacts<'_>, heading: &[String]) -> u32 {
    let says = heading.iter().all(|word| has(&IDENTIFIER, word) || has(&QUALIFIER, word));
    let repeated = !column.unique() && !column.constant();
    u32::from(says && repeated && column.mostly(is_hash).is_some())
}

fn guess_role(column: &ColumnFacts<'_>, heading: &[String]) -> (Role, String) {
    let ignore = |reason: &str| (Role::Ignore, reason.to_owned());
    if column.column_type == ColumnType::Empty {
        return ignore("no record has a value in it");
    }
    if let Some(kind) = column.mostly(IdentifierKind::is_direct) {
        return (Role::DirectIdentifier, format!("its cells hold {}", plural(kind)));
    }
    if is_direct(heading) {
        return (Role::DirectIdentifier, "the heading speaks of what names a person outright".to_owned());
    }
    if column.constant() {
        return ignore("it is the same in all records");
    }
    if is_row_identifier(column, heading) {
        return ignore("it numbers the records: each has another value");
    }
    if mentions(heading, &FREE_TEXT) {
        return (Role::Ignore, with_found(column, "the heading speaks of free text, which is not counted yet"));
    }
    for (known, reason) in KINDS {
        if mentions(heading, known) {
            return (Role::QuasiIdentifier, with_found(column, reason));
        }
    }
    guess_by_type(column)
}

/// A reason, and what stands in some cells besides.
fn with_found(column: &ColumnFacts<'_>, reason: &str) -> String {
    match column.identifiers.iter().find(|found| found.kind.is_direct()) {
        Some(found) => format!("{reason}; some of its cells hold {}", plural(found.kind)),
        None => reason.to_owned(),
    }
}

const KINDS: [(&[&str], &str); 5] = [
    (&TRAIT, "the heading speaks of a trait of a person"),
    (&TIME, "the heading speaks of a date or time"),
    (&PLACE, "the heading speaks of a place"),
    (&MONEY, "the heading speaks of money"),
    (&TRADE, "the heading speaks of trade or kind of payment"),
];

/// For headings that say nothing.
fn guess_by_type(column: &ColumnFacts<'_>) -> (Role, String) {
    let reason = match column.column_type {
        ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time => {
            "it holds dates or times"
        }
        ColumnType::Text if column.average_characters > SENTENCE_CHARACTERS && column.mostly(is_hash).is_none() => {
            return (Role::Ignore, with_found(column, "it holds long texts, which are not counted yet"));
        }
        ColumnType::Text if column.unique() => {
            return (Role::Ignore, "each record has another text in it".to_owned());
        }
        _ if column.mostly(is_hash).is_some() => "it holds pseudonyms that look like hashes, which join records",
        _ => "nothing says that others cannot know it",
    };
    (Role::QuasiIdentifier, with_found(column, reason))
}

fn is_direct(heading: &[String]) -> bool {
    let word = |wanted: &str| heading.iter().any(|word| word == wanted);
    let name_of_person = word("name") && (heading.len() == 1 || mentions(heading, &PERSON));
    let card_number = word("card") && mentions(heading, &["number", "no", "nr", "num", "pan"]);
    mentions(heading, &DIRECT)
        || DIRECT_PAIRS.iter().any(|(first, second)| word(first) && word(second))
        || name_of_person
        || card_number
}

/// A different value in every record, and either a heading that says so or numbers without gaps worth speaking of.
fn is_row_identifier(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    let meaning = KINDS.iter().any(|(known, _)| mentions(heading, known));
    column.unique()
        && match column.column_type {
            ColumnType::Integer => mentions(heading, &IDENTIFIER) || (column.consecutive && !meaning),
            ColumnType::Text => mentions(heading, &IDENTIFIER),
            _ => false,
        }
}

fn mentions(heading: &[String], known: &[&str]) -> bool {
    heading.iter().any(|word| has(known, word))
}

/// Whether a word is known, also with digits at its end (`address1`) or glued to another long one (`merchantname`).
fn has(known: &[&str], word: &str) -> bool {
    let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    known.iter().any(|&known| bare == known || (known.len() >= 6 && bare.contains(known)))
}

#[cfg(test)]
mod tests {
    use super::{ColumnFacts, guess_roles, suspicion};
    use crate::detect::Found;
    use crate::result::{ColumnType, IdentifierKind, Placement, Role};

    use ColumnType::{Date, Decimal, Integer, Text};
    use Role::{DirectIdentifier as D, Ignore as I, QuasiIdentifier as Q, Subject as S};

    fn column(name: &str, column_type: ColumnType, distinct: u64, missing: u64, records: u64) -> ColumnFacts<'_> {
        let consecutive = column_type == Integer && distinct == records;
        ColumnFacts {
            name,
            column_type,
            distinct: Some(distinct),
            missing,
            records,
            average_characters: 8,
            consecutive,
            identifiers: &[],
        }
    }

    /// Asserts the roles of a file given as (heading, type, distinct values, missing cells, role).
    fn check(records: u64, expected: &[(&str, ColumnType, u64, u64, Role)]) {
        let facts: Vec<_> = expected
            .iter()
            .map(|&(name, kind, distinct, missing, _)| column(name, kind, distinct, missing, records))
            .collect();
        let guesses = guess_roles(&facts, &vec![true; facts.len()], false);
        for ((name, .., role), (guess, reason)) in expected.iter().zip(&guesses) {
            assert_eq!(guess, role, "{name}: {reason}");
        }
    }

    #[test]
    fn census_file_with_occupation_and_native_country() {
        check(
            30_162,
            &[
                ("sex", Text, 2, 0, Q),
                ("age", Integer, 72, 0, Q),
                ("race", Text, 5, 0, Q),
                ("marital-status", Text, 7, 0, Q),
                ("education", Text, 16, 0, Q),
                ("native-country", Text, 41, 0, Q),
                ("workclass", Text, 7, 0, Q),
                ("occupation", Text, 14, 0, Q),
                ("salary-class", Text, 2, 0, Q),
            ],
        );
    }

    #[test]
    fn census_files_without_identifiers_are_all_quasi_identifiers() {
        check(
            1_000,
            &[
                ("age", Integer, 76, 0, Q),
                ("sex", Integer, 2, 0, Q),
                ("educ", Integer, 16, 0, Q),
                ("race", Integer, 6, 0, Q),
                ("income", Decimal, 300, 0, Q),
                ("married", Integer, 2, 0, Q),
            ],
        );
        check(
            10,
            &[
                ("Residence", Text, 2, 0, Q),
                ("Gender", Text, 2, 0, Q),
                ("Education_level", Text, 4, 0, Q),
                ("Labor_status", Text, 2, 0, Q),
            ],
        );
        check(
            1_080,
            &[("AFNLWGT", Integer, 1_000, 0, Q), ("FEDTAX", Integer, 900, 0, Q), ("WSALVAL", Integer, 700, 0, Q)],
        );
    }

    #[test]
    fn names_and_addresses_are_direct_identifiers() {
        check(
            5_000,
            &[
                ("rec_id", Text, 5_000, 0, I),
                ("given_name", Text, 700, 100, D),
                ("surname", Text, 1_500, 50, D),
                ("street_number", Integer, 400, 160, D),
                ("address_1", Text, 3_500, 100, D),
                ("address_2", Text, 2_500, 400, D),
                ("suburb", Text, 1_700, 50, Q),
                ("postcode", Text, 1_200, 0, Q),
                ("state", Text, 10, 50, Q),
                ("date_of_birth", Date, 4_000, 90, Q),
                ("soc_sec_id", Integer, 5_000, 0, D),
            ],
        );
    }

    #[test]
    fn card_purchases_belong_to_the_card() {
        check(
            100_000,
            &[
                ("card", Text, 900, 0, S),
                ("trans_date", Date, 700, 0, Q),
                ("amount_gbp", Decimal, 30_000, 0, Q),
                ("merchant", Text, 9_000, 0, Q),
                ("spend_category", Text, 300, 10, Q),
                ("cost_centre", Text, 800, 20, Q),
                ("directorate", Text, 8, 5, Q),
            ],
        );
    }

    #[test]
    fn bank_transactions_belong_to_the_account_and_not_to_the_counterparty() {
        check(
            200_000,
            &[
                ("trans_id", Integer, 200_000, 0, I),
                ("account_id", Integer, 4_000, 0, S),
                ("date", Date, 730, 0, Q),
                ("type", Text, 3, 0, Q),
                ("operation", Text, 5, 40_000, Q),
                ("amount", Decimal, 20_000, 0, Q),
                ("balance", Decimal, 150_000, 0, Q),
                ("k_symbol", Text, 7, 90_000, Q),
                ("bank", Text, 13, 150_000, Q),
                ("account", Text, 7_000, 150_000, Q),
            ],
        );
        check(
            6_471,
            &[
                ("order_id", Integer, 6_471, 0, I),
                ("account_id", Integer, 3_758, 0, S),
                ("bank_to", Text, 13, 0, Q),
                ("account_to", Integer, 6_446, 0, Q),
                ("amount", Decimal, 4_412, 0, Q),
                ("k_symbol", Text, 4, 1_379, Q),
            ],
        );
    }

    #[test]
    fn master_data_of_a_bank() {
        check(
            5_369,
            &[
                ("client_id", Integer, 5_369, 0, S),
                ("birth_number", Text, 4_738, 0, D),
                ("district_id", Integer, 77, 0, Q),
            ],
        );
        check(
            4_500,
            &[
                ("account_id", Integer, 4_500, 0, S),
                ("district_id", Integer, 77, 0, Q),
                ("frequency", Text, 3, 0, Q),
                ("date", Date, 1_535, 0, Q),
            ],
        );
        check(
            5_369,
            &[
                ("disp_id", Integer, 5_369, 0, I),
                ("client_id", Integer, 5_369, 0, I),
                ("account_id", Integer, 4_500, 0, S),
                ("type", Text, 2, 0, Q),
            ],
        );
        check(77, &[("A1", Integer, 77, 0, I), ("A3", Text, 8, 0, Q), ("A12", Decimal, 42, 1, Q)]);
    }

    #[test]
    fn headings_in_other_languages_are_understood() {
        check(
            100,
            &[
                ("Kundennummer", Integer, 20, 0, S),
                ("Vorname", Text, 15, 0, D),
                ("Geburtsdatum", Date, 19, 0, Q),
                ("PLZ", Text, 10, 0, Q),
                ("Betrag", Decimal, 90, 0, Q),
                ("Verwendungszweck", Text, 80, 0, I),
            ],
        );
        check(
            100,
            &[
                ("číslo účtu", Text, 20, 0, Q),
                ("Příjmení", Text, 15, 0, D),
                ("částka", Decimal, 90, 0, Q),
                ("PSČ", Text, 10, 0, Q),
            ],
        );
        check(
            100,
            &[
                ("id_cliente", Integer, 20, 0, S),
                ("apellidos", Text, 15, 0, D),
                ("fecha", Date, 60, 0, Q),
                ("prénom", Text, 15, 0, D),
                ("montant", Decimal, 80, 0, Q),
            ],
        );
    }

    #[test]
    fn names_of_things_are_not_names_of_persons() {
        check(100, &[("merchant_name", Text, 20, 0, Q), ("customer_name", Text, 20, 0, D), ("name", Text, 20, 0, D)]);
    }

    #[test]
    fn a_card_number_that_is_not_the_subject_is_a_direct_identifier() {
        check(
            100,
            &[("customer_id", Integer, 20, 0, S), ("card_number", Text, 25, 0, D), ("card_type", Text, 3, 0, Q)],
        );
    }

    #[test]
    fn constant_and_empty_columns_are_ignored() {
        check(100, &[("city", Text, 1, 0, I), ("zip", ColumnType::Empty, 0, 100, I), ("town", Text, 1, 5, Q)]);
    }

    #[test]
    fn a_heading_alone_is_enough_to_suspect_a_subject_or_an_identifier() {
        let suspicion = |name: &str| suspicion(name, &[], 100);
        assert_eq!(suspicion("iban"), Some(Role::DirectIdentifier));
        assert_eq!(suspicion("E-Mail"), Some(Role::DirectIdentifier));
        assert_eq!(suspicion("card"), Some(Role::Subject));
        assert_eq!(suspicion("customer_id"), Some(Role::Subject));
        for harmless in ["card_type", "amount", "merchant", "age", "salary-class", "c3000"] {
            assert_eq!(suspicion(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn at_most_one_subject_is_guessed() {
        let facts = [column("user", Text, 5, 0, 10), column("member", Text, 5, 0, 10)];
        let guesses = guess_roles(&facts, &[true, true], false);
        assert_eq!(guesses.iter().filter(|(role, _)| *role == S).count(), 1);
        let guesses = guess_roles(&facts, &[true, true], true);
        assert_eq!(guesses.iter().filter(|(role, _)| *role == S).count(), 0);
    }

    #[test]
    fn sentences_are_not_counted() {
        let mut sentences = column("q17", Text, 60, 0, 100);
        sentences.average_characters = 90;
        assert_eq!(guess_roles(&[sentences], &[true], false)[0].0, I);
    }

    /// What was found in the whole cells of this many records.
    fn whole(kind: IdentifierKind, records: u64) -> [Found; 1] {
        [Found { kind, placement: Placement::WholeCell, records, shown: None }]
    }

    #[test]
    fn cells_decide_whatever_the_heading_says() {
        let ibans = whole(IdentifierKind::Iban, 80);
        let holds = |name| ColumnFacts { identifiers: &ibans, ..column(name, Text, 50, 10, 100) };
        for heading in ["reference", "merchant", "x17", "description", "city"] {
            let (role, reason) = &guess_roles(&[holds(heading)], &[true], false)[0];
            assert_eq!((*role, reason.as_str()), (D, "its cells hold bank account numbers (IBAN)"), "{heading}");
        }
        let beside = [holds("account"), column("member", Text, 40, 0, 100)];
        let guesses = guess_roles(&beside, &[true, true], false);
        assert_eq!((guesses[0].0, guesses[1].0), (D, S), "another column stands for the subject");
        let alone = &guess_roles(&[holds("account")], &[true], false)[0];
        assert_eq!(alone.0, S, "without it there would be no subject at all");
        assert!(alone.1.contains("its cells hold bank account numbers"), "{}", alone.1);
        assert_eq!(suspicion("reference", &ibans, 90), Some(D));
    }

    #[test]
    fn identifiers_in_a_few_cells_do_not_make_the_column_one() {
        let few = whole(IdentifierKind::PhoneNumber, 3);
        let merchant = ColumnFacts { identifiers: &few, ..column("merchant", Text, 50, 0, 100) };
        let (role, reason) = &guess_roles(&[merchant], &[true], false)[0];
        assert_eq!(*role, Q);
        assert!(reason.ends_with("; some of its cells hold telephone numbers"), "{reason}");
    }

    #[test]
    fn repeated_hashes_are_the_subject_where_the_heading_fits() {
        let hashes = whole(IdentifierKind::HashedValue, 100);
        let holds = |name, distinct| ColumnFacts {
            identifiers: &hashes,
            average_characters: 64,
            ..column(name, Text, distinct, 0, 100)
        };
        for (heading, distinct, role) in
            [("token", 20, S), ("card_hash", 20, S), ("token", 100, I), ("merchant_hash", 20, Q), ("x17", 20, Q)]
        {
            assert_eq!(guess_roles(&[holds(heading, distinct)], &[true], false)[0].0, role, "{heading} {distinct}");
        }
    }
}
