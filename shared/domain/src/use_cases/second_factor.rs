//! The second factor of an OTP: what may be given for what was asked, how pictures of a document become numbers, and
//! how they become evidence.
//!
//! A picture goes through three stages. What can be told without decoding it is a fault of the request, and no try.
//! Then the try is counted, and only then is the picture decoded and read, so that nobody who is not right makes it
//! decode more than [`crate::otp::MAX_TRIES`] times an identification; from here on whatever is wrong with a picture
//! makes the try a wrong one like any other. Last, the pictures of a try that is right are kept, and those of a wrong
//! one are not: they prove nothing that the count does not say, and may well be somebody else's papers.
//!
//! # What a process that dies leaves
//!
//! Before the pictures are kept: one try counted. After it: pictures under the identification's prefix that its state
//! does not refer to, which are erased with it; it is still CREATED, and the next try may be right again. A state never
//! refers to pictures that are not there. Where it was deleted just then, the pictures go with the erasure that comes
//! again [`crate::ports::limits::ERASE_AGAIN_AFTER`] a delete.

use crate::{
    App, Error,
    documents::CarriedNumber,
    identification::{Identification, State},
    ids::{IdentificationId, OrgId},
    otp::{Given, SecondFactor},
    pictures::{Capture, PictureFault, PictureFormat, PictureKey, Sha256Digest, Side, UploadedPicture},
    text::Attempt,
};

/// What came with a request as the second factor.
pub enum GivenFactor {
    /// A text that a person typed.
    Text(Attempt),
    /// Pictures of a document, at most one of each side.
    Pictures(Vec<UploadedPicture>),
}

impl GivenFactor {
    fn pictures(&self) -> &[UploadedPicture] {
        if let Self::Pictures(pictures) = self { pictures } else { &[] }
    }
}

/// Demands that the pictures, asked for or not, are ones that can be looked at.
pub(super) fn check_pictures(app: &App, given: Option<&GivenFactor>) -> Result<(), Error> {
    let pictures = given.map_or(&[][..], GivenFactor::pictures);
    pictures.iter().try_for_each(|picture| {
        let checked = app.engine()?.picture_reader.check(picture.bytes.clone());
        checked.map(drop).map_err(|fault| Error::Picture { part: part(picture.side), fault })
    })
}

/// Where a picture is in the body. An error of a picture begins with it.
const fn part(side: Side) -> &'static str {
    match side {
        Side::Front => "two_factor/front",
        Side::Back => "two_factor/back",
    }
}

/// Demands that what was asked for was given, and in its form. What was not asked for is not looked at.
pub(super) fn require_asked(asked: Option<SecondFactor>, given: Option<&GivenFactor>) -> Result<(), Error> {
    let problem = match (asked, given) {
        (None, _)
        | (Some(SecondFactor::DocumentNumber | SecondFactor::Email), Some(GivenFactor::Text(_)))
        | (Some(SecondFactor::PersonalDocumentImage), Some(GivenFactor::Pictures(_))) => return Ok(()),
        (Some(_), None) => "is required: the identification has a second factor",
        (Some(_), Some(GivenFactor::Text(_))) => {
            "is not an object: the identification asks for pictures of the document"
        }
        (Some(_), Some(GivenFactor::Pictures(_))) => "is not a string: the identification asks for a text",
    };
    Err(Error::BadField { pointer: "/two_factor", problem })
}

/// The numbers that the pictures carry, if pictures are asked for. The work depends on the pictures alone.
pub(super) async fn read_numbers(
    app: &App,
    asked: Option<SecondFactor>,
    given: Option<&GivenFactor>,
) -> Result<Vec<CarriedNumber>, Error> {
    let mut numbers = Vec::new();
    if asked == Some(SecondFactor::PersonalDocumentImage) {
        for picture in given.map_or(&[][..], GivenFactor::pictures) {
            numbers.extend(app.engine()?.document_numbers.read(picture.bytes.clone()).await.numbers);
        }
    }
    Ok(numbers)
}

