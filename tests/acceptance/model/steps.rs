//! The steps of a sequence.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Agent {
        picture: bool,
    },
    /// By SMS to one of two phones.
    Otp {
        phone: u8,
    },
    ExternalOtp,
    Document,
}

/// The focus of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Anything,
    /// As many messages to one phone as allowed, and more.
    Messages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    No,
    WithoutPermission,
    Permitted,
}

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// With a lifetime in seconds.
    Create(Kind, i64),
    ValidateRight(usize),
    ValidateWrong(usize),
    /// With the first code that was sent, which is not the live one.
    ValidateOld(usize),
    Resend(usize),
    NewCode(usize),
    Cancel(usize),
    Close(usize),
    Delete(usize, Force),
    /// Whether the score is sufficient.
    Score(usize, bool),
    Deliver,
    Sweep,
    Wait(i64),
    Restart,
}
