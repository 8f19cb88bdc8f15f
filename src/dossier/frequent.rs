//! Searching for words that many dossiers have ("nguyen"): to look them all up and put them in order takes longer the
//! more there are, while a page of them stands among the first few hundred lines of the list without words.

use super::filter::{self, After, Filter, Found, Names, Sort, Words};
use crate::db::Conn;
use crate::domain::ids::DossierId;
use crate::domain::people::fold;
use crate::failure::Outcome;
use chrono::NaiveDate;

/// Lines looked at in one go.
const STEP: usize = 1000;
/// Steps at most: beyond, the index of words is faster.
const STEPS: usize = 10;

/// The page, if the words are frequent; `None` if they are better looked up in the index of words.
pub fn page(
    c: &mut Conn<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    wanted: usize,
    days: (NaiveDate, NaiveDate),
) -> Outcome<Option<Found>> {
    let Some(Words::Folded(words)) = &filter.words else { return Ok(None) };
    if !walks_along_an_index(filter) {
        return Ok(None);
    }
    let plain = Filter { words: None, ..filter.clone() };
    let (mut found, mut after) = (Vec::<DossierId>::new(), after);
    for step in 1..=STEPS {
        let lines = filter::names_page(c, &plain, sort, after, STEP, days)?;
        let was_last = lines.len() < STEP;
        after = lines.last().map(|last| last.place(sort)).or(after);
        found.extend(lines.iter().filter(|line| has(line, words)).map(|line| line.id));
        if found.len() >= wanted || was_last {
            found.truncate(wanted);
            return filter::these(c, &found).map(Some);
        }
        // Too rare to fill the page in the steps that are left.
        if found.len() * STEPS < wanted * step {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Conditions that an index in the order of the list serves: others would have it look at far more than it gives.
pub fn walks_along_an_index(filter: &Filter) -> bool {
    filter.sector.is_none()
        && filter.procedure.is_none()
        && filter.status.is_none()
        && filter.timing.is_none()
        && filter.channel.is_none()
}

/// As the indexes of words have it: every word, the last one begun at least.
fn has(row: &Names, words: &[String]) -> bool {
    let numbers: Vec<String> = [&row.phone, &row.id_number].into_iter().flatten().map(|n| fold(n)).collect();
    let all = || [&row.folded_name].into_iter().chain(&numbers).flat_map(|text| text.split(' '));
    let Some((begun, whole)) = words.split_last() else { return true };
    whole.iter().all(|word| all().any(|one| one == word)) && all().any(|one| one.starts_with(begun.as_str()))
}
