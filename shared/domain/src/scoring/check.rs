//! One line of a breakdown.

use super::{Advice, Reason, Score};
use crate::vocabulary::names;
use serde::{Deserialize, Serialize};

names! {
    CheckResult("is not a result") {
        Pass = "PASS",
        Fail = "FAIL",
        /// It could not be decided.
        Inconclusive = "INCONCLUSIVE",
        /// It does not apply to this document or side.
        NotApplicable = "NOT_APPLICABLE",
    }
}

names! {
    /// The checks of all providers. A provider leaves out the checks that it does not make.
    CheckName("is not a check") {
        /// The picture decodes, and its format and size are accepted.
        PictureDecodes = "PICTURE_DECODES",
        /// Enough pixels to read a document.
        Resolution = "RESOLUTION",
        Sharpness = "SHARPNESS",
        /// Neither too dark nor too bright, with enough contrast.
        Exposure = "EXPOSURE",
        /// No large overexposed spots.
        Glare = "GLARE",
        /// The picture shows something.
        NotBlank = "NOT_BLANK",
        /// The complete document is in the picture.
        DocumentOutline = "DOCUMENT_OUTLINE",
        /// Front and back are different pictures.
        SidesDiffer = "SIDES_DIFFER",
        /// All sides belong to one document.
        SidesConsistent = "SIDES_CONSISTENT",
        /// The provider knows this kind of document.
        DocumentSupported = "DOCUMENT_SUPPORTED",
        /// It presents itself as an identity document: by the code in its zone, or in a provider's eyes.
        IdentityDocument = "IDENTITY_DOCUMENT",
        /// The machine-readable zone was read.
        MrzRead = "MRZ_READ",
        /// ICAO 9303 part 3 §4.9.
        MrzCheckDigits = "MRZ_CHECK_DIGITS",
        /// The national control digit or letter is right.
        NationalControl = "NATIONAL_CONTROL",
        NotExpired = "NOT_EXPIRED",
        /// Its dates exist, and are in a possible order and at a possible age.
        DatesPlausible = "DATES_PLAUSIBLE",
        /// Its type and country are the declared ones.
        KindMatch = "KIND_MATCH",
        DeclaredMatch = "DECLARED_MATCH",
        NameMatch = "NAME_MATCH",
        /// A printed side bears the labels of that kind of document, in their order.
        LooksLikeDocument = "LOOKS_LIKE_DOCUMENT",
        /// It bears a portrait: the presence of a face, not whose it is.
        PortraitPresent = "PORTRAIT_PRESENT",
        /// Its printed, coded and stored data agree.
        DataConsistent = "DATA_CONSISTENT",
        /// Neither the picture nor the print seems altered.
        Tampering = "TAMPERING",
        /// It bears the features of a genuine document.
        Authenticity = "AUTHENTICITY",
        /// The document itself was in front of the camera: no screen, no print, no photocopy.
        OriginalCaptured = "ORIGINAL_CAPTURED",
        /// It bears no words that a valid document does not bear.
        SuspiciousWords = "SUSPICIOUS_WORDS",
        /// The picture is not published elsewhere.
        NotPublished = "NOT_PUBLISHED",
        /// The person is the one in the portrait.
        PortraitMatch = "PORTRAIT_MATCH",
        /// Its pictures were not seen before for another declared person.
        RepeatedPicture = "REPEATED_PICTURE",
        /// Its number was not seen before with another declared name.
        NumberWithOtherName = "NUMBER_WITH_OTHER_NAME",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    #[serde(rename = "check")]
    pub name: CheckName,
    pub result: CheckResult,
    /// `None` where the result is not a matter of degree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// `None` where it passed or does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Further information for the back office: measurements and sides, in English, and never the content of the
    /// document. Stored as `details`, the field of items from before reasons existed.
    #[serde(rename = "details", default)]
    pub operator_details: String,
}

impl Check {
    /// A check without a score, a reason or details.
    pub const fn new(name: CheckName, result: CheckResult) -> Self {
        Self { name, result, score: None, reason: None, operator_details: String::new() }
    }

    pub const fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    pub const fn scored(mut self, score: Score) -> Self {
        self.score = Some(score);
        self
    }

    pub fn noting(mut self, operator_details: impl Into<String>) -> Self {
        self.operator_details = operator_details.into();
        self
    }

    /// `None` where nothing can be done.
    pub fn advice(&self) -> Option<Advice> {
        self.reason.and_then(Reason::advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_from_before_there_were_reasons_still_reads() {
        let line: Check =
            serde_json::from_str(r#"{"check":"GLARE","result":"FAIL","score":1200,"details":"front: glare"}"#)
                .expect("a line");
        assert_eq!((line.reason, line.operator_details.as_str()), (None, "front: glare"));
    }

    #[test]
    fn a_reason_that_nobody_knows_is_an_error() {
        let line = r#"{"check":"GLARE","result":"FAIL","reason":"GREMLINS","details":""}"#;
        assert!(serde_json::from_str::<Check>(line).is_err());
    }
}
