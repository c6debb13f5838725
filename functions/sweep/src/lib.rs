//! The scheduled worker: one run of the sweep for each tick of the schedule.

use acredita_domain::{
    App,
    stores::{AllStores, Stores},
    use_cases::{self, SweepReport},
};

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        scorings: all.scorings(),
        chains: all.chains(),
        housekeeping: all.housekeeping(),
        pictures: all.pictures(),
        log: all.log(),
        events: all.events(),
        reviews: all.reviews(),
        backfills: all.backfills(),
        exports: all.exports(),
        export_files: all.export_files(),
        ..Stores::default()
    }
}

/// One run. Work that failed stays due, so a run never fails as a whole.
pub async fn sweep(app: &App) -> SweepReport {
    let report = use_cases::sweep(app).await;
    let SweepReport { kicked, woken, expired, erased, lapsed, failed, .. } = report;
    let SweepReport { open_reviews, oldest_review_minutes, backfilled, .. } = report;
    match report {
        SweepReport { failed: 1.., .. } => {
            tracing::warn!(kicked, woken, expired, erased, lapsed, failed, "swept, and something is left to do")
        }
        SweepReport { kicked: 0, woken: 0, expired: 0, erased: 0, lapsed: 0, .. } => {
            tracing::debug!("swept, and nothing was due")
        }
        SweepReport { .. } => tracing::info!(kicked, woken, expired, erased, lapsed, "swept"),
    }
    if open_reviews > 0 {
        tracing::info!(target: "acredita::counted", open_reviews, oldest_review_minutes, "reviews wait");
    }
    if backfilled > 0 {
        tracing::info!(target: "acredita::counted", backfilled, "older records are given their entries");
    }
    report
}
