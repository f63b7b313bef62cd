//! Times the random forest of the measure `inference`: every person's sensitive value guessed from the others, in five folds.
//!
//! ```text
//! cargo run --release --example guess_values -- [--people N] [--threads N]
//! ```
//! Makes people with ten quasi-identifiers: seven of categories, of 2 to 3,000 values, and three of numbers. The sensitive
//! column has two values: what most of three of them say, but chance for a fifth of the people. Prints one JSON object: the seconds
//! of all five folds, the share of right guesses, and the highest resident memory of the process.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark prints figures"
)]

#[allow(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use reidrisk::learn::{Feature, Features, Forest, folds};
use reidrisk::stop::Stop;
use support::Draws;

const CATEGORIES: [u32; 7] = [2, 5, 12, 30, 100, 600, 3_000];
const FOLDS: u8 = 5;
const SEED: u64 = 20_261_130;

fn main() -> ExitCode {
    let Some((people, threads)) = options() else {
        eprintln!("usage: guess_values [--people N] [--threads N], numbers from 1");
        return ExitCode::from(2);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let timed = pool.map_err(|error| error.to_string()).and_then(|pool| pool.install(|| time_folds(people)));
    match timed {
        Ok(figures) => println!("{figures}"),
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(3);
        }
    }
    ExitCode::SUCCESS
}

fn options() -> Option<(usize, usize)> {
    let (mut arguments, mut options) = (std::env::args().skip(1), (1_000_000, 2));
    while let Some(flag) = arguments.next() {
        let value = arguments.next()?.parse().ok().filter(|&value| value > 0)?;
        match flag.as_str() {
            "--people" => options.0 = value,
            "--threads" => options.1 = value,
            _ => return None,
        }
    }
    Some(options)
}

fn time_folds(people: usize) -> Result<serde_json::Value, String> {
    let mut draws = Draws(SEED);
    let categories = CATEGORIES.map(|bound| (0..people).map(|_| draws.below(bound)).collect::<Vec<_>>());
    let numbers = [50, 1_000, 100_000].map(|bound| (0..people).map(|_| draws.below(bound)).collect::<Vec<_>>());
    let value = |person: usize| match draws.below(5) {
        0 => draws.below(2),
        _ => u32::from(
            categories[0][person] + u32::from(categories[2][person] < 6) + u32::from(numbers[1][person] < 500) > 1,
        ),
    };
    let target: Vec<u32> = (0..people).map(value).collect();
    let numbers = numbers.map(|numbers| Feature::Numbers(numbers.into_iter().map(f64::from).collect()));
    let columns = categories.map(Feature::Categories).into_iter().chain(numbers).collect();
    let features = Features::new(columns, people);
    let (stop, forest) = (Stop::default(), Forest { trees: Forest::TREES, seed: SEED });
    let fold_of = folds(people, FOLDS, SEED);
    let start = Instant::now();
    let mut right = 0;
    for fold in 0..FOLDS {
        let part = |is_out: bool| {
            let people = (0..).zip(&fold_of).filter(move |&(_, &of)| (of == fold) == is_out);
            people.map(|(person, _)| person).collect::<Vec<u32>>()
        };
        let (known, asked) = (part(false), part(true));
        let votes = forest.votes(&features, &target, 2, &known, &asked, &stop).map_err(|error| format!("{error:?}"))?;
        right += asked.iter().zip(votes).filter(|(person, vote)| target[**person as usize] == vote.target).count();
    }
    Ok(serde_json::json!({
        "people": people,
        "seconds": start.elapsed().as_secs_f64(),
        "right": format!("{right} of {people}"),
        "peak_memory_bytes": support::peak_memory_bytes(),
    }))
}
