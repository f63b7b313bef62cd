//! Files that promise more, or hold less, than they should.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::text::{ROLES, purchases};
use crate::support::{Bench, CANARY, Ended, repository_file};

const MEMORY_LIMIT: u64 = 512 << 20;

fn gzip(write: impl FnOnce(&mut flate2::write::GzEncoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write(&mut encoder);
    encoder.finish().expect("memory takes bytes")
}

fn scan(bench: &Bench, path: &Path) -> Ended {
    bench.scan([path.to_str().expect("a path is text")].iter().chain(&ROLES))
}

fn assert_memory_is_bounded(ended: &Ended) {
    if let Some(peak) = ended.peak_memory_bytes {
        assert!(peak < MEMORY_LIMIT, "peak memory is {} MiB\n{ended}", peak >> 20);
    }
}

#[test]
fn a_truncated_gzip_is_refused() {
    let bench = Bench::new();
    let whole = gzip(|encoder| encoder.write_all(purchases(5000).as_bytes()).expect("memory takes bytes"));
    for kept in [whole.len() / 2, whole.len() - 4, 15] {
        let path = bench.write("cards.csv.gz", &whole[..kept]);
        bench.assert_refused(&scan(&bench, &path), 3, &["cards.csv.gz"]);
    }
}

#[test]
fn a_gzip_with_a_wrong_checksum_is_refused() {
    let bench = Bench::new();
    let mut bytes = gzip(|encoder| encoder.write_all(purchases(5000).as_bytes()).expect("memory takes bytes"));
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 0xFF;
    let path = bench.write("cards.csv.gz", bytes);
    bench.assert_refused(&scan(&bench, &path), 3, &["cards.csv.gz"]);
}

#[test]
fn text_that_calls_itself_gzip_or_parquet_is_never_miscounted() {
    for name in ["cards.csv.gz", "cards.parquet"] {
        let bench = Bench::new();
        let path = bench.write(name, purchases(10));
        bench.assert_refused_or_counted(&scan(&bench, &path), 10);
    }
}

#[test]
fn a_truncated_zstd_is_refused() {
    let bench = Bench::new();
    let whole = zstd::encode_all(purchases(5000).as_bytes(), 1).expect("memory takes bytes");
    let path = bench.write("cards.csv.zst", &whole[..whole.len() / 2]);
    bench.assert_refused(&scan(&bench, &path), 3, &["cards.csv.zst"]);
}

#[test]
fn a_truncated_parquet_is_refused() {
    let whole = fs::read(repository_file("tests/data/parity/cards_decimal.parquet")).expect("a test file");
    let bench = Bench::new();
    for kept in [whole.len() / 2, whole.len() - 10, 8, 3] {
        let path = bench.write("cards.parquet", &whole[..kept]);
        let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "merchant"]);
        bench.assert_refused(&ended, 3, &["cards.parquet"]);
    }
}

/// One byte turned over may leave a readable file with other values, but the records in it are told by its footer.
#[test]
fn a_parquet_with_one_wrong_byte_is_refused_or_counted() {
    let whole = fs::read(repository_file("tests/data/parity/cards_decimal.parquet")).expect("a test file");
    for step in 0..40 {
        let bench = Bench::new();
        let mut bytes = whole.clone();
        let position = step * (whole.len() / 40);
        bytes[position] ^= 0x55;
        let path = bench.write("cards.parquet", &bytes);
        let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "merchant,amount_gbp,trans_date"]);
        bench.assert_refused_or_counted(&ended, 464);
    }
}

/// 1 GiB of one record over and over: some 10 MiB as stored, counted in bounded memory.
#[test]
fn a_decompression_bomb_of_records_is_counted_in_bounded_memory() {
    const GIBIBYTE: usize = 1 << 30;
    let record = format!("{CANARY},{CANARY}-shop-{},1.50\n", "x".repeat(2000));
    let records = GIBIBYTE / record.len();
    let bytes = gzip(|encoder| {
        encoder.write_all(b"card,merchant,amount\n").expect("memory takes bytes");
        for _ in 0..records {
            encoder.write_all(record.as_bytes()).expect("memory takes bytes");
        }
    });
    assert!(bytes.len() < GIBIBYTE / 50, "it is a bomb: {} bytes", bytes.len());
    let bench = Bench::new();
    let path = bench.write("cards.csv.gz", bytes);
    let ended = scan(&bench, &path);
    bench.assert_counted(&ended, records as u64);
    assert_memory_is_bounded(&ended);
}

/// 1 GiB without a line end: no table has such a field.
#[test]
fn a_decompression_bomb_of_one_field_is_refused_in_bounded_memory() {
    let block = vec![b'x'; 1 << 20];
    let bytes = gzip(|encoder| {
        encoder.write_all(format!("card,merchant,amount\n{CANARY},").as_bytes()).expect("memory takes bytes");
        for _ in 0..1024 {
            encoder.write_all(&block).expect("memory takes bytes");
        }
        encoder.write_all(b",1.50\n").expect("memory takes bytes");
    });
    let bench = Bench::new();
    let path = bench.write("cards.csv.gz", bytes);
    let ended = scan(&bench, &path);
    bench.assert_refused(&ended, 3, &["cards.csv.gz"]);
    assert_memory_is_bounded(&ended);
}
