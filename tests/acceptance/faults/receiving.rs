//! Recording receipts: one that fails comes again, and is told once.

use super::{Run, WAKE, at_every_call};
use acceptance::{World, subject::Subject};
use acredita_local::reports::Fate;

#[tokio::test]
async fn a_receipt_is_recorded_once_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        let message = world.latest();
        let taken = world.report_to(&run.faults.around(&world.app), &message, Fate::Block).await;
        assert_eq!(taken, run.fault.is_none() || run.hits(WAKE), "one whose fate is unknown comes again");
        assert!(world.report(&message, Fate::Block).await);
        assert_eq!(otp.metadata(world).await.json()["delivery"]["status"], "FAILED");
        let path = format!("/events?subject_id={}&type=identification.undelivered", otp.id);
        let undelivered = world.call("GET", &path, None).await.expect(200).json();
        assert_eq!(undelivered["events"].as_array().map(Vec::len), Some(1));
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}
