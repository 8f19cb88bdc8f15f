//! The press: prints papers, a few at a time.
//!
//! Templates of this program are typeset in this process. Templates that people have put in its place are typeset in
//! a process of its own with a limit of time and memory (`apart.rs`): whatever they do, they cannot do it here.

use super::apart::{Apart, Limits};
use super::{Order, Printed, TemplateFault, typeset};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Why a paper was not printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// Something is wrong with the template.
    #[error(transparent)]
    Template(#[from] TemplateFault),
    /// It was stopped: it took longer than it may.
    #[error("stopped after {} ms", .0.as_millis())]
    TooLong(Duration),
    /// It was stopped: it wanted more memory than it may have, or died of something else.
    #[error("it wanted too much memory, or died")]
    Died,
    /// Too many papers are being printed: try again.
    #[error("the press is busy")]
    Busy,
    /// The press itself does not work.
    #[error("the press does not work: {0}")]
    Broken(String),
}

/// Cheap to clone; every clone is the same press.
#[derive(Clone)]
pub struct Press(Arc<Parts>);

struct Parts {
    slots: Slots,
    apart_slot: Slots,
    apart: Apart,
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Press")
    }
}

/// Papers typeset at the same time.
const AT_ONCE: usize = 2;
/// How long a paper waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// A template may nest deeply; the threads of a pool have little room.
const STACK: usize = 16 * 1024 * 1024;

impl Press {
    /// A press whose other process is `program typeset`: this very program.
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        Self(Arc::new(Parts {
            slots: Slots::new(AT_ONCE),
            apart_slot: Slots::new(1),
            apart: Apart::new(program, limits),
        }))
    }

    /// Prints with a template of this program. Blocks.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn print(&self, order: &Order) -> Result<Printed, PressError> {
        let _slot = self.0.slots.take().ok_or(PressError::Busy)?;
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .name("press".to_owned())
                .stack_size(STACK)
                .spawn_scoped(scope, || typeset(order))
                .map_err(|error| PressError::Broken(error.to_string()))?;
            thread.join().map_err(|_| PressError::Died)?.map_err(PressError::from)
        })
    }

    /// Prints with a template of somebody's own, apart from this process and for `most` at the longest. Blocks.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn print_apart(&self, order: &Order, most: Duration) -> Result<Printed, PressError> {
        let _slot = self.0.apart_slot.take().ok_or(PressError::Busy)?;
        self.0.apart.print(order, most)
    }
}

/// So many at a time.
struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Slot<'a>(&'a Slots);

impl Slots {
    fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), freed: Condvar::new() }
    }

    /// None when it takes too long.
    fn take(&self) -> Option<Slot<'_>> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, waited) = self
            .freed
            .wait_timeout_while(free, PATIENCE, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