/// What was given, ready to be compared.
pub(super) fn comparable<'a>(given: Option<&'a GivenFactor>, numbers: &'a [CarriedNumber]) -> Given<'a> {
    match given {
        None => Given::Nothing,
        Some(GivenFactor::Text(text)) => Given::Text(text),
        Some(GivenFactor::Pictures(_)) => Given::Numbers(numbers),
    }
}

/// Keeps the pictures that were asked for. To be called before the state says so.
pub(super) async fn keep(
    app: &App,
    identification: &Identification,
    given: Option<GivenFactor>,
) -> Result<Vec<Capture>, Error> {
    let asked = identification.otp().and_then(|otp| otp.second_factor);
    let pictures = match given {
        Some(GivenFactor::Pictures(pictures)) if asked == Some(SecondFactor::PersonalDocumentImage) => pictures,
        _ => Vec::new(),
    };
    let captured_at = app.now();
    let mut captures = Vec::with_capacity(pictures.len());
    for UploadedPicture { side, bytes } in pictures {
        let unsupported = Error::Picture { part: part(side), fault: PictureFault::Unsupported };
        let format = PictureFormat::sniff(&bytes).ok_or(unsupported)?;
        let capture =
            Capture { side, format, size_bytes: bytes.len() as u64, sha256: Sha256Digest::of(&bytes), captured_at };
        let key = PictureKey::evidence(&identification.org, identification.id, &capture.sha256);
        app.stores.pictures.put(&key, format, bytes).await?;
        captures.push(capture);
    }
    Ok(captures)
}

/// Removes the pictures of a right try that another request beat. `current` is what its identification is now; none
/// when it is deleted.
///
/// Of the deleted one nothing may stay, so a failure is one of the request. Elsewhere what stays is erased with the
/// identification: the same pictures may have come twice and be the winner's evidence under the same name, and while it
/// is CREATED somebody else may still become the winner.
pub(super) async fn forget(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    captures: &[Capture],
    current: Option<&Identification>,
) -> Result<(), Error> {
    let winner = match current.map(|current| &current.state) {
        Some(State::Created) => return Ok(()),
        Some(State::Validated(validation) | State::Closed { validation: Some(validation), .. }) => {
            validation.captures.as_slice()
        }
        _ => &[],
    };
    for capture in captures.iter().filter(|ours| !winner.iter().any(|theirs| theirs.sha256 == ours.sha256)) {
        let removed = app.stores.pictures.remove(&PictureKey::evidence(org, id, &capture.sha256)).await;
        if current.is_none() {
            removed?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn text() -> GivenFactor {
        GivenFactor::Text("12345678Z".parse().expect("a text"))
    }

    fn pictures() -> GivenFactor {
        GivenFactor::Pictures(vec![UploadedPicture { side: Side::Back, bytes: Bytes::from_static(b"\xFF\xD8\xFF") }])
    }

    #[test]
    fn each_factor_has_its_own_form() {
        for (asked, given, taken) in [
            (None, None, true),
            (None, Some(text()), true),
            (None, Some(pictures()), true),
            (Some(SecondFactor::Email), Some(text()), true),
            (Some(SecondFactor::Email), Some(pictures()), false),
            (Some(SecondFactor::Email), None, false),
            (Some(SecondFactor::DocumentNumber), Some(text()), true),
            (Some(SecondFactor::DocumentNumber), Some(pictures()), false),
            (Some(SecondFactor::PersonalDocumentImage), Some(pictures()), true),
            (Some(SecondFactor::PersonalDocumentImage), Some(text()), false),
            (Some(SecondFactor::PersonalDocumentImage), None, false),
        ] {
            assert_eq!(require_asked(asked, given.as_ref()).is_ok(), taken, "{asked:?}");
        }
    }
}
