//! One spine: over random results, every comparison has its check, every broken check its finding with the same figure,
//! and a judge that reads the nested values instead of the figures agrees.

use super::*;
use crate::result::{GroupRisk, Population};
use crate::tries::tries;

/// Draws the same numbers for the same seed, everywhere.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }

    pub(super) fn share(&mut self) -> f64 {
        self.pick(&[0.0, 0.05, 0.1, 0.100_000_1, 0.2, 0.200_000_1, 0.5, 1.0])
    }

    fn smallest(&mut self) -> Option<u64> {
        let smallest = self.below(14) + 1;
        (!self.chance(5)).then_some(smallest)
    }

    fn outcome<T>(&mut self, unit: Unit, value: T) -> Option<Outcome<T>> {
        let words = || ("x".to_owned(), "it could not be".to_owned());
        let ((reason, explanation), (other, cut_off)) = (words(), words());
        match self.below(10) {
            0 => None,
            1 => Some(Outcome::Undefined { reason, explanation }),
            2 => Some(Outcome::Incomplete { reason: other, explanation: cut_off }),
            _ => Some(Outcome::Measured { unit, value }),
        }
    }

    fn statistics(&mut self, columns: &[&str]) -> SetStatistics {
        let mut set = set(columns, self.smallest());
        set.unique_subjects = self.below(51);
        set.below = [5, 12].map(|k| Below { k, records: 50, subjects: self.below(51) }).to_vec();
        set.risk.average_subject = (!self.chance(5)).then(|| self.share());
        set
    }

    pub(super) fn dataset(&mut self) -> Dataset {
        let mut dataset = dataset();
        let day = column("day", Role::QuasiIdentifier, self.chance(40));
        let posted = DatasetColumn { column_type: ColumnType::Date, ..column("posted", Role::Ignore, true) };
        let named = column("name", Role::DirectIdentifier, true);
        for column in [day, posted, named] {
            if self.chance(40) {
                dataset.columns.push(column);
            }
        }
        dataset.subject = dataset.subject.filter(|_| self.chance(85));
        dataset
    }

    fn uniqueness(&mut self) -> Uniqueness {
        let mut value = uniqueness(None, 1);
        value.full = self.statistics(&["city", "day"]);
        value.static_set = match self.below(5) {
            0 => None,
            1 => Some(value.full.clone()),
            _ => Some(self.statistics(&["city"])),
        };
        value.sets = [&["city"][..], &["day"], &["city", "day"]].map(|columns| self.statistics(columns)).to_vec();
        value
    }

    fn unicity(&mut self) -> Unicity {
        let (share, high) = (self.share(), self.share());
        let gate = UnicityGate {
            point: vec!["day".to_owned()],
            known_points: 4,
            subjects: 50,
            share: (!self.chance(10)).then_some(share),
            interval: (!self.chance(10)).then_some([share.min(high), share.max(high)]),
            ..UnicityGate::default()
        };
        let gates = if self.chance(20) { Vec::new() } else { vec![gate] };
        Unicity { gates, ..Unicity::default() }
    }

    fn linkage(&mut self) -> Linkage {
        let kinds = [AttackKind::Exact, AttackKind::Tolerant, AttackKind::Release, AttackKind::Intersection];
        let attack = |draw: &mut Self| {
            let (rate, high) = (draw.share(), draw.share());
            let expected = rate * 50.0;
            LinkageAttack {
                attack: draw.pick(&kinds),
                with: draw.pick(&["crm", "october"]).to_owned(),
                columns: vec!["city".to_owned()],
                subjects: 50,
                attack_rate: (!draw.chance(10)).then_some(rate),
                interval: draw.pick(&[None, Some([rate; 2]), Some([rate.min(high), rate.max(high)])]),
                expected_correct: draw.chance(50).then_some(expected),
                evidence: draw.pick(&[Evidence::Found, Evidence::None, Evidence::Unknown]),
                ..LinkageAttack::default()
            }
        };
        let attacks = (0..self.below(5)).map(|_| attack(self)).collect();
        let check = PseudonymCheck {
            column: "card".to_owned(),
            identifiers: "cards.csv".to_owned(),
            supplied: 9,
            values: 9,
            reversed: self.below(2),
            ..PseudonymCheck::default()
        };
        let pseudonyms =
            if self.chance(30) { vec![PseudonymCheck { subjects: check.reversed, ..check }] } else { vec![] };
        Linkage { attacks, pseudonyms }
    }

    fn identifiers(&mut self) -> Identifiers {
        let kinds = [
            IdentifierKind::Iban,
            IdentifierKind::PaymentCardNumber,
            IdentifierKind::PartialCardNumber,
            IdentifierKind::TruncatedCardNumber,
            IdentifierKind::HashedValue,
        ];
        let columns = ["name", "memo", "token"].map(|column| IdentifierColumn {
            column: column.to_owned(),
            kind: self.pick(&kinds),
            placement: Placement::WholeCell,
            records: 3,
            share: 0.1,
            permitted: self.chance(40),
        });
        let found = columns.into_iter().filter(|_| self.chance(25)).collect();
        Identifiers { columns_searched: 5, columns: found, correlated: Vec::new() }
    }

    pub(super) fn measures(&mut self) -> Measures {
        let unit = if self.chance(95) { Unit::Subject } else { Unit::Record };
        let (uniqueness, unicity) = (self.uniqueness(), self.unicity());
        let (linkage, identifiers) = (self.linkage(), self.identifiers());
        let population = self.population();
        let attribute = self.attribute();
        Measures {
            uniqueness: self.outcome(unit, uniqueness),
            unicity: self.outcome(unit, unicity),
            linkage: self.outcome(Unit::Subject, linkage),
            identifiers: self.outcome(Unit::Record, identifiers),
            population: self.outcome(Unit::Subject, population),
            attribute: self.outcome(unit, attribute),
            ..Measures::default()
        }
    }

    fn attribute(&mut self) -> Attribute {
        let classes = if self.chance(20) { self.below(3) } else { 0 };
        let mut secret = super::attribute::secret(classes, self.below(2));
        [secret.alpha, secret.t, secret.beta] = [(); 3].map(|()| self.chance(90).then(|| self.share()));
        secret.distinct_l = self.chance(90).then(|| self.below(6) + 1);
        let static_set = self.chance(80).then(|| super::attribute::set_of(&["city"], secret.clone()));
        let static_unclear = self.chance(10).then(|| super::attribute::set_of(&["city", "day"], secret.clone()));
        Attribute { full: super::attribute::set_of(&["city", "day"], secret), static_set, static_unclear }
    }

    fn population(&mut self) -> Population {
        let ends = 1 + self.below(2);
        let estimates = (1..=ends).map(|end| {
            let numbers = [(); 2].map(|()| self.chance(90).then(|| self.share()));
            let mut estimate = super::population::estimate(end * 1_000, numbers[0], numbers[1], self.chance(30));
            estimate.household = numbers[1].map(|risk| GroupRisk {
                column: "home".to_owned(),
                groups: 9,
                highest: Some(risk),
                mean: Some(risk),
                expected: Some(risk),
                undefined: None,
            });
            estimate
        });
        let estimates = estimates.collect();
        super::population::value(estimates, self.chance(80))
    }

    pub(super) fn policy(&mut self) -> Policy {
        policy_of(&self.limits())
    }

    pub(super) fn limits(&mut self) -> Limits {
        // No draw has tables of totals: what is asked of them has tests of its own.
        let of_records =
            PRESETS.into_iter().filter(|id| ![AGGREGATE_CMS, AGGREGATE_BANK].contains(id)).collect::<Vec<_>>();
        let preset = self.chance(50).then(|| self.pick(&of_records).to_owned());
        let mut limits = Limits { preset, ..Limits::default() };
        let is_drawn = |row: &&crate::plan::Limit| {
            row.key != "max_inference_advantage" && row.measure != crate::measure::aggregates::NAME
        };
        for row in crate::measure::limits().filter(is_drawn) {
            // A policy with more limits is seldom met, and what is never met shows nothing.
            let is_new = ["attribute", "histories", "original"].contains(&row.measure);
            let percent = if is_new { 8 } else { 25 };
            if self.chance(percent) {
                let number = match row.key {
                    "k" => as_float(self.below(11) + 2),
                    "max_risk" => 1.0 / as_float(self.below(11) + 2),
                    "min_l" | "min_history_crowd" => as_float(self.below(4) + 2),
                    "max_correct_links" => as_float(self.below(30)),
                    _ => self.share(),
                };
                limits = limits.with(row.key, number);
            }
        }
        limits.gate_any_record = self.chance(25).then_some(true);
        limits
    }
}

