//! What a still picture cannot show to this engine. These lines are here so that nobody takes their absence for a pass.

use super::line::open;
use acredita_domain::scoring::{Check, CheckName, Reason};

pub(super) fn checks() -> [Check; 3] {
    [
        open(CheckName::Authenticity, Reason::NotChecked),
        open(CheckName::OriginalCaptured, Reason::NotChecked),
        open(CheckName::PortraitMatch, Reason::NotChecked),
    ]
}
