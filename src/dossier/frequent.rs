//! Searching for words that many dossiers have ("nguyen"): to look them all up and put them in order takes longer the
//! more there are, while a page of them stands among the first few hundred lines of the list without words.

use super::filter::{self, Filter, Names, Search, Walked};
use crate::db::Conn;
use crate::domain::ids::DossierId;
use crate::domain::people::fold;
use crate::failure::Outcome;

/// Lines looked at to see whether the words are frequent.
const FIRST: usize = 200;
/// Lines looked at in one go from there on.
const STEP: usize = 1000;
/// Lines at most: beyond, the index of words is faster.
const MOST: usize = 5000;
/// Of a hundred lines: a beginning that so many have is not worth looking up, its list is longer than what it narrows.
const FREQUENT: usize = 5;
/// Of a hundred lines: if fewer have the whole words, the names of these are sooner read than any beginning is looked up.
const FEW: usize = 1;

/// The page, if the words are frequent.
pub fn page(c: &mut Conn<'_>, search: &Search<'_>) -> Outcome<Walked> {
    let Some((begun, whole)) = search.words.split_last() else { return Ok(Walked::Found(Vec::new())) };
    if search.words.iter().any(|word| is_somebodys_number(word)) || !walks_along_an_index(&search.without) {
        return Ok(Walked::Rare { begun_in_names: false });
    }
    let (mut found, mut after) = (Vec::<DossierId>::new(), search.after);
    let (mut looked, mut begun_by, mut whole_by) = (0, 0, 0);
    loop {
        let step = if looked == 0 { FIRST } else { STEP };
        let lines = filter::names_page(c, &search.without, search.sort, after, step, search.days)?;
        let was_last = lines.len() < step;
        looked += lines.len();
        after = lines.last().map(|last| last.place(search.sort)).or(after);
        begun_by += lines.iter().filter(|line| line.has(&[], begun)).count();
        whole_by += lines.iter().filter(|line| line.has(whole, "")).count();
        found.extend(lines.iter().filter(|line| line.has(whole, begun)).map(|line| line.id));
        if found.len() >= search.wanted || was_last {
            found.truncate(search.wanted);
            return Ok(Walked::Found(found));
        }
        // Too rare to fill the page in the lines that are left.
        if found.len() * MOST < search.wanted * looked || looked >= MOST {
            let begun_in_names = begun_by * 100 >= looked * FREQUENT || whole_by * 100 < looked * FEW;
            return Ok(Walked::Rare { begun_in_names });
        }
    }
}

/// So much of a phone or identity number that few have it.
fn is_somebodys_number(word: &str) -> bool {
    word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Conditions that an index in the order of the list serves: others would have it look at far more than it gives.
pub fn walks_along_an_index(filter: &Filter) -> bool {
    filter.sector.is_none()
        && filter.procedure.is_none()
        && filter.status.is_none()
        && filter.timing.is_none()
        && filter.channel.is_none()
}

impl Names {
    /// As the indexes of words have it: every whole word, and one that is begun so.
    pub fn has(&self, whole: &[String], begun: &str) -> bool {
        let numbers: Vec<String> =
            [&self.phone, &self.id_number].into_iter().flatten().map(|number| fold(number)).collect();
        let all = || [&self.folded_name].into_iter().chain(&numbers).flat_map(|text| text.split(' '));
        whole.iter().all(|word| all().any(|one| is(one, word))) && all().any(|one| one.starts_with(begun))
    }
}

/// Words of excessive length are known by their beginning.
fn is(one: &str, word: &str) -> bool {
    one == word || (one.starts_with(word) && word.chars().count() == super::words::LONGEST)
}
