//! Temporary.
#[path = "../acceptance/arrows.rs"]
mod arrows;
#[path = "../acceptance/openapi.rs"]
mod openapi;
#[path = "../acceptance/replay.rs"]
mod replay;
#[path = "../acceptance/serve.rs"]
mod serve;
#[path = "../acceptance/readme.rs"]
mod readme;
