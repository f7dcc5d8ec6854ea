//! Made-up vectors, the same on every machine.

use agent_mem_index::{Quantizer, Store};

pub const LENGTH: usize = 64;
const SUBSPACES: usize = 16;

/// Numbers in -1..1 from a linear congruential generator.
pub struct Numbers(pub u64);

impl Iterator for Numbers {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0)
    }
}

pub fn vectors(seed: u64, count: usize) -> Vec<Vec<f32>> {
    let mut numbers = Numbers(seed);
    (0..count).map(|_| numbers.by_ref().take(LENGTH).collect()).collect()
}

pub fn store(count: usize) -> Store {
    let vectors = vectors(7, count);
    let mut store = Store::new(Quantizer::train(&vectors, SUBSPACES, 4));
    for vector in &vectors {
        store.add(vector);
    }
    store
}
