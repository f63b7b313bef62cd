//! The numbers of classes, computed for many records at a time by whatever the processor has for that.

use multiversion::multiversion;

/// Number of each class on one more column, from the number on the columns before it.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
pub(super) fn extend<T: Copy + Into<u32>>(numbers: &mut [u32], cardinality: u32, codes: &[T]) {
    for (number, &code) in numbers.iter_mut().zip(codes) {
        *number = *number * cardinality + code.into();
    }
}

/// The same into another place.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
pub(super) fn of_parts<T: Copy + Into<u32>>(classes: &[u32], cardinality: u32, codes: &[T], numbers: &mut [u32]) {
    for ((number, &class), &code) in numbers.iter_mut().zip(classes).zip(codes) {
        *number = class * cardinality + code.into();
    }
}
