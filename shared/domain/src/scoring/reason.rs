//! Why a check did not simply pass, in codes that are the same for every provider and every language.

use crate::vocabulary::names;

names! {
    /// What the person in front of the camera can do about it.
    Advice("is not one of RETRY, FINAL") {
        /// Take the picture again, as the reason suggests.
        Retry = "RETRY",
        /// Another picture of this document will not help.
        Final = "FINAL",
    }
}

names! {
    /// Reasons are neutral: they reveal nothing of the document's content and accuse nobody.
    Reason("is not a reason") {
        /// Too few pixels to read a document.
        PictureTooSmall = "PICTURE_TOO_SMALL",
        /// Out of focus or moved.
        Blurred = "BLURRED",
        /// A reflection hides something.
        Glare = "GLARE",
        TooDark = "TOO_DARK",
        TooBright = "TOO_BRIGHT",
        /// The print hardly stands out.
        LowContrast = "LOW_CONTRAST",
        /// The picture shows nothing.
        Blank = "BLANK",
        /// The document is cut off by the edge of the picture.
        CutOff = "CUT_OFF",
        SidesAreTheSame = "SIDES_ARE_THE_SAME",
        /// A required side was not given.
        SideMissing = "SIDE_MISSING",
        /// More than one document in what was given.
        SeveralDocuments = "SEVERAL_DOCUMENTS",
        /// Front and back do not belong to the same document.
        SidesInconsistent = "SIDES_INCONSISTENT",
        /// No machine-readable zone where the document has one.
        ZoneAbsent = "ZONE_ABSENT",
        /// There is a zone, but it cannot be read.
        ZoneUnreadable = "ZONE_UNREADABLE",
        /// The zone was read, but some characters are ambiguous.
        ZoneDoubtful = "ZONE_DOUBTFUL",
        /// Check digits are wrong in a zone that was read without doubt: printed that way.
        CheckDigitsWrong = "CHECK_DIGITS_WRONG",
        /// Check digits are wrong in a zone that was read with doubt: perhaps misread.
        CheckDigitsDoubtful = "CHECK_DIGITS_DOUBTFUL",
        /// The national control digit or letter is wrong.
        NationalControlWrong = "NATIONAL_CONTROL_WRONG",
        Expired = "EXPIRED",
        DatesImpossible = "DATES_IMPOSSIBLE",
        /// Not the declared type of document.
        TypeMismatch = "TYPE_MISMATCH",
        /// Not a document of the declared country.
        CountryMismatch = "COUNTRY_MISMATCH",
        /// Not the declared number.
        NumberMismatch = "NUMBER_MISMATCH",
        /// Not the declared name.
        NameMismatch = "NAME_MISMATCH",
        /// The name is the declared one in part: a surname more or less, another order, a title. Another picture shows the
        /// same name.
        NameDoubtful = "NAME_DOUBTFUL",
        /// The provider does not know this kind of document.
        UnsupportedDocument = "UNSUPPORTED_DOCUMENT",
        /// Not a picture of an identity document.
        NotAnIdentityDocument = "NOT_AN_IDENTITY_DOCUMENT",
        /// Words that a valid document does not bear.
        SuspiciousWords = "SUSPICIOUS_WORDS",
        /// The picture or the document seems altered.
        ImageManipulated = "IMAGE_MANIPULATED",
        /// The picture is published elsewhere.
        OnlineDuplicate = "ONLINE_DUPLICATE",
        /// The front bears neither the data nor the labels of a document.
        NotAFront = "NOT_A_FRONT",
        /// The printed side could not be read well enough to be compared.
        PrintUnreadable = "PRINT_UNREADABLE",
        /// No portrait was found where one belongs.
        PortraitAbsent = "PORTRAIT_ABSENT",
        /// This provider does not look at that.
        NotChecked = "NOT_CHECKED",
        Photocopy = "PHOTOCOPY",
        /// A picture of a screen.
        ScreenRecapture = "SCREEN_RECAPTURE",
        /// A picture of a print.
        PrintAttack = "PRINT_ATTACK",
        /// The printed, coded and stored data of the document disagree.
        DataInconsistent = "DATA_INCONSISTENT",
        /// Its features are not those of a genuine document.
        NotAuthentic = "NOT_AUTHENTIC",
        /// The person is not the one in the portrait.
        PortraitMismatch = "PORTRAIT_MISMATCH",
        /// Nobody compared the portrait with the person.
        PortraitNotJudged = "PORTRAIT_NOT_JUDGED",
        /// The picture was seen before, for another person.
        PictureSeenBefore = "PICTURE_SEEN_BEFORE",
        /// The number was seen before, with another name.
        NumberSeenBefore = "NUMBER_SEEN_BEFORE",
        /// The provider looked, and cannot decide.
        ProviderInconclusive = "PROVIDER_INCONCLUSIVE",
        /// The provider no longer has its result.
        ProviderResultLost = "PROVIDER_RESULT_LOST",
    }
}

impl Reason {
    /// `None` where the reason says nothing about the document.
    pub const fn advice(self) -> Option<Advice> {
        Some(match self {
            Self::NotChecked => return None,
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
            | Self::NotAFront
            | Self::PrintUnreadable
            | Self::PortraitAbsent
            | Self::Photocopy
            | Self::ScreenRecapture
            | Self::PrintAttack
            | Self::PictureSeenBefore
            | Self::ProviderInconclusive => Advice::Retry,
            Self::CheckDigitsWrong
            | Self::NationalControlWrong
            | Self::Expired
            | Self::DatesImpossible
            | Self::TypeMismatch
            | Self::CountryMismatch
            | Self::NumberMismatch
            | Self::NameMismatch
            | Self::NameDoubtful
            | Self::UnsupportedDocument
            | Self::NotAnIdentityDocument
            | Self::SuspiciousWords
            | Self::ImageManipulated
            | Self::OnlineDuplicate
            | Self::DataInconsistent
            | Self::NotAuthentic
            | Self::PortraitMismatch
            | Self::PortraitNotJudged
            | Self::NumberSeenBefore
            | Self::ProviderResultLost => Advice::Final,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_better_picture_fixes_is_retried_and_what_the_document_says_is_final() {
        for reason in [Reason::Blurred, Reason::SideMissing, Reason::CheckDigitsDoubtful, Reason::ZoneUnreadable] {
            assert_eq!(reason.advice(), Some(Advice::Retry), "{reason}");
        }
        for reason in [
            Reason::CheckDigitsWrong,
            Reason::NameDoubtful,
            Reason::Expired,
            Reason::NumberMismatch,
            Reason::ProviderResultLost,
        ] {
            assert_eq!(reason.advice(), Some(Advice::Final), "{reason}");
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
