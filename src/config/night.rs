//! What a night is asked for: the files of a dataset, whom to tell, and the manifest that names many configurations.
//!
//! ```toml
//! [notify]
//! command = ["/usr/local/bin/reidrisk-notify"]
//!
//! [[dataset]]
//! config = "cards/reidrisk.toml"
//!
//! [[dataset]]
//! config = "branches/*/reidrisk.toml"
//! timeout = "30m"
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

use glob::Pattern;

use super::ConfigFile;
use super::document::{Document, Problem};
use super::file::{open_text, read_bytes, read_section};
use super::layers::{Origins, file_origin};
use super::reader::{Section, Written};
use super::setting::Draft;
use crate::plan::{ConfigError, NotifyPlan, parse_duration};

/// The datasets of a night.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Its entries, in their order.
    pub datasets: Vec<ManifestEntry>,
    /// Whom to tell of datasets whose configuration says nothing of it.
    pub notify: Option<NotifyPlan>,
}

/// A `[[dataset]]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    /// A configuration, or a glob of them.
    pub config: String,
    /// Name of the dataset, in place of that in its configuration.
    pub name: Option<String>,
    /// How long the scan may take.
    pub timeout: Option<Duration>,
}

/// What a file that a night is asked for can be.
#[derive(Debug, Clone, PartialEq)]
pub enum NightFile {
    /// A list of configurations.
    Manifest(Manifest),
    /// A configuration, which is a night of one dataset.
    Config(Box<ConfigFile>),
}

/// Reads a manifest or a configuration: a manifest has `[[dataset]]`, a configuration `[dataset]`.
///
/// # Errors
/// When it cannot be read, is not UTF-8 or TOML; else every unknown key and every wrong value in it.
pub fn read_night(path: &Path) -> Result<NightFile, ConfigError> {
    parse_night(path, &read_bytes(path, "manifest")?)
}

/// Reads a manifest or a configuration from bytes; `path` gives its name in messages and the folder of relative files.
///
/// # Errors
/// As [`read_night`].
pub fn parse_night(path: &Path, bytes: &[u8]) -> Result<NightFile, ConfigError> {
    let name = path.display().to_string();
    let text = open_text(&name, bytes)?;
    let document = Document::new(&name, text, path.parent().unwrap_or(Path::new("")));
    let table = document.parse()?;
    if table.get("dataset").is_none_or(|dataset| dataset.get_ref().as_array().is_none()) {
        return ConfigFile::parse(path, bytes).map(|file| NightFile::Config(Box::new(file)));
    }
    let whole = Section::whole(&document, &table, |_| None);
    let datasets =
        whole.get("dataset", |list| list.each(|item| read_entry(&item.table("a list of tables, `[[dataset]]`")?)));
    let notify = whole.get("notify", |value| {
        let mut draft = Draft::default();
        read_section(value.table("a table")?, &mut draft, &mut Origins::new(), &file_origin(path));
        Ok(draft.plan.notify)
    });
    drop(whole);
    document.finish()?;
    Ok(NightFile::Manifest(Manifest { datasets: datasets.unwrap_or_default(), notify }))
}

/// One `[[dataset]]`. Every key is taken before the first mistake ends the reading.
fn read_entry(entry: &Section<'_, '_>) -> Result<ManifestEntry, Problem> {
    let hint = "write `config = \"cards/reidrisk.toml\"`";
    let config = entry.need("config", "the dataset", hint, input_beside);
    let name = entry.get("name", Written::words);
    let timeout = entry.get("timeout", |value| value.parsed(parse_duration));
    let config = config.ok_or(Problem::Reported)?;
    if name.is_some() && is_pattern(&config) {
        let message = "a glob may find several configurations, which cannot all have one name";
        return Err(entry.refused("name-of-many", message).with_hint("remove `name`, or name one file with `config`"));
    }
    Ok(ManifestEntry { config, name, timeout })
}

