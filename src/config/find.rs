//! Where the configuration file is looked for.

use std::path::{Path, PathBuf};

use super::{CONFIG_FILE_NAME, WAIVERS_FILE_NAME};

/// `reidrisk.toml` beside the first input, if it is there.
///
/// Beside a file is its folder, beside a folder is inside it, beside a glob is its part before the first sign of a
/// pattern. There is none beside standard input.
#[must_use]
pub fn find_config(first_input: &str) -> Option<PathBuf> {
    config_beside(first_input).filter(|candidate| candidate.is_file())
}

/// Where [`find_config`] would look, whether or not there is a file; none beside standard input.
#[must_use]
pub fn config_beside(first_input: &str) -> Option<PathBuf> {
    Some(folder_of(first_input)?.join(CONFIG_FILE_NAME))
}

/// `reidrisk-waivers.toml` beside the configuration file, or beside the first input where there is no configuration.
#[must_use]
pub fn find_waivers(config: Option<&Path>, first_input: &str) -> Option<PathBuf> {
    let folder = match config {
        Some(config) => config.parent()?.to_owned(),
        None => folder_of(first_input)?,
    };
    let candidate = folder.join(WAIVERS_FILE_NAME);
    candidate.is_file().then_some(candidate)
}

fn folder_of(input: &str) -> Option<PathBuf> {
    if input == "-" {
        return None;
    }
    let path = Path::new(input);
    if path.is_dir() {
        return Some(path.to_owned());
    }
    if path.exists() {
        return path.parent().map(Path::to_owned);
    }
    let is_pattern = |part: &std::path::Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let parent = path.parent()?;
    Some(parent.components().take_while(|part| !is_pattern(part)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::find_config;

    #[test]
    fn the_configuration_is_found_beside_files_in_folders_and_before_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("reidrisk.toml");
        fs::write(&config, "").unwrap();
        fs::write(folder.path().join("a.csv"), "").unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let found = |input: &str| find_config(folder.path().join(input).to_str().unwrap());
        assert_eq!(found("a.csv"), Some(config.clone()));
        assert_eq!(found(""), Some(config.clone()));
        assert_eq!(found("*.csv"), Some(config.clone()));
        assert_eq!(found("2026-*/x.csv"), Some(config));
        assert_eq!(found("sub"), None);
        assert_eq!(find_config("-"), None);
    }
}
