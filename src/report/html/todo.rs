//! What to do, in order, with one command to run next.

use super::section::{Section, Sentence, plain, quoted};
use crate::number::{count, percent};
use crate::printable::each_once;
use crate::report::escape::{printable, shortened};
use crate::report::summary::{alternatives, classes, exposed, optional_count, proposals, smallest_class};
use crate::report::{known_points, messages};
use crate::result::{Advice, AdviceChange, Finding, FindingCode, Role, ScanResult, VerdictOutcome};

/// Actions that are proposed.
const ACTIONS: usize = 3;
/// Letters of the changes that have room together; the first is always shown.
const LETTERS: usize = 200;
/// Letters of the name of a column in a sentence.
const NAME: usize = 40;
/// Most columns whose roles a command repeats.
const ROLES: usize = 8;

/// One thing to do.
pub(super) struct Action {
    pub(super) text: Sentence,
    /// Why, or what it is predicted to do.
    pub(super) why: Sentence,
    pub(super) recommended: bool,
}

/// A line for a shell.
pub(super) struct Command {
    pub(super) label: &'static str,
    /// The words, each flag with its value; a line breaks between them alone.
    pub(super) parts: Vec<String>,
}

impl Command {
    fn new(label: &'static str, text: &str) -> Self {
        let mut parts: Vec<String> = Vec::new();
        for (place, part) in text.split(" --").enumerate() {
            parts.push(if place == 0 { part.to_owned() } else { format!("--{part}") });
        }
        Self { label, parts }
    }
}

/// What to do, in order.
pub(super) struct Todo {
    pub(super) actions: Vec<Action>,
    /// What to run next; none where nothing is to be done.
    pub(super) command: Option<Command>,
    /// What to keep in mind beside it, or instead of it.
    pub(super) notes: Vec<Sentence>,
    /// Other ways than sharing records, where no proposal makes every class large enough.
    pub(super) alternatives: Vec<String>,
    pub(super) has_more: bool,
}

pub(super) fn todo(result: &ScanResult) -> Todo {
    let mut actions: Vec<Action> = columns_to_remove(result).into_iter().collect();
    actions.extend(consent(result));
    actions.extend(guessed_roles(result));
    let before = actions.len();
    let mut ranked: Vec<&Advice> = proposals(result).collect();
    // Stable: within each half they stay as they were ranked.
    ranked.sort_by_key(|advice| !advice.recommended);
    let mut letters = 0;
    for (place, advice) in ranked.iter().take(ACTIONS.saturating_sub(before)).enumerate() {
        let action = action(result, advice);
        letters += plain_length(&action.text);
        if letters > LETTERS && place > 0 {
            break;
        }
        actions.push(action);
    }
    Todo {
        notes: notes(result, &ranked, actions.is_empty()),
        command: command(result, ranked.first().copied()),
        has_more: ranked.len() > actions.len() - before,
        actions,
        alternatives: alternatives(result)
            .map(|advice| {
                format!("{}.", plain(&messages::capitalised(&printable(&advice.action))).trim_end_matches('.'))
            })
            .collect(),
    }
}

fn plain_length(sentence: &Sentence) -> usize {
    sentence.iter().map(|(_, part)| part.chars().count()).sum()
}

fn notes(result: &ScanResult, ranked: &[&Advice], has_no_action: bool) -> Vec<Sentence> {
    let is_untreated = |finding: &Finding| finding.code == FindingCode::TreatmentNotApplied;
    let is_cut_off = result.verdict.outcome == VerdictOutcome::Incomplete;
    let notes = Section::todo_of([
        (is_cut_off, "what to do, incomplete"),
        (known_points_stay(result, ranked), "what to do, known points stay"),
        (result.findings.iter().any(is_untreated), "what to do, untreated"),
        (is_judged(ranked), "what to do, judged plan"),
        (!ranked.is_empty() && !is_judged(ranked), "what to do, proposals"),
    ]);
    if !has_no_action || !notes.is_empty() {
        return notes;
    }
    let prose = match (result.verdict.outcome, &result.verdict.headline) {
        (VerdictOutcome::Pass, None) => "what to do, nothing to change",
        (VerdictOutcome::Pass, Some(_)) => "what to do, a pass that rests on something",
        _ => "what to do, no proposal",
    };
    Section::new(prose).todo
}

