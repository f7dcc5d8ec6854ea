//! Runs one query on the best path of this machine and again on the scalar path, and compares.

use crate::sample;
use agent_mem_index::{search, Hit, Tier};
use std::process::ExitCode;

pub fn run() -> ExitCode {
    let store = sample::store(1000);
    let query = &sample::vectors(11, 1)[0];
    let tier = Tier::of_this_machine();
    println!("rows: {}, tier: {tier}", store.len());

    let chosen = search(&store, tier, query, 64, 5);
    let scalar = search(&store, Tier::Scalar, query, 64, 5);
    for hit in &chosen {
        println!("row {:4}  coarse {:5}  similarity {:.3}", hit.row, hit.coarse, hit.similarity);
    }
    let agree = chosen.len() == scalar.len() && chosen.iter().zip(&scalar).all(|(a, b)| same(a, b));
    println!("scalar path agrees: {}", if agree { "yes" } else { "no" });
    ExitCode::from(u8::from(!agree))
}

/// Sums of half floats differ in their last bits with the order of addition.
fn same(left: &Hit, right: &Hit) -> bool {
    left.row == right.row && left.coarse == right.coarse && (left.similarity - right.similarity).abs() < 1e-2
}
