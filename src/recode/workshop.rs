//! A column under its rules: coarsened, and with all that its values tell before they are let go.

use super::coarsen::{Recoded, recode_by_rule};
use super::facts::{changed_cells, forms};
use super::label::is_label;
use super::propose::{Ladder, Present, ladder};
use super::rare::{holders, recode_rare};
use super::rotation::Search;
use super::secrets::secret_values;
use super::shared::SharedValues;
use super::treat::{Lookups, Treated, counted};
use super::value_map::ValueMap;
use super::{CoarsenRule, EventValues, SubjectCodes, TimeOrigin, TreatmentError};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::plan::{Extent, Plan};
use crate::result::{Attacker, DatasetColumn, Role};
use crate::table::{Codes, Column, Dictionary, SubjectOrder};

/// What the rules of a column may look at besides its values.
pub(super) struct Workshop<'inputs> {
    subject: Option<&'inputs SubjectCodes>,
    /// Built when the first `rare` rule needs it.
    order: Option<SubjectOrder<'inputs>>,
    lookups: &'inputs Lookups,
}

impl<'inputs> Workshop<'inputs> {
    pub(super) fn new(subject: Option<&'inputs SubjectCodes>, lookups: &'inputs Lookups) -> Self {
        Self { subject, order: None, lookups }
    }