/// Whether the first proposal was judged as a whole.
fn is_judged(ranked: &[&Advice]) -> bool {
    ranked.first().is_some_and(|advice| advice.reaches_limits)
}

/// Whether known points break their limit and were counted for no proposal.
fn known_points_stay(result: &ScanResult, ranked: &[&Advice]) -> bool {
    let speaks_of_them = |advice: &&Advice| advice.after.as_ref().is_some_and(|after| after.unicity.is_some());
    let is_counted =
        |unicity: &crate::result::Unicity| unicity.resolutions.is_some() || ranked.iter().any(speaks_of_them);
    known_points::is_over(result) && known_points::measured(result).is_some_and(|unicity| !is_counted(unicity))
}

/// Columns that must not be there come first: no coarsening of others helps.
fn columns_to_remove(result: &ScanResult) -> Option<Action> {
    let found = || result.findings.iter().filter(|finding| !finding.waived);
    let of_reason = |(reason, codes): (&str, [FindingCode; 2])| {
        let columns = found().filter(|finding| codes.contains(&finding.code)).flat_map(|finding| &finding.columns);
        let columns = each_once(columns.map(|column| format!("`{}`", printable(column))));
        (!columns.is_empty()).then(|| (columns, reason.to_owned()))
    };
    let reasons = [
        ("direct identifier", [FindingCode::DirectIdentifierPresent, FindingCode::DirectIdentifierFound]),
        ("not covered by the agreement", [FindingCode::ForbiddenColumn, FindingCode::ColumnNotAllowed]),
    ];
    let found: Vec<(Vec<String>, String)> = reasons.into_iter().filter_map(of_reason).collect();
    let all = each_once(found.iter().flat_map(|(columns, _)| columns.iter().cloned()));
    let why: Vec<String> =
        found.iter().map(|(columns, reason)| format!("{}: {reason}", messages::list(columns))).collect();
    let why = if found.len() == 1 { messages::capitalised(&found[0].1) } else { why.join("; ") };
    let why = format!("{why}. Generalising other columns does not help.");
    (!all.is_empty()).then(|| to_do(&format!("Remove {}", messages::list(&all)), &why))
}

/// Nobody else can consent for a subject.
fn consent(result: &ScanResult) -> Option<Action> {
    let without = result.recipient.as_ref()?.consent.as_ref()?.without_consent;
    let text = format!("Remove the records of {} without consent", messages::subjects(without));
    (without > 0).then(|| to_do(&text, "The consent register does not list them."))
}

fn to_do(text: &str, why: &str) -> Action {
    Action { text: quoted(text), why: quoted(why), recommended: false }
}

fn guessed_roles(result: &ScanResult) -> Option<Action> {
    let guessed = result.dataset.columns.iter().filter(|column| column.guessed).count();
    let roles = messages::counted(guessed as u64, "role is", "roles are");
    let why = format!("{roles} guessed, and a guess never passes. Write them down, correct them, scan again.");
    is_held_up_by_guesses(result).then(|| to_do("Confirm the roles of the columns", &why))
}

fn is_held_up_by_guesses(result: &ScanResult) -> bool {
    let is_it = |finding: &Finding| finding.code == FindingCode::GuessedRoles && !finding.waived;
    result.dataset.columns.iter().any(|column| column.guessed) && result.findings.iter().any(is_it)
}

fn action(result: &ScanResult, advice: &Advice) -> Action {
    let text = quoted(&recipe(&advice.changes));
    Action { text, why: quoted(&predicted(result, advice)), recommended: advice.recommended }
}

/// What a proposal changes, as a sentence.
pub(in crate::report) fn recipe(changes: &[AdviceChange]) -> String {
    messages::capitalised(&steps(changes))
}

/// What a proposal changes, within a sentence: what is removed, then what is generalised.
pub(in crate::report) fn steps(changes: &[AdviceChange]) -> String {
    let name = |change: &AdviceChange| format!("`{}`", shortened(&printable(&change.column), NAME));
    let removed: Vec<String> = changes.iter().filter(|change| change.rule == "drop").map(name).collect();
    let removed = (!removed.is_empty()).then(|| format!("remove {}", messages::list(&removed)));
    let others = changes.iter().filter(|change| change.rule != "drop");
    let others = others.map(|change| generalisation(&name(change), &printable(&change.rule)));
    let parts: Vec<String> = removed.into_iter().chain(others).collect();
    parts.join("; ")
}

