//! The tests of the whole program that may run beside each other: the real binary, or a whole scan, from outside. One program
//! for all, so that the library is linked once and no processor waits while the last test of a topic ends.
//!
//! A topic is a module: `cargo test --release --locked --test program verdict::`. What must have the machine for itself is a
//! program of its own beside this folder; `CONTRIBUTING.md` says which and why.

#[path = "../support/mod.rs"]
mod support;

mod advice;
mod advise;
mod aggregates;
mod bad_input;
mod bank_sample;
mod cli;
mod cluster;
mod determinism;
mod figures;
mod files_as_they_come;
mod history;
mod hostile;
mod inference;
mod lattice;
mod leak;
mod linkage;
mod mutated;
mod nights;
mod population;
mod reference;
mod release;
mod roads;
mod schema;
mod strangers;
mod ten_years;
mod unicity;
mod verdict;
