//! From manifests and configurations to the datasets of a night.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::files::shown;
use crate::config::{ConfigFile, Manifest, ManifestEntry, NightFile, read_night, resolve};
use crate::plan::{ConfigError, NotifyPlan, Plan, refusal, shown_name};
use crate::report::escape::folder_name;

/// A dataset of a night, whose configuration was read and is right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dataset {
    /// Its name, which is also that of its folder.
    pub(super) name: String,
    /// The name that the manifest gives it, which its configuration does not know.
    pub(super) given_name: Option<String>,
    /// Its configuration.
    pub(super) config: PathBuf,
    /// How long its scan may take, by the manifest.
    pub(super) timeout: Option<Duration>,
    /// The memory that its configuration allows.
    pub(super) memory: Option<u64>,
    /// Whether its configuration says how many threads it takes.
    pub(super) has_threads: bool,
    /// Whom to tell of its verdict.
    pub(super) notify: NotifyPlan,
}

/// What an entry of a manifest led to.
#[derive(Debug)]
pub(super) enum Entry {
    /// A dataset to scan.
    Dataset(Box<Dataset>),
    /// A mistake in a manifest or a configuration; the other datasets are scanned all the same.
    Wrong {
        /// What it is called: its name where the manifest gives one, else its file.
        name: String,
        error: ConfigError,
        /// Whom the manifest tells.
        notify: NotifyPlan,
    },
}

impl Entry {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Dataset(dataset) => &dataset.name,
            Self::Wrong { name, .. } => name,
        }
    }
}

/// The entries of all files, in their order: each configuration once, each name once.
pub(super) fn entries(files: &[PathBuf]) -> Vec<Entry> {
    let mut found = Found::default();
    for path in files {
        match read_night(path) {
            Ok(NightFile::Manifest(manifest)) => found.add_manifest(path, manifest),
            Ok(NightFile::Config(file)) => found.add_config(path.clone(), Ok(*file), &Wanted::default()),
            Err(error) => found.add_wrong(shown(path), error, &Wanted::default()),
        }
    }
    found.entries
}

/// What a manifest says of a dataset.
#[derive(Debug, Default)]
struct Wanted {
    name: Option<String>,
    timeout: Option<Duration>,
    notify: Option<NotifyPlan>,
}

#[derive(Debug, Default)]
struct Found {
    entries: Vec<Entry>,
    /// Configurations that were met, as the system knows them: globs may overlap.
    configs: BTreeSet<PathBuf>,
    /// The configuration of each report folder.
    folders: BTreeMap<String, PathBuf>,
}

impl Found {
    fn add_manifest(&mut self, path: &Path, manifest: Manifest) {
        if manifest.datasets.is_empty() {
            let message = format!("the manifest `{}` names no dataset", shown(path));
            let error = ConfigError::new("no-dataset", message).with_hint("add `[[dataset]]` with `config = \"…\"`");
            self.add_wrong(shown(path), error, &Wanted { notify: manifest.notify.clone(), ..Wanted::default() });
        }
        for ManifestEntry { config, name, timeout } in manifest.datasets {
            let wanted = Wanted { name, timeout, notify: manifest.notify.clone() };
            match configs_of(&config) {
                Ok(paths) => paths.into_iter().for_each(|path| {
                    let file = ConfigFile::read(&path);
                    self.add_config(path, file, &wanted);
                }),
                Err(error) => {
                    let name = wanted.name.clone().unwrap_or_else(|| shown_name(&config));
                    self.add_wrong(name, error, &wanted);
                }
            }
        }
    }

    fn add_config(&mut self, path: PathBuf, file: Result<ConfigFile, ConfigError>, wanted: &Wanted) {
        let known = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !self.configs.insert(known) {
            return;
        }
        // The files stand in the configuration: nothing was typed for a single dataset.
        let plan = file.and_then(|file| resolve(Vec::new(), &[], Some(file)));
        let wrong_name = || wanted.name.clone().unwrap_or_else(|| shown(&path));
        let dataset = match plan {
            Ok(plan) => Dataset::of(path.clone(), plan, wanted),
            Err(error) => return self.add_wrong(wrong_name(), error, wanted),
        };
        let folder = folder_name(&dataset.name);
        if let Some(other) = self.folders.get(&folder) {
            let (name, other) = (shown_name(&dataset.name), shown(other));
            let message = format!("the dataset of `{}` is called `{name}`, as is that of `{other}`", shown(&path));
            let error = ConfigError::new("same-name", message)
                .with_hint("give each a different `name` in its `[dataset]` or in the manifest");
            return self.add_wrong(wrong_name(), error, wanted);
        }
        self.folders.insert(folder, path);
        self.entries.push(Entry::Dataset(Box::new(dataset)));
    }

