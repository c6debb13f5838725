//! Searches of records, by keyed digests that are written when a record is created and go with it. Each is an event.

use super::{backfill, cursor, effects, records::ListedRecords, telling};
use crate::{
    App, Conflict, Error, Request, Time,
    events::{EventData, EventType, Log, Subject},
    ids::SearchId,
    lookups::Lookup,
    records::RecordPosition,
    webhooks::Stream,
};

/// What to search for.
pub struct SearchRecords {
    pub lookup: Lookup,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// What was found.
pub struct SearchedRecords {
    pub listed: ListedRecords,
    /// Whatever was created since is found: since ever, once what was stored before has its digests, too.
    pub complete_since: Time,
}

/// Finds records, the newest first. The search is told before anything is shown.
pub async fn search_records(app: &App, request: &Request, command: SearchRecords) -> Result<SearchedRecords, Error> {
    let SearchRecords { lookup, limit, cursor } = command;
    let complete_since = app.policy.search_since.ok_or(Conflict::NoSearch)?;
    let org = &request.org;
    let list = cursor::list_of("record searches", org, (lookup.kind, lookup.form.expose()));
    let after: Option<RecordPosition> = match cursor {
        Some(cursor) => Some(cursor::open(app, &list, &cursor).await?),
        None => None,
    };
    let digests = app.keys.current().await?.lookup_digests(org, &lookup);
    let page = app.stores.records.search(org, &digests, after, limit).await?;
    let complete_since = if backfill::is_complete(app).await? { Time::UNIX_EPOCH } else { complete_since };
    tell(app, request, &lookup, page.records.len()).await?;
    let next_cursor = match page.next {
        Some(place) => Some(cursor::seal(app, &list, place).await?),
        None => None,
    };
    Ok(SearchedRecords { listed: ListedRecords { records: page.records, next_cursor, now: app.now() }, complete_since })
}

/// A search is a subject of its own, and has no other event.
async fn tell(app: &App, request: &Request, lookup: &Lookup, found: usize) -> Result<(), Error> {
    let search_id = SearchId::generate(&*app.entropy);
    let log = (Subject::Search { search_id }, Log::begin(&*app.entropy));
    let data = EventData::default().named("by", lookup.kind).with("found", found);
    let story = telling::story(app, request, log, EventType::RecordSearched, data, app.now());
    app.stores.log.tell_alone(story).await?;
    effects::wake(app, &request.org, Stream::SearchId(search_id)).await;
    Ok(())
}
