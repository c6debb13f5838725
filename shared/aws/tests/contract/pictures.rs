//! Pictures: stored, read within a limit, removed with all related objects, and linked to for a short time.

use crate::{
    samples::{agent, org, other_org, scoring},
    stage::{Ports, sixteen_at_once},
};
use acredita_aws::SystemClock;
use acredita_domain::{
    Time,
    pictures::{PictureFormat, PictureKey, PicturePrefix, Sha256Digest, Side, StatedPicture, UploadLink},
    ports::limits::LINK_LIFE,
    ports::{Clock, StoredPicture},
};
use chrono::TimeDelta;
use reqwest::{Client, StatusCode};
use std::collections::BTreeSet;

const BYTES: &[u8] = b"not really a picture";

/// Signatures are checked against the real time.
fn real_now() -> Time {
    SystemClock.now()
}

async fn read(ports: &Ports, key: &PictureKey) -> Option<Vec<u8>> {
    match ports.pictures.get(key, 1_000_000).await.expect("an answer") {
        Some(StoredPicture::Bytes(bytes)) => Some(bytes.into()),
        Some(StoredPicture::TooLarge) => panic!("larger than any of the samples"),
        None => None,
    }
}

async fn keep(ports: &Ports, key: &PictureKey) {
    ports.pictures.put(key, PictureFormat::Png, BYTES.into()).await.expect("kept");
}

fn a_key() -> PictureKey {
    PictureKey::capture(&org(), scoring().id, &Sha256Digest::of(BYTES))
}

async fn a_picture_is_kept_as_it_came(ports: &Ports) {
    let key = a_key();
    assert_eq!(read(ports, &key).await, None);
    keep(ports, &key).await;
    assert_eq!(read(ports, &key).await.as_deref(), Some(BYTES));
    ports.pictures.put(&key, PictureFormat::Jpeg, b"another"[..].into()).await.expect("kept over it");
    assert_eq!(read(ports, &key).await.as_deref(), Some(&b"another"[..]));
}

async fn a_picture_is_read_only_within_the_limit(ports: &Ports) {
    let key = a_key();
    keep(ports, &key).await;
    let exactly = ports.pictures.get(&key, BYTES.len()).await.expect("an answer");
    assert!(matches!(exactly, Some(StoredPicture::Bytes(bytes)) if bytes == BYTES));
    let one_less = ports.pictures.get(&key, BYTES.len() - 1).await.expect("an answer");
    assert!(matches!(one_less, Some(StoredPicture::TooLarge)));
}

async fn the_largest_picture_comes_back_whole(ports: &Ports) {
    let key = a_key();
    let bytes: Vec<u8> = (0..10 * 1024 * 1024_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
    ports.pictures.put(&key, PictureFormat::Jpeg, bytes.clone().into()).await.expect("kept");
    let back = ports.pictures.get(&key, bytes.len()).await.expect("an answer");
    assert!(matches!(back, Some(StoredPicture::Bytes(back)) if back == bytes));
}

async fn a_picture_is_removed_and_removing_it_again_is_fine(ports: &Ports) {
    let key = a_key();
    ports.pictures.remove(&key).await.expect("nothing to remove");
    keep(ports, &key).await;
    ports.pictures.remove(&key).await.expect("removed");
    assert_eq!(read(ports, &key).await, None);
}

async fn all_of_a_prefix_goes_and_nothing_else(ports: &Ports) {
    let (mine, beside, foreign) = (scoring().id, scoring().id, other_org());
    let digest = Sha256Digest::of(BYTES);
    let going = [PictureKey::capture(&org(), mine, &digest)];
    let staying = [
        PictureKey::upload(&org(), mine, Side::Front),
        PictureKey::capture(&org(), beside, &digest),
        PictureKey::capture(&foreign, mine, &digest),
        PictureKey::evidence(&org(), agent().id, &digest),
    ];
    for key in going.iter().chain(&staying) {
        keep(ports, key).await;
    }
    let prefix = PicturePrefix::scoring(&org(), mine);
    ports.pictures.erase(&prefix, &[]).await.expect("erased");
    ports.pictures.erase(&prefix, &[]).await.expect("nothing left to erase");
    for key in &going {
        assert_eq!(read(ports, key).await, None);
    }
    for key in &staying {
        assert!(read(ports, key).await.is_some());
    }
}

async fn a_prefix_goes_even_when_one_listing_does_not_hold_it(ports: &Ports) {
    // One more than a page of a listing holds.
    let id = scoring().id;
    let key = move |number: usize| PictureKey::capture(&org(), id, &Sha256Digest::of(&number.to_le_bytes()));
    sixteen_at_once(|task| {
        let ports = ports.clone();
        async move {
            for number in (0..=1_000).filter(|number| number % 16 == task) {
                keep(&ports, &key(number)).await;
            }
        }
    })
    .await;
    ports.pictures.erase(&PicturePrefix::scoring(&org(), id), &[]).await.expect("erased");
    sixteen_at_once(|task| {
        let ports = ports.clone();
        async move {
            for number in (0..=1_000).filter(|number| number % 16 == task) {
                assert_eq!(read(&ports, &key(number)).await, None);
            }
        }
    })
    .await;
}

async fn a_link_to_read_opens_one_picture_for_reading(ports: &Ports) {
    let key = a_key();
    keep(ports, &key).await;
    let now = real_now();
    let link = ports.pictures.link_to_read(&key, PictureFormat::Png, now).await.expect("a link");
    assert_eq!(link.expires_at, now + LINK_LIFE);
    let answer = Client::new().get(&link.url).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"picture.png\"");
    assert_eq!(answer.bytes().await.expect("a body"), BYTES);

    let written = Client::new().put(&link.url).body("else").send().await.expect("an answer");
    assert_eq!(written.status(), StatusCode::FORBIDDEN);
    let elsewhere = link.url.replace(key.as_str(), a_key().as_str());
    let answer = Client::new().get(elsewhere).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

async fn a_link_to_read_returns_a_file_however_the_picture_was_stored(ports: &Ports) {
    let key = PictureKey::upload(&org(), scoring().id, Side::Front);
    let to_write = ports.pictures.link_to_write(&key, None, real_now()).await.expect("a link");
    let stored = Client::new().put(&to_write.link.url).header("content-type", "text/html").body(BYTES).send().await;
    assert_eq!(stored.expect("an answer").status(), StatusCode::OK);
    let link = ports.pictures.link_to_read(&key, PictureFormat::Jpeg, real_now()).await.expect("a link");
    let answer = Client::new().get(&link.url).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"picture.jpg\"");
    for (name, other) in [("image%2Fjpeg", "text%2Fhtml"), ("attachment", "inline")] {
        assert!(link.url.contains(name));
        let answer = Client::new().get(link.url.replace(name, other)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{other}");
    }
}

async fn a_link_to_write_takes_a_picture_of_any_type(ports: &Ports) {
    for content_type in ["image/jpeg", "image/png"] {
        let key = PictureKey::upload(&org(), scoring().id, Side::Back);
        let UploadLink { link, headers } = ports.pictures.link_to_write(&key, None, real_now()).await.expect("a link");
        // It cannot contain the digest of a picture that nobody has taken yet.
        assert!(!link.url.contains("checksum") && headers.is_empty());
        let request = Client::new().put(&link.url).header("content-type", content_type).body(BYTES);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
        assert_eq!(read(ports, &key).await.as_deref(), Some(BYTES));
        let answer = Client::new().get(&link.url).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "it does not read");
    }
}