type Name<'a> = (Option<&'a str>, &'a [String], Option<&'a str>);

fn of_check(check: &Check) -> Name<'_> {
    (check.figure.as_deref(), &check.columns, check.about.as_deref())
}

fn of_finding(finding: &Finding) -> Name<'_> {
    (finding.figure.as_deref(), &finding.columns, finding.about.as_deref())
}

/// The number that a figure is compared by, and whether more of it is better.
fn worse_end(figure: &Figure) -> (Option<f64>, bool) {
    let at_least = figure.id.ends_with(".smallest_class") || figure.id.ends_with(".distinct_l");
    let FigureValue::Measured { value, interval } = figure.value else { return (None, at_least) };
    let [low, high] = interval.unwrap_or([value; 2]);
    (Some(if at_least { low.min(value) } else { high.max(value) }), at_least)
}

fn assert_compared_exactly(judgement: &Judgement, seed: u64) {
    for check in judgement.checks.iter().filter(|check| check.figure.is_some()) {
        let named: Vec<&Figure> = judgement.figures.iter().filter(|figure| check.is_of(figure)).collect();
        let is_whole = check.figure.as_deref() == Some("identifiers.columns");
        assert!(named.len() == 1 || is_whole, "{seed}: {check:?} speaks of {} figures", named.len());
        let Some((compared, at_least)) = named.first().map(|figure| worse_end(figure)) else { continue };
        match (check.outcome, check.compared, check.limit) {
            (CheckOutcome::Holds | CheckOutcome::Breaks, Some(number), Some(limit)) => {
                assert!(compared.is_some_and(|compared| compared.total_cmp(&number).is_eq()), "{seed}: {check:?}");
                let holds = if at_least { number >= limit } else { number <= limit };
                assert_eq!(check.outcome == CheckOutcome::Holds, holds, "{seed}: {check:?}");
            }
            (CheckOutcome::Holds | CheckOutcome::Breaks, ..) => panic!("{seed}: nothing was compared in {check:?}"),
            _ => assert!(check.reason.is_some(), "{seed}: {check:?}"),
        }
    }
}

