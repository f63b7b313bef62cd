//! What a person sees: the texts of the program, word for word, its streams, and its exit codes, each from a real run.

mod agreements;
mod baselines;
mod desk;
mod exit_codes;
mod network;
mod streams;
mod texts;
mod verbs;
mod waivers;
