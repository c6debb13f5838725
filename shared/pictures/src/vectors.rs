//! Loops over numbers, compiled twice on x86-64: for every processor, and for those with the wider vector unit of 2013
//! (AVX2), which all servers of that architecture have.
//!
//! The same operations are done in the same order either way, so the results are identical to the last bit. Other
//! architectures have one width: on arm64, the default of deployments, it is that of NEON.

/// Runs a kernel on the widest available vector unit. The kernel and everything that it calls must be inlined, or it is
/// compiled for every processor.
#[inline]
pub fn widest<R>(kernel: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = fearless_simd::Level::new().as_avx2() {
        return fearless_simd::Simd::vectorize(avx2, kernel);
    }
    kernel()
}