fn assert_told(judgement: &Judgement, policy: &Policy, seed: u64) {
    for gate in &policy.gates {
        assert!(judgement.checks.iter().any(|check| check.gate == gate.id), "{seed}: {} has no check", gate.id);
    }
    for check in &judgement.checks {
        let told = judgement.findings.iter().filter(|finding| finding.is_of(check)).collect::<Vec<_>>();
        if check.outcome == CheckOutcome::Breaks {
            assert_eq!(told.len(), 1, "{seed}: {check:?}");
            assert_eq!(told[0].measured, check.compared, "{seed}: {check:?}");
        }
        let is_quiet = matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::NotApplicable);
        assert!(!is_quiet || check.finding.is_none(), "{seed}: {check:?}");
    }
    for finding in judgement.findings.iter().filter(|finding| finding.figure.is_some()) {
        let rows = || judgement.checks.iter().filter(|check| of_check(check) == of_finding(finding));
        assert!(rows().any(|check| check.finding == Some(finding.code)), "{seed}: {finding:?}");
        assert!(rows().any(|check| check.limit == finding.limit), "{seed}: {finding:?}");
    }
    if judgement.verdict.outcome == VerdictOutcome::Pass {
        let is_good = |check: &Check| matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::NotApplicable);
        assert!(judgement.checks.iter().all(is_good), "{seed}: a pass with {:?}", judgement.checks);
    }
}

#[test]
fn every_broken_check_has_a_finding_with_the_same_figure_and_every_finding_a_check() {
    let (mut seen, seeds) = (std::collections::BTreeMap::new(), tries(2_000));
    for seed in 0..seeds {
        let mut draw = Draw(seed);
        let (dataset, measures, policy) = (draw.dataset(), draw.measures(), draw.policy());
        let judgement = judge(Case::new(&dataset, &measures, &policy));
        assert_compared_exactly(&judgement, seed);
        assert_told(&judgement, &policy, seed);
        for check in &judgement.checks {
            *seen.entry(format!("{:?}", check.outcome)).or_insert(0) += 1;
        }
    }
    assert!(seen.len() == 5 && seen.values().all(|&times| times > seeds / 10), "every outcome occurs often: {seen:?}");
}

