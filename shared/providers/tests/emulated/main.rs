//! The adapters against emulators of their providers: the exact requests they send, and how they handle every answer.

mod federation;
mod google;
mod leaks;
mod rig;
mod slow;
mod veridas;
