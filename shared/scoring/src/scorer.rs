//! The port's scorer: views of the pictures, checks on each, one line per check.

use crate::{
    hash::{self, Likeness},
    quality::{Finding, JUDGES, Judge, View},
    score, zone,
};
use acredita_domain::{
    error::Unavailable,
    pictures::{Luma, PictureFormat, Side},
    ports::{DelegatedCapture, ScoreRequest, Scorer, Verdict},
    scoring::{Check, CheckName, CheckResult, DocumentKind, Provider, Score},
};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::{sync::Semaphore, task};

/// How many documents are judged at a time. Each takes a copy of its pictures' brightness: at most 100 MB.
const PERMITS: usize = 2;
const BUSY: Unavailable = Unavailable("the internal scorer");

/// Scores by what the pictures look like. The same pictures always get the same answer.
///
/// Every score stays under 0.50, because the machine-readable zone is not read: a good picture proves no document.
#[derive(Clone, Debug)]
pub struct InternalScorer {
    permits: Arc<Semaphore>,
}

impl InternalScorer {
    /// A scorer. Share one in a process: it is what bounds the memory.
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(PERMITS)) }
    }
}

impl Default for InternalScorer {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Scorer for InternalScorer {
    fn provider(&self) -> Provider {
        Provider::Internal
    }

    fn delegated_capture(&self) -> DelegatedCapture {
        DelegatedCapture::SignedUpload
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Verdict, Unavailable> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| BUSY)?;
        // The work outlives the request where a caller gives up, so it takes copies: far cheaper than the work.
        let shot = |side, picture: Option<&acredita_domain::pictures::Picture>| {
            picture.map(|picture| Shot { side, format: picture.format, luma: picture.luma.clone() })
        };
        let shots: Vec<Shot> = [shot(Side::Front, request.front), shot(Side::Back, request.back)].into_iter().flatten().collect();
        let document = request.document;
        let judging = task::spawn_blocking(move || {
            let _permit = permit;
            judge(shots, document)
        });
        // Only a runtime that shuts down, or a mistake of ours, ends here: neither is the caller's, and it may try again.
        judging.await.map_err(|_| BUSY)
    }
}

/// A picture, as the work takes it along.
struct Shot {
    side: Side,
    format: PictureFormat,
    luma: Luma,
}

fn judge(shots: Vec<Shot>, document: Option<DocumentKind>) -> Verdict {
    let mut breakdown = vec![decodes(&shots)];
    // The full pictures go as soon as their views are made.
    let views: Vec<View> = shots.into_iter().map(|shot| View::new(shot.side, &shot.luma)).collect();
    breakdown.extend(JUDGES.map(|(name, judge)| worst(name, judge, &views)));
    breakdown.push(sides_differ(&views));
    breakdown.extend(zone::checks(document));
    Verdict { score: score::overall(&breakdown), breakdown, extracted: None }
}

/// A [`acredita_domain::pictures::Picture`] has been decoded; what is left to say is what there is.
fn decodes(shots: &[Shot]) -> Check {
    let has_front = shots.iter().any(|shot| shot.side == Side::Front);
    let (result, score) = match (has_front, shots) {
        (true, _) => (CheckResult::Pass, Some(Score::new(1.0))),
        (false, []) => (CheckResult::Fail, Some(Score::new(0.0))),
        (false, _) => (CheckResult::Inconclusive, None),
    };
    let missing = (!has_front).then(|| "front: no picture was given".to_owned());
    let given = shots
        .iter()
        .map(|shot| format!("{}: {}, {} x {} pixels", shot.side.part(), shot.format, shot.luma.width, shot.luma.height));
    let details = missing.into_iter().chain(given).collect::<Vec<_>>().join("; ");
    Check { name: CheckName::PictureDecodes, result, score, details }
}

/// One check on each picture: the worst side decides, and every side says its reason.
fn worst(name: CheckName, judge: Judge, views: &[View]) -> Check {
    let findings: Vec<(Side, Finding)> = views.iter().map(|view| (view.side, judge(view))).collect();
    let Some(worst) = findings.iter().map(|(_, finding)| finding).min_by(|a, b| a.score.total_cmp(&b.score)) else {
        return not_applicable(name, "no picture was given");
    };
    let details = findings
        .iter()
        .map(|(side, finding)| format!("{}: {}", side.part(), finding.reason))
        .collect::<Vec<_>>()
        .join("; ");
    let result = if worst.holds() { CheckResult::Pass } else { CheckResult::Fail };
    Check { name, result, score: Some(Score::new(worst.score)), details }
}

fn sides_differ(views: &[View]) -> Check {
    let name = CheckName::SidesDiffer;
    let [front, back] = views else {
        return not_applicable(name, "only one side was given");
    };
    let (result, score, details) = match hash::compare(&front.small, &back.small) {
        Likeness::Different => (CheckResult::Pass, Some(Score::new(1.0)), "front and back are different pictures"),
        Likeness::Same => (CheckResult::Fail, Some(Score::new(0.0)), "front and back are the same picture"),
        Likeness::Unclear => (CheckResult::Inconclusive, None, "a plain picture cannot be compared"),
    };
    Check { name, result, score, details: details.to_owned() }
}

fn not_applicable(name: CheckName, reason: &str) -> Check {
    Check { name, result: CheckResult::NotApplicable, score: None, details: reason.to_owned() }
}

#[cfg(test)]
mod tests;
