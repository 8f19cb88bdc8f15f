//! Figures against the re-appointed date, the second figure beside the headline. The tallies are judged against the
//! promise in force; only re-appointed dossiers can stand otherwise. So what each of these adds against its re-appointed
//! date, less what it added to the tallies, is put on top.

use super::in_memory::groups;
use super::question::{Answer, Question, Row, RowKey, Span};
use super::store;
use crate::db::Conn;
use crate::domain::tally::{Against, Tally, of_life, of_life_against};
use crate::dossier::histories;
use crate::failure::Outcome;

/// Histories that are read at once.
const AT_ONCE: usize = 250;

/// Puts the difference on top of an answer from the tallies.
///
/// # Errors
/// When the database fails or holds what it must not.
pub fn correct(c: &mut Conn<'_>, question: &Question, answer: &mut Answer) -> Outcome<()> {
    let last = question.to.max(question.as_of);
    let ids = store::reappointed_under_way(c, &question.only, question.from, last)?;
    let mut difference = Tally::default();
    for ids in ids.chunks(AT_ONCE) {
        for (_, events) in histories(c, ids)? {
            difference.merge(&of_life_against(Against::Reappointed, &events), 1);
            difference.merge(&of_life(&events), -1);
        }
    }
    match question.period {
        None => add(answer, question, None, &difference),
        Some(period) => {
            for span in question.spans(period) {
                let of_span = Question { from: span.from, to: span.to, as_of: span.to, ..question.clone() };
                add(answer, &of_span, Some(span), &difference);
            }
        }
    }
    let whole = Question { apart: Default::default(), ..question.clone() };
    if let Some(more) = groups(&whole, &difference).get(&RowKey::default()) {
        answer.total.add(more);
    }
    Ok(())
}

fn add(answer: &mut Answer, question: &Question, span: Option<Span>, difference: &Tally) {
    for (key, more) in groups(question, difference) {
        match answer.rows.iter_mut().find(|row| row.key == key && row.span == span) {
            Some(row) => row.figures.add(&more),
            None => answer.rows.push(Row { key, span, figures: more }),
        }
    }
}
