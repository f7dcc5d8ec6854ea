//! First the distance tables choose candidates, then half-precision dot products order them.

use crate::store::Store;
use kernels::cpu::Tier;
use kernels::{dist_table, f16};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub row: usize,
    /// From the tables, in their own unit.
    pub coarse: u16,
    pub similarity: f32,
}

/// The `n_hits` most similar of the `n_candidates` rows that the tables hold for nearest; equal rows in order of number.
pub fn search(store: &Store, tier: Tier, query: &[f32], n_candidates: usize, n_hits: usize) -> Vec<Hit> {
    let table = store.quantizer.table(query);
    let totals = dist_table::sum(tier, &store.codes, &table.bytes);
    // The last batch is filled up with rows that are none.
    let mut candidates: Vec<(u16, usize)> = totals.into_iter().take(store.len()).zip(0..).collect();
    candidates.sort_unstable();
    candidates.truncate(n_candidates);

    let query: Vec<u16> = query.iter().copied().map(f16::from_f32).collect();
    let mut hits: Vec<Hit> = candidates
        .into_iter()
        .map(|(coarse, row)| Hit { row, coarse, similarity: f16::dot(tier, &query, &store.halves[row]) })
        .collect();
    hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.row.cmp(&b.row)));
    hits.truncate(n_hits);
    hits
}
