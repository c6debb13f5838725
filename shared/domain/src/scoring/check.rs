//! One line of a breakdown.

use super::{Advice, Reason, Score};
use crate::vocabulary::names;
use serde::{Deserialize, Serialize};

names! {
    /// What a check found.
    CheckResult("is not a result") {
        /// It holds.
        Pass = "PASS",
        /// It does not hold.
        Fail = "FAIL",
        /// It could not be told.
        Inconclusive = "INCONCLUSIVE",
        /// It does not apply to this document or side.
        NotApplicable = "NOT_APPLICABLE",
    }
}

names! {
    /// The checks, whoever makes them. A provider that does not make one leaves its line out.
    CheckName("is not a check") {
        /// The picture decodes, and its format and size are taken.
        PictureDecodes = "PICTURE_DECODES",
        /// Enough pixels to read a document.
        Resolution = "RESOLUTION",
        /// Edges are sharp.
        Sharpness = "SHARPNESS",
        /// Neither too dark nor too bright, with enough contrast.
        Exposure = "EXPOSURE",
        /// No large burnt-out spots.
        Glare = "GLARE",
        /// The picture shows something.
        NotBlank = "NOT_BLANK",
        /// The whole document is in the picture.
        DocumentOutline = "DOCUMENT_OUTLINE",
        /// Front and back are different pictures.
        SidesDiffer = "SIDES_DIFFER",
        /// What was given is one document.
        SidesConsistent = "SIDES_CONSISTENT",
        /// Who scores knows this kind of document.
        DocumentSupported = "DOCUMENT_SUPPORTED",
        /// It is an identity document.
        IdentityDocument = "IDENTITY_DOCUMENT",
        /// The machine-readable zone was read.
        MrzRead = "MRZ_READ",
        /// Its check digits hold (ICAO 9303 part 3 §4.9).
        MrzCheckDigits = "MRZ_CHECK_DIGITS",
        /// Neither the picture nor what is printed seems altered.
        Tampering = "TAMPERING",
        /// The national control digit or letter holds.
        NationalControl = "NATIONAL_CONTROL",
        /// The document has not expired.
        NotExpired = "NOT_EXPIRED",
        /// Its dates are real ones, in an order and at an age that can be.
        DatesPlausible = "DATES_PLAUSIBLE",
        /// Its type and country are the declared ones.
        KindMatch = "KIND_MATCH",
        /// Its number is the declared one.
        DeclaredMatch = "DECLARED_MATCH",
        /// Its name is the declared one.
        NameMatch = "NAME_MATCH",
        /// What is printed, coded and stored in it agrees.
        DataConsistent = "DATA_CONSISTENT",
        /// It bears the features of a genuine document.
        Authenticity = "AUTHENTICITY",
        /// The document itself was before the camera: no screen, no print, no photocopy.
        OriginalCaptured = "ORIGINAL_CAPTURED",
        /// It bears no words that a document in use does not bear.
        SuspiciousWords = "SUSPICIOUS_WORDS",
        /// The picture is not published elsewhere.
        NotPublished = "NOT_PUBLISHED",
        /// The person is the one of the portrait.
        PortraitMatch = "PORTRAIT_MATCH",
    }
}

/// One line of a score's breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at.
    #[serde(rename = "check")]
    pub name: CheckName,
    /// What was found.
    pub result: CheckResult,
    /// How well it holds; none where the result is not a matter of degree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Why; none where it holds, and where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What the back office may want to know beside: measures and sides, in English, and never what the document says.
    /// Stored as `details`, which is what items from before there were reasons have.
    #[serde(rename = "details", default)]
    pub operator_details: String,
}

impl Check {
    /// A line without a score, a reason or anything beside.
    pub const fn new(name: CheckName, result: CheckResult) -> Self {
        Self { name, result, score: None, reason: None, operator_details: String::new() }
    }

    /// This line, because of that.
    pub const fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// This line, holding that well.
    pub const fn scored(mut self, score: Score) -> Self {
        self.score = Some(score);
        self
    }

    /// This line, with something for the back office.
    pub fn noting(mut self, operator_details: impl Into<String>) -> Self {
        self.operator_details = operator_details.into();
        self
    }

    /// What can be done about it; none where there is nothing to do.
    pub fn advice(&self) -> Option<Advice> {
        self.reason.map(Reason::advice)
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
