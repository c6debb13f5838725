//! Who scores.

use crate::vocabulary::names;

names! {
    /// Who scores.
    Provider("is not one of GOOGLE, VERIDAS, INTERNAL") {
        /// Google Document AI, Identity Document Proofing.
        Google = "GOOGLE",
        /// Veridas.
        Veridas = "VERIDAS",
        /// Our own engine.
        Internal = "INTERNAL",
    }
}