    fn add_wrong(&mut self, name: String, error: ConfigError, wanted: &Wanted) {
        let notify = wanted.notify.clone().unwrap_or_default();
        self.entries.push(Entry::Wrong { name, error, notify });
    }
}

impl Dataset {
    fn of(config: PathBuf, plan: Plan, wanted: &Wanted) -> Self {
        let own = Some(plan.notify).filter(|notify| !notify.command.is_empty());
        let name = wanted.name.clone().or(plan.dataset_name).unwrap_or_else(|| "dataset".to_owned());
        Self {
            name,
            given_name: wanted.name.clone(),
            config,
            timeout: wanted.timeout,
            memory: plan.memory,
            has_threads: plan.threads.is_some(),
            notify: own.or_else(|| wanted.notify.clone()).unwrap_or_default(),
        }
    }
}

/// The configurations that an entry means, by path.
fn configs_of(config: &str) -> Result<Vec<PathBuf>, ConfigError> {
    let is_pattern = config.contains(['*', '?', '[']);
    if !is_pattern || Path::new(config).exists() {
        return Ok(vec![PathBuf::from(config)]);
    }
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let matches = glob::glob_with(config, options).map_err(|_| {
        ConfigError::new("pattern", format!("`{}` is not a valid glob", shown_name(config)))
            .with_hint("use `*`, `?` and `[…]`; `**` only as a whole part of the path")
    })?;
    let mut paths = Vec::new();
    for path in matches {
        let path = path.map_err(|error| {
            let (reason, hint) = refusal(error.error().kind());
            let message = format!("a folder of `{}` cannot be read: {reason}", shown_name(config));
            ConfigError::new("unreadable", message).with_hint(hint)
        })?;
        if path.is_file() {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        let message = format!("no configuration matches `{}`", shown_name(config));
        return Err(ConfigError::new("no-configuration", message).with_hint("paths are relative to the manifest"));
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Entry, entries};

    const FILES: &str = "[dataset]\nfiles = \"*.csv\"\n";

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Names of datasets, and codes of mistakes behind the names of theirs.
    fn told(folder: &Path, names: &[&str]) -> Vec<String> {
        let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
        let told = |entry: &Entry| match entry {
            Entry::Dataset(dataset) => dataset.name.clone(),
            Entry::Wrong { error, .. } => error.code().to_owned(),
        };
        entries(&paths).iter().map(told).collect()
    }

    #[test]
    fn a_configuration_is_met_once_and_a_mistake_stops_no_other() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        for name in ["a", "b", "c"] {
            write(folder, &format!("{name}/reidrisk.toml"), FILES);
        }
        write(folder, "c/reidrisk.toml", "[dataset]\nfiles = 7\n");
        write(folder, "d/reidrisk.toml", "");
        write(
            folder,
            "nightly.toml",
            "[[dataset]]\nconfig = \"b/reidrisk.toml\"\nname = \"first\"\n[[dataset]]\nconfig = \"*/reidrisk.toml\"\n\
             [[dataset]]\nconfig = \"x*/reidrisk.toml\"\n[[dataset]]\nconfig = \"gone.toml\"\n",
        );
        let expected = ["first", "a", "wrong-type", "no-input", "no-configuration", "unreadable"];
        assert_eq!(told(folder, &["nightly.toml"]), expected);
        assert_eq!(told(folder, &["a/reidrisk.toml", "a/../a/reidrisk.toml", "gone.toml"]), ["a", "unreadable"]);
    }

    #[test]
    fn two_datasets_never_share_a_folder() {
        let home = tempfile::tempdir().unwrap();
        for (name, dataset) in [("x.toml", "cards"), ("y.toml", "cards"), ("z.toml", "accounts")] {
            write(home.path(), name, &format!("{FILES}name = \"{dataset}\"\n"));
        }
        assert_eq!(told(home.path(), &["x.toml", "y.toml", "z.toml"]), ["cards", "same-name", "accounts"]);
    }

    #[test]
    fn who_is_told_stands_in_the_configuration_else_in_the_manifest() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "own.toml", &format!("{FILES}[notify]\ncommand = \"own\"\n"));
        write(home.path(), "none.toml", FILES);
        write(home.path(), "wrong.toml", "x");
        let text = "[notify]\ncommand = \"all\"\n[[dataset]]\nconfig = \"own.toml\"\n[[dataset]]\nconfig = \"none.toml\"\n\
                    [[dataset]]\nconfig = \"wrong.toml\"\n";
        write(home.path(), "nightly.toml", text);
        let commands = entries(&[home.path().join("nightly.toml")])
            .iter()
            .map(|entry| match entry {
                Entry::Dataset(dataset) => dataset.notify.command.concat(),
                Entry::Wrong { notify, .. } => notify.command.concat(),
            })
            .collect::<Vec<_>>();
        assert_eq!(commands, ["own", "all", "all"]);
    }
}
