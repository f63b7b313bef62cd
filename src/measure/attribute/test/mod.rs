//! Vectors and published figures, and every model against a slow count.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

mod oracle;
mod shortcuts;

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::result::{Closeness, SensitiveColumn};
use crate::stop::Stop;
use crate::table::{Attributes, Codes, Column, SubjectCodes};
use crate::tries::tries;

/// Numbers by chance, the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

fn column(name: &str, cardinality: u32, codes: &[u32], missing: Option<u32>) -> Column {
    Column::new(name.to_owned(), Codes::from_codes(cardinality as usize, codes.iter().copied()), cardinality, missing)
}

/// A table of one quasi-identifier and one sensitive column, each record a subject.
fn records(classes: &[u32], secrets: &[u32], missing: Option<u32>) -> Table {
    let above = |codes: &[u32]| codes.iter().max().map_or(0, |most| most + 1);
    let attributes =
        Attributes { sensitive: vec![column("secret", above(secrets), secrets, missing)], ..Attributes::default() };
    Table::with_attributes(vec![column("q", above(classes), classes, None)], attributes, None, classes.len()).unwrap()
}

fn settings(secrets: &[SecretValues]) -> Settings<'_> {
    Settings { k: 2, missing: MissingMode::OwnCategory, secrets }
}

fn measured(table: &Table, secrets: &[SecretValues]) -> Attribute {
    let stop = Stop::default();
    match measure(table, settings(secrets), Watch::quiet(&stop)).unwrap() {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {:?}", other.without_value()),
    }
}

fn only(found: &Attribute) -> &SensitiveColumn {
    &found.full.secrets[0]
}

fn t_by(secret: &SensitiveColumn, distance: GroundDistance) -> f64 {
    secret.t_by_distance.iter().find(|closeness: &&Closeness| closeness.distance == distance).unwrap().t
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/data/vectors/attribute.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-12, "{what}: {found} instead of {expected}");
}

/// The class with the values of a vector beside a second one that makes the release what it is.
fn with_rest(class: &[u32], release: &[u32]) -> Table {
    let mut rest = release.to_vec();
    for value in class {
        rest.swap_remove(rest.iter().position(|other| other == value).unwrap());
    }
    let classes: Vec<u32> = class.iter().map(|_| 0).chain((1..).zip(&rest).map(|(number, _)| number)).collect();
    let secrets: Vec<u32> = class.iter().chain(&rest).copied().collect();
    records(&classes, &secrets, None)
}

fn distances_of(class: &[(u32, u32)], release: &[u64], secret: &SecretValues) -> [Option<f64>; 4] {
    let values =
        class.iter().map(|&(value, _)| value).max().unwrap_or(0).max(u32::try_from(release.len()).unwrap() - 1);
    let column = column("secret", values + 1, &[], None);
    let distances = distance::Distances::new(&column, secret, release);
    let members = class.iter().map(|&(_, holders)| holders).sum();
    let class = crate::table::ClassMembers { classes: 1, members, values: class, lists: None };
    distances.of(&class, &mut distances.scratch())
}

#[test]
fn earth_movers_distances_of_salaries_are_those_of_the_vectors_and_the_paper() {
    let vectors = vectors();
    let published = &vectors["t_closeness_salary"];
    let salaries: Vec<i64> =
        published["table_values"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap()).collect();
    let secret = SecretValues {
        numbers: Some(salaries.iter().map(|&salary| Some(salary)).collect()),
        ..SecretValues::default()
    };
    let cases = published["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let of_class = case["class"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap());
        let class: Vec<(u32, u32)> = of_class
            .map(|salary| (u32::try_from(salaries.iter().position(|&other| other == salary).unwrap()).unwrap(), 1))
            .collect();
        let found = distances_of(&class, &[1; 9], &secret)[1].unwrap();
        assert_close(found, number(&case["emd_ordered"]), "rank");
        if let Some(published) = case["published"].as_f64() {
            assert!((found - published).abs() < 5e-4, "{found} is published as {published}");
        }
    }
    let table = with_rest(&[0, 1, 2], &(0..9).collect::<Vec<_>>());
    assert!(only(&measured(&table, std::slice::from_ref(&secret))).t.unwrap() >= 0.375);
}

