//! Queues and messages in SQLite. Every call is one transaction; in a file it is on disk before the call returns
//! (`synchronous = FULL`), so answered requests survive a killed process.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::messages::{NewMessage, Receipt};
use super::queue::{Queue, Settings};

/// `visible_ms` is when a message can next be received; `receipt` is the latest receive's id; `attributes` was used by
/// older versions, whose files still work.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY,
        created_ms INTEGER NOT NULL,
        settings TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS messages (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL REFERENCES queues (name),
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        visible_ms INTEGER NOT NULL,
        receive_count INTEGER NOT NULL DEFAULT 0,
        first_receive_ms INTEGER,
        receipt TEXT,
        came_from TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms);
";
const SCHEMA_VERSION: i64 = 1;

pub(super) struct Received {
    pub receipt: Receipt,
    pub body: String,
    pub sent_ms: i64,
    pub first_receive_ms: i64,
    pub receive_count: i64,
    /// The queue it was dead-lettered from.
    pub came_from: Option<String>,
}

/// The result of a receive.
pub(super) struct Taken {
    pub messages: Vec<Received>,
    /// How many messages it moved to the dead-letter queue.
    pub dead_lettered: usize,
}

/// How many messages a queue holds, by their state.
pub(super) struct Counts {
    pub visible: i64,
    pub in_flight: i64,
    pub delayed: i64,
}

/// The outcome of a change of visibility.
pub(super) enum VisibilityChange {
    Done,
    NotInFlight,
    /// Deleted, or received again since.
    Gone,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("a newer version of this program wrote the file")]
    NewerVersion,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the file, or a database in memory.
    pub(super) fn open(file: Option<&Path>) -> Result<Self, OpenError> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > SCHEMA_VERSION {
            return Err(OpenError::NewerVersion);
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    pub(super) fn create_queue(&self, queue: &Queue) -> rusqlite::Result<()> {
        let settings = to_json(&queue.settings)?;
        self.lock().execute(
            "INSERT INTO queues (name, created_ms, settings) VALUES (?1, ?2, ?3)",
            params![queue.name, queue.created_ms, settings],
        )?;
        Ok(())
    }

    pub(super) fn queue(&self, name: &str) -> rusqlite::Result<Option<Queue>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("SELECT created_ms, settings FROM queues WHERE name = ?1")?;
        let read = |row: &Row| {
            let settings: Settings = from_json(row, 1)?;
            Ok(Queue { name: name.to_owned(), created_ms: row.get(0)?, settings })
        };
        statement.query_row([name], read).optional()
    }

    pub(super) fn send(&self, queue: &Queue, message: &NewMessage, now_ms: i64) -> rusqlite::Result<()> {
        let delay_s = message.delay_s.unwrap_or(queue.settings.delay);
        self.lock()
            .prepare_cached(
                "INSERT INTO messages (queue, id, body, attributes, sent_ms, visible_ms)
                 VALUES (?1, ?2, ?3, '', ?4, ?5)",
            )?
            .execute(params![queue.name, message.id.to_string(), message.body, now_ms, now_ms + delay_s * 1000])?;
        Ok(())
    }

    /// Hands out up to `limit` visible messages, oldest first, and hides them for `visibility_s`. Messages that were
    /// received too often go to the dead-letter queue instead.
    pub(super) fn receive(&self, queue: &Queue, limit: i64, visibility_s: i64, now_ms: i64) -> rusqlite::Result<Taken> {
        let mut connection = self.lock();
        let transaction = begin(&mut connection)?;
        forget_expired(&transaction, queue, now_ms)?;
        let dead_lettered = dead_letter(&transaction, queue, now_ms)?;
        let mut messages = visible(&transaction, queue, limit, now_ms)?;
        for message in &mut messages {
            message.receive_count += 1;
            transaction
                .prepare_cached(
                    "UPDATE messages SET receipt = ?2, visible_ms = ?3, receive_count = ?4, first_receive_ms = ?5
                     WHERE id = ?1",
                )?
                .execute(params![
                    message.receipt.message_id.to_string(),
                    message.receipt.receive_id.to_string(),
                    now_ms + visibility_s * 1000,
                    message.receive_count,
                    message.first_receive_ms,
                ])?;
        }
        transaction.commit()?;
        Ok(Taken { messages, dead_lettered })
    }

    /// Deletes the message if the receipt is its latest one.
    pub(super) fn delete(&self, queue: &Queue, receipt: Receipt) -> rusqlite::Result<()> {
        self.lock()
            .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND id = ?2 AND receipt = ?3")?
            .execute(params![queue.name, receipt.message_id.to_string(), receipt.receive_id.to_string()])?;
        Ok(())
    }

    pub(super) fn change_visibility(
        &self,
        queue: &Queue,
        receipt: Receipt,
        visibility_s: i64,
        now_ms: i64,
    ) -> rusqlite::Result<VisibilityChange> {
        let mut connection = self.lock();
        let transaction = begin(&mut connection)?;
        let visible_ms: Option<i64> = transaction
            .prepare_cached("SELECT visible_ms FROM messages WHERE queue = ?1 AND id = ?2 AND receipt = ?3")?
            .query_row(params![queue.name, receipt.message_id.to_string(), receipt.receive_id.to_string()], |row| {
                row.get(0)
            })
            .optional()?;
        let change = match visible_ms {
            None => VisibilityChange::Gone,
            Some(visible_ms) if visible_ms <= now_ms => VisibilityChange::NotInFlight,
            Some(_) => {
                transaction
                    .prepare_cached("UPDATE messages SET visible_ms = ?2 WHERE id = ?1")?
                    .execute(params![receipt.message_id.to_string(), now_ms + visibility_s * 1000])?;
                VisibilityChange::Done
            }
        };
        transaction.commit()?;
        Ok(change)
    }

    pub(super) fn counts(&self, queue: &Queue, now_ms: i64) -> rusqlite::Result<Counts> {
        let mut connection = self.lock();
        let transaction = begin(&mut connection)?;
        forget_expired(&transaction, queue, now_ms)?;
        let counts = transaction
            .prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE visible_ms <= ?2),
                        COUNT(*) FILTER (WHERE visible_ms > ?2 AND receive_count > 0),
                        COUNT(*) FILTER (WHERE visible_ms > ?2 AND receive_count = 0)
                 FROM messages WHERE queue = ?1",
            )?
            .query_row(params![queue.name, now_ms], |row| {
                Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
            })?;
        transaction.commit()?;
        Ok(counts)
    }

    /// A panic in an earlier call rolled its transaction back, so the connection is still good.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Retention counts from the first send, also in a dead-letter queue, as for AWS standard queues.