/// Whether a gate is broken, from the nested values alone; `None` where they do not tell.
fn slow(measures: &Measures, dataset: &Dataset, policy: &Policy, gate: &Gate) -> Option<bool> {
    match gate.measure.name() {
        "smallest-class" | "highest-risk" | "average-risk" | "unique-share" | "share-at-risk" => {
            let Some(Outcome::Measured { unit, value }) = &measures.uniqueness else { return None };
            (*unit == Unit::Subject || dataset.subject.is_none()).then(|| slow_classes(value, policy, gate)).flatten()
        }
        "unicity" => {
            let Some(Outcome::Measured { unit: Unit::Subject, value }) = &measures.unicity else { return None };
            let result = value.gates.first()?;
            Some(result.interval?[1].max(result.share?) > gate.limit?)
        }
        name @ ("linked-share" | "correct-links" | "relinked-share") => {
            let Some(Outcome::Measured { value, .. }) = &measures.linkage else { return None };
            let follows = |attack: &&LinkageAttack| attack.follows() == (name == "relinked-share");
            let breaks = |attack: &LinkageAttack| {
                let rate = attack.attack_rate?;
                let high = attack.interval.map_or(rate, |[_, high]| high.max(rate));
                let links = if high > rate { high * 50.0 } else { attack.expected_correct.unwrap_or(rate * 50.0) };
                Some(if name == "correct-links" { links > gate.limit? } else { high > gate.limit? })
            };
            Some(value.attacks.iter().filter(follows).any(|attack| breaks(attack) == Some(true)))
        }
        name @ ("population-uniqueness" | "individual-risk" | "mean-individual-risk" | "household-risk") => {
            let Some(Outcome::Measured { unit: Unit::Subject, value }) = &measures.population else { return None };
            let number = |estimate: &PopulationEstimate| match name {
                "population-uniqueness" => estimate.unique_share,
                "individual-risk" => estimate.individual.highest,
                "mean-individual-risk" => estimate.individual.mean,
                _ => estimate.household.as_ref().and_then(|household| household.highest),
            };
            let ends: Option<Vec<f64>> = value.estimates.iter().map(number).collect();
            // A limit that nothing can break is no gate.
            (gate.limit? < 1.0).then_some(())?;
            Some(ends?.into_iter().any(|end| end > gate.limit.unwrap_or(0.0)))
        }
        name @ ("l-diversity" | "alpha" | "t-closeness" | "beta-likeness") => {
            let Some(Outcome::Measured { unit, value }) = &measures.attribute else { return None };
            (*unit == Unit::Subject || dataset.subject.is_none()).then_some(())?;
            let limit = gate.limit?;
            (name == "l-diversity" || name == "beta-likeness" || limit < 1.0).then_some(())?;
            let breaks = |set: &AttributeSet| {
                let secret = &set.secrets[0];
                match name {
                    "l-diversity" => Some(as_float(secret.distinct_l?) < limit),
                    "alpha" => Some(secret.alpha? > limit),
                    "t-closeness" => Some(secret.t? > limit),
                    _ => Some(secret.beta? > limit),
                }
            };
            let sets: Vec<Option<bool>> = value.static_set.iter().chain(&value.static_unclear).map(breaks).collect();
            if sets.contains(&Some(true)) { Some(true) } else { sets.into_iter().flatten().next() }
        }
        _ => None,
    }
}

