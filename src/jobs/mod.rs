//! The queue of work that follows an act: letters, mail, upkeep. It knows no feature.
//!
//! A job is a row, queued in the transaction that makes it necessary: it is there if and only if the act is.
//! Workers, in as many instances as there are, claim due rows under a lease and renew it while they work; what
//! a killed worker leaves behind is taken over when its lease has run out. A job may therefore be **begun** more
//! than once. That it takes **effect** once is the handler's part: it writes its effect and [`finish`] in one
//! transaction, and [`finish`] refuses whoever has lost the lease.
//!
//! What fails stays: tried again with growing waits, or dead and visible until an administrator decides. A
//! periodic kind is one row that is never taken away, only due again, so that instances cannot do it twice.
//!
//! Ours, and small, because no kept library does this on both databases with diesel: apalis and sqlxmq bring
//! sqlx and a second pool, which cannot join our transaction; backie and fang's SQLite side are no longer kept
//! (docs/decisions/0004).

mod backoff;
mod handlers;
mod queue;
mod watch;
mod worker;

pub use backoff::Backoff;
pub use handlers::{Handlers, Trouble};
pub use queue::{Job, NewJob, enqueue, finish, hasten, renew};
pub use watch::{Shown, Standing, State, list, retry_now, standing};
pub use worker::{Bell, Settings, Worker};
