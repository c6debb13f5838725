//! Whether a document was seen before for somebody else, and how often its number was scored today.
//!
//! The same person may come again with the same document. What another person declared before leaves the question open
//! whose it is, so it is `INCONCLUSIVE`, and short of `HIGH`. Nothing is compared if nobody was declared.

use crate::{
    App, Error,
    actor::Actor,
    documents::declared_form,
    ids::OrgId,
    keys::Keyring,
    pictures::Capture,
    ports::CountError,
    scoring::{Check, CheckName, CheckResult, Reason, Scoring, Verdict},
    sightings::{MOST_REMEMBERED, NewSighting, Seen, Sighted, Sighting, name_form},
};
use chrono::{NaiveDate, TimeDelta};

/// A scoring that was counted against the day's limit of its declared number.
pub(super) struct Counted {
    number: Sighting,
    day: NaiveDate,
}

/// Counts a scoring of the declared number, if there is one. To be called before anything is asked of a provider.
pub(super) async fn count_number(app: &App, scoring: &Scoring) -> Result<Option<Counted>, Error> {
    let Some(number) = scoring.declared.as_ref().and_then(declared_number) else {
        return Ok(None);
    };
    let now = app.now();
    let (day, keys) = (now.date_naive(), app.keys.current().await?);
    // The person does not matter here.
    let number = keys.sightings(&scoring.org, Sighted::Number(&number), "").swap_remove(0);
    match app.stores.sightings.count(&scoring.org, &number, day, app.policy.scorings_a_day).await {
        Ok(()) => Ok(Some(Counted { number, day })),
        Err(CountError::Full) => {
            let again_at = (day + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
            Err(Error::TooManyScorings { again_at })
        }
        Err(CountError::Unavailable(unavailable)) => Err(unavailable.into()),
    }
}

impl Counted {
    /// For a score that did not come about. If that fails, the day has one less.
    pub(super) async fn give_back(&self, app: &App, org: &OrgId) {
        let _ = app.stores.sightings.give_back(org, &self.number, self.day).await;
    }
}

/// A line of the breakdown, and what it is about, each thing under every key of the deployment, the newest first.
struct Look {
    check: CheckName,
    things: Vec<Vec<Sighting>>,
}

/// The verdict with its lines on repetition, and what to remember with it.
pub(super) async fn with_repetitions(
    app: &App,
    scoring: &Scoring,
    verdict: Verdict,
    captures: &[Capture],
) -> Result<(Verdict, Vec<NewSighting>), Error> {
    let person = Person::of(scoring.declared.as_ref(), &verdict);
    let (picture, number) = (CheckName::RepeatedPicture, CheckName::NumberWithOtherName);
    let Some(whose) = person.whose() else {
        let verdict = [picture, number].into_iter().fold(verdict, |verdict, name| verdict.with(not_applicable(name)));
        return Ok((verdict, Vec::new()));
    };
    let keys = app.keys.current().await?;
    let looks = [pictures_of(&keys, scoring, captures, whose), number_of(&keys, scoring, &person)];
    let digests = looks.iter().flat_map(|look| look.things.iter().flatten()).map(|sighting| sighting.digest.clone());
    let mut digests: Vec<String> = digests.collect();
    digests.sort();
    digests.dedup();
    let seen = if digests.is_empty() { Vec::new() } else { app.stores.sightings.find(&scoring.org, &digests).await? };
    let verdict = looks.iter().fold(verdict, |verdict, look| verdict.with(look.line(&seen, person.name.is_some())));
    Ok((verdict, to_remember(app, scoring, &looks, &seen)))
}

/// Who was declared, as far as it matters here.
struct Person {
    name: Option<String>,
    declared_number: Option<String>,
    /// The declared number or, if none was declared, the one that was read.
    number: Option<String>,
}

impl Person {
    fn of(declared: Option<&Actor>, verdict: &Verdict) -> Self {
        let texts = declared.map(|actor| [&actor.name, &actor.last_name]).into_iter().flatten().flatten();
        let texts: Vec<&str> = texts.map(|name| name.expose()).collect();
        let name = Some(name_form(&texts)).filter(|name| !name.is_empty());
        let declared_number = declared.and_then(declared_number);
        let read =
            || verdict.extracted.as_ref()?.document_number.as_ref().map(|read| declared_form(read.expose(), None));
        let number = declared_number.clone().or_else(read).filter(|number| !number.is_empty());
        Self { name, declared_number, number }
    }

    /// The declared name or, without one, the declared number.
    fn whose(&self) -> Option<&str> {
        self.name.as_deref().or(self.declared_number.as_deref())
    }
}

fn declared_number(actor: &Actor) -> Option<String> {
    let document = actor.identity_document.as_ref()?;
    let number = declared_form(document.document_number.as_ref()?.expose(), Some(document));
    (!number.is_empty()).then_some(number)
}

fn pictures_of(keys: &Keyring, scoring: &Scoring, captures: &[Capture], whose: &str) -> Look {
    let picture = |capture: &Capture| keys.sightings(&scoring.org, Sighted::Picture(capture.sha256.as_str()), whose);
    Look { check: CheckName::RepeatedPicture, things: captures.iter().map(picture).collect() }
}

fn number_of(keys: &Keyring, scoring: &Scoring, person: &Person) -> Look {
    let named = person.number.as_deref().zip(person.name.as_deref());
    let number = |(number, name)| keys.sightings(&scoring.org, Sighted::Number(number), name);
    Look { check: CheckName::NumberWithOtherName, things: named.map(number).into_iter().collect() }
}

impl Look {
    fn line(&self, seen: &[Seen], has_name: bool) -> Check {
        let reason = match self.check {
            CheckName::RepeatedPicture => Reason::PictureSeenBefore,
            _ => Reason::NumberSeenBefore,
        };
        if self.check == CheckName::NumberWithOtherName && !has_name {
            not_applicable(self.check)
        } else if self.things.is_empty() {
            // Pictures that stayed with the provider, or a number that nobody read.
            Check::new(self.check, CheckResult::Inconclusive).because(Reason::NotChecked)
        } else if self.things.iter().flatten().any(|sighting| was_of_another(sighting, seen)) {
            Check::new(self.check, CheckResult::Inconclusive).because(reason)
        } else {
            Check::new(self.check, CheckResult::Pass)
        }
    }
}

fn was_of_another(sighting: &Sighting, seen: &[Seen]) -> bool {
    let mut same = seen.iter().filter(|seen| seen.digest == sighting.digest);
    same.any(|seen| seen.by.iter().any(|by| by.person != sighting.person))
}

fn not_applicable(name: CheckName) -> Check {
    Check::new(name, CheckResult::NotApplicable)
}

/// Under the newest key only. What is remembered often enough is left as it is.
fn to_remember(app: &App, scoring: &Scoring, looks: &[Look], seen: &[Seen]) -> Vec<NewSighting> {
    let keep_until = app.policy.keep_until(scoring.expires_at);
    let mut new: Vec<NewSighting> = Vec::new();
    for sighting in looks.iter().flat_map(|look| &look.things).filter_map(|keyed| keyed.first()) {
        let before = seen.iter().find(|seen| seen.digest == sighting.digest);
        let known = before.is_some_and(|seen| seen.by.len() >= MOST_REMEMBERED);
        if known || new.iter().any(|new| new.sighting.digest == sighting.digest) {
            continue;
        }
        new.push(NewSighting {
            sighting: sighting.clone(),
            revision: before.map_or(0, |seen| seen.revision),
            keep_until: before.map_or(keep_until, |seen| seen.keep_until.max(keep_until)),
        });
    }
    new
}