/// A rule on a column, as one would say it.
fn generalisation(column: &str, rule: &str) -> String {
    let number = |text: &str| text.parse::<u64>().map_or_else(|_| text.to_owned(), count);
    let characters = |text: &str| if text == "1" { "character".to_owned() } else { format!("{text} characters") };
    match rule.split_once(':') {
        None => format!("show {column} by {rule}"),
        Some(("round", to)) => format!("round {column} to multiples of {}", number(to)),
        Some(("prefix", kept)) => format!("keep the first {} of {column}", characters(kept)),
        Some(("suffix", kept)) => format!("keep the last {} of {column}", characters(kept)),
        Some(("top", most)) => format!("cap {column} at {}", number(most)),
        Some(("rare", fewest)) => {
            format!("merge values of {column} held by fewer than {} subjects", number(fewest))
        }
        Some(("bins", edges)) => {
            let bands = edges.split(',').count().saturating_sub(1);
            format!("put {column} into {} bands", count(bands as u64))
        }
        Some(_) => format!("generalise {column} by {rule}"),
    }
}

/// The figures of a proposal beside those of now.
pub(super) fn predicted(result: &ScanResult, advice: &Advice) -> String {
    if classes(result).is_none() {
        return String::new();
    }
    let both = |figure: fn(&ScanResult, &crate::result::Headline) -> Option<u64>| {
        let [before, after] = [&advice.before, &advice.after].map(|headline| figure(result, headline.as_ref()?));
        Some(format!("{} → {}", count(before?), optional_count(after)))
    };
    let [before, after] = [&advice.before, &advice.after].map(|headline| headline.as_ref()?.unicity);
    let unicity = before.zip(after);
    let [before, after] = [&advice.before, &advice.after].map(|headline| headline.as_ref()?.linked);
    let linked = before.zip(after);
    let k = count(u64::from(result.policy.k));
    let parts = [
        both(smallest_class).map(|both| format!("smallest class {both}")),
        both(exposed).map(|both| format!("subjects in classes below {k}: {both}")),
        unicity.map(|(before, after)| format!("unicity {} → {}", percent(before), percent(after))),
        linked.map(|(before, after)| format!("linked {} → {}", percent(before), percent(after))),
        advice.detail_kept.map(|kept| format!("{} of detail kept", percent(kept))),
        advice.reaches_limits.then(|| "keeps every limit".to_owned()),
    ];
    messages::capitalised(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// The one command to run next: what tries the first proposal, else what leads to the next step.
fn command(result: &ScanResult, first: Option<&Advice>) -> Option<Command> {
    let input = input(result);
    if is_held_up_by_guesses(result) {
        return Some(Command::new("Write the roles down", &format!("reidrisk init {input}")));
    }
    if first.is_some_and(|advice| advice.reaches_limits) {
        let text = format!("reidrisk advise {input} --write treated.toml");
        return Some(Command::new("Write the configuration of this plan", &text));
    }
    if let Some(flags) = first.and_then(|advice| advice.flags.as_deref()).filter(|flags| !flags.is_empty()) {
        let text = format!("reidrisk scan {input}{} {}", roles(result), printable(flags));
        return Some(Command::new("Scan with the first proposal applied", &text));
    }
    if result.verdict.outcome == VerdictOutcome::Pass {
        let has_hashes = result.dataset.files.iter().any(|file| file.sha256.is_some());
        let label = "Compare the file that leaves with the hash in the run record";
        return has_hashes.then(|| Command::new(label, &format!("sha256sum {input}")));
    }
    let open = result.findings.iter().find(|finding| finding.is_open())?;
    let text = format!("reidrisk explain {}", open.code.name());
    Some(Command::new("Read what the first finding asks for", &text))
}

/// The file of the scan; what stands for the files where they are several.
fn input(result: &ScanResult) -> String {
    match result.dataset.files.as_slice() {
        [file] => shell_word(&printable(&file.name)),
        _ => "INPUT...".to_owned(),
    }
}

/// The roles as flags, where no configuration holds them and they are not too many; else nothing.
fn roles(result: &ScanResult) -> String {
    let dataset = &result.dataset;
    let has_any = dataset.columns.iter().any(|column| column.role == Role::QuasiIdentifier && !column.guessed);
    if result.run.config.is_some() || !has_any || dataset.columns.len() > ROLES {
        return String::new();
    }
    let flag = |flag: &str, role| {
        let of_role = dataset.columns.iter().filter(|column| column.role == role);
        let names: Vec<String> = of_role.map(|column| printable(&column.name)).collect();
        let is_plain = names.iter().all(|name| !name.contains(','));
        (!names.is_empty() && is_plain).then(|| format!(" {flag} {}", shell_word(&names.join(","))))
    };
    let flags = [
        ("--subject", Role::Subject),
        ("--quasi", Role::QuasiIdentifier),
        ("--sensitive", Role::Sensitive),
        ("--ignore", Role::Ignore),
    ];
    flags.into_iter().filter_map(|(name, role)| flag(name, role)).collect()
}

/// A word for a POSIX shell.
fn shell_word(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/,+:=@%".contains(letter);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{recipe, shell_word, todo};
    use crate::report::fixture;
    use crate::result::AdviceChange;

    fn changes(rules: &[(&str, &str)]) -> Vec<AdviceChange> {
        let change = |(column, rule): &(&str, &str)| AdviceChange { column: (*column).into(), rule: (*rule).into() };
        rules.iter().map(change).collect()
    }

    #[test]
    fn a_recipe_says_first_what_is_removed_and_then_each_rule_in_words() {
        let recipe = recipe(&changes(&[
            ("year", "round:10"),
            ("a", "drop"),
            ("day", "month"),
            ("b", "drop"),
            ("zip", "prefix:1"),
            ("shop", "rare:100"),
            ("amount", "bins:0,10,50"),
        ]));
        assert_eq!(
            recipe,
            "Remove `a` and `b`; round `year` to multiples of 10; show `day` by month; keep the first character of `zip`; \
             merge values of `shop` held by fewer than 100 subjects; put `amount` into 2 bands"
        );
    }

    #[test]
    fn a_word_for_a_shell_can_hold_anything() {
        assert_eq!(shell_word("cards.csv"), "cards.csv");
        assert_eq!(shell_word("my cards.csv"), "'my cards.csv'");
        assert_eq!(shell_word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(shell_word("-x"), "'-x'");
    }

    #[test]
    fn one_command_leads_to_the_next_step() {
        let command = |result| todo(&result).command.map(|command| command.parts.join(" "));
        let whole = command(fixture::whole()).unwrap();
        assert!(whole.starts_with("reidrisk scan card_transactions.csv --coarsen birth_year=round:10"), "{whole}");
        let mut judged = fixture::whole();
        judged.advice[0].reaches_limits = true;
        let advise = "reidrisk advise card_transactions.csv --write treated.toml";
        assert_eq!(command(judged).as_deref(), Some(advise), "a plan that was judged is written by advise");
        assert_eq!(command(fixture::guessed()).as_deref(), Some("reidrisk init card_transactions.csv"));
        assert_eq!(command(fixture::failing()).as_deref(), Some("reidrisk explain small-class"));
        assert_eq!(command(fixture::passing()).as_deref(), Some("sha256sum card_transactions.csv"));
    }

    #[test]
    fn a_proposal_that_removes_nothing_is_not_listed() {
        let mut result = fixture::whole();
        let mut idle = result.advice[0].clone();
        (idle.recommended, idle.risk_removed, idle.after) = (false, Some(0.0), idle.before.clone());
        idle.changes = changes(&[("merchant_id", "prefix:1")]);
        idle.action = "keep the first character of `merchant_id`".to_owned();
        result.advice.push(idle);
        let page = crate::report::render_html(&result).unwrap();
        assert!(!page.contains("keep the first character of merchant_id") && !page.contains("of <code>merchant_id"));
        assert!(page.contains("1 change that removes nothing is not listed."));
        assert!(!crate::report::render_html(&fixture::whole()).unwrap().contains("removes nothing"));
    }
}