fn forget_expired(transaction: &Transaction, queue: &Queue, now_ms: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_ms <= ?2")?
        .execute(params![queue.name, now_ms - queue.settings.retention * 1000])?;
    Ok(())
}

/// Moves the messages whose next receive would be one too many.
fn dead_letter(transaction: &Transaction, queue: &Queue, now_ms: i64) -> rusqlite::Result<usize> {
    let Some(redrive) = &queue.settings.redrive else {
        return Ok(0);
    };
    transaction
        .prepare_cached(
            "UPDATE messages SET queue = ?4, came_from = ?1, visible_ms = ?2, receive_count = 0,
                    first_receive_ms = NULL, receipt = NULL
             WHERE queue = ?1 AND visible_ms <= ?2 AND receive_count >= ?3",
        )?
        .execute(params![queue.name, now_ms, redrive.max_receive_count, redrive.dead_letter_queue])
}

fn visible(transaction: &Transaction, queue: &Queue, limit: i64, now_ms: i64) -> rusqlite::Result<Vec<Received>> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, body, sent_ms, COALESCE(first_receive_ms, ?2), receive_count, came_from
         FROM messages WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY sequence LIMIT ?3",
    )?;
    let read = |row: &Row| {
        let id: String = row.get(0)?;
        let id = Uuid::try_parse(&id).map_err(|error| malformed(0, error))?;
        Ok(Received {
            receipt: Receipt::new(id),
            body: row.get(1)?,
            sent_ms: row.get(2)?,
            first_receive_ms: row.get(3)?,
            receive_count: row.get(4)?,
            came_from: row.get(5)?,
        })
    };
    statement.query_map(params![queue.name, now_ms, limit], read)?.collect()
}

fn to_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let json: String = row.get(column)?;
    serde_json::from_str(&json).map_err(|error| malformed(column, error))
}

fn malformed(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
