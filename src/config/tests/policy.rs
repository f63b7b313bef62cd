//! What the policy and the recipient of a file become.

use std::path::PathBuf;

use super::{plan, recorded, refused};
use crate::plan::check_columns;
use crate::result::{GateMeasure, Policy, Severity};

/// The limit of the first gate on a measure.
fn limit_of(policy: &Policy, measure: &GateMeasure) -> Option<f64> {
    policy.gates.iter().find(|gate| gate.measure == *measure).and_then(|gate| gate.limit)
}

#[test]
fn the_policy_is_read_with_preset_limits_and_severities() {
    let text = "[policy]\npreset = \"controlled-k5\"\nmax_risk = 0.09\nmax_average_risk = 0.05\nmax_unique_share = 0\n\
                max_share_at_risk = 0.2\nmax_unicity = 0.1\nmax_linked_share = 0.01\nmax_relinked_share = 0.05\n\
                max_correct_links = 12\nmax_inference_advantage = 0.01\n\
                severities = { guessed-roles = \"critical\" }\n[columns.memo]\npermitted = true\nreason = \"so\"\n\
                [columns.x]\npermitted = false\n";
    let plan = plan(&[], text);
    let policy = &plan.policy;
    assert_eq!((policy.name.as_str(), policy.k), ("controlled-k5", 12));
    assert_eq!(limit_of(policy, &GateMeasure::UNICITY), Some(0.1));
    assert_eq!(limit_of(policy, &GateMeasure::CORRECT_LINKS), Some(12.0));
    assert_eq!(limit_of(policy, &GateMeasure::LINKED_SHARE), Some(0.01));
    assert_eq!(limit_of(policy, &GateMeasure::RELINKED_SHARE), Some(0.05));
    assert_eq!(policy.severities[0].at_least, Severity::Critical);
    assert_eq!(policy.permitted_identifiers, ["memo"]);
    assert!(plan.permitted_identifiers.contains("memo") && plan.roles.guess);
    assert_eq!(recorded(&plan, "policy.k"), ("12".to_owned(), "policy.max_risk".to_owned()));
    assert_eq!(recorded(&plan, "policy.max_risk").0, "0.09, so at least 12 subjects in every class");
}

#[test]
fn the_recipient_is_read_with_its_register() {
    let text = "[recipient]\nname = \"Platform\"\npurpose = \"fraud study\"\nagreement = \"C-118\"\nends = 2027-02-28\n\
                no_onward_sharing = true\nallowed_columns = [\"a\", \"b\"]\nforbidden_columns = \"c\"\n\
                consent = { file = \"register.csv\", column = \"who\", value_column = \"ok\", value = [\"yes\", \"1\"] }\n";
    let recipient = plan(&[], text).recipient.unwrap();
    assert_eq!(recipient.terms.ends.as_deref(), Some("2027-02-28"));
    assert_eq!(recipient.terms.no_onward_sharing, Some(true));
    assert_eq!(recipient.terms.allowed_columns.unwrap(), ["a", "b"]);
    assert_eq!(recipient.terms.forbidden_columns, ["c"]);
    let register = recipient.consent.unwrap();
    assert_eq!((register.file, register.values.len()), (PathBuf::from("conf/register.csv"), 2));
    let text = "[recipient]\nends = \"2027-02-28\"\n";
    assert_eq!(plan(&[], text).recipient.unwrap().terms.ends.as_deref(), Some("2027-02-28"));
}

#[test]
fn mistakes_in_policy_and_recipient_are_refused_where_they_stand() {
    refused("[policy]\npreset = \"controled-k5\"\n", "unknown-preset", (2, 10), "did you mean `controlled-k5`?");
    refused("[policy]\npreset = \"aggregate-banks\"\n", "unknown-preset", (2, 10), "did you mean `aggregate-bank`?");
    refused("[policy]\nmax_risk = 0\n", "wrong-value", (2, 12), "");
    refused("[policy]\nmax_risk = 0.9\n", "wrong-value", (2, 12), "");
    refused("[policy]\nmax_unicity = 1.1\n", "wrong-value", (2, 15), "");
    refused("[policy]\nmax_unicity = nan\n", "wrong-value", (2, 15), "");
    refused("[policy]\nmax_unicity = \"0.1\"\n", "wrong-type", (2, 15), "");
    refused("[policy]\nmax_unicty = 0.1\n", "unknown-key", (2, 1), "did you mean `max_unicity`?");
    refused("[policy.severities]\nsmal-class = \"low\"\n", "unknown-finding", (2, 1), "did you mean `small-class`?");
    refused("[recipient]\nends = 2027-02-30\n", "syntax", (2, 8), "");
    refused("[recipient]\nends = \"soon\"\n", "wrong-value", (2, 8), "");
    refused("[recipient]\nends = 2027-02-28T10:00:00\n", "wrong-value", (2, 8), "");
    refused("[recipient]\npurpose = \" \"\n", "wrong-value", (2, 11), "");
    refused("[recipient]\nconsent = { file = \"r\" }\n", "missing-key", (2, 11), "column");
    let text = "[recipient]\nconsent = { file = \"r\", column = \"c\", value_column = \"v\" }\n";
    refused(text, "missing-key", (2, 11), "value = ");
}

#[test]
fn identifiers_are_permitted_for_a_reason_only() {
    let told = |text: &str| {
        let plan = plan(&[], &format!("[columns.memo]\npermitted = true\n{text}"));
        let permitted = plan.permitted_identifiers.contains("memo");
        assert_eq!(plan.policy.permitted_identifiers.is_empty(), !permitted);
        (permitted, recorded(&plan, "columns.permitted").0)
    };
    assert_eq!(told(""), (false, "memo without a reason".to_owned()));
    assert_eq!(told("[columns.other]\nreason = \"so\"\n"), (false, "memo without a reason".to_owned()));
    assert_eq!(told("reason = \"so\"\n"), (true, "memo".to_owned()));
}

#[test]
fn a_permitted_column_must_be_there() {
    let columns = ["a".to_owned()];
    let checked = |text: &str| check_columns(&plan(&[], text), &columns);
    assert_eq!(checked("[columns.b]\npermitted = true\n").unwrap_err().code(), "unknown-column");
    assert!(checked("[columns.a]\npermitted = true\n").is_ok());
}
