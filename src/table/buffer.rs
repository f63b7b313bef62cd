//! Numbers of a column, in memory or on a ground beside it.
//!
//! A scan may have more records than memory holds codes of. Then columns move to a [`Ground`], such as mapped files in a
//! folder of the user. This room does no IO, so it knows a ground as a trait alone. What is made from a buffer (a copy, a wider
//! or sorted column) goes to the ground of that buffer, so nobody has to hand a ground on.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytemuck::Pod;

/// Where numbers go that memory is too small for.
pub trait Ground: Send + Sync + fmt::Debug {
    /// Room for at least so many bytes, all of them 0; `None` where there is none, or where so few are better kept in memory.
    fn room(&self, bytes: usize) -> Option<Box<dyn Room>>;
}

/// A stretch of a ground. It is given back when this is dropped.
///
/// # Guarantees
/// The bytes begin at a multiple of 8, and nobody else reads or writes them.
pub trait Room: Send + Sync {
    /// All bytes.
    fn bytes(&self) -> &[u8];
    /// All bytes, to be written.
    fn bytes_mut(&mut self) -> &mut [u8];
    /// Makes it at least so many bytes long: those it has stay, the others are 0. `false` where there is no room, and then
    /// nothing changes.
    fn grow(&mut self, bytes: usize) -> bool;
}

/// Numbers that are gathered before they are appended on a ground, where each look at the room costs a call.
const CHUNK: usize = 1 << 12;

/// A vector of numbers in memory, or a stretch of a ground.
///
/// # Guarantees
/// Both behave alike. Where a ground has no room, the numbers stay in memory or come back to it: nothing is lost, and the
/// ground remembers why.
///
/// # Cost
/// In memory that of a vector. Every look at mapped numbers costs a call, so loops take the slice once.
pub struct Buffer<T> {
    items: Items<T>,
    /// Where the numbers go as soon as there is room; `None` where they stay in memory.
    ground: Option<Arc<dyn Ground>>,
}

enum Items<T> {
    Memory(Vec<T>),
    Mapped { room: Box<dyn Room>, length: usize },
}

impl<T> Buffer<T> {
    /// The ground that the numbers are on, or go to when they become many.
    #[must_use]
    pub fn ground(&self) -> Option<&Arc<dyn Ground>> {
        self.ground.as_ref()
    }

    /// Bytes of memory that the numbers take: none where they are mapped.
    #[must_use]
    pub fn resident_bytes(&self) -> usize {
        match &self.items {
            Items::Memory(items) => items.len() * size_of::<T>(),
            Items::Mapped { .. } => 0,
        }
    }
}

impl<T: Pod> Buffer<T> {
    /// No numbers yet, and room for so many of them.
    #[must_use]
    pub fn with_capacity(ground: Option<&Arc<dyn Ground>>, capacity: usize) -> Self {
        let Some(ground) = ground else { return Vec::with_capacity(capacity).into() };
        let mut empty = Self { items: Items::Memory(Vec::new()), ground: Some(Arc::clone(ground)) };
        empty.reserve(capacity);
        empty
    }

    /// So many zeros.
    #[must_use]
    pub fn zeroed(ground: Option<&Arc<dyn Ground>>, length: usize) -> Self {
        let zeros = || vec![T::zeroed(); length];
        let Some(ground) = ground else { return zeros().into() };
        let items = match ground.room(length * size_of::<T>()) {
            Some(room) => Items::Mapped { room, length },
            None => Items::Memory(zeros()),
        };
        Self { items, ground: Some(Arc::clone(ground)) }
    }

    /// The numbers of an iterator.
    #[must_use]
    pub fn collected(ground: Option<&Arc<dyn Ground>>, items: impl Iterator<Item = T>) -> Self {
        if ground.is_none() {
            return items.collect();
        }
        let mut collected = Self::with_capacity(ground, items.size_hint().0);
        collected.extend(items);
        collected
    }

