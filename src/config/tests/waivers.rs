//! Waivers from text to what the judge reads.

use std::path::Path;

use crate::config::parse_waivers;
use crate::plan::ConfigError;
use crate::result::{FindingCode, Waiver};

const WAIVER: &str = "[[waiver]]\nfinding = \"high-unicity\"\nreason = \"enclave\"\napproved_by = \"officer\"\n";

fn waivers(text: &str) -> Result<Vec<Waiver>, ConfigError> {
    parse_waivers(Path::new("w.toml"), text.as_bytes(), "2026-11-22".parse().unwrap())
}

#[test]
fn waivers_are_read_whole() {
    let more = "expires = 2027-02-28\ndataset = \"card_*\"\ncolumns = [\"a\"]\nticket = \"DPIA-214\"\n\
                limit = { measure = \"unicity@4\", max = 0.35 }\n";
    let read = waivers(&format!("{WAIVER}{more}{WAIVER}expires = \"2026-11-01\"\n")).unwrap();
    assert_eq!((read.len(), read[0].finding, read[0].expires.as_str()), (2, FindingCode::HighUnicity, "2027-02-28"));
    assert_eq!(read[0].limit.as_ref().unwrap().max, Some(0.35));
    assert_eq!((read[0].dataset.as_deref(), read[1].dataset.as_deref()), (Some("card_*"), None));
    assert_eq!(waivers("").unwrap(), []);
}

#[test]
fn a_waiver_ends_within_half_a_year() {
    let ends = |day: &str| waivers(&format!("{WAIVER}expires = {day}\n"));
    assert!(ends("2027-05-21").is_ok(), "the 180th day");
    let error = ends("2027-05-22").unwrap_err();
    assert_eq!((error.code(), error.position()), ("too-far", Some((5, 11))));
}

#[test]
fn mistakes_in_waivers_are_refused_where_they_stand() {
    let refused = |text: &str, code: &str, line: usize| {
        let error = waivers(text).unwrap_err();
        assert_eq!(error.code(), code, "{}", error.report());
        assert_eq!(error.position().map(|(line, _)| line), Some(line), "{}", error.report());
    };
    let whole = format!("{WAIVER}expires = 2027-02-28\n");
    refused(WAIVER, "missing-key", 1);
    for key in ["reason", "approved_by", "finding"] {
        let without: Vec<&str> = whole.lines().filter(|line| !line.starts_with(key)).collect();
        refused(&without.join("\n"), "missing-key", 1);
    }
    refused(&whole.replace("enclave", " "), "wrong-value", 3);
    refused(&whole.replace("high-unicity", "high-unicty"), "unknown-finding", 2);
    for code in ["unknown-risk", "incomplete-measure", "consent-missing", "unused-waiver"] {
        refused(&whole.replace("high-unicity", code), "not-waivable", 2);
    }
    refused(&format!("{whole}reasons = 1\n"), "unknown-key", 6);
    refused(&format!("{whole}dataset = \"a[\"\n"), "wrong-value", 6);
    refused(&format!("{whole}source = \"crm\"\n"), "waiver-source", 6);
    refused(&format!("{whole}limit = {{ measure = \"smallest-class\", max = 3 }}\n"), "waiver-limit", 6);
    refused(&format!("{whole}limit = {{ measure = \"unicity@4\", min = 0.1 }}\n"), "waiver-limit", 6);
    refused(&format!("{whole}limit = {{ measure = \"unicity@4\" }}\n"), "waiver-limit", 6);
    refused("waiver = 3\n", "wrong-type", 1);
    refused("waivers = []\n", "unknown-section", 1);
    assert_eq!(waivers("[[waiver]\n").unwrap_err().code(), "syntax");
}
