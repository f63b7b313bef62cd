//! What `advise` found, as text for a terminal and as JSON.

use super::ReportError;
use super::escape::printable;
use super::html::recipe_in_words;
use super::json;
use super::layout::{Page, TextStyle};
use super::messages;
use crate::number::{count, percent};
use crate::result::{Advisory, Headline, PlannedRelease, PlannedRotation};

/// Plans that a terminal shows.
const SHOWN: usize = 12;

/// The bytes of the JSON document.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_advisory_json(advisory: &Advisory) -> Result<Vec<u8>, ReportError> {
    json::render(advisory)
}

/// The text for a terminal, ending with a newline. `written` is the configuration that was written, `next` what to type
/// next.
#[must_use]
pub fn render_advisory_text(
    advisory: &Advisory,
    style: &TextStyle,
    written: Option<&str>,
    next: Option<&str>,
) -> String {
    let mut page = Page::new(style);
    let Advisory { dataset, records, subjects, tool, .. } = advisory;
    let size = format!("{} records, {} subjects", count(*records), count(*subjects));
    page.paragraph("", &format!("reidrisk {}   {}   {size}", printable(&tool.version), printable(dataset)));
    page.line("");
    now(&mut page, advisory);
    answer(&mut page, advisory);
    frontier(&mut page, advisory);
    page.line("");
    if let Some(written) = written {
        page.paragraph("wrote   ", written);
    }
    if let Some(next) = next {
        page.paragraph("next    ", next);
    }
    page.text
}

fn now(page: &mut Page, advisory: &Advisory) {
    if advisory.passes_now {
        page.paragraph("  ", "The extract may leave without generalising a column.");
    } else {
        page.paragraph("  ", &format!("As it is: {}", figures(&advisory.now, advisory.k)));
    }
    for gone in &advisory.must_go {
        page.paragraph("  ", &format!("Left out: {} ({})", printable(&gone.column), gone.reason));
    }
}

fn answer(page: &mut Page, advisory: &Advisory) {
    page.line("");
    let Some(plan) = advisory.recommended.and_then(|place| advisory.plans.get(place)) else {
        no_plan(page, advisory);
        return;
    };
    let lead = "  PLAN  ";
    page.paragraph(lead, &changes(plan));
    let indent = " ".repeat(lead.len());
    let kept = plan.advice.detail_kept.map_or(String::new(), |kept| format!("{} of detail kept; ", percent(kept)));
    if let Some(after) = &plan.advice.after {
        page.paragraph(&indent, &format!("{kept}{}", figures(after, advisory.k)));
    }
    if let Some(rotation) = &plan.rotation {
        let kept = percent(rotation.links_kept);
        page.paragraph(&indent, &format!("{kept} of the pairs of records of one subject keep one pseudonym"));
    }
    if let Some(removal) = plan.removal.filter(|removal| removal.removed > 0) {
        let of = count(removal.of);
        page.paragraph(&indent, &format!("{} of {of} subjects are left out", count(removal.removed)));
    }
    if let Some(saved) = advisory.saved_by_removal.as_ref().filter(|saved| !saved.is_empty()) {
        let names: Vec<String> = saved.iter().map(|name| printable(name)).collect();
        page.paragraph(&indent, &format!("if nobody were left out, {} would have to go", messages::list(&names)));
    }
    page.paragraph(&indent, &format!("every gate was judged on it; {}", search(advisory)));
}

fn search(advisory: &Advisory) -> String {
    let (judged, possible) = (count(advisory.judged), possible(advisory.possible));
    let plans = if advisory.judged == 1 { "plan" } else { "plans" };
    let end = match (advisory.complete, advisory.recommended) {
        (true, Some(_)) => "no plan that keeps more detail passes",
        (true, None) => "none passes",
        (false, Some(_)) => "the search ended at its limit of work, so a plan that keeps more detail may pass",
        (false, None) => "the search ended at its limit of work, so one may pass",
    };
    format!("{judged} {plans} judged as a whole, of {possible} possible ones: {end}")
}

/// How many plans there are; beyond a million in powers of ten.
fn possible(plans: f64) -> String {
    if plans < 1e6 { count(rounded(plans)) } else { format!("10^{:.0}", plans.log10()) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a million and never negative")]
fn rounded(plans: f64) -> u64 {
    plans.round() as u64
}

fn no_plan(page: &mut Page, advisory: &Advisory) {
    let searched =
        if advisory.judged > 0 || !advisory.complete { search(advisory) } else { "none was sought".to_owned() };
    page.paragraph("  ", &format!("No plan passes: {searched}."));
    if advisory.remains.is_empty() {
        let advice = "Share totals by group instead of records, a sample, or let the recipient compute inside a secure \
                      environment.";
        page.paragraph("  ", advice);
        return;
    }
    page.paragraph("  ", "This stands in the way whatever is done to the quasi-identifiers:");
    for words in &advisory.remains {
        page.paragraph("  - ", &printable(words));
    }
}

fn frontier(page: &mut Page, advisory: &Advisory) {
    if advisory.plans.len() < 2 {
        return;
    }
    page.line("");
    page.paragraph("  ", "Detail kept, the largest share of subjects that a limit finds exposed, and the plan:");
    for plan in advisory.plans.iter().take(SHOWN) {
        let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), percent);
        let mark = match (plan.advice.recommended, plan.advice.reaches_limits) {
            (true, _) => "PLAN",
            (false, true) => "pass",
            (false, false) => "    ",
        };
        let lead = format!("  {mark} {:>7} {:>7}  ", share(plan.advice.detail_kept), share(plan.exposed));
        page.paragraph(&lead, &changes(plan));
    }
    if let Some(more) = advisory.plans.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        page.paragraph("  ", &format!("and {more} more, with `--format json`"));
    }
}

pub(super) fn changes(plan: &PlannedRelease) -> String {
    let rules = (!plan.advice.changes.is_empty()).then(|| recipe_in_words(&plan.advice.changes));
    let rotation = plan.rotation.as_ref().map(|PlannedRotation { every, column, .. }| {
        format!("a new pseudonym every {every} of `{}`", printable(column))
    });
    let parts: Vec<String> = rotation.into_iter().chain(rules).collect();
    if parts.is_empty() { "nothing is changed".to_owned() } else { parts.join(", ") }
}

/// The figures of a plan in one line.
fn figures(figures: &Headline, k: u32) -> String {
    let below = |below: Option<u64>, set: &str| {
        below.map(|below| format!("{} subjects in classes below {k} on {set}", count(below)))
    };
    let parts = [
        below(figures.static_subjects_below_k, "the static columns"),
        figures.unicity.map(|share| format!("{} singled out by known points", percent(share))),
        figures.linked.map(|share| format!("{} linked", percent(share))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no figure".to_owned() } else { parts.join(", ") }
}
