//! Coded columns and the crowds in them: the fast heart.

mod codes;
mod dictionary;

pub use codes::Codes;
pub use dictionary::Dictionary;