    /// All numbers.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match &self.items {
            Items::Memory(items) => items,
            Items::Mapped { room, length } => bytemuck::cast_slice(&room.bytes()[..length * size_of::<T>()]),
        }
    }

    /// All numbers as a vector: copied where they are mapped.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        match self.items {
            Items::Memory(items) => items,
            Items::Mapped { .. } => self.as_slice().to_vec(),
        }
    }

    /// All numbers, to be changed.
    #[inline]
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match &mut self.items {
            Items::Memory(items) => items,
            Items::Mapped { room, length } => {
                bytemuck::cast_slice_mut(&mut room.bytes_mut()[..*length * size_of::<T>()])
            }
        }
    }

    /// Brings the numbers to a ground, as far as it has room for them, and all that is appended or made from them later.
    pub fn move_to(&mut self, ground: &Arc<dyn Ground>) {
        self.ground = Some(Arc::clone(ground));
        self.settle(self.len());
    }

    /// Appends numbers.
    pub fn extend_from_slice(&mut self, more: &[T]) {
        self.reserve(more.len());
        match &mut self.items {
            Items::Memory(items) => items.extend_from_slice(more),
            Items::Mapped { length, .. } => {
                let start = *length;
                *length += more.len();
                self.as_mut_slice()[start..].copy_from_slice(more);
            }
        }
    }

    /// Makes it so long: what is too much goes, and what is missing is `value`.
    pub fn resize(&mut self, length: usize, value: T) {
        let old = self.len();
        self.reserve(length.saturating_sub(old));
        match &mut self.items {
            Items::Memory(items) => items.resize(length, value),
            Items::Mapped { length: now, .. } => {
                *now = length;
                if let Some(new) = self.as_mut_slice().get_mut(old..) {
                    new.fill(value);
                }
            }
        }
    }

    /// Lets go of the numbers behind the first so many.
    pub fn truncate(&mut self, length: usize) {
        match &mut self.items {
            Items::Memory(items) => items.truncate(length),
            Items::Mapped { length: now, .. } => *now = length.min(*now),
        }
    }

    /// Gives back the memory behind the last number. What is mapped keeps its room.
    pub fn shrink_to_fit(&mut self) {
        if let Items::Memory(items) = &mut self.items {
            items.shrink_to_fit();
        }
    }

    /// Makes room for so many more numbers.
    fn reserve(&mut self, more: usize) {
        let length = self.len() + more;
        match &mut self.items {
            Items::Memory(items) if length <= items.capacity() => {}
            Items::Memory(items) if self.ground.is_none() => items.reserve(more),
            Items::Memory(_) => {
                self.settle(length);
                if let Items::Memory(items) = &mut self.items {
                    items.reserve(more);
                }
            }
            Items::Mapped { room, .. } => {
                let needed = length * size_of::<T>();
                if needed > room.bytes().len() && !room.grow(needed) {
                    let mut items = Vec::with_capacity(length);
                    items.extend_from_slice(self.as_slice());
                    self.items = Items::Memory(items);
                }
            }
        }
    }

    /// Brings what is in memory to the ground if that has room for so many numbers.
    fn settle(&mut self, numbers: usize) {
        let (Items::Memory(items), Some(ground)) = (&self.items, &self.ground) else { return };
        let Some(mut room) = ground.room(numbers * size_of::<T>()) else { return };
        let bytes: &[u8] = bytemuck::cast_slice(items);
        room.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
        self.items = Items::Mapped { room, length: items.len() };
    }
}

impl<T: Pod> Extend<T> for Buffer<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let items = items.into_iter();
        if let (Items::Memory(memory), None) = (&mut self.items, &self.ground) {
            return memory.extend(items);
        }
        self.reserve(items.size_hint().0);
        let mut chunk = Vec::with_capacity(CHUNK);
        for item in items {
            chunk.push(item);
            if chunk.len() == CHUNK {
                self.extend_from_slice(&chunk);
                chunk.clear();
            }
        }
        self.extend_from_slice(&chunk);
    }
}

impl<T> From<Vec<T>> for Buffer<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items: Items::Memory(items), ground: None }
    }
}

impl<T> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Pod> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::with_capacity(self.ground.as_ref(), self.len());
        copy.extend_from_slice(self);
        copy
    }
}

impl<T: Pod> Deref for Buffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: Pod> DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T: Pod + PartialEq> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Pod + Eq> Eq for Buffer<T> {}

/// The length alone: numbers stand for values of cells.
impl<T: Pod> fmt::Debug for Buffer<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} numbers", self.len())
    }
}

#[cfg(test)]
pub(crate) mod test;
