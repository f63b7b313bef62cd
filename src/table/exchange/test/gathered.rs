//! From batches of an engine to answers, against a table of the same records.

use proptest::prelude::*;

use super::*;
use crate::tries::tries;

/// A record: its subject, if it has one, and a code for each column.
type Record = (Option<u32>, Vec<u32>);

/// The cardinality of each column; the highest code is that of missing cells.
const CARDINALITIES: [u32; 3] = [3, 5, 40];

fn records(with_subjects: bool) -> impl Strategy<Value = Vec<Record>> {
    let record = (0_u32..40, 0_u32..100, prop::array::uniform3(0_u32..100)).prop_map(move |(subject, habit, cells)| {
        // Most subjects keep their value in the first columns; some cells are missing.
        let is_blank = habit > 96;
        let cell = |(place, cardinality): (usize, u32)| match cells[place] {
            _ if is_blank => cardinality - 1,
            0..12 => cardinality - 1,
            12..60 if place < 2 => subject % (cardinality - 1),
            cell => (cell + habit) % (cardinality - 1),
        };
        let codes = CARDINALITIES.into_iter().enumerate().map(cell).collect();
        ((with_subjects && habit > 3).then_some(subject), codes)
    });
    prop::collection::vec(record, 0..120)
}

fn batch(records: &[Record], with_subjects: bool) -> Row {
    let mut blob = (records.len() as u64).to_le_bytes().to_vec();
    if with_subjects {
        // Blanks around a name are none of it.
        let names: Vec<String> = records
            .iter()
            .enumerate()
            .map(|(place, (subject, _))| match subject {
                Some(subject) if place % 2 == 0 => format!("person {subject} "),
                Some(subject) => format!("person {subject}"),
                None if place % 2 == 0 => String::new(),
                None => "  ".to_owned(),
            })
            .collect();
        let text = names.concat();
        blob.extend((text.len() as u64).to_le_bytes());
        let mut offset = 0_i64;
        blob.extend(offset.to_le_bytes());
        for name in &names {
            offset += i64::try_from(name.len()).unwrap();
            blob.extend(offset.to_le_bytes());
        }
        blob.extend(text.as_bytes());
    } else {
        blob.extend(u64::MAX.to_le_bytes());
    }
    for column in 0..CARDINALITIES.len() {
        let missing = CARDINALITIES[column] - 1;
        let cell = |code: u32| code << 1 | u32::from(code == missing);
        blob.extend(records.iter().flat_map(|(_, codes)| cell(codes[column]).to_le_bytes()));
    }
    Row { part: 0, kind: Kind::Batch, blob }
}

fn gather_plan(parts: u32, has_subjects: bool, varies: [Option<bool>; 3]) -> GatherPlan {
    let column = |(number, (cardinality, varies)): (usize, (u32, Option<bool>))| GatheredColumn {
        name: format!("c{number}"),
        cardinality,
        missing: Some(cardinality - 1),
        varies,
    };
    let columns = CARDINALITIES.into_iter().zip(varies).enumerate().map(column).collect();
    GatherPlan { key: vec![7; 32], parts, has_subjects, columns }
}

/// Whether no column of a record has a value.
fn is_blank((_, codes): &Record) -> bool {
    codes.iter().zip(CARDINALITIES).all(|(&code, cardinality)| code == cardinality - 1)
}

/// The same records as one table, settled as a scan settles it, without those that are left out.
fn table_of(records: &[Record], has_subjects: bool, varies: [Option<bool>; 3]) -> Table {
    let records: Vec<Record> = records.iter().filter(|record| !is_blank(record)).cloned().collect();
    let column = |(number, cardinality): (usize, u32)| {
        let codes = Codes::from_codes(cardinality as usize, records.iter().map(|(_, codes)| codes[number]));
        Column { name: format!("c{number}"), codes, cardinality, missing: Some(cardinality - 1) }
    };
    let codes = || Codes::from_codes(41, records.iter().map(|(subject, _)| subject.unwrap_or(40)));
    let subjects = has_subjects.then(|| SubjectCodes { codes: codes(), cardinality: 41, missing: Some(40) });
    let columns = CARDINALITIES.into_iter().enumerate().map(column).collect();
    Table::new(columns, subjects, records.len()).unwrap().settled(&varies)
}