fn slow_classes(value: &Uniqueness, policy: &Policy, gate: &Gate) -> Option<bool> {
    let k = gate.class_limit().map(u64::from);
    if gate.set == Some(GateSet::AllSubsets) {
        let smaller = || value.sets.iter().filter(|set| set.columns != value.full.columns);
        let smallest: Option<Vec<u64>> = smaller().map(|set| set.smallest_class).collect();
        return Some(smallest?.into_iter().any(|smallest| Some(smallest) < k));
    }
    let set = if gate.set == Some(GateSet::Full) { &value.full } else { value.static_set.as_ref()? };
    let share = |subjects: u64| as_float(subjects) / 50.0;
    let limit = gate.limit?;
    match gate.measure.name() {
        "average-risk" => Some(set.risk.average_subject? > limit),
        "unique-share" => Some(share(set.unique_subjects) > limit),
        "share-at-risk" => {
            let below = gate.limit_as_k.unwrap_or(policy.k);
            Some(share(set.below.iter().find(|entry| entry.k == below)?.subjects) > limit)
        }
        _ => Some(set.smallest_class? < k?),
    }
}

#[test]
fn a_judge_that_reads_the_nested_values_agrees() {
    let (mut broken, seeds) = (0, tries(2_000));
    for seed in 0..seeds {
        let mut draw = Draw(seed);
        let (dataset, measures, policy) = (draw.dataset(), draw.measures(), draw.policy());
        let judgement = judge(Case::new(&dataset, &measures, &policy));
        for gate in policy.gates.iter().filter(|gate| !gate.measure.is_rule_of_form()) {
            let same = policy.gates.iter().filter(|other| other.id == gate.id);
            let expected: Vec<Option<bool>> = same.map(|gate| slow(&measures, &dataset, &policy, gate)).collect();
            let checks = || judgement.checks.iter().filter(|check| check.gate == gate.id);
            let breaks = checks().any(|check| check.outcome == CheckOutcome::Breaks);
            assert_eq!(breaks, expected.contains(&Some(true)), "{seed}: {}: {expected:?}", gate.id);
            let holds = checks().any(|check| check.outcome == CheckOutcome::Holds);
            assert!(!holds || expected.iter().any(Option::is_some), "{seed}: {} holds without a number", gate.id);
            broken += u64::from(breaks);
        }
    }
    assert!(broken > seeds / 4, "{broken} gates were broken");
}

#[test]
fn a_measure_without_words_of_its_own_is_judged_and_told_all_the_same() {
    let policy = policy_of(&Limits::default().with("max_inference_advantage", 0.1));
    let (dataset, measures) = (dataset(), measured(uniqueness(Some(9), 9)));
    for (advantage, outcome) in [(0.1, CheckOutcome::Holds), (0.100_01, CheckOutcome::Breaks)] {
        let value = FigureValue::number(advantage);
        let figure = Figure::new("inference.advantage", "advantage of a guess", FigureUnit::Share, value);
        let mut figures = crate::measure::figures(&measures, &dataset, &policy);
        figures.push(figure.on(&["income".to_owned()]));
        let judgement = judge_figures(Case::new(&dataset, &measures, &policy), figures);
        let check = judgement.checks.iter().find(|check| check.gate == "inference-advantage").unwrap();
        assert_eq!((check.outcome, check.compared, check.limit), (outcome, Some(advantage), Some(0.1)));
        let found = judgement.findings.first().map(|found| (found.code, found.message.as_str()));
        let words = "the advantage of a guess on `income` is 10.001 %; the policy allows at most 10 %";
        assert_eq!(found, (outcome == CheckOutcome::Breaks).then_some((FindingCode::SensitiveInference, words)));
    }
}

#[test]
fn an_attack_that_fails_against_its_control_names_it() {
    let attack = LinkageAttack {
        attack: AttackKind::Tolerant,
        with: "members".to_owned(),
        columns: vec!["city".to_owned()],
        subjects: 50,
        attack_rate: Some(1.0),
        baseline_rate: Some(0.003),
        control_rate: Some(0.98),
        evidence: Evidence::None,
        no_better_than: Some(Yardstick::Control),
        ..LinkageAttack::default()
    };
    let value = Linkage { attacks: vec![attack], pseudonyms: Vec::new() };
    let measures = Measures {
        linkage: Some(Outcome::Measured { unit: Unit::Subject, value }),
        ..measured(uniqueness(Some(9), 9))
    };
    let policy = policy_of(&Limits::default().with("max_linked_share", 0.01));
    let dataset = dataset();
    let message = &judge(Case::new(&dataset, &measures, &policy)).findings[0].message;
    assert!(message.contains("control 98 %") && !message.contains("guessing"), "{message}");
}