#[test]
fn rank_value_and_equal_distance_differ_as_in_the_vector() {
    let vectors = vectors();
    let vector = &vectors["rank_vs_value_ground_distance"];
    let numbers = vector["values"].as_array().unwrap().iter().map(serde_json::Value::as_i64).collect();
    let secret = SecretValues { numbers: Some(numbers), ..SecretValues::default() };
    // P is the release, of which the class holds less: distances are symmetric, so that Q is the release here.
    let found = distances_of(&[(0, 1), (1, 1)], &[1; 4], &secret);
    for (place, name) in [(0, "emd_equal"), (1, "emd_rank"), (2, "emd_value")] {
        assert_close(found[place].unwrap(), number(&vector[name]), name);
    }
}

#[test]
fn distance_in_a_taxonomy_is_that_of_the_vector() {
    let secret = SecretValues {
        taxonomy: Some(vec![vec![0, 0, 1, 1, 2, 2], vec![0, 0, 0, 0, 1, 1]]),
        ..SecretValues::default()
    };
    let class = [(0, 4), (1, 1), (2, 1), (3, 2), (4, 1), (5, 1)];
    let found = distances_of(&class, &[1, 2, 2, 1, 3, 1], &secret)[3].unwrap();
    assert_close(found, number(&vectors()["t_closeness_hierarchical"]["emd"]), "taxonomy");
}

/// The rows of the small table as codes.
fn small_table(rows: &[Value]) -> Table {
    let code =
        |value: &Value, names: &[&str]| u32::try_from(names.iter().position(|name| value == name).unwrap()).unwrap();
    let classes: Vec<u32> = rows.iter().map(|row| code(&row[0], &["A", "B", "C"])).collect();
    let secrets: Vec<u32> = rows.iter().map(|row| code(&row[1], &["flu", "cold", "hiv"])).collect();
    records(&classes, &secrets, None)
}

#[test]
fn every_model_of_the_worked_example_is_that_of_the_vectors() {
    let vectors = vectors();
    let vector = &vectors["small_table"];
    let table = small_table(vector["rows"].as_array().unwrap());
    let secrets = [SecretValues::default()];
    let found = measured(&table, &secrets);
    let secret = only(&found);
    let of_classes = |name: &str| ["A", "B", "C"].map(|class| vector["classes"][class][name].clone());
    let most = |name: &str| of_classes(name).iter().map(number).fold(f64::NEG_INFINITY, f64::max);
    let least = |name: &str| of_classes(name).iter().map(number).fold(f64::INFINITY, f64::min);
    assert_eq!(secret.distinct_l.map(|l| l as f64), Some(least("distinct_l")));
    assert_close(secret.entropy_l.unwrap(), least("entropy_l"), "entropy");
    assert_close(secret.alpha.unwrap(), most("alpha"), "alpha");
    assert_close(secret.t.unwrap(), most("t_equal"), "t");
    assert_close(secret.beta.unwrap(), most("beta_basic"), "beta");
    assert_close(secret.delta_present.unwrap(), most("delta_ln_over_present_values"), "delta");
    assert_close(secret.delta_present.unwrap() / 2.0_f64.ln(), most("delta_log2_over_present_values"), "delta in log2");
    assert_eq!((secret.delta_strict, secret.recursive_c_of_2, secret.recursive_c_of_3), (None, None, None));
    // Class C gains more than -ln 0.3, so that no beta holds under the enhanced model.
    assert_eq!((secret.enhanced_beta, secret.enhanced_beta_broken), (None, 1));
    assert_close(secret.inference.prior.unwrap(), number(&vector["prior_attribute_vulnerability"]), "prior");
    assert_close(
        secret.inference.posterior.unwrap(),
        number(&vector["posterior_attribute_vulnerability"]),
        "posterior",
    );
    assert_close(secret.inference.multiplicative.unwrap(), number(&vector["multiplicative_leakage"]), "multiplicative");
    assert_close(secret.inference.additive.unwrap(), number(&vector["additive_leakage"]), "additive");
    let reidentification = &found.full.reidentification;
    assert_close(reidentification.prior.unwrap(), number(&vector["prior_reid"]), "prior");
    assert_close(reidentification.posterior.unwrap(), number(&vector["posterior_reid"]), "posterior");
    assert_close(secret.leave_one_out.unwrap(), number(&vector["leave_one_out_posterior"]), "leave-one-out");
}

