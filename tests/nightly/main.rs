//! Nights over many datasets, by the real binary.
//!
//! A program of its own, for it measures what a night adds to its scans, and neighbours of a scan that hangs must end within half
//! a second.
#![cfg(unix)]

#[allow(dead_code, reason = "each program uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod declared;
mod ended;
mod many;
mod notified;
#[cfg(target_os = "linux")]
mod robust;
mod unchanged;
mod world;
