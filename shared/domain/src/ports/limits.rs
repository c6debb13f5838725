//! Times and counts that the rules and their adapters have to agree on.

use chrono::TimeDelta;

/// How long a worker holds a message: longer than any send takes, and not longer than the queue hides a message from
/// other workers.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long after a failed attempt the message is left to the queue. Only then does the sweep count it as stuck: if it
/// woke a worker alongside the queue, both would go on trying, and the person might get the code of every attempt.
pub const RETRY_WITHIN: TimeDelta = TimeDelta::seconds(150);
/// After this many attempts the sweep stops waking workers for a message; the queue's own limit moves it to the dead
/// letters.
pub const MAX_DELIVERY_ATTEMPTS: u32 = 5;
/// The time after its commit, or after the last kick, from which a message counts as stuck.
pub const REKICK_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How long a request holds the retry of a scoring that it has reserved: longer than any request runs (the function is
/// stopped after 29 seconds), and not longer than a person waits after one that crashed.
pub const RETRY_LEASE: TimeDelta = TimeDelta::seconds(45);
/// How long a signed link works.
pub const LINK_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How long after a delete its pictures are erased once more. A signed link to write outlives its scoring: this erases
/// pictures uploaded meanwhile, and those that a score in progress still stored. The extra minute is for an upload that
/// begins in the link's last second.
pub const ERASE_AGAIN_AFTER: TimeDelta = LINK_LIFE.checked_add(&TimeDelta::minutes(1)).expect("minutes fit");
/// Events of an organisation become visible in the list one after the other, and not always in their order. From this age
/// on they are there, so that a list in ascending order misses none: each says when it is written, and a write ends well
/// before.
pub const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(5);
/// The longest delay of the queue. What waits longer is found by the sweep.
pub const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(15);
/// How long a post to a receiver may take, in all.
pub const LONGEST_POST: TimeDelta = TimeDelta::seconds(15);
/// How long a receiver may take before it counts as one that keeps its senders waiting.
pub const PATIENCE: TimeDelta = TimeDelta::milliseconds(1_500);
/// How long a try is remembered.
pub const DELIVERIES_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a worker holds a cursor: longer than a post and what goes with it take.
pub const DELIVERY_LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long a worker holds an export: longer than its function runs, so that nobody works on one that another one has.
pub const EXPORT_LEASE: TimeDelta = TimeDelta::seconds(90);
/// When to look again at a cursor that another worker holds.
pub const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(2);
