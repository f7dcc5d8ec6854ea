//! Sums of 4-bit distance tables: for each row, the table entries that its codes select, added up.

use crate::cpu::Tier;

/// Rows that lie together in one batch of codes.
pub const ROWS_PER_BATCH: usize = 32;
/// Distances in the table of one sub-space.
pub const CODES_PER_SUBSPACE: usize = 16;

#[cfg(all(kernel_support = "avx512", target_arch = "x86_64"))]
extern "C" {
    fn sum_4bit_dist_table_32bytes_batch_avx512(codes: *const u8, code_len: usize, table: *const u8, totals: *mut u16);
}

#[cfg(all(kernel_support = "neon", target_arch = "aarch64"))]
extern "C" {
    fn sum_4bit_dist_table_32bytes_batch_neon(codes: *const u8, code_len: usize, table: *const u8, totals: *mut u16);
}

/// One total for each row. `codes` holds whole batches, each of 32 bytes for every pair of sub-spaces.
///
/// # Panics
/// If `table` is not made of pairs of sub-spaces, or `codes` not of whole batches.
pub fn sum(tier: Tier, codes: &[u8], table: &[u8]) -> Vec<u16> {
    let batch_bytes = ROWS_PER_BATCH * table.len() / (2 * CODES_PER_SUBSPACE);
    assert!(batch_bytes > 0 && table.len() % (2 * CODES_PER_SUBSPACE) == 0, "a table of pairs of sub-spaces");
    assert!(codes.len() % batch_bytes == 0, "codes of whole batches");

    let mut totals = vec![0; codes.len() / batch_bytes * ROWS_PER_BATCH];
    for (batch, sums) in codes.chunks_exact(batch_bytes).zip(totals.chunks_exact_mut(ROWS_PER_BATCH)) {
        sum_batch(tier, batch, table, sums);
    }
    totals
}

#[inline(never)]
fn sum_batch(tier: Tier, batch: &[u8], table: &[u8], sums: &mut [u16]) {
    match tier {
        #[cfg(all(kernel_support = "avx512", target_arch = "x86_64"))]
        // Safety: `sum` checked the lengths, and the tier says that the CPU has the instructions.
        Tier::Avx512 => unsafe {
            sum_4bit_dist_table_32bytes_batch_avx512(batch.as_ptr(), batch.len(), table.as_ptr(), sums.as_mut_ptr())
        },
        #[cfg(all(kernel_support = "neon", target_arch = "aarch64"))]
        // Safety: as above; every aarch64 CPU has NEON.
        Tier::Neon => unsafe {
            sum_4bit_dist_table_32bytes_batch_neon(batch.as_ptr(), batch.len(), table.as_ptr(), sums.as_mut_ptr())
        },
        _ => sum_batch_scalar(batch, table, sums),
    }
}

fn sum_batch_scalar(batch: &[u8], table: &[u8], sums: &mut [u16]) {
    let blocks = batch.chunks_exact(ROWS_PER_BATCH);
    for (block, tables) in blocks.zip(table.chunks_exact(2 * CODES_PER_SUBSPACE)) {
        let (low, high) = tables.split_at(CODES_PER_SUBSPACE);
        for (total, code) in sums.iter_mut().zip(block) {
            *total += u16::from(low[usize::from(code & 15)]) + u16::from(high[usize::from(code >> 4)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_agrees_with_the_scalar_path() {
        let table: Vec<u8> = (0..64).map(|i| (i * 37 % 251) as u8).collect();
        let codes: Vec<u8> = (0..256).map(|i| (i * 73 % 256) as u8).collect();
        assert_eq!(sum(Tier::of_this_machine(), &codes, &table), sum(Tier::Scalar, &codes, &table));
    }
}
