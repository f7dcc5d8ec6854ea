//! Dot products of half-precision vectors, kept as their bit patterns.

use crate::cpu::Tier;

#[cfg(all(kernel_support = "avx512", target_arch = "x86_64", feature = "fp16kernels"))]
extern "C" {
    fn f16_dot_avx512(left: *const u16, right: *const u16, length: usize) -> f32;
}

#[cfg(all(kernel_support = "neon", target_arch = "aarch64", feature = "fp16kernels"))]
extern "C" {
    fn f16_dot_neon(left: *const u16, right: *const u16, length: usize) -> f32;
}

/// The dot product, summed up in single precision.
///
/// # Panics
/// If the vectors differ in length.
#[inline(never)]
pub fn dot(tier: Tier, left: &[u16], right: &[u16]) -> f32 {
    assert_eq!(left.len(), right.len(), "vectors of one length");
    match tier {
        #[cfg(all(kernel_support = "avx512", target_arch = "x86_64", feature = "fp16kernels"))]
        // Safety: both hold `left.len()` values; FP16 was looked for.
        Tier::Avx512 if crate::cpu::has_avx512_fp16() => unsafe {
            f16_dot_avx512(left.as_ptr(), right.as_ptr(), left.len())
        },
        #[cfg(all(kernel_support = "neon", target_arch = "aarch64", feature = "fp16kernels"))]
        // Safety: as above.
        Tier::Neon => unsafe { f16_dot_neon(left.as_ptr(), right.as_ptr(), left.len()) },
        _ => left.iter().zip(right).map(|(&a, &b)| to_f32(a) * to_f32(b)).sum(),
    }
}

/// The half float nearest to zero of those next to `value`; out of range becomes infinity, tiny becomes zero.
pub fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 127 + 15;
    match exponent {
        i32::MIN..=0 => sign,
        31.. => sign | 0x7c00,
        _ => sign | (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16,
    }
}

/// Exact for every normal half float and for zero.
pub fn to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    if half & 0x7c00 == 0 {
        return f32::from_bits(sign);
    }
    f32::from_bits(sign | ((u32::from(half & 0x7fff) << 13) + ((127 - 15) << 23)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_survive_the_round_trip() {
        for i in -2048..=2048 {
            assert_eq!(to_f32(from_f32(i as f32)), i as f32);
        }
    }
}