#[test]
fn every_model_of_each_class_is_that_of_the_vectors() {
    let vectors = vectors();
    let vector = &vectors["small_table"];
    let rows = vector["rows"].as_array().unwrap();
    let table = small_table(rows);
    let (stop, secret) = (Stop::default(), SecretValues::default());
    let column = &table.sensitive()[0];
    let members =
        |table: &Table| ClassMembership::new(table, &ColumnSet::new([0]), &[MemberValue::Any], &stop).unwrap();
    let whole = members(&table);
    for (place, name) in ["A", "B", "C"].into_iter().enumerate() {
        // The class alone against the release of all.
        let expected = &vector["classes"][name];
        let kept: Vec<Value> = rows.iter().filter(|row| row[0] == name).cloned().collect();
        let alone = small_table(&kept);
        let release = models::Release::new(column, &secret, whole.members(), whole.by_value(0));
        let tally = release.tally(&members(&alone), 0, 2, &stop).unwrap();
        let found = release.summed_up(&tally);
        assert_eq!(tally.members, expected["size"].as_u64().unwrap(), "{name}");
        assert_eq!(found.distinct_l, expected["distinct_l"].as_u64(), "{name} of place {place}");
        for (field, value) in [
            ("entropy_l", found.entropy_l),
            ("alpha", found.alpha),
            ("t_equal", found.t),
            ("beta_basic", found.beta),
            ("delta_ln_over_present_values", found.delta_present),
        ] {
            assert_close(value.unwrap(), number(&expected[field]), field);
        }
        assert_close(found.entropy_l.unwrap().ln(), number(&expected["entropy_nats"]), "entropy");
        assert_eq!(found.delta_strict, expected["delta_strict"].as_f64(), "{name}: the vector says `inf` for none");
        assert_eq!(found.recursive_c_of_2, expected["recursive_2_c_inf"].as_f64(), "{name}");
        assert_eq!(found.recursive_c_of_3, expected["recursive_3_c_inf"].as_f64(), "{name}");
        let enhanced = found.enhanced_beta.is_some_and(|beta| beta <= 1.0);
        assert_eq!(Some(enhanced), expected["beta_enhanced_ok_at_beta_1"].as_bool(), "{name}");
    }
}

/// A column of the table of a round, with what is known of its values.
struct Drawn {
    table: Table,
    secret: SecretValues,
}

fn drawn(draws: &mut Draws, round: u32) -> Drawn {
    let records = 1 + draws.below(30) as usize;
    let subjects = 1 + draws.below(14);
    let of_record: Vec<u32> = (0..records).map(|_| draws.below(subjects)).collect();
    let mut codes = |cardinality: u32, fixed: bool| -> Vec<u32> {
        let of_subject: Vec<u32> = (0..subjects).map(|_| draws.below(cardinality)).collect();
        (0..records)
            .map(|at| if fixed { of_subject[of_record[at] as usize] } else { draws.below(cardinality) })
            .collect()
    };
    let (is_static, values) = (!round.is_multiple_of(3), 1 + round % 6);
    let columns = (0..=round % 2).map(|_| column("q", 4, &codes(4, is_static), None)).collect();
    let missing = round.is_multiple_of(4).then_some(values - 1);
    let sensitive = vec![column("secret", values, &codes(values, round.is_multiple_of(5)), missing)];
    let attributes = Attributes { sensitive, ..Attributes::default() };
    let subject = SubjectCodes {
        codes: Codes::from_codes(subjects as usize, of_record.iter().copied()),
        cardinality: subjects,
        missing: None,
    };
    let table =
        Table::with_attributes(columns, attributes, (!round.is_multiple_of(7)).then_some(subject), records).unwrap();
    let numbers = (0..values).map(|value| (missing != Some(value)).then(|| i64::from(draws.below(9)) - 4)).collect();
    let below: Vec<u32> = (0..values).map(|_| draws.below(4)).collect();
    let parents: Vec<u32> = (0..4).map(|_| draws.below(2)).collect();
    let above = below.iter().map(|&group| parents[group as usize]).collect();
    let value =
        [SensitiveValue::Any, SensitiveValue::Last, SensitiveValue::First, SensitiveValue::Mode][round as usize % 4];
    let keys = (0..u64::from(values)).map(|value| value * 5 % 7).collect();
    let taxonomy = Some(if round.is_multiple_of(2) { vec![below, above] } else { vec![below] });
    Drawn { table, secret: SecretValues { value, keys, numbers: Some(numbers), taxonomy, ..SecretValues::default() } }
}

