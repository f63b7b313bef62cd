//! `[policy]`: the preset and what is raised. Its limits come from the table beside the measures.

use super::document::Problem;
use super::kind::names;
use super::reader::Written;
use super::setting::Draft;
use super::settings::list;
use crate::judge::PRESETS;
use crate::plan::{Plan, hint_for, shown_name};
use crate::result::{FindingCode, RaisedSeverity};

/// Names that mean: no preset.
const NO_PRESET: [&str; 2] = ["default", "house-default"];

pub(super) fn preset(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let text = value.text()?;
    if NO_PRESET.contains(&text.as_str()) {
        draft.limits.preset = None;
        return Ok(());
    }
    if PRESETS.contains(&text.as_str()) {
        draft.limits.preset = Some(text);
        return Ok(());
    }
    value.one_of(PRESETS.into_iter().chain(["default"]), "unknown-preset", "preset").map(|_| ())
}

/// The findings whose severity is raised, for the record.
pub(super) fn shown_severities(plan: &Plan) -> String {
    let raised = plan.policy.severities.iter();
    list(raised.map(|raised| format!("{} {}", raised.code.name(), raised.at_least.name())))
}

pub(super) fn severities(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut section = value.table("a table")?;
    let mut raised = Vec::new();
    for (key, value) in section.entries() {
        let code =
            finding_code(key.name).map_err(|(message, hint)| key.refused("unknown-finding", message).with_hint(hint));
        let at_least = section.reported(value.named(&names()));
        if let (Some(code), Some(at_least)) = (section.reported(code), at_least) {
            raised.push(RaisedSeverity { code, at_least });
        }
    }
    raised.sort_by_key(|raised| raised.code);
    draft.limits.severities = raised;
    Ok(())
}

/// The finding of a code, or a sentence and a hint.
pub(super) fn finding_code(written: &str) -> Result<FindingCode, (String, String)> {
    let known = FindingCode::ALL.iter().copied().find(|code| code.name() == written);
    known.ok_or_else(|| {
        let all = || "`reidrisk explain` lists the codes of findings".to_owned();
        let hint = hint_for(written, FindingCode::ALL.iter().copied().map(FindingCode::name), all);
        (format!("`{}` is not the code of a finding", shown_name(written)), hint)
    })
}
