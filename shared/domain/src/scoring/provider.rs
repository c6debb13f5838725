//! Scoring providers.

use crate::vocabulary::names;

names! {
    Provider("is not one of GOOGLE, VERIDAS, INTERNAL") {
        /// Google Document AI, Identity Document Proofing.
        Google = "GOOGLE",
        Veridas = "VERIDAS",
        /// Our own engine.
        Internal = "INTERNAL",
    }
}
