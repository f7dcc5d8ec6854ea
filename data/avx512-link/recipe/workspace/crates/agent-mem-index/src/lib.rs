//! A product-quantised index: vectors are kept as 4-bit codes for a first pass and as half floats for the second.

mod quantizer;
mod search;
mod store;

pub use kernels::cpu::Tier;
pub use quantizer::{Quantizer, Table};
pub use search::{search, Hit};
pub use store::Store;