#[test]
fn every_figure_equals_a_slow_count_and_a_transport_problem() {
    let mut draws = Draws(5);
    for round in 0..tries(2_000) {
        let Drawn { table, secret } = drawn(&mut draws, round);
        let found = measured(&table, std::slice::from_ref(&secret));
        let set = ColumnSet::new(0..table.columns().len());
        let column = &table.sensitive()[0];
        let classes = oracle::members(&table, &set, column, secret.value, &secret.keys);
        compare(only(&found), &classes, column, &secret, round);
        assert_eq!(found.full.classes, classes.len() as u64);
        assert_eq!(found.full.members, classes.iter().map(|members| members.len() as u64).sum::<u64>());
    }
}

fn compare(
    found: &SensitiveColumn,
    classes: &[Vec<oracle::Member>],
    column: &Column,
    secret: &SecretValues,
    round: u32,
) {
    let release = oracle::holders(classes.iter().flatten());
    let members: f64 = classes.iter().map(|members| members.len() as f64).sum();
    let pairs: f64 = release.values().sum();
    if release.keys().all(|&value| column.missing == Some(value)) {
        assert_eq!((found.distinct_l, found.t, found.alpha, found.inference.prior), (None, None, None, None));
        return;
    }
    let mut worst: BTreeMap<&str, f64> = BTreeMap::new();
    let mut least: BTreeMap<&str, f64> = BTreeMap::new();
    let mut raise = |name: &'static str, value: f64| {
        let entry = worst.entry(name).or_insert(f64::NEG_INFINITY);
        *entry = entry.max(value);
    };
    let mut lower = |name: &'static str, value: f64| {
        let entry = least.entry(name).or_insert(f64::INFINITY);
        *entry = entry.min(value);
    };
    let (mut absent, mut broken, mut guessed, mut homogeneous) = (false, 0, 0.0, [0, 0]);
    let occurring: Vec<u32> = release.keys().copied().collect();
    for class in classes {
        let held = oracle::holders(class);
        let (own, own_pairs) = (class.len() as f64, held.values().sum::<f64>());
        lower("distinct", held.len() as f64);
        lower("entropy", (-held.values().map(|n| n / own_pairs).map(|q| q * q.ln()).sum::<f64>()).exp());
        let mut sorted: Vec<f64> = held.values().copied().collect();
        sorted.sort_by(|one, other| other.total_cmp(one));
        // The sum of nothing is a negative zero, by which nothing may be divided.
        let tail = |l: usize| sorted.iter().skip(l - 1).sum::<f64>() + 0.0;
        lower("recursive", (1..=sorted.len()).filter(|&l| sorted[0] < 2.0 * tail(l)).max().unwrap_or(0) as f64);
        raise("c2", sorted[0] / tail(2));
        raise("c3", sorted[0] / tail(3));
        let mut breaks = false;
        for (value, &of_all) in &release {
            let (q, p) = (held.get(value).copied().unwrap_or(0.0) / own, of_all / members);
            raise("alpha", q);
            raise("beta", ((q - p) / p).max(0.0));
            breaks |= (q - p) / p > -p.ln() + 1e-12;
            if q > 0.0 { raise("delta", (q / p).ln().abs()) } else { absent = true }
        }
        broken += u64::from(breaks);
        guessed += held.values().copied().fold(0.0, f64::max);
        let present = class.iter().filter(|held| held.iter().any(|&value| column.missing != Some(value))).count();
        let tells = |value: u32, n: f64| {
            n >= own || column.missing != Some(value) && n >= present as f64 && present * 2 > class.len()
        };
        let common = held.iter().filter(|&(&value, &n)| tells(value, n)).map(|(value, _)| release[value]);
        let common = common.fold(f64::INFINITY, f64::min);
        if class.len() >= 2 && common.is_finite() && occurring.len() > 1 {
            homogeneous[usize::from(common * 2.0 > members)] += 1;
        }
        for kind in models::GROUND {
            if kind == GroundDistance::Value && occurring.iter().any(|&value| column.missing == Some(value)) {
                continue;
            }
            let ground = oracle::Ground {
                kind,
                numbers: secret.numbers.as_deref().unwrap(),
                taxonomy: secret.taxonomy.as_deref().unwrap(),
                occurring: occurring.clone(),
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of a few")]
            let whole = |share: f64| share.round() as u64;
            let supply: Vec<u64> =
                occurring.iter().map(|value| whole(held.get(value).copied().unwrap_or(0.0) * pairs)).collect();
            let demand: Vec<u64> = occurring.iter().map(|value| whole(release[value] * own_pairs)).collect();
            let cost = |one: usize, other: usize| ground.between(occurring[one], occurring[other]);
            raise(kind.name(), oracle::transport(&supply, &demand, &cost) / (own_pairs * pairs));
        }
    }
    let same = |found: Option<f64>, expected: f64, what: &str| match found {
        Some(found) => assert!((found - expected).abs() < 1e-9, "{what}, round {round}: {found} is {expected}"),
        None => assert!(expected.is_infinite(), "{what}, round {round}: none is {expected}"),
    };
    same(found.distinct_l.map(|l| l as f64), least["distinct"], "distinct");
    same(found.entropy_l, least["entropy"], "entropy");
    same(found.recursive_l.map(|l| l as f64), least["recursive"], "recursive");
    same(found.recursive_c_of_2, worst["c2"], "c of 2");
    same(found.recursive_c_of_3, worst["c3"], "c of 3");
    same(found.alpha, worst["alpha"], "alpha");
    same(found.beta, worst["beta"], "beta");
    same(found.delta_present, worst["delta"], "delta");
    same(found.delta_strict, if absent { f64::INFINITY } else { worst["delta"] }, "strict delta");
    same(found.enhanced_beta, if broken > 0 { f64::INFINITY } else { worst["beta"] }, "enhanced beta");
    assert_eq!(found.enhanced_beta_broken, broken, "round {round}");
    let homogeneous_found = [found.homogeneous.classes, found.homogeneous.majority_classes];
    assert_eq!(homogeneous_found, homogeneous, "round {round}");
    same(found.inference.prior, release.values().copied().fold(0.0, f64::max) / members, "prior");
    same(found.inference.posterior, guessed / members, "posterior");
    if members > 1.0 {
        same(found.leave_one_out, oracle::leave_one_out(classes), "leave-one-out");
    }
    for closeness in &found.t_by_distance {
        same(Some(closeness.t), worst[closeness.distance.name()], closeness.distance.name());
    }
    let kinds = found.t_by_distance.len();
    assert_eq!(kinds, worst.keys().filter(|name| models::GROUND.iter().any(|kind| kind.name() == **name)).count());
}