fn work(task: Work, number: u32, rows: &[Row]) -> Result<Rows, ExchangeError> {
    let sent = serde_json::to_string(&Task::new(task)).unwrap();
    let task: Task = serde_json::from_str(&sent).unwrap();
    assert!(task.is_current());
    let mut rows = rows.to_vec();
    // The sums come first, and the rows of one part lie together.
    rows.sort_by_key(|row| (row.kind != Kind::Cells || number != 4, std::cmp::Reverse(row.part)));
    let mut out = Vec::new();
    let mut emit = |row: Row| {
        out.push(row);
        Ok(())
    };
    let mut spell = |name: &str| if name.ends_with(" 13") { Spelling::ODD } else { Spelling::NUMBER };
    task.run(number, rows.into_iter().map(Ok), &mut spell, &mut emit, &Stop::default())?;
    Ok(out)
}

/// What a scan on a cluster does, in one process.
fn count_gathered(
    batches: &[Row],
    gather: &GatherPlan,
    records: u64,
    limits: Limits,
) -> Result<(Survey, Vec<SetCounts>), ExchangeError> {
    let keyed = work(Work::Gather(gather.clone()), 0, batches)?;
    let surveyed = work(Work::Survey(gather.clone()), 0, &keyed)?;
    let survey = Survey::of(gather, surveyed.into_iter().map(Ok), records)?;
    let shape = survey.shape(gather, &CARDINALITIES.map(|cardinality| vec![2; cardinality as usize]));
    let sets = lattice(CARDINALITIES.len(), CARDINALITIES.len());
    let count = plan(&shape, &[Query::Classes(sets)], limits);
    let number = Work::Number { gather: gather.clone(), numbering: survey.numbering.clone(), count: count.clone() };
    let routed = work(number, 0, &keyed)?;
    let counting = || Work::Count(count.clone());
    let (by_subject, by_lead) = split(routed, |row| row.part < count.subject_parts());
    let (sums, mut answered) =
        split(work(counting(), 2, &work(counting(), 1, &by_subject)?)?, |row| row.kind == Kind::Cells);
    let (minima, sizes) = split(work(counting(), 3, &by_lead)?, |row| row.kind == Kind::Minima);
    answered.extend(sizes);
    if count.has_subjects() && survey.outline.records > 0 {
        let rows: Rows = sums.into_iter().chain(by_subject).chain(minima).collect();
        answered.extend(work(counting(), 4, &rows)?);
    }
    let counts = answers(&count, answered.into_iter().map(Ok))?.remove(0);
    Ok((survey, counts))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gathered_records_are_counted_like_a_table_of_them(
        (has_subjects, records) in any::<bool>().prop_flat_map(|with| (Just(with), records(with))),
        parts in 1_u32..9,
        piece in 1_usize..40,
        varies in prop::array::uniform3(prop::option::of(any::<bool>())),
        limits in limits(),
    ) {
        let table = table_of(&records, has_subjects, varies);
        let batches: Rows = records.chunks(piece).map(|piece| batch(piece, has_subjects)).collect();
        let gather = gather_plan(parts, has_subjects, varies);
        let (survey, counts) = count_gathered(&batches, &gather, records.len() as u64, limits).unwrap();
        let mut outline = table.outline();
        for (place, column) in outline.columns.iter_mut().enumerate() {
            // A table keeps the code of missing cells that only a record without a subject has.
            column.has_missing &= table.columns()[place].values().any(|code| Some(code) == table.columns()[place].missing);
        }
        prop_assert_eq!(&survey.outline, &outline);
        prop_assert_eq!(survey.blank_records, records.iter().filter(|record| is_blank(record)).count() as u64);
        let unsettled = table_of(&records, has_subjects, [Some(true); 3]);
        for place in 0..CARDINALITIES.len() {
            prop_assert_eq!(survey.variations[place], unsettled.variation(place));
            prop_assert_eq!(survey.has_value[place], unsettled.has_value(place));
        }
        let sets = lattice(CARDINALITIES.len(), CARDINALITIES.len());
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        prop_assert_eq!(counts, expected);
    }
}