async fn a_link_to_write_a_stated_picture_takes_that_one_only(ports: &Ports) {
    let key = PictureKey::upload(&org(), scoring().id, Side::Back);
    let size = u32::try_from(BYTES.len()).ok().and_then(|size| size.try_into().ok()).expect("a size");
    let stated = StatedPicture { format: PictureFormat::Png, size, sha256: Sha256Digest::of(BYTES) };
    let UploadLink { link, headers } =
        ports.pictures.link_to_write(&key, Some(&stated), real_now()).await.expect("a link");
    let names: BTreeSet<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-length", "content-type", "x-amz-checksum-sha256"].into());
    let put = async |body: &'static [u8], without: &str, changed: Option<(&str, &str)>| {
        let request = Client::new().put(&link.url).body(body);
        let sent = headers.iter().filter(|(name, _)| name != without && name != "content-length");
        let request = sent.fold(request, |request, (name, value)| match changed {
            Some((other, value)) if other == name => request.header(name, value),
            _ => request.header(name, value),
        });
        request.send().await.expect("an answer").status()
    };
    let same_length: &[u8] = b"REALLY NOT a picture";
    assert_eq!(put(same_length, "", None).await, StatusCode::BAD_REQUEST);
    assert_eq!(put(b"longer than the picture was", "", None).await, StatusCode::FORBIDDEN);
    for name in ["content-type", "x-amz-checksum-sha256"] {
        assert_eq!(put(BYTES, name, None).await, StatusCode::FORBIDDEN, "without {name}");
    }
    assert_eq!(put(BYTES, "", Some(("content-type", "image/jpeg"))).await, StatusCode::FORBIDDEN);
    assert_eq!(read(ports, &key).await, None);
    assert_eq!(put(BYTES, "", None).await, StatusCode::OK);
    assert_eq!(read(ports, &key).await.as_deref(), Some(BYTES));
}

async fn a_link_lives_from_the_time_that_it_is_given(ports: &Ports) {
    let key = a_key();
    keep(ports, &key).await;
    let before = real_now() - LINK_LIFE - TimeDelta::seconds(1);
    let outdated = ports.pictures.link_to_read(&key, PictureFormat::Png, before).await.expect("a link");
    let answer = Client::new().get(&outdated.url).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let almost =
        ports.pictures.link_to_read(&key, PictureFormat::Png, before + TimeDelta::seconds(60)).await.expect("a link");
    assert_eq!(Client::new().get(&almost.url).send().await.expect("an answer").status(), StatusCode::OK);
}

on_aws! {
    a_picture_is_kept_as_it_came,
    a_picture_is_read_only_within_the_limit,
    the_largest_picture_comes_back_whole,
    a_picture_is_removed_and_removing_it_again_is_fine,
    all_of_a_prefix_goes_and_nothing_else,
    a_prefix_goes_even_when_one_listing_does_not_hold_it,
    a_link_to_read_opens_one_picture_for_reading,
    a_link_to_read_returns_a_file_however_the_picture_was_stored,
    a_link_to_write_takes_a_picture_of_any_type,
    a_link_to_write_a_stated_picture_takes_that_one_only,
    a_link_lives_from_the_time_that_it_is_given,
}
