//! Distance kernels. Each has a scalar path; the C kernels are used where they were built and the CPU can run them.

pub mod cpu;
pub mod dist_table;
pub mod f16;