/// Everything that the parts make of these batches, once they have them: surveys, cells, smallest classes and answers.
fn made_of(batches: &[Row], gather: &GatherPlan, records: u64, limits: Limits) -> [Rows; 4] {
    let keyed = work(Work::Gather(gather.clone()), 0, batches).unwrap();
    let surveyed = work(Work::Survey(gather.clone()), 0, &keyed).unwrap();
    let survey = Survey::of(gather, surveyed.iter().cloned().map(Ok), records).unwrap();
    let shape = survey.shape(gather, &CARDINALITIES.map(|cardinality| vec![2; cardinality as usize]));
    let count = plan(&shape, &[Query::Classes(lattice(3, 3))], limits);
    let number = Work::Number { gather: gather.clone(), numbering: survey.numbering, count: count.clone() };
    let routed = work(number, 0, &keyed).unwrap();
    let (by_subject, by_lead) = split(routed, |row| row.part < count.subject_parts());
    let cells = work(Work::Count(count.clone()), 1, &by_subject).unwrap();
    let (minima, sizes) = split(work(Work::Count(count), 3, &by_lead).unwrap(), |row| row.kind == Kind::Minima);
    [surveyed, cells, minima, sizes].map(|mut rows| {
        rows.sort_by(|row, other| (row.part, row.kind, &row.blob).cmp(&(other.part, other.kind, &other.blob)));
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(300), failure_persistence: None, ..ProptestConfig::default() })]

    // An engine that does lost work again may do it in another order, while others keep what they got before.
    #[test]
    fn what_a_part_makes_depends_on_its_records_and_not_on_their_order(
        (has_subjects, records) in any::<bool>().prop_flat_map(|with| (Just(with), records(with))),
        parts in 1_u32..9,
        limits in limits(),
    ) {
        prop_assume!(!records.is_empty());
        let gather = gather_plan(parts, has_subjects, [None; 3]);
        let mut reversed = records.clone();
        reversed.reverse();
        let limits = Limits { fewest_parts: 3, ..limits };
        let [once, again] = [&records, &reversed].map(|records| {
            made_of(&[batch(records, has_subjects)], &gather, records.len() as u64, limits)
        });
        prop_assert_eq!(once, again);
    }
}

#[test]
fn a_part_that_has_other_subjects_than_it_was_surveyed_with_is_refused() {
    let gather = gather_plan(2, true, [None; 3]);
    let of = |records: &[Record]| work(Work::Gather(gather.clone()), 0, &[batch(records, true)]).unwrap();
    let records = some_records();
    let keyed = of(&records);
    let surveyed = work(Work::Survey(gather.clone()), 0, &keyed).unwrap();
    let survey = Survey::of(&gather, surveyed.into_iter().map(Ok), 60).unwrap();
    let shape = survey.shape(&gather, &CARDINALITIES.map(|cardinality| vec![2; cardinality as usize]));
    let count = plan(&shape, &[Query::Classes(lattice(3, 3))], SMALL_PARTS);
    let number = || Work::Number { gather: gather.clone(), numbering: survey.numbering.clone(), count: count.clone() };
    work(number(), 0, &keyed).unwrap();
    // As many records, of one subject more.
    let mut other = records;
    other[0].0 = Some(39);
    let ended = work(number(), 0, &of(&other));
    assert_eq!(ended, Err(ExchangeError::Damaged("a part has not the subjects that it had")));
}

