//! The population through the binary, and the Gaussian copula on populations of which the truth is known.

mod copula;
mod scan;
