//! How much must be seen before chance is ruled out.
//!
//! One in ten numbers of sixteen digits has the right Luhn digit by chance, so a column of order numbers holds hundreds
//! that look like card numbers. What tells them apart is the *share* among the values of that shape: cards pass always,
//! order numbers one time in ten. Each sign therefore counts distinct values of its shape (candidates) and those whose
//! check is right (passed), and says how the two must stand to each other:
//!
//! - [`Proof::Sure`]: one value passes. For e-mail addresses, masked card numbers: the shape itself is the evidence.
//! - [`Proof::Checked`]: half of the candidates pass, or four standard deviations more than chance gives. For shapes
//!   that are rare in themselves, with a check digit: cards, IBAN, numbers with letters or dashes.
//! - [`Proof::Shape`]: half of the candidates pass, and chance would do that less than once in a thousand columns. For
//!   short codes of letters and digits whose check says little.
//! - [`Proof::Format`]: nineteen of twenty candidates pass. For shapes without check digit.
//! - [`Proof::Column`]: nine of ten candidates pass, and chance would do that less than once in a million columns. For
//!   bare digits with a check digit.
//! - [`Proof::Heading`]: never, unless the heading speaks of it. For bare digits whose check says little.
//!
//! Beneath a heading that speaks of the kind, half of the candidates are enough for every proof.
//!
//! A single true card number in free text is one candidate and one pass, so it is found; its price is that one lone
//! number in an issuer's range is called a card number by mistake one time in ten, which errs on the safe side. Among n
//! numbers of an issuer's range without any card, the first rule errs with the chance that half of n pass (n = 4: five
//! in a hundred, n = 10: two in a thousand), the second with about three in a hundred thousand.

/// What a sign has to show before it is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Proof {
    /// One value is enough.
    Sure,
    /// More than this chance explains.
    Checked(f64),
    /// So many that this chance cannot explain it, and half of the values of that shape.
    Shape(f64),
    /// Nearly all values of that shape.
    Format,
    /// Nearly all values of that shape, and so many that this chance cannot explain it.
    Column(f64),
    /// Nothing is enough but a heading.
    Heading,
}

/// A column that passes by a chance smaller than this is no accident.
const ACCIDENT: f64 = 1e-6;

/// The same for codes of letters and digits, which are rarer than bare digits.
const RARE_ACCIDENT: f64 = 1e-3;

impl Proof {
    /// Whether so many passes among so many candidates are believed.
    #[expect(clippy::cast_precision_loss, reason = "counts of a sample are small")]
    pub(super) fn holds(self, candidates: u64, passed: u64, heading: bool) -> bool {
        let half = passed > 0 && passed * 2 >= candidates;
        let (all, right) = (candidates as f64, passed as f64);
        match self {
            _ if heading && half => true,
            Self::Sure => passed > 0,
            Self::Checked(chance) => {
                let deviation = (all * chance * (1.0 - chance)).sqrt();
                half || (passed > 0 && right > all * chance + 4.0 * deviation)
            }
            Self::Shape(chance) => half && at_least(candidates, passed, chance) <= RARE_ACCIDENT,
            Self::Format => passed > 0 && passed * 20 >= candidates * 19,
            Self::Column(chance) => passed * 10 >= candidates * 9 && right * chance.ln() <= ACCIDENT.ln(),
            Self::Heading => false,
        }
    }
}

/// The chance that at least `passed` of so many values pass, each with this chance: a tail of the binomial distribution.
#[expect(clippy::cast_precision_loss, reason = "counts of a sample are small")]
fn at_least(candidates: u64, passed: u64, chance: f64) -> f64 {
    let mut term = (candidates as f64 * (1.0 - chance).ln()).exp();
    let mut below = 0.0;
    for right in 0..passed {
        below += term;
        term *= (candidates - right) as f64 / (right + 1) as f64 * chance / (1.0 - chance);
    }
    1.0 - below
}

#[cfg(test)]
mod tests {
    use super::Proof;

    #[test]
    fn one_true_number_is_believed_and_one_in_ten_is_chance() {
        let card = Proof::Checked(0.1);
        assert!(card.holds(1, 1, false));
        assert!(!card.holds(1, 0, true));
        assert!(!card.holds(1_000, 100, false));
        assert!(!card.holds(1_000, 137, false), "three standard deviations above the mean");
        assert!(card.holds(1_000, 140, false), "twenty cards among a thousand orders");
    }

    #[test]
    fn bare_digits_need_a_column_of_them_or_a_heading() {
        let bare = Proof::Column(0.1);
        assert!(!bare.holds(5, 5, false));
        assert!(bare.holds(6, 6, false));
        assert!(!bare.holds(100, 80, false));
        assert!(bare.holds(100, 50, true));
        assert!(!Proof::Heading.holds(100, 100, false));
        assert!(Proof::Heading.holds(100, 100, true));
    }

    #[test]
    fn short_codes_are_held_against_the_chance_of_several_together() {
        let code = Proof::Shape(0.1);
        assert!(!code.holds(1, 1, false) && !code.holds(2, 2, false) && code.holds(3, 3, false));
        assert!(!code.holds(5, 3, false) && code.holds(8, 5, false), "tails of 0.9 and 0.04 in a hundred");
        assert!(code.holds(1, 1, true));
        assert!((super::at_least(4, 2, 0.5) - 11.0 / 16.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_seen_is_never_believed() {
        for proof in
            [Proof::Sure, Proof::Checked(0.5), Proof::Shape(0.5), Proof::Format, Proof::Column(0.5), Proof::Heading]
        {
            assert!(!proof.holds(0, 0, false) && !proof.holds(0, 0, true), "{proof:?}");
        }
    }
}