fn some_records() -> Vec<Record> {
    (0..60).map(|number| (Some(number % 7), vec![number % 2, number % 4, number % 39])).collect()
}

#[test]
fn odd_names_of_any_batch_are_told_unless_the_names_can_only_be_text() {
    let gather = gather_plan(3, true, [None; 3]);
    let odd = |batches: &[Vec<Record>]| {
        let mut keyed = Rows::new();
        for records in batches {
            keyed.extend(work(Work::Gather(gather.clone()), 0, &[batch(records, true)]).unwrap());
        }
        let surveyed = work(Work::Survey(gather.clone()), 0, &keyed).unwrap();
        let records = batches.iter().map(Vec::len).sum::<usize>() as u64;
        Survey::of(&gather, surveyed.into_iter().map(Ok), records).unwrap().has_odd_subjects
    };
    let of = |subject: u32| vec![(Some(subject), vec![0, 0, 0])];
    assert!(!odd(&[of(1), of(2)]));
    assert!(odd(&[of(1), of(13), of(2)]));
}

#[test]
fn no_name_of_a_subject_travels_and_without_the_key_nobody_can_tell_who_is_who() {
    let batches = [batch(&some_records(), true)];
    let gather = gather_plan(3, true, [None; 3]);
    let keyed = work(Work::Gather(gather.clone()), 0, &batches).unwrap();
    for row in &keyed {
        let raw = blob::unpack(&row.blob).unwrap();
        assert!(!raw.windows(6).any(|window| window == b"person"));
    }
    let other = GatherPlan { key: vec![8; 32], ..gather };
    assert_ne!(work(Work::Gather(other), 0, &batches).unwrap(), keyed);
}

#[test]
fn gathered_rows_that_are_lost_repeated_or_damaged_end_in_words() {
    let batches = [batch(&some_records(), true)];
    let gather = gather_plan(3, true, [None; 3]);
    let keyed = work(Work::Gather(gather.clone()), 0, &batches).unwrap();
    let survey = |rows: &[Row]| {
        let surveyed = work(Work::Survey(gather.clone()), 0, rows)?;
        Survey::of(&gather, surveyed.into_iter().map(Ok), 60)
    };
    survey(&keyed).unwrap();
    assert_eq!(survey(&keyed[1..]), Err(ExchangeError::Damaged("records got lost or were gathered twice")));
    let twice: Rows = keyed.iter().chain(&keyed[..1]).cloned().collect();
    assert_eq!(survey(&twice), Err(ExchangeError::Damaged("records got lost or were gathered twice")));
    let surveyed = work(Work::Survey(gather.clone()), 0, &keyed).unwrap();
    let twice = surveyed.iter().chain(&surveyed[..1]).cloned().map(Ok);
    assert!(matches!(Survey::of(&gather, twice, 60), Err(ExchangeError::Damaged(_))));
    // A batch cut off anywhere, or with a code that the plan does not know.
    for length in 0..batches[0].blob.len() {
        let cut = Row { blob: batches[0].blob[..length].to_vec(), ..batches[0].clone() };
        assert!(matches!(work(Work::Gather(gather.clone()), 0, &[cut]), Err(ExchangeError::Damaged(_))), "{length}");
    }
    let unknown = batch(&[(Some(1), vec![0, 0, 41])], true);
    let ended = work(Work::Gather(gather.clone()), 0, &[unknown]);
    assert_eq!(ended, Err(ExchangeError::Damaged("a code is not of the plan")));
    // One flipped byte of what travels.
    for place in (0..keyed[0].blob.len()).step_by(3) {
        let mut flipped = keyed.clone();
        flipped[0].blob[place] ^= 1;
        assert!(survey(&flipped).is_err(), "{place}");
    }
}
