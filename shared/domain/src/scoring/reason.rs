//! Why a check does not simply hold, in codes that stay the same whoever checks and whatever language the person
//! speaks.

use crate::vocabulary::names;

names! {
    /// What the person in front of the camera can do about it.
    Advice("is not one of RETRY, FINAL") {
        /// Take the picture again, in the way that the reason says.
        Retry = "RETRY",
        /// Another picture of this document will not help.
        Final = "FINAL",
    }
}

names! {
    /// The reasons. They are neutral: none of them says what the document says, and none accuses anybody.
    Reason("is not a reason") {
        /// Too few pixels to read a document.
        PictureTooSmall = "PICTURE_TOO_SMALL",
        /// Out of focus or moved.
        Blurred = "BLURRED",
        /// A reflection hides something.
        Glare = "GLARE",
        /// Too little light.
        TooDark = "TOO_DARK",
        /// Too much light.
        TooBright = "TOO_BRIGHT",
        /// Print hardly stands out.
        LowContrast = "LOW_CONTRAST",
        /// The picture shows nothing.
        Blank = "BLANK",
        /// The document is cut off by the picture's rim.
        CutOff = "CUT_OFF",
        /// Both sides are the same picture.
        SidesAreTheSame = "SIDES_ARE_THE_SAME",
        /// A side that is needed was not given.
        SideMissing = "SIDE_MISSING",
        /// More than one document in what was given.
        SeveralDocuments = "SEVERAL_DOCUMENTS",
        /// Front and back are not of one document.
        SidesInconsistent = "SIDES_INCONSISTENT",
        /// No machine-readable zone where the document has one.
        ZoneAbsent = "ZONE_ABSENT",
        /// There is a zone, and it cannot be read.
        ZoneUnreadable = "ZONE_UNREADABLE",
        /// The zone was read, with characters that may be others.
        ZoneDoubtful = "ZONE_DOUBTFUL",
        /// Check digits do not hold, in a zone that was read without doubt: printed so.
        CheckDigitsWrong = "CHECK_DIGITS_WRONG",
        /// Check digits do not hold, in a zone that was read with doubt: perhaps misread.
        CheckDigitsDoubtful = "CHECK_DIGITS_DOUBTFUL",
        /// The national control digit or letter does not hold.
        NationalControlWrong = "NATIONAL_CONTROL_WRONG",
        /// The document has expired.
        Expired = "EXPIRED",
        /// Dates that cannot be.
        DatesImpossible = "DATES_IMPOSSIBLE",
        /// Another type of document than declared.
        TypeMismatch = "TYPE_MISMATCH",
        /// Another country's document than declared.
        CountryMismatch = "COUNTRY_MISMATCH",
        /// Another number than declared.
        NumberMismatch = "NUMBER_MISMATCH",
        /// Another name than declared.
        NameMismatch = "NAME_MISMATCH",
        /// The name is partly the declared one, or was not read well enough to tell.
        NameDoubtful = "NAME_DOUBTFUL",
        /// Who scores does not know this kind of document.
        UnsupportedDocument = "UNSUPPORTED_DOCUMENT",
        /// Not a picture of an identity document.
        NotAnIdentityDocument = "NOT_AN_IDENTITY_DOCUMENT",
        /// Words that a document in use does not bear.
        SuspiciousWords = "SUSPICIOUS_WORDS",
        /// The picture or the document seems altered.
        ImageManipulated = "IMAGE_MANIPULATED",
        /// The picture is published elsewhere.
        OnlineDuplicate = "ONLINE_DUPLICATE",
        /// A photocopy.
        Photocopy = "PHOTOCOPY",
        /// A picture of a screen.
        ScreenRecapture = "SCREEN_RECAPTURE",
        /// A picture of a print.
        PrintAttack = "PRINT_ATTACK",
        /// What is printed, coded and stored in the document does not agree.
        DataInconsistent = "DATA_INCONSISTENT",
        /// Its features are not those of a genuine document.
        NotAuthentic = "NOT_AUTHENTIC",
        /// The person is not the one of the portrait.
        PortraitMismatch = "PORTRAIT_MISMATCH",
        /// Nobody compared the portrait with the person.
        PortraitNotJudged = "PORTRAIT_NOT_JUDGED",
        /// The provider looked, and cannot tell.
        ProviderInconclusive = "PROVIDER_INCONCLUSIVE",
        /// The provider no longer has its result.
        ProviderResultLost = "PROVIDER_RESULT_LOST",
    }
}

impl Reason {
    /// What can be done about it.
    pub const fn advice(self) -> Advice {
        match self {
            Self::PictureTooSmall
            | Self::Blurred
            | Self::Glare
            | Self::TooDark
            | Self::TooBright
            | Self::LowContrast
            | Self::Blank
            | Self::CutOff
            | Self::SidesAreTheSame
            | Self::SideMissing
            | Self::SeveralDocuments
            | Self::SidesInconsistent
            | Self::ZoneAbsent
            | Self::ZoneUnreadable
            | Self::ZoneDoubtful
            | Self::CheckDigitsDoubtful
            | Self::NameDoubtful
            | Self::Photocopy
            | Self::ScreenRecapture
            | Self::PrintAttack
            | Self::ProviderInconclusive => Advice::Retry,
            Self::CheckDigitsWrong
            | Self::NationalControlWrong
            | Self::Expired
            | Self::DatesImpossible
            | Self::TypeMismatch
            | Self::CountryMismatch
            | Self::NumberMismatch
            | Self::NameMismatch
            | Self::UnsupportedDocument
            | Self::NotAnIdentityDocument
            | Self::SuspiciousWords
            | Self::ImageManipulated
            | Self::OnlineDuplicate
            | Self::DataInconsistent
            | Self::NotAuthentic
            | Self::PortraitMismatch
            | Self::PortraitNotJudged
            | Self::ProviderResultLost => Advice::Final,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_better_picture_fixes_is_retried_and_what_the_document_says_is_final() {
        for reason in [Reason::Blurred, Reason::SideMissing, Reason::CheckDigitsDoubtful, Reason::ZoneUnreadable] {
            assert_eq!(reason.advice(), Advice::Retry, "{reason}");
        }
        for reason in [Reason::CheckDigitsWrong, Reason::Expired, Reason::NumberMismatch, Reason::ProviderResultLost] {
            assert_eq!(reason.advice(), Advice::Final, "{reason}");
        }
    }

    #[test]
    fn a_name_reads_back_as_its_reason() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(*reason));
            assert!(reason.as_str().bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        }
        assert!("PICTURE_OF_A_CAT".parse::<Reason>().is_err());
    }
}
