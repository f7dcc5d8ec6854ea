//! Where vectors lie: codes in batches of 32 rows, half floats row after row.

use crate::quantizer::Quantizer;
use kernels::dist_table::ROWS_PER_BATCH;
use kernels::f16;

pub struct Store {
    pub(crate) quantizer: Quantizer,
    /// Batches one after the other; byte `r` of a batch's block `b` holds the codes of sub-spaces `2b` and `2b + 1` of row `r`.
    pub(crate) codes: Vec<u8>,
    pub(crate) halves: Vec<Vec<u16>>,
}

impl Store {
    pub fn new(quantizer: Quantizer) -> Store {
        Store { quantizer, codes: Vec::new(), halves: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.halves.len()
    }

    pub fn is_empty(&self) -> bool {
        self.halves.is_empty()
    }

    /// Returns the row's number.
    pub fn add(&mut self, vector: &[f32]) -> usize {
        let row = self.len();
        let n_blocks = self.quantizer.n_subspaces() / 2;
        if row % ROWS_PER_BATCH == 0 {
            self.codes.resize(self.codes.len() + n_blocks * ROWS_PER_BATCH, 0);
        }
        let batch = row / ROWS_PER_BATCH * n_blocks * ROWS_PER_BATCH;
        for (block, pair) in self.quantizer.encode(vector).chunks_exact(2).enumerate() {
            self.codes[batch + block * ROWS_PER_BATCH + row % ROWS_PER_BATCH] = pair[0] | pair[1] << 4;
        }
        self.halves.push(vector.iter().copied().map(f16::from_f32).collect());
        row
    }
}
