//! Work on all processors whose results come in the order of what went in, only a few at a time in memory.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// So many workers at most: beyond, whoever takes the results is the one to wait for.
const MOST_WORKERS: usize = 8;

/// Lets `produce` give one piece after the other (`None` ends it), `work` turn each into a result on a thread of
/// several, and `take` have the results in the order of the pieces, on the caller's thread.
///
/// # Errors
/// The first of `take` or of `produce`; then no further piece is worked on.
pub fn in_order<I: Send, O: Send, E: Send>(
    mut produce: impl FnMut() -> Result<Option<I>, E> + Send,
    work: impl Fn(I) -> O + Sync,
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, MOST_WORKERS);
    let work = &work;
    std::thread::scope(|scope| {
        let mut inputs: Vec<SyncSender<I>> = Vec::new();
        let mut outputs: Vec<Receiver<O>> = Vec::new();
        for _ in 0..workers {
            let (input, pieces) = sync_channel::<I>(1);
            let (results, output) = sync_channel::<O>(1);
            inputs.push(input);
            outputs.push(output);
            scope.spawn(move || {
                // Either end hangs up when the work is over or has failed.
                while let Ok(piece) = pieces.recv() {
                    if results.send(work(piece)).is_err() {
                        break;
                    }
                }
            });
        }
        // Pieces go to the workers in turn, and results are taken from them in the same turn.
        let producer = scope.spawn(move || -> Result<(), E> {
            for worker in inputs.iter().cycle() {
                let Some(piece) = produce()? else { break };
                if worker.send(piece).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut taken = Ok(());
        for worker in outputs.iter().cycle() {
            match worker.recv() {
                Ok(result) => taken = take(result),
                Err(_) => break,
            }
            if taken.is_err() {
                break;
            }
        }
        drop(outputs);
        let produced = producer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        taken.and(produced)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        let mut pieces = 0..1000_u64;
        let mut seen = Vec::new();
        let ended: Result<(), ()> = in_order(
            || Ok(pieces.next()),
            |n| {
                // The first ones take longest.
                std::thread::sleep(std::time::Duration::from_micros(500_u64.saturating_sub(n)));
                n * 2
            },
            |n| {
                seen.push(n);
                Ok(())
            },
        );
        assert_eq!(ended, Ok(()));
        assert_eq!(seen, (0..1000).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_failure_of_either_end_ends_it() {
        let mut pieces = 0..;
        let ended =
            in_order(|| Ok(pieces.next()), |n: u64| n, |n| if n == 20 { Err("full") } else { Ok(()) });
        assert_eq!(ended, Err("full"));
        let mut given = 0;
        let ended = in_order(
            || {
                given += 1;
                if given > 5 { Err("torn") } else { Ok(Some(given)) }
            },
            |n: u64| n,
            |_| Ok(()),
        );
        assert_eq!(ended, Err("torn"));
    }

    #[test]
    fn nothing_in_is_nothing_out() {
        let ended: Result<(), ()> = in_order(|| Ok(None::<u8>), |n| n, |_| Err(()));
        assert_eq!(ended, Ok(()));
    }
}
