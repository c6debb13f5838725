//! The adapters against emulators of their providers: what they send, byte for byte, and what they make of every
//! answer.

mod federation;
mod google;
mod leaks;
mod rig;
mod slow;
mod veridas;