#[test]
fn a_constant_secret_tells_nothing_more_than_the_file() {
    let table = records(&[0, 0, 1, 1], &[0, 0, 0, 0], None);
    let found = measured(&table, &[SecretValues::default()]);
    let secret = only(&found);
    assert!(secret.constant);
    assert_eq!(
        (secret.distinct_l, secret.t, secret.beta, secret.delta_strict),
        (Some(1), Some(0.0), Some(0.0), Some(0.0))
    );
    assert_eq!(secret.homogeneous.classes + secret.homogeneous.majority_classes, 0);
}

/// Four of five have the value 0 and the last one hides its own; the other class has both.
#[test]
fn a_blank_does_not_make_a_class_of_one_value_a_class_of_two() {
    let classes = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let homogeneous = |secrets: &[u32]| {
        let found = measured(&records(&classes, secrets, Some(2)), &[SecretValues::default()]);
        only(&found).homogeneous.classes + only(&found).homogeneous.majority_classes
    };
    assert_eq!(homogeneous(&[0, 0, 0, 0, 2, 0, 1, 1, 1, 1]), 1);
    assert_eq!(homogeneous(&[0, 0, 2, 2, 2, 0, 1, 1, 1, 1]), 0, "most hide theirs");
    assert_eq!(homogeneous(&[0, 0, 0, 1, 2, 0, 1, 1, 1, 1]), 0);
}

