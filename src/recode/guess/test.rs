//! Roles of known files, and what cells add to headings.

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
        names_people: false,
        long_numbers: false,
        phrases: false,
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
    check(1_080, &[("AFNLWGT", Integer, 1_000, 0, Q), ("FEDTAX", Integer, 900, 0, Q), ("WSALVAL", Integer, 700, 0, Q)]);
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
        &[("client_id", Integer, 5_369, 0, S), ("birth_number", Text, 4_738, 0, D), ("district_id", Integer, 77, 0, Q)],
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
            ("číslo účtu", Text, 20, 0, S),
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
fn statements_of_banks_in_several_languages() {
    check(
        2_400,
        &[
            ("Auftragskonto", Text, 260, 0, S),
            ("Kontoinhaber", Text, 200, 0, D),
            ("Buchungstag", Text, 180, 0, Q),
            ("Beguenstigter/Zahlungspflichtiger", Text, 230, 0, D),
            ("Begünstigter", Text, 230, 0, D),
            ("Name Zahlungsbeteiligter", Text, 230, 0, D),
            ("Kontonummer/IBAN", Text, 300, 0, D),
            ("Straße", Text, 100, 0, D),
        ],
    );
    check(
        1_500,
        &[
            ("numéro de compte", Text, 200, 0, S),
            ("titulaire", Text, 163, 0, D),
            ("nom", Text, 100, 0, D),
            ("nom de famille", Text, 100, 0, D),
            ("nom du commerçant", Text, 100, 0, Q),
            ("bénéficiaire", Text, 297, 1_061, D),
            ("pays du bénéficiaire", Text, 7, 0, Q),
            ("agence", Text, 56, 0, Q),
        ],
    );
    check(100, &[("klantnummer", Integer, 20, 0, S), ("rekeninghouder", Text, 20, 0, D), ("adres", Text, 20, 0, D)]);
    check(100, &[("imię", Text, 20, 0, D), ("adresse", Text, 20, 0, D), ("nazwisko", Text, 20, 0, D)]);
}

#[test]
fn words_that_are_glued_together_are_understood() {
    for heading in ["customerid", "CARDID", "custno", "idcliente", "clientRef"] {
        check(100, &[(heading, Text, 20, 0, S), ("city", Text, 9, 0, Q)]);
        assert_eq!(suspicion(heading, &[], 100), Some(S), "{heading}");
    }
    check(100, &[("customername", Text, 20, 0, D), ("cardtype", Text, 3, 0, Q), ("merchantname", Text, 20, 0, Q)]);
}

#[test]
fn a_column_of_names_is_a_direct_identifier_and_never_the_subject() {
    let names = |name| ColumnFacts { names_people: true, ..column(name, Text, 50, 0, 100) };
    for heading in ["customer", "x17", "merchant", "description", "account holder"] {
        let guesses = guess_roles(&[names(heading), column("city", Text, 9, 0, 100)], &[true, true], false);
        assert_eq!(guesses[0], (D, "its cells hold names of people".to_owned()), "{heading}");
    }
}

#[test]
fn names_of_things_are_not_names_of_persons() {
    check(100, &[("merchant_name", Text, 20, 0, Q), ("customer_name", Text, 20, 0, D), ("name", Text, 20, 0, D)]);
}

#[test]
fn a_card_number_that_is_not_the_subject_is_a_direct_identifier() {
    check(100, &[("customer_id", Integer, 20, 0, S), ("card_number", Text, 25, 0, D), ("card_type", Text, 3, 0, Q)]);
}

#[test]
fn the_number_of_an_account_that_is_not_the_subject_is_a_direct_identifier_and_an_internal_key_is_not() {
    for heading in ["Account Number", "acct_no", "accountnumber", "Kontonummer", "numéro de compte", "rekeningnummer"]
    {
        check(100, &[("customer_id", Integer, 20, 0, S), (heading, Text, 25, 0, D)]);
        check(100, &[(heading, Text, 25, 0, S), ("city", Text, 9, 0, Q)]);
    }
    check(100, &[("customer_id", Integer, 20, 0, S), ("account_id", Integer, 25, 0, Q), ("account", Text, 30, 20, Q)]);
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

#[test]
fn an_account_with_long_numbers_is_a_direct_identifier_whoever_holds_it() {
    let numbers = |name| ColumnFacts { long_numbers: true, ..column(name, Integer, 6_000, 900, 10_000) };
    let roles = |name| {
        let guesses = guess_roles(&[column("account_id", Integer, 700, 0, 10_000), numbers(name)], &[true; 2], false);
        assert_eq!(guesses[0].0, S, "{name}");
        guesses[1].0
    };
    for heading in ["account", "account_to", "Na konto/Z konta", "counterparty account", "compte bénéficiaire"] {
        assert_eq!(roles(heading), D, "{heading}");
    }
    for heading in ["account_key", "account balance", "account hash", "account opening date", "k_symbol", "merchant"] {
        assert_ne!(roles(heading), D, "{heading}");
    }
}

#[test]
fn what_is_only_about_an_identifier_is_none_unless_its_values_tell_people_apart() {
    for heading in ["Address Type", "Email Verified", "Phone Model", "e-mail opt-in", "passport status"] {
        check(1_000, &[("city", Text, 9, 0, Q), (heading, Text, 3, 0, Q)]);
        check(1_000, &[("city", Text, 9, 0, Q), (heading, Text, 700, 0, D)]);
    }
    check(1_000, &[("city", Text, 9, 0, Q), ("email", ColumnType::Boolean, 2, 0, Q), ("email", Text, 2, 0, D)]);
}

#[test]
fn a_part_of_an_address_is_a_place_and_its_lines_are_not() {
    for heading in ["address city", "Billing Address Zip", "addr_country", "Adresse Ort"] {
        check(1_000, &[("city", Text, 9, 0, Q), (heading, Text, 400, 0, Q)]);
    }
    for heading in ["address line1/district", "street address city", "email address country", "address"] {
        check(1_000, &[("city", Text, 9, 0, Q), (heading, Text, 400, 0, D)]);
    }
}

#[test]
fn free_text_with_identifiers_is_a_direct_identifier_and_one_of_few_values_is_none() {
    let found = [Found { placement: Placement::WithinText, ..whole(IdentifierKind::PaymentCardNumber, 3)[0] }];
    let note = ColumnFacts { identifiers: &found, ..column("note", Text, 500, 0, 1_000) };
    let (role, reason) = &guess_roles(&[note], &[true], false)[0];
    assert_eq!((*role, reason.ends_with("some of its cells hold payment card numbers")), (D, true), "{reason}");
    check(1_000, &[("city", Text, 9, 0, Q), ("description", Text, 4, 0, Q), ("memo", Text, 800, 0, I)]);
}

#[test]
fn keys_of_payments_are_ignored_though_some_records_lack_them() {
    check(
        1_000,
        &[
            ("city", Text, 9, 0, Q),
            ("Reference Txn ID", Text, 90, 910, I),
            ("Receipt ID", Text, 199, 800, I),
            ("Invoice Number", Text, 600, 0, Q),
        ],
    );
}

#[test]
fn the_subject_of_a_message_is_not_the_subject_of_the_data() {
    let phrases = ColumnFacts { phrases: true, ..column("Subject", Text, 60, 0, 1_000) };
    assert_ne!(guess_roles(&[phrases], &[true], false)[0].0, S);
    check(1_000, &[("subject", Text, 60, 0, S), ("city", Text, 9, 0, Q)]);
    check(1_000, &[("Buyer ID", Text, 60, 0, S), ("city", Text, 9, 0, Q)]);
}
