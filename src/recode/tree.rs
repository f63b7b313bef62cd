//! The values of a dimension as trees: under the groups of a hierarchy or of a coarser column.

use hashbrown::{HashMap, HashSet};

use super::TreatmentError;
use crate::table::{Codes, Dictionary};
use crate::tabular::Dimension;

/// Codes in the order of their labels, a missing one last.
fn in_order(labels: &[Option<&str>]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(labels.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|&code| (labels[code as usize].is_none(), labels[code as usize]));
    order
}

/// For each value of a dimension the label of its group on one level; none where it has none.
pub(super) type Level = Vec<Option<String>>;

/// The groups that a coarser column makes: each value of the finer one must lie in one of them.
pub(super) fn nested(
    name: &str,
    other: &str,
    (codes, values): (&Codes, &Dictionary),
    (groups, labels): (&Codes, &Dictionary),
) -> Result<Level, TreatmentError> {
    let mut group_of: Vec<Option<u32>> = vec![None; values.len()];
    let mut torn: HashSet<u32, foldhash::fast::FixedState> = HashSet::default();
    for (code, group) in codes.iter().zip(groups.iter()) {
        if *group_of[code as usize].get_or_insert(group) != group {
            torn.insert(code);
        }
    }
    if !torn.is_empty() {
        return Err(TreatmentError::TornApart {
            column: name.to_owned(),
            coarser: other.to_owned(),
            values: torn.len() as u64,
        });
    }
    let label = |group: Option<u32>| Some(labels.value(group?)?.expose().to_owned());
    Ok(group_of.into_iter().map(label).collect())
}

/// The values of a dimension under their groups.
pub(super) struct Tree<'a> {
    labels: &'a [Option<&'a str>],
    levels: Vec<&'a Level>,
    margins: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn new(labels: &'a [Option<&'a str>], levels: &'a [Level], margins: bool) -> Self {
        // A level that holds everything is the total.
        let is_total = |level: &&Level| {
            let mut groups = level.iter().zip(labels).filter(|(_, label)| label.is_some()).map(|(group, _)| group);
            let first = groups.next();
            first.is_some_and(Option::is_some) && groups.all(|group| Some(group) == first)
        };
        Self { labels, levels: levels.iter().filter(|level| !is_total(level)).collect(), margins }
    }

    /// The codes as trees, the code of each value, and what each code is called: the total, then groups from the coarsest to
    /// the finest, then values, each by label. `None` where a group lies in two others.
    pub(super) fn codes(&self) -> Option<(Dimension, Vec<u32>, Vec<String>)> {
        let mut parents: Vec<Option<u32>> = if self.margins { vec![None] } else { Vec::new() };
        let mut names: Vec<String> = self.margins.then(|| "total".to_owned()).into_iter().collect();
        let total = self.margins.then_some(0);
        // Of each value the code of its finest group so far.
        let mut above: Vec<Option<u32>> = vec![total; self.labels.len()];
        for level in self.levels.iter().rev() {
            let mut groups: Vec<(&str, Option<u32>)> =
                level.iter().zip(&above).filter_map(|(group, above)| Some((group.as_deref()?, *above))).collect();
            groups.sort_unstable();
            groups.dedup();
            if groups.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            let first = u32::try_from(parents.len()).ok()?;
            let code_of: HashMap<&str, u32, foldhash::fast::FixedState> =
                groups.iter().zip(first..).map(|((label, _), code)| (*label, code)).collect();
            parents.extend(groups.iter().map(|(_, above)| *above));
            names.extend(groups.iter().map(|(label, _)| format!("group {label}")));
            for (above, group) in above.iter_mut().zip(level.iter()) {
                *above = group.as_deref().and_then(|group| code_of.get(group).copied()).or(*above);
            }
        }
        let mut code_of = vec![0; self.labels.len()];
        for value in in_order(self.labels) {
            code_of[value as usize] = u32::try_from(parents.len()).ok()?;
            parents.push(above[value as usize]);
            let label = self.labels[value as usize];
            names.push(label.map_or_else(|| "missing".to_owned(), |label| format!("value {label}")));
        }
        if parents.is_empty() {
            // Nothing was read: the table has no cell, and the dimension a code that nobody has.
            parents.push(None);
            names.push("none".to_owned());
        }
        Some((Dimension::new(parents).ok()?, code_of, names))
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Tree};

    fn level(groups: &[&str]) -> Level {
        groups.iter().map(|group| (!group.is_empty()).then(|| (*group).to_owned())).collect()
    }

    #[test]
    fn values_lie_under_their_groups_in_the_order_of_labels() {
        let labels = [Some("c"), Some("a"), None, Some("b")];
        let levels = [level(&["y", "x", "", "x"]), level(&["n", "n", "", "n"])];
        let (dimension, code_of, names) = Tree::new(&labels, &levels, true).codes().unwrap();
        assert_eq!(names, ["total", "group x", "group y", "value a", "value b", "value c", "missing"]);
        // The total, x and y, then a, b, c and what is missing; n holds everything and is the total.
        assert_eq!(code_of, [5, 3, 6, 4]);
        let parents: Vec<Option<u32>> = (0..7).map(|code| dimension.parent(code)).collect();
        assert_eq!(parents, [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(0)]);
        let (flat, code_of, _) = Tree::new(&labels, &[], false).codes().unwrap();
        assert_eq!((flat.codes(), code_of), (4, vec![2, 0, 3, 1]));
    }

    #[test]
    fn a_group_in_two_others_is_no_tree() {
        let labels = [Some("a"), Some("b"), Some("c")];
        let levels = [level(&["x", "x", "y"]), level(&["m", "n", "n"])];
        assert!(Tree::new(&labels, &levels, true).codes().is_none());
    }
}
