//! The driver's side of a scan on a cluster: what to do next, for `reidrisk.spark`.
//!
//! What is known so far lies in a folder of the driver, which [`crate::scan::cluster`] is asked about; what it says is written
//! beside it, and told in one line of JSON.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::arguments::{ClusterArguments, Manners};
use super::clock::{SystemClock, random_bytes};
use super::exit::ExitStatus;
use super::files::shown;
use super::flags::plan_of;
use super::printer::Printer;
use super::rows::rows;
use super::scan::watched;
use crate::plan::refusal;
use crate::report::render_json;
use crate::scan::cluster::{Known, Next, Sharing, ValueCounts, next};
use crate::table::exchange::{ExchangeError, Row, Task};

/// What the driver of the cluster is to do next.
#[derive(Serialize)]
#[serde(tag = "next", rename_all = "kebab-case")]
enum Instruction {
    Values {
        columns: Vec<String>,
        subject: Option<String>,
    },
    Subjects {
        columns: Vec<String>,
        subject: Option<String>,
        codes: Vec<String>,
        task: String,
        count_task: String,
        parts: u32,
    },
    Count {
        round: usize,
        route_task: String,
        task: String,
        parts: u32,
        subject_parts: u32,
        cells: bool,
        subjects: bool,
    },
    Done,
}

pub(super) fn cluster_verb(
    arguments: &ClusterArguments,
    manners: &Manners,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let plan = plan_of(&arguments.scan, printer).map_err(|error| printer.config_failure(&error))?;
    let folder = Folder { path: &arguments.state, printer };
    let [values] = arguments.scan.inputs.as_slice() else {
        printer.failure("a scan on a cluster has one file of values", None);
        return Err(ExitStatus::Usage);
    };
    let known = folder.known(Path::new(values))?;
    let part_bytes = arguments.part_memory << 20;
    let sharing = Sharing { parts: arguments.parts, part_bytes, key: folder.key()? };
    let clock = SystemClock::start();
    let next = watched(&plan, manners, printer, |progress, stop| {
        next(&plan, Path::new(values), (&known, &sharing), (&clock, progress, stop))
    })?;
    let instruction = folder.instruction(next)?;
    let line = serde_json::to_vec(&instruction).map_err(|_| ExitStatus::Internal)?;
    printer.result(&line)
}

/// The folder of the driver.
struct Folder<'a> {
    path: &'a Path,
    printer: &'a Printer,
}

impl Folder<'_> {
    fn failed(&self, path: &Path, error: &io::Error) -> ExitStatus {
        let (reason, hint) = refusal(error.kind());
        self.printer.failure(&format!("`{}`: {reason}", shown(path)), Some(hint));
        ExitStatus::InputOutput
    }

    fn damaged(&self, path: &Path, why: &str) -> ExitStatus {
        self.printer.failure(&format!("`{}`: {why}", shown(path)), Some("scan again"));
        ExitStatus::InputOutput
    }

    /// What came back so far.
    fn known(&self, values: &Path) -> Result<Known, ExitStatus> {
        let frame = self.json("frame.json", "it names no columns")?;
        let mut known = Known { frame, ..Known::default() };
        if !values.exists() {
            return Ok(known);
        }
        known.values = Some(self.json::<ValueCounts>("counts.json", "it holds no counts")?);
        known.survey = self.rows("subjects.rows")?;
        while let Some(rows) = self.rows(&format!("answers-{}.rows", known.rounds.len()))? {
            known.rounds.push(rows);
        }
        Ok(known)
    }

    fn json<T: DeserializeOwned>(&self, name: &str, lacks: &str) -> Result<T, ExitStatus> {
        let path = self.path.join(name);
        let text = fs::read(&path).map_err(|error| self.failed(&path, &error))?;
        serde_json::from_slice(&text).map_err(|_| self.damaged(&path, lacks))
    }

    fn rows(&self, name: &str) -> Result<Option<Vec<Row>>, ExitStatus> {
        let path = self.path.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(&path, &error)),
        };
        let rows: Result<Vec<Row>, ExchangeError> = rows(&mut BufReader::new(file)).collect();
        rows.map(Some).map_err(|error| self.damaged(&path, &error.to_string()))
    }

    /// The secret of this run, made when it is first asked for.
    fn key(&self) -> Result<Vec<u8>, ExitStatus> {
        let path = self.path.join("key");
        match fs::read(&path) {
            Ok(key) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = random_bytes().ok_or_else(|| self.damaged(&path, "the system gives no random numbers"))?;
                self.write("key", &key)?;
                Ok(key.to_vec())
            }
            Err(error) => Err(self.failed(&path, &error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<String, ExitStatus> {
        let path = self.path.join(name);
        fs::write(&path, bytes).map_err(|error| self.failed(&path, &error))?;
        Ok(name.to_owned())
    }

    fn task(&self, name: &str, task: &Task) -> Result<String, ExitStatus> {
        let text = serde_json::to_vec(task).map_err(|_| ExitStatus::Internal)?;
        self.write(name, &text)
    }

    /// Writes what the cluster needs, and says what to do with it.
    fn instruction(&self, next: Next) -> Result<Instruction, ExitStatus> {
        match next {
            Next::Values { columns, subject } => Ok(Instruction::Values { columns, subject }),
            Next::Survey { columns, subject, codes, gather, survey, parts } => {
                let write = |(place, codes): (usize, &Vec<u32>)| {
                    let bytes: Vec<u8> = codes.iter().flat_map(|code| code.to_le_bytes()).collect();
                    self.write(&format!("codes-{place}.u32"), &bytes)
                };
                let codes = codes.iter().enumerate().map(write).collect::<Result<_, _>>()?;
                let task = self.task("records.task", &gather)?;
                let count_task = self.task("subjects.task", &survey)?;
                Ok(Instruction::Subjects { columns, subject, codes, task, count_task, parts })
            }
            Next::Count { round, number, count, plan } => Ok(Instruction::Count {
                round,
                route_task: self.task(&format!("route-{round}.task"), &number)?,
                task: self.task(&format!("count-{round}.task"), &count)?,
                parts: plan.parts(),
                subject_parts: plan.subject_parts(),
                cells: plan.has_cells(),
                subjects: plan.has_subjects(),
            }),
            Next::Done(result) => {
                let json = render_json(&result).map_err(|error| self.printer.report_failure(&error))?;
                self.write("result.json", &json)?;
                Ok(Instruction::Done)
            }
        }
    }
}