/// `[dataset] files`: what a scan reads that names nothing else.
pub(super) fn files(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    draft.plan.files = value.each(input_beside)?;
    if draft.plan.files.is_empty() {
        return Err(value
            .refused("wrong-value", "`dataset.files` names no file")
            .with_hint("write `files = [\"cards_*.csv\"]`"));
    }
    Ok(())
}

/// A file, a folder or a glob, relative to the folder of the document.
fn input_beside(value: &Written<'_, '_>) -> Result<String, Problem> {
    let text = value.words()?;
    if text == "-" {
        let message = "standard input cannot be named here: nobody is there at night to give it";
        return Err(value.refused("wrong-value", message).with_hint("name a file, a folder or a glob"));
    }
    let path = Path::new(&text);
    let Some(folder) = value.folder().filter(|_| is_pattern(&text) && path.is_relative()) else {
        return Ok(value.beside(path).to_string_lossy().into_owned());
    };
    // The signs of a pattern in the name of the folder are no pattern.
    let folder = Pattern::escape(&folder.to_string_lossy());
    Ok(PathBuf::from(folder).join(path).to_string_lossy().into_owned())
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// `[notify] command`: a program that stands in a folder is looked for from that of the configuration, any other where the
/// system looks for programs.
pub(super) fn notify_command(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut command = value.texts()?;
    let Some(program) = command.first_mut().filter(|program| !program.trim().is_empty()) else {
        let message = "`notify.command` names no program";
        return Err(value
            .refused("wrong-value", message)
            .with_hint("write `command = [\"notify.sh\", \"--to\", \"team\"]`"));
    };
    if Path::new(program.as_str()).components().count() > 1 {
        *program = value.beside(Path::new(program.as_str())).to_string_lossy().into_owned();
    }
    draft.plan.notify.command = command;
    Ok(())
}

/// The name of a dataset whose configuration names its files and gives no name: that of the configuration, which stays from
/// night to night while the names of the files change; of a file that is called `reidrisk.toml` that of its folder.
pub(super) fn name_of_config(path: &Path) -> Option<String> {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|name| name.to_string_lossy().into_owned());
    let stem = text(path.file_stem()).filter(|stem| stem != "reidrisk");
    let folder = || std::path::absolute(path).ok().and_then(|path| text(path.parent()?.file_name()));
    stem.or_else(folder)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{NightFile, parse_night};
    use crate::config::{ConfigFile, resolve};
    use crate::plan::{ConfigError, NotifyOn, Plan};

    fn night(text: &str) -> Result<NightFile, ConfigError> {
        parse_night(Path::new("conf/nightly.toml"), text.as_bytes())
    }

    fn plan(path: &str, inputs: &[&str], text: &str) -> Result<Plan, ConfigError> {
        let file = ConfigFile::parse(Path::new(path), text.as_bytes())?;
        resolve(inputs.iter().map(|&input| input.to_owned()).collect(), &[], Some(file))
    }

    #[test]
    fn a_manifest_names_configurations_relative_to_itself() {
        let text = "[notify]\ncommand = [\"bin/tell\"]\non = \"not-pass\"\n[[dataset]]\nconfig = \"a/x.toml\"\nname = \"a\"\n\
                    timeout = \"5m\"\n[[dataset]]\nconfig = \"/srv/*/reidrisk.toml\"\n";
        let NightFile::Manifest(manifest) = night(text).unwrap() else { panic!("it is a manifest") };
        let [one, all] = &manifest.datasets[..] else { panic!("there are two") };
        assert_eq!((one.config.as_str(), one.name.as_deref()), ("conf/a/x.toml", Some("a")));
        assert_eq!(one.timeout, Some(Duration::from_mins(5)));
        assert_eq!(all.config, "/srv/*/reidrisk.toml");
        let notify = manifest.notify.unwrap();
        assert_eq!((notify.command, notify.on), (vec!["conf/bin/tell".to_owned()], NotifyOn::NotPass));
    }

    #[test]
    fn mistakes_of_a_manifest_are_told_where_they_stand() {
        for (text, code, line) in [
            ("[[dataset]]\nname = \"a\"\n", "missing-key", 1),
            ("[[dataset]]\nconfig = \"*.toml\"\nname = \"a\"\n", "name-of-many", 1),
            ("[[dataset]]\nconfig = \"a.toml\"\ntimeout = \"soon\"\n", "wrong-value", 3),
            ("[[dataset]]\nconfigs = \"a.toml\"\n", "missing-key", 1),
            ("[[dataset]]\nconfig = \"a.toml\"\nfiles = \"a.csv\"\n", "unknown-key", 3),
            ("[[dataset]]\nconfig = \"-\"\n", "wrong-value", 2),
            ("dataset = [1]\n", "wrong-type", 1),
            ("[notifi]\n[[dataset]]\nconfig = \"a.toml\"\n", "unknown-section", 1),
            ("[notify]\non = \"never\"\n[[dataset]]\nconfig = \"a.toml\"\n", "wrong-value", 2),
        ] {
            let error = night(text).unwrap_err();
            assert_eq!((error.code(), error.position().map(|(line, _)| line)), (code, Some(line)), "{text}");
        }
    }

    #[test]
    fn a_configuration_is_a_night_of_one_dataset() {
        for text in ["", "[dataset]\nfiles = \"a.csv\"\n"] {
            assert!(matches!(night(text), Ok(NightFile::Config(_))), "{text}");
        }
    }

    #[test]
    fn declared_files_are_read_where_nothing_is_typed_and_give_way_to_what_is() {
        let text = "[dataset]\nfiles = [\"a.csv\", \"b_*.csv\", \"/srv/c.csv\"]\n";
        let read = plan("co[n]f/reidrisk.toml", &[], text).unwrap();
        assert_eq!(read.inputs, ["co[n]f/a.csv", "co[[]n[]]f/b_*.csv", "/srv/c.csv"]);
        assert_eq!(read.dataset_name.as_deref(), Some("co[n]f"));
        let typed = plan("conf/reidrisk.toml", &["t.csv"], text).unwrap();
        assert_eq!((typed.inputs, typed.dataset_name), (vec!["t.csv".to_owned()], None));
        assert_eq!(plan("conf/cards.toml", &[], text).unwrap().dataset_name.as_deref(), Some("cards"));
        assert_eq!(
            plan("conf/x.toml", &[], &format!("{text}name = \"n\"\n")).unwrap().dataset_name.as_deref(),
            Some("n")
        );
        assert_eq!(plan("conf/reidrisk.toml", &[], "").unwrap_err().code(), "no-input");
        for wrong in ["[]", "\"-\"", "\" \""] {
            let text = format!("[dataset]\nfiles = {wrong}\n");
            assert_eq!(plan("conf/reidrisk.toml", &[], &text).unwrap_err().code(), "wrong-value", "{wrong}");
        }
    }

    #[test]
    fn a_command_in_a_folder_is_relative_to_the_configuration_and_its_words_are_not_recorded() {
        let command = |word: &str| {
            let text = format!("[dataset]\nfiles = \"a.csv\"\n[notify]\ncommand = [\"{word}\", \"TOKEN\"]\n");
            plan("conf/reidrisk.toml", &[], &text).unwrap()
        };
        assert_eq!(command("tell").notify.command, ["tell", "TOKEN"]);
        assert_eq!(command("./tell").notify.command, ["conf/./tell", "TOKEN"]);
        assert_eq!(command("/usr/bin/tell").notify.command[0], "/usr/bin/tell");
        assert!(!format!("{:?}", command("tell").settings).contains("TOKEN"));
        for wrong in ["[]", "[\" \"]"] {
            let text = format!("[notify]\ncommand = {wrong}\n");
            assert_eq!(plan("conf/reidrisk.toml", &["-"], &text).unwrap_err().code(), "wrong-value", "{wrong}");
        }
    }
}
