//! The use cases: one function for each operation of the contract, plus delivering a message and the sweep.
//!
//! Each one reads the same way: load, decide, commit once. A handler calls exactly one of them; none knows HTTP.

mod agent;
mod backfill;
mod cancel;
mod chain;
mod close;
mod compare_declared;
mod create;
mod cursor;
mod deliver;
mod dispatch;
mod effects;
mod events;
mod exports;
mod fallback;
mod identity_document;
mod lookups;
mod metadata;
mod midni;
mod once;
mod otp;
mod otp_code;
mod receipts;
mod record_pictures;
mod record_searches;
mod records;
mod remove;
mod repetitions;
mod resend;
mod reservation;
mod reviews;
mod score;
mod scorings;
mod second_factor;
mod settings;
mod steps;
mod sweep;
mod telling;
mod verify;
mod webhooks;

pub use agent::{AgentConfirmation, CreateAgent, create_agent_identification, validate_agent_identification};
pub use cancel::cancel_identification;
pub use chain::{
    ChainCreated, CreateChain, CreateStep, ReadChain, StepCreated, cancel_chain, close_chain, create_chain,
    delete_chain, read_chain, validate_chain,
};
pub use close::close_identification;
pub use create::{CodeToDeliver, Created};
pub use deliver::{Delivered, deliver_message};
pub use dispatch::{Dispatched, dispatch};
pub use events::{EventFilter, ListEvents, ListedEvents, ToldEvent, list_events, read_event};
pub use exports::{CreateRecordExport, Made, ReadExport, create_record_export, make_record_export, read_record_export};
pub use identity_document::{
    CreateIdentityDocument, create_identity_document_identification, validate_identity_document_identification,
};
pub use metadata::{Metadata, read_metadata};
pub use midni::{MidniChecked, check_midni};
pub use once::Done;
pub use otp::{CreateOtp, OtpAttempt, ValidatedOtp, create_otp_identification, validate_otp_identification};
pub use otp_code::{NewCode, create_otp_code};
pub use receipts::{Recorded, record_receipt};
pub use record_pictures::{PictureUse, RecordPicture, read_record_pictures};
pub use record_searches::{SearchRecords, SearchedRecords, search_records};
pub use records::{ListRecords, ListedRecords, ReadRecord, list_records, read_record};
pub use remove::{Force, delete_identification, delete_scoring};
pub use resend::resend_otp;
pub use reviews::{
    ListReviews, ListedReviews, ReviewDecision, claim_review, decide_review, list_reviews, release_review,
};
pub use score::score_document;
pub use scorings::{
    Captures, CreateScoring, DelegatedTo, Delegation, HostedPages, LinkedCapture, ScoringCreated, close_scoring,
    create_scoring, delegate_scoring, read_captures, read_scoring,
};
pub use second_factor::GivenFactor;
pub use settings::{ReadSettings, read_settings, replace_settings};
pub use sweep::{SweepReport, sweep};
pub use verify::{Kept, Verified, verify_by_id, verify_subject};
pub use webhooks::{
    CreateEndpoint, create_webhook_endpoint, delete_webhook_endpoint, list_webhook_deliveries, list_webhook_endpoints,
    ping_webhook_endpoint, read_webhook_endpoint, recover_webhook_endpoint, resend_event, rotate_webhook_secret,
    update_webhook_endpoint,
};
