//! What the page may load and run: its own style and its own script, known by their hashes, and nothing else.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// Sorts and filters tables that are on the page already.
pub(super) const SCRIPT: &str = include_str!("../../../templates/report.js");
const STYLE: &str = include_str!("../../../templates/report.css");

/// The style of the page, with a foot on each printed sheet that names the run.
pub(super) fn style(run: &str, word: &str) -> String {
    // Only letters that cannot end a string of a style sheet.
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let run: String = run.chars().filter(|letter| is_plain(*letter)).take(60).collect();
    with_foot(&format!("reidrisk run {run} · {word}"), "")
}

/// The style of a page that is of no single run: with a foot of plain letters, and further rules.
pub(super) fn style_named(foot: &str, further: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_ ·".contains(letter);
    with_foot(&foot.chars().filter(|letter| is_plain(*letter)).take(100).collect::<String>(), further)
}

fn with_foot(foot: &str, further: &str) -> String {
    let style = "font:8pt sans-serif;color:#4a5058";
    format!(
        "{STYLE}{further}@page{{margin:12mm 11mm 16mm;@bottom-left{{content:\"{foot}\";{style}}}\
         @bottom-right{{content:counter(page) \" / \" counter(pages);{style}}}}}\n"
    )
}

/// The head of a page, as `head.html` shows it.
pub(in crate::report) struct Head {
    /// What the page is, before the name of the program.
    pub(in crate::report) title: String,
    /// The content security policy.
    pub(in crate::report) policy: String,
    pub(in crate::report) style: String,
}

impl Head {
    /// Of a page with this style and [`SCRIPT`].
    pub(super) fn new(title: String, style: String) -> Self {
        let scripts = format!("script-src 'sha256-{}'; ", hash(SCRIPT));
        Self { policy: policy(&style, &scripts), title, style }
    }

    /// Of a page with this style and no script.
    pub(in crate::report) fn without_script(title: String, style: &str) -> Self {
        Self { policy: policy(style, ""), title, style: style.to_owned() }
    }
}

fn policy(style: &str, scripts: &str) -> String {
    format!("default-src 'none'; style-src 'sha256-{}'; {scripts}base-uri 'none'; form-action 'none'", hash(style))
}

/// SHA-256 in base64, as a policy writes it.
fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{hash, style};

    #[test]
    fn a_hash_is_written_in_the_base64_of_rfc_4648() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn the_name_of_a_run_cannot_leave_its_string() {
        let sheet = style("2026\"}</style><script>\\", "FAIL");
        assert!(sheet.contains("content:\"reidrisk run 2026stylescript · FAIL\""), "{sheet}");
        assert!(!sheet.contains("</style>"));
    }
}
