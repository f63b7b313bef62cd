//! Buffers in memory and on a ground against plain vectors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;

/// A ground in memory that has so many rooms and, in each, so many bytes; every byte that it gives is counted.
#[derive(Debug)]
pub(crate) struct Meadow {
    rooms: AtomicUsize,
    most: usize,
    /// What was asked for.
    asked: Mutex<Vec<usize>>,
}

impl Meadow {
    /// A ground with room for everything.
    pub(crate) fn wide() -> Arc<dyn Ground> {
        Arc::new(Self::narrow(usize::MAX, usize::MAX))
    }

    fn narrow(rooms: usize, most: usize) -> Self {
        Self { rooms: AtomicUsize::new(rooms), most, asked: Mutex::default() }
    }
}

impl Ground for Meadow {
    fn room(&self, bytes: usize) -> Option<Box<dyn Room>> {
        self.asked.lock().unwrap().push(bytes);
        let left = self.rooms.load(Ordering::Relaxed);
        if left == 0 || bytes > self.most {
            return None;
        }
        self.rooms.store(left - 1, Ordering::Relaxed);
        Some(Box::new(Patch { words: vec![0; bytes.div_ceil(8)], most: self.most }))
    }
}

struct Patch {
    words: Vec<u64>,
    most: usize,
}

impl Room for Patch {
    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.words)
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }

    fn grow(&mut self, bytes: usize) -> bool {
        if bytes > self.most {
            return false;
        }
        self.words.resize(bytes.div_ceil(8).max(self.words.len()), 0);
        true
    }
}

/// What may be done to a vector.
#[derive(Debug, Clone)]
enum Deed {
    Extend(Vec<u16>),
    Append(Vec<u16>),
    Resize(usize, u16),
    Truncate(usize),
    Set(usize, u16),
    Shrink,
    Copy,
    Move,
}

fn deed() -> impl Strategy<Value = Deed> {
    let numbers = || prop::collection::vec(any::<u16>(), 0..40);
    prop_oneof![
        numbers().prop_map(Deed::Extend),
        numbers().prop_map(Deed::Append),
        (0_usize..200, any::<u16>()).prop_map(|(length, value)| Deed::Resize(length, value)),
        (0_usize..200).prop_map(Deed::Truncate),
        (0_usize..200, any::<u16>()).prop_map(|(place, value)| Deed::Set(place, value)),
        Just(Deed::Shrink),
        Just(Deed::Copy),
        Just(Deed::Move),
    ]
}

fn done(deed: &Deed, buffer: &mut Buffer<u16>, twin: &mut Vec<u16>, ground: &Arc<dyn Ground>) {
    match deed {
        Deed::Extend(more) => {
            buffer.extend(more.iter().copied());
            twin.extend(more);
        }
        Deed::Append(more) => {
            buffer.extend_from_slice(more);
            twin.extend(more);
        }
        Deed::Resize(length, value) => {
            buffer.resize(*length, *value);
            twin.resize(*length, *value);
        }
        Deed::Truncate(length) => {
            buffer.truncate(*length);
            twin.truncate(*length);
        }
        Deed::Set(place, value) => {
            if let Some((one, other)) = buffer.get_mut(*place).zip(twin.get_mut(*place)) {
                (*one, *other) = (*value, *value);
            }
        }
        Deed::Shrink => buffer.shrink_to_fit(),
        Deed::Copy => *buffer = buffer.clone(),
        Deed::Move => buffer.move_to(ground),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn buffers_behave_like_vectors_wherever_they_are(
        deeds in prop::collection::vec(deed(), 0..30),
        (rooms, most) in (0_usize..4, prop_oneof![Just(usize::MAX), 0_usize..400]),
        begins_there in any::<bool>(),
    ) {
        let ground: Arc<dyn Ground> = Arc::new(Meadow::narrow(rooms, most));
        let mut buffer = Buffer::with_capacity(begins_there.then_some(&ground), 3);
        let mut twin = Vec::new();
        for deed in &deeds {
            done(deed, &mut buffer, &mut twin, &ground);
            prop_assert_eq!(buffer.as_slice(), twin.as_slice());
            prop_assert!(buffer == Buffer::from(twin.clone()));
            let is_whole = [0, twin.len() * 2].contains(&buffer.resident_bytes());
            prop_assert!(is_whole, "{} bytes for {} numbers", buffer.resident_bytes(), twin.len());
        }
    }
}

#[test]
fn what_has_a_ground_takes_no_memory_and_neither_does_its_copy() {
    let ground = Meadow::wide();
    let mut buffer: Buffer<u32> = (0..10_000).collect();
    assert_eq!((buffer.resident_bytes(), buffer.ground().is_some()), (40_000, false));
    buffer.move_to(&ground);
    let mut copy = buffer.clone();
    assert_eq!((buffer.resident_bytes(), copy.resident_bytes()), (0, 0));
    copy.extend(10_000..30_000);
    assert!(copy.iter().copied().eq(0..30_000) && buffer.iter().copied().eq(0..10_000));
    assert_eq!(copy.resident_bytes(), 0);
    assert_eq!(Buffer::<u16>::zeroed(Some(&ground), 9).as_slice(), [0; 9]);
}

#[test]
fn a_ground_without_room_leaves_the_numbers_in_memory() {
    let ground: Arc<dyn Ground> = Arc::new(Meadow::narrow(1, 64));
    let mut buffer = Buffer::collected(Some(&ground), 0..16_u32);
    assert_eq!(buffer.resident_bytes(), 0);
    buffer.extend(16..20);
    assert_eq!((buffer.resident_bytes(), buffer.iter().copied().eq(0..20)), (80, true));
    assert_eq!(buffer.clone().resident_bytes(), 80);
}

#[test]
fn only_the_length_is_shown() {
    assert_eq!(format!("{:?}", Buffer::from(vec![7_u8, 7, 7])), "3 numbers");
}