    /// The files that rules and tables need.
    pub(super) fn lookups(&self) -> &'inputs Lookups {
        self.lookups
    }

    /// The file of a hierarchy.
    pub(super) fn hierarchy(&self, file: &std::path::Path) -> Result<&'inputs Extract, TreatmentError> {
        self.lookups.hierarchies.get(file).ok_or_else(|| TreatmentError::not_read(file))
    }

    /// A column after its rules, and the values behind its codes; nothing else is made of it.
    pub(super) fn coarse(
        &mut self,
        name: &str,
        plan: &Plan,
        mut codes: Codes,
        mut dictionary: Dictionary,
    ) -> Result<(Codes, Dictionary), TreatmentError> {
        let rules = plan.rules_of(name);
        for rule in rules {
            let recoded = match self.recode(name, rule, &codes, &dictionary, plan.time_origin) {
                Err(TreatmentError::RuleDoesNotFit { .. }) if is_treated(&dictionary, rules) => continue,
                recoded => recoded?,
            };
            codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            dictionary = recoded.dictionary;
        }
        Ok((codes, dictionary))
    }

    /// Applies the rules in order, looks for coarser forms while the values are there, and adds the column to those that
    /// are `treated`. Returns the column under the rules of single points.
    pub(super) fn treat_column(
        &mut self,
        column: ExtractColumn,
        plan: &Plan,
        description: &mut DatasetColumn,
        treated: &mut Treated,
        search: Option<&mut Search>,
    ) -> Result<Vec<(Column, EventValues)>, TreatmentError> {
        let (name, found) = (column.name, column.column_type);
        let is_joined = plan.linkage.joins_on(&name);
        // One period is linked with the next by all that leaves.
        let is_kept = is_joined || (plan.rotate.is_some() && search.is_some());
        let rules = plan.rules_of(&name);
        let coded = column.coded.ok_or_else(|| TreatmentError::NotCoded(name.clone()))?;
        let read = (!rules.is_empty()).then(|| (coded.codes.clone(), coded.dictionary.clone()));
        let Ruled { codes, value_map, whole, after_rare } = self.apply_rules(&name, coded, plan, is_joined)?;
        let dictionary = value_map.values();
        if let Some(search) = search {
            search.look(&name, &codes, dictionary, plan.time_origin);
        }
        description.distinct = Some(dictionary.distinct());
        description.facts.changed_cells = read.map(|(codes, old)| changed_cells(&codes, &old, &whole, dictionary));
        description.facts.forms = forms(dictionary, plan);
        let present = Present {
            origin: plan.time_origin,
            name: &name,
            place: treated.columns.len(),
            declared: !description.guessed,
            rules,
            dictionary,
            before_last: value_map.before_last(),
            hierarchies: &self.lookups.hierarchies,
        };
        let is_advised = ![Extent::Verdict, Extent::Trial].contains(&plan.extent);
        treated.ladders.push(if is_advised { ladder(&present) } else { Ladder::none() });
        let may_order = plan.unicity.attackers.contains(&Attacker::Consecutive) || !plan.unicity.mobility.is_empty();
        treated.events.push(EventValues::new(&name, dictionary, &plan.unicity, may_order)?.measured(dictionary, plan));
        let forms = self.forms_of_points(&name, &codes, dictionary, plan)?;
        if description.role == Role::Sensitive {
            let values = secret_values(&name, dictionary, plan, &self.lookups.hierarchies)?;
            treated.secrets.insert(name.clone(), values);
        }
        treated.columns.push(counted(name.clone(), codes, dictionary)?);
        let (value_map, dictionary) = value_map.split(is_kept);
        treated.shared.extend(dictionary.map(|dictionary| SharedValues { name, found, dictionary, after_rare }));
        treated.value_maps.extend(value_map);
        Ok(forms)
    }

    /// Applies the rules of a column in order. `is_joined`: the values after each `rare` rule are kept for the other side.
    fn apply_rules(
        &mut self,
        name: &str,
        coded: CodedColumn,
        plan: &Plan,
        is_joined: bool,
    ) -> Result<Ruled, TreatmentError> {
        let CodedColumn { mut codes, dictionary } = coded;
        let mut whole: Vec<u32> = (0..u32::try_from(dictionary.len()).unwrap_or(0)).collect();
        let (mut value_map, mut after_rare) = (ValueMap::new(name, dictionary), Vec::new());
        let rules = plan.rules_of(name);
        for rule in rules {
            let recoded = match self.recode(name, rule, &codes, value_map.values(), plan.time_origin) {
                // The file is treated already, by a later rule of the chain as well.
                Err(TreatmentError::RuleDoesNotFit { .. }) if is_treated(value_map.values(), rules) => continue,
                recoded => recoded?,
            };
            codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            for code in &mut whole {
                *code = recoded.map[*code as usize];
            }
            value_map.push(rule, recoded);
            if is_joined && matches!(rule, CoarsenRule::Rare(_)) {
                after_rare.push(value_map.values().clone());
            }
        }
        Ok(Ruled { codes, value_map, whole, after_rare })
    }

    /// The column under each rule that only single points have of it.
    fn forms_of_points(
        &mut self,
        name: &str,
        codes: &Codes,
        dictionary: &Dictionary,
        plan: &Plan,
    ) -> Result<Vec<(Column, EventValues)>, TreatmentError> {
        let is_coarsened = !plan.rules_of(name).is_empty();
        let mut forms = Vec::new();
        for rule in plan.unicity.forms_of(name) {
            let recoded = match self.recode(name, rule, codes, dictionary, plan.time_origin) {
                // The extract shows the column so coarsely that the rule has nothing left to do.
                Err(TreatmentError::RuleDoesNotFit { .. }) if is_coarsened => continue,
                recoded => recoded?,
            };
            let codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            let events = EventValues::of_form(rule, &recoded.dictionary);
            forms.push((counted(name.to_owned(), codes, &recoded.dictionary)?, events));
        }
        Ok(forms)
    }

    fn recode(
        &mut self,
        column: &str,
        rule: &CoarsenRule,
        codes: &Codes,
        dictionary: &Dictionary,
        origin: TimeOrigin,
    ) -> Result<Recoded, TreatmentError> {
        let lookups = self.lookups;
        let rare = |bound| recode_rare(dictionary, &holders(codes, dictionary.len(), self.subject_order()), bound);
        recode_by_rule(column, rule, dictionary, &lookups.hierarchies, origin, rare)
    }

    fn subject_order(&mut self) -> Option<&SubjectOrder<'inputs>> {
        if let (None, Some(subject)) = (&self.order, self.subject) {
            self.order = Some(SubjectOrder::new(subject));
        }
        self.order.as_ref()
    }
}

/// A column after its rules.
struct Ruled {
    codes: Codes,
    value_map: ValueMap,
    /// For each code as read, the one that all rules together make of it.
    whole: Vec<u32>,
    /// The values after each `rare` rule, where something is joined on the column.
    after_rare: Vec<Dictionary>,
}

/// Whether every value is one that some rule of a chain leaves behind. Any short text is a prefix, so prefixes and
/// suffixes count only where they look like those of dates.
fn is_treated(dictionary: &Dictionary, rules: &[CoarsenRule]) -> bool {
    let of_date = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit() || b"-QW".contains(&byte));
    let made_by = |rule: &CoarsenRule, value: &str| match rule {
        CoarsenRule::Prefix(length) | CoarsenRule::Suffix(length) => value.len() == *length && of_date(value),
        rule => is_label(rule, value),
    };
    rules.iter().any(|rule| dictionary.values().flatten().all(|value| made_by(rule, value.expose())))
}
