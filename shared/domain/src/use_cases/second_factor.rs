//! The second factor of an OTP: which forms are accepted for what was asked, how pictures of a document become numbers,
//! and how they become evidence.
//!
//! A picture goes through three stages. Faults that show without decoding it are faults of the request, and do not
//! count as a try. Then the try is counted, and only then is the picture decoded and read, so that wrong tries
//! cause at most [`crate::otp::MAX_TRIES`] decodings per identification; from here on any fault of a picture makes the
//! try a wrong one. Last, the pictures of a right try are kept, cleaned, and those of a wrong one are not: they prove
//! nothing beyond the count, and may well be another person's papers.
//!
//! # What a crash leaves behind
//!
//! Before the pictures are kept: one counted try. After it: pictures under the identification's prefix that its state
//! does not refer to, which are erased with it; it is still CREATED, and the next try may be right again. A state never
//! refers to pictures that are not there. Where it was deleted just then, the pictures go with the erasure that
//! follows a delete after [`crate::ports::limits::ERASE_AGAIN_AFTER`].

use crate::{
    App, Error,
    documents::CarriedNumber,
    identification::{Identification, State},
    ids::{IdentificationId, OrgId},
    otp::{Given, SecondFactor},
    pictures::{Capture, Picture, PictureKey, Sha256Digest, Side, UploadedPicture},
    ports::ReadPicture,
    text::Attempt,
};

/// The second factor as it came with a request.
pub enum GivenFactor {
    Text(Attempt),
    /// Pictures of a document, at most one of each side.
    Pictures(Vec<UploadedPicture>),
}

impl GivenFactor {
    fn pictures(&self) -> &[UploadedPicture] {
        if let Self::Pictures(pictures) = self { pictures } else { &[] }
    }
}

/// Requires that pictures, asked for or not, can be processed.
pub(super) fn check_pictures(app: &App, given: Option<&GivenFactor>) -> Result<(), Error> {
    let pictures = given.map_or(&[][..], GivenFactor::pictures);
    pictures.iter().try_for_each(|picture| {
        let checked = app.engine()?.picture_validator.check(picture.bytes.clone());
        checked.map(drop).map_err(|fault| Error::Picture { part: part(picture.side), fault })
    })
}

/// The name of a picture in the body. Errors about a picture begin with it.
const fn part(side: Side) -> &'static str {
    match side {
        Side::Front => "two_factor/front",
        Side::Back => "two_factor/back",
    }
}

/// Requires that what was asked for was given, and in its form. Anything else is ignored.
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

/// What the pictures that were asked for show.
#[derive(Default)]
pub(super) struct ReadFactor {
    /// None if any of the pictures does not decode.
    numbers: Vec<CarriedNumber>,
    /// Each picture as it came, and cleaned.
    pictures: Vec<(UploadedPicture, Picture)>,
}

/// Reads the pictures, if pictures are asked for. The work depends on the pictures alone.
pub(super) async fn read_pictures(
    app: &App,
    asked: Option<SecondFactor>,
    given: Option<&GivenFactor>,
) -> Result<ReadFactor, Error> {
    let mut all = ReadFactor::default();
    if asked == Some(SecondFactor::PersonalDocumentImage) {
        let pictures = given.map_or(&[][..], GivenFactor::pictures);
        for picture in pictures {
            let ReadPicture { numbers, cleaned } = app.document_number_reader()?.read(picture.bytes.clone()).await;
            all.numbers.extend(numbers.numbers);
            all.pictures.extend(cleaned.map(|cleaned| (picture.clone(), cleaned)));
        }
        if all.pictures.len() < pictures.len() {
            all.numbers.clear();
        }
    }
    Ok(all)
}

/// The given factor, ready for comparison.
pub(super) fn comparable<'a>(given: Option<&'a GivenFactor>, read: &'a ReadFactor) -> Given<'a> {
    match given {
        None => Given::Nothing,
        Some(GivenFactor::Text(text)) => Given::Text(text),
        Some(GivenFactor::Pictures(_)) => Given::Numbers(&read.numbers),
    }
}

/// Stores the pictures that were asked for. To be called before the state changes.
pub(super) async fn keep(app: &App, identification: &Identification, read: ReadFactor) -> Result<Vec<Capture>, Error> {
    let captured_at = app.now();
    let mut captures = Vec::with_capacity(read.pictures.len());
    for (UploadedPicture { side, bytes: received }, cleaned) in read.pictures {
        let capture = Capture::of(side, &cleaned, Sha256Digest::of(&received), captured_at);
        let key = PictureKey::evidence(&identification.org, identification.id, &capture.sha256);
        app.stores.pictures.put(&key, cleaned.format, cleaned.bytes).await?;
        captures.push(capture);
    }
    Ok(captures)
}

/// Removes the pictures of a right try that lost the race. `current` is its identification now; `None` when it is
/// deleted.
///
/// Nothing of a deleted identification may stay, so a failure there fails the request. Otherwise leftovers are erased
/// with the identification: the same pictures may have come twice and be the winner's evidence under the same name, and
/// while it is CREATED another request may still become the winner.
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
