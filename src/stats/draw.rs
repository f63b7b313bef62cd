//! Draws that depend on what is drawn from, and on nothing else.
//!
//! A generator hands out its numbers in the order in which it is asked, so whoever draws with it must ask in a fixed
//! order. Here each thing has a *key* made from its value, and [`mix`] turns seed and key into a priority: the things
//! of lowest priority are the draw. The order of the records, the numbering of the codes and the threads have no say.

/// 64 bits of a value in canonical spelling; equal values give equal bits, in every version and on every machine.
///
/// Two of a million values share their bits with a probability of about 3 in 10^8. Nothing is wrong then, except that
/// the order of the records may decide which of the two is drawn first.
#[must_use]
pub fn fingerprint(value: &[u8]) -> u64 {
    let mut state = value.len() as u64;
    for chunk in value.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(word));
    }
    state
}

/// Two numbers to one that looks random. For each `one`, different `other` give different results.
#[must_use]
pub fn mix(one: u64, other: u64) -> u64 {
    scramble(scramble(one.wrapping_add(0x9E37_79B9_7F4A_7C15)) ^ other)
}

/// The last step of `SplitMix64` (Steele, Lea & Flood, OOPSLA 2014): a bijection in which every bit of the input moves
/// about half of the bits of the output.
fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_never_change() {
        assert_eq!(fingerprint(b""), 0);
        assert_ne!(fingerprint(b"a"), fingerprint(b"a\0"));
        assert_ne!(fingerprint(b"12345678"), fingerprint(b"123456789"));
    }

    #[test]
    fn the_lowest_of_three_priorities_is_each_of_them_equally_often() {
        // Chi-square with 5 degrees of freedom: 20.5 is exceeded with probability 0.001.
        let mut seen = std::collections::BTreeMap::new();
        for seed in 0..6000_u64 {
            let mut order = [0_u64, 1, 2];
            order.sort_by_key(|&key| mix(mix(7, seed), key));
            *seen.entry(order).or_insert(0_i32) += 1;
        }
        let statistic: f64 = seen.values().map(|&count| f64::from(count - 1000).powi(2) / 1000.0).sum();
        assert!(seen.len() == 6 && statistic < 20.5, "chi-square {statistic}");
    }
}
