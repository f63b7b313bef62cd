//! Tables of customers, accounts or cards that are measured with the extract: opened before it is read, and brought to its
//! records afterwards.

use super::ScanError;
use super::ground::ColumnGround;
use crate::input::{self, Extract, InputError, Source};
use crate::plan::{ConfigError, InputOptions, Plan, TableJoin, did_you_mean, shown_list, shown_name};
use crate::recode;
use crate::stop::{Progress, Stop};

/// The tables that the plan names, opened.
pub(crate) struct Tables {
    opened: Vec<(String, Source)>,
    /// Names of all columns, those of the extract first.
    columns: Vec<String>,
}

/// Opens every table and looks for its key. `own` are the columns of the extract.
///
/// # Errors
/// When a table cannot be opened, a key is not there, or two tables have one name.
pub(crate) fn open(plan: &Plan, own: &[String]) -> Result<Tables, ScanError> {
    let mut tables = Tables { opened: Vec::new(), columns: own.to_vec() };
    for planned in &plan.joins {
        let source = input::open(&planned.files, &of_table(&plan.input))?;
        let name = planned.name.clone().unwrap_or_else(|| source.name().to_owned());
        if tables.opened.iter().any(|(other, _)| *other == name) {
            let message = format!("two tables of `[[dataset.join]]` are called `{}`", shown_name(&name));
            return Err(ConfigError::new("same-name", message).with_hint("give each a different `name`").into());
        }
        has_key(&planned.key, &tables.columns)?;
        if !source.columns().contains(planned.key_there()) {
            return Err(planned.lacks_key(&name).into());
        }
        for column in source.columns().iter().filter(|column| *column != planned.key_there()) {
            let known = tables.columns.iter().map(String::as_str);
            let name = TableJoin::name_of(column, &name, known);
            tables.columns.push(name);
        }
        tables.opened.push((name, source));
    }
    Ok(tables)
}

/// What the options say of cells; how the text of another file is laid out is found from that file.
pub(super) fn of_table(options: &InputOptions) -> InputOptions {
    InputOptions {
        delimiter: None,
        quote: None,
        header: None,
        encoding: None,
        skip: None,
        footer: None,
        comment: None,
        layout: Vec::new(),
        record_length: None,
        ..options.clone()
    }
}

/// Refuses a key whose values depend on a question that nobody answered.
fn is_settled(table: &Extract, key: &str) -> Result<(), InputError> {
    let column = table.columns.iter().find(|column| column.name == key);
    match column.and_then(|column| column.doubt).filter(|doubt| doubt.is_question()) {
        Some(doubt) => Err(InputError::OpenReading { column: shown_name(key), doubt }),
        None => Ok(()),
    }
}

fn has_key(key: &String, columns: &[String]) -> Result<(), ConfigError> {
    if columns.contains(key) {
        return Ok(());
    }
    let meant = did_you_mean(key, columns.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |meant| format!("did you mean `{}`? ", shown_name(meant)));
    let message = format!("there is no column `{}` to join on", shown_name(key));
    Err(ConfigError::new("unknown-column", message).with_hint(format!("{meant}columns: {}", shown_list(columns))))
}

impl Tables {
    /// Names of all columns, those of the extract first.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Reads the tables and brings their columns to the records of the extract, in the order of the plan.
    ///
    /// # Errors
    /// When a table cannot be read, or its keys cannot be compared with those of the extract.
    pub(crate) fn bring_to(
        self,
        extract: &mut Extract,
        plan: &Plan,
        ground: &ColumnGround,
        (progress, stop): (&dyn Progress, &Stop),
    ) -> Result<(), ScanError> {
        for (planned, (name, source)) in plan.joins.iter().zip(self.opened) {
            let wanted = vec![true; source.columns().len()];
            let left = plan.memory.map(|allowed| allowed.saturating_sub(extract.bytes()));
            let table = input::read(source, &wanted, progress, stop, ground.allowance(left))
                .map_err(|error| ScanError::of_source(&name, plan.memory, error))?;
            is_settled(extract, &planned.key)?;
            is_settled(&table, planned.key_there())?;
            recode::bring(extract, table, planned, &name, plan.time_origin)?;
        }
        Ok(())
    }
}