#[test]
fn one_class_is_the_release() {
    let table = records(&[0, 0, 0], &[0, 1, 1], None);
    let found = measured(&table, &[SecretValues::default()]);
    let secret = only(&found);
    assert_eq!(
        (secret.distinct_l, secret.t, secret.beta, secret.delta_strict),
        (Some(2), Some(0.0), Some(0.0), Some(0.0))
    );
    assert_close(secret.inference.additive.unwrap(), 0.0, "nothing is gained");
}

#[test]
fn a_secret_without_a_value_is_undefined_in_words() {
    let table = records(&[0, 0, 1, 1], &[0, 0, 0, 0], Some(0));
    let found = measured(&table, &[SecretValues::default()]);
    let secret = only(&found);
    let numbers = [secret.alpha, secret.t, secret.beta, secret.leave_one_out, secret.inference.posterior];
    assert_eq!((secret.distinct_l, numbers), (None, [None; 5]));
    assert_eq!(secret.homogeneous.classes + secret.homogeneous.majority_classes, 0);
    assert!(secret.undefined.iter().all(|entry| entry.in_words() == "no cell of the column has a value"));
}

#[test]
fn missing_cells_that_match_everything_make_no_classes() {
    let attributes = Attributes { sensitive: vec![column("secret", 2, &[0, 1], None)], ..Attributes::default() };
    let columns = vec![column("q", 2, &[0, 1], Some(1))];
    let table = Table::with_attributes(columns, attributes, None, 2).unwrap();
    let secrets = [SecretValues::default()];
    let stop = Stop::default();
    let wild = Settings { missing: MissingMode::Wildcard, ..settings(&secrets) };
    let found = measure(&table, wild, Watch::quiet(&stop)).unwrap();
    assert!(matches!(found, Outcome::Undefined { reason, .. } if reason == "wildcard"));
}

#[test]
fn nobody_is_undefined_and_one_person_has_nobody_to_guess_from() {
    let stop = Stop::default();
    let secrets = [SecretValues::default()];
    let empty = measure(&records(&[], &[], None), settings(&secrets), Watch::quiet(&stop)).unwrap();
    assert!(matches!(empty, Outcome::Undefined { .. }));
    let found = measured(&records(&[0], &[0], None), &secrets);
    assert_eq!(only(&found).leave_one_out, None);
}

#[test]
fn the_order_of_records_changes_no_byte() {
    let mut draws = Draws(9);
    for _ in 0..100 {
        let number = 2 + draws.below(40) as usize;
        let classes: Vec<u32> = (0..number).map(|_| draws.below(5)).collect();
        let secrets: Vec<u32> = (0..number).map(|_| draws.below(7)).collect();
        let numbers = |secrets: &[u32]| {
            let most = secrets.iter().max().copied().unwrap_or(0);
            SecretValues {
                numbers: Some((0..=most).map(|value| Some(i64::from(value * value))).collect()),
                ..SecretValues::default()
            }
        };
        let there = measured(&records(&classes, &secrets, None), &[numbers(&secrets)]);
        let reversed = |values: &[u32]| values.iter().rev().copied().collect::<Vec<_>>();
        let back = measured(&records(&reversed(&classes), &reversed(&secrets), None), &[numbers(&secrets)]);
        assert_eq!(serde_json::to_string(&there).unwrap(), serde_json::to_string(&back).unwrap());
        assert!(t_by(only(&there), GroundDistance::Rank) <= t_by(only(&there), GroundDistance::Equal));
    }
}
