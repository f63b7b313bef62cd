//! What an attacker may know: events of a subject, or a table to join the extract to.

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use crate::config::{ATTACKERS, ATTACKS, Attack, MOBILITY_ATTACKS, named, parse_known_points};
use crate::result::{Attacker, MobilityAttack};

/// What an attacker may know of a subject's events.
#[derive(Debug, Args)]
#[command(next_help_heading = "Unicity")]
pub(in crate::cli) struct UnicityArguments {
    /// Columns that make one event known, such as day+merchant (repeatable: one curve each) [default: guessed]
    ///
    /// A rule behind a column is for that point alone: day=month+merchant.
    #[arg(long, value_name = "COL+COL")]
    pub(in crate::cli) point: Vec<String>,
    /// Numbers of known points, such as 1,2,4 or 1..10 [default: 1,2,3,4]
    #[arg(long, value_name = "LIST", value_parser = |text: &str| parse_known_points(text).map(KnownPoints),
          env = "REIDRISK_KNOWN_POINTS", hide_env_values = true)]
    pub(in crate::cli) known_points: Option<KnownPoints>,
    /// How roughly a column is known, such as amount=5%, balance=100 or day=2d (repeatable)
    #[arg(long, value_name = "COL=TOLERANCE")]
    pub(in crate::cli) within: Vec<String>,
    /// How points come to be known: uniform, rarest, frequent or consecutive [default: uniform]
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<Attacker>(text, &ATTACKERS),
          env = "REIDRISK_ATTACKER", hide_env_values = true)]
    pub(in crate::cli) attacker: Vec<Attacker>,
    /// Static columns that the attacker knows as well (comma-separated)
    #[arg(long, value_name = "COL,COL")]
    pub(in crate::cli) known_attributes: Vec<String>,
    /// Hold the known points against coarser dates, places and amounts as well
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_SWEEP", hide_env_values = true)]
    pub(in crate::cli) sweep: bool,
    /// Attacks of the mobility literature on the first point: location, sequence, time, unique-location, frequency,
    /// probability, proportion, home-work
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<MobilityAttack>(text, &MOBILITY_ATTACKS),
          env = "REIDRISK_MOBILITY", hide_env_values = true)]
    pub(in crate::cli) mobility: Vec<MobilityAttack>,
}

/// Numbers of known points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct KnownPoints(pub(in crate::cli) Vec<u32>);

/// What the recipient can join the extract to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Linkage")]
pub(in crate::cli) struct LinkageArguments {
    /// What the recipient holds: a file, folder or glob (repeatable: each is a source by itself)
    ///
    /// Several sources with columns of their own stand in the configuration, as [[recipient.holds]]; with --against
    /// those are not used.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) against: Vec<String>,
    /// Columns of the extract that the source has too, with its name for them; they need no role, and with them nothing
    /// is guessed [default: the quasi-identifiers that it has under the same name]
    ///
    /// The rules of --coarsen hold for both sides, the tolerances of --within in a tolerant attack.
    #[arg(long, value_name = "COL[=THEIRS],...")]
    pub(in crate::cli) on: Vec<String>,
    /// The column of the source that names its persons [default: the one named as the subject of the extract, else each
    /// record is a person]
    #[arg(long, value_name = "COL")]
    pub(in crate::cli) their_subject: Option<String>,
    /// Columns that say who is who; they score links and never make one
    #[arg(long, value_name = "COL[=THEIRS]")]
    pub(in crate::cli) truth: Option<String>,
    /// How to join: exact, tolerant, distance, probabilistic, scoreboard, release or intersection [default: exact]
    ///
    /// pseudonym, alone, holds the columns of --on against the identifiers in THEIRS: is a column a hash of them?
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<Attack>(text, &ATTACKS))]
    pub(in crate::cli) attack: Vec<Attack>,
}
