//! What the machine that runs this can do.

use std::fmt;

/// The best tier of instructions that both this CPU and this build know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    Scalar,
    Neon,
    Avx512,
}

impl Tier {
    /// `AGENT_MEM_DISABLE_SIMD=1` holds a running server to the scalar path.
    pub fn of_this_machine() -> Tier {
        if std::env::var_os("AGENT_MEM_DISABLE_SIMD").map_or(false, |value| value == "1") {
            return Tier::Scalar;
        }
        detect()
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tier::Scalar => "scalar",
            Tier::Neon => "neon",
            Tier::Avx512 => "avx512",
        })
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Tier {
    let has_all = std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("avx512cd")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512vl");
    if has_all {
        Tier::Avx512
    } else {
        Tier::Scalar
    }
}

/// AVX-512 FP16 (leaf 7, EDX bit 23): first of Sapphire Rapids, for which the f16 kernel is compiled.
#[cfg(target_arch = "x86_64")]
pub fn has_avx512_fp16() -> bool {
    use std::arch::x86_64::__cpuid_count;
    detect() == Tier::Avx512 && unsafe { __cpuid_count(7, 0) }.edx & (1 << 23) != 0
}

#[cfg(target_arch = "aarch64")]
fn detect() -> Tier {
    Tier::Neon
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn detect() -> Tier {
    Tier::Scalar
}
