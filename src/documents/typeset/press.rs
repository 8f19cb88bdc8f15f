//! The press: prints papers, a few at a time.
//!
//! Templates of this program are typeset in this process. Templates that people have put in its place are typeset in
//! a process of its own with a limit of time and memory (`apart.rs`): whatever they do, they cannot do it here.

use super::apart::{Apart, Limits};
use super::{Order, Printed, TemplateFault, typeset};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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
    /// It was stopped before, and is not tried again until this process starts anew or it is saved again.
    #[error("stopped before")]
    GivenUp,
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
    /// For papers.
    apart_slot: Slots,
    apart: Apart,
    /// For templates that are tried: no paper waits for them.
    trial_slot: Slots,
    trial: Apart,
    /// Templates that had to be stopped: nobody waits for them a second time.
    given_up: Mutex<HashSet<String>>,
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Press")
    }
}

/// Papers typeset at the same time.
const AT_ONCE: usize = 2;
/// How long a paper waits for its turn.
const PATIENCE: Duration = Duration::from_secs(15);
/// Templates that are remembered as stopped.
const REMEMBERED: usize = 64;
/// A template may nest deeply; the threads of a pool have little room.
const STACK: usize = 16 * 1024 * 1024;

impl Press {
    /// A press whose other process is this program again.
    pub fn of_this_program() -> Self {
        // On Linux this names what runs, also after a newer version has been put in its place.
        let this = Path::new("/proc/self/exe");
        let program = if this.exists() {
            this.to_owned()
        } else {
            std::env::current_exe().unwrap_or_else(|_| PathBuf::from("motcua"))
        };
        Self::new(program, Limits::default())
    }

    /// A press whose other process is `program typeset`: this very program.
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        Self(Arc::new(Parts {
            slots: Slots::new(AT_ONCE),
            apart_slot: Slots::new(1),
            apart: Apart::new(program.clone(), limits),
            trial_slot: Slots::new(1),
            trial: Apart::new(program, limits),
            given_up: Mutex::default(),
        }))
    }

    /// Prints with a template of this program. Blocks.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn print(&self, order: &Order) -> Result<Printed, PressError> {
        let _slot = self.0.slots.take(PATIENCE).ok_or(PressError::Busy)?;
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
        if self.given_up().contains(&order.template) {
            return Err(PressError::GivenUp);
        }
        let _slot = self.0.apart_slot.take(most).ok_or(PressError::Busy)?;
        let printed = self.0.apart.print(order, most);
        if let Err(PressError::TooLong(_) | PressError::Died) = &printed {
            let mut given_up = self.given_up();
            if given_up.len() >= REMEMBERED {
                given_up.clear();
            }
            given_up.insert(order.template.clone());
        }
        printed
    }

    /// Tries a template that is not in use yet, or again. Blocks.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn try_apart(&self, order: &Order, most: Duration) -> Result<Printed, PressError> {
        let _slot = self.0.trial_slot.take(PATIENCE).ok_or(PressError::Busy)?;
        let printed = self.0.trial.print(order, most)?;
        self.given_up().remove(&order.template);
        Ok(printed)
    }

    fn given_up(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.given_up.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn take(&self, patience: Duration) -> Option<Slot<'_>> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, waited) = self
            .freed
            .wait_timeout_while(free, patience, |free| *free == 0)
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
