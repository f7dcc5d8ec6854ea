//! Each sub-space of a vector is replaced by the nearest of 16 centroids.

use kernels::dist_table::CODES_PER_SUBSPACE;

/// Centroids of every sub-space, found by a few rounds of k-means.
pub struct Quantizer {
    width: usize,
    centroids: Vec<Vec<f32>>,
}

/// Distances of one query to every centroid, scaled into bytes.
pub struct Table {
    pub bytes: Vec<u8>,
    /// The distance that one unit stands for.
    pub unit: f32,
}

impl Quantizer {
    /// # Panics
    /// If there are fewer than 16 vectors, or their length is no multiple of `n_subspaces`.
    pub fn train(vectors: &[Vec<f32>], n_subspaces: usize, rounds: usize) -> Quantizer {
        let length = vectors[0].len();
        assert!(vectors.len() >= CODES_PER_SUBSPACE && length % n_subspaces == 0 && n_subspaces % 2 == 0);
        let width = length / n_subspaces;
        let centroids = (0..n_subspaces)
            .flat_map(|subspace| {
                let parts: Vec<&[f32]> = vectors.iter().map(|v| &v[subspace * width..][..width]).collect();
                k_means(&parts, rounds)
            })
            .collect();
        Quantizer { width, centroids }
    }

    pub fn n_subspaces(&self) -> usize {
        self.centroids.len() / CODES_PER_SUBSPACE
    }

    pub fn encode(&self, vector: &[f32]) -> Vec<u8> {
        vector.chunks_exact(self.width).enumerate().map(|(i, part)| nearest(self.subspace(i), part) as u8).collect()
    }

    pub fn table(&self, query: &[f32]) -> Table {
        let distances: Vec<f32> = query
            .chunks_exact(self.width)
            .enumerate()
            .flat_map(|(i, part)| self.subspace(i).iter().map(move |centroid| squared_distance(centroid, part)))
            .collect();
        let largest = distances.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let unit = largest / 255.0;
        Table { bytes: distances.iter().map(|d| (d / unit).round() as u8).collect(), unit }
    }

    fn subspace(&self, i: usize) -> &[Vec<f32>] {
        &self.centroids[i * CODES_PER_SUBSPACE..][..CODES_PER_SUBSPACE]
    }
}

fn k_means(parts: &[&[f32]], rounds: usize) -> Vec<Vec<f32>> {
    let stride = parts.len() / CODES_PER_SUBSPACE;
    let mut centroids: Vec<Vec<f32>> = (0..CODES_PER_SUBSPACE).map(|i| parts[i * stride].to_vec()).collect();
    for _ in 0..rounds {
        let mut sums = vec![vec![0.0; parts[0].len()]; CODES_PER_SUBSPACE];
        let mut counts = [0usize; CODES_PER_SUBSPACE];
        for part in parts {
            let own = nearest(&centroids, part);
            counts[own] += 1;
            sums[own].iter_mut().zip(*part).for_each(|(sum, x)| *sum += x);
        }
        for ((centroid, sum), count) in centroids.iter_mut().zip(&sums).zip(counts) {
            // A centroid that lost all its vectors stays where it was.
            if count > 0 {
                *centroid = sum.iter().map(|x| x / count as f32).collect();
            }
        }
    }
    centroids
}

fn nearest(centroids: &[Vec<f32>], part: &[f32]) -> usize {
    let distance = |i: &usize| squared_distance(&centroids[*i], part);
    (0..centroids.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("there are centroids")
}

fn squared_distance(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| (a - b) * (a - b)).sum()
}
