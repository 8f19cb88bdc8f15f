//! Lists: `?limit=` and `?cursor=` beside the filters of the endpoint; `{"items", "next"}` and, when asked with
//! `?count=true`, `"count"`.

use super::{problem::Problem, query};
use crate::failure::{Failure, FieldFault, Outcome};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};
use utoipa::ToSchema;

const DEFAULT: u16 = 50;
const MOST: u16 = 200;

/// The query of a list: its own filters `T`, and the page.
#[derive(Debug)]
pub struct Listing<T> {
    pub filter: T,
    pub page: Page,
}

/// Of a list that cannot be narrowed down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// Which part of a list is asked for.
#[derive(Debug, Clone)]
pub struct Page {
    limit: u16,
    cursor: Option<String>,
    /// The number of all items is wanted too.
    pub count: bool,
}

/// The parameters every list takes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items in one answer; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all items.
    count: Option<bool>,
}

impl<T: DeserializeOwned> FromRequest for Listing<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query::pairs(request.query_string()).and_then(|pairs| {
            let (page, filter) = pairs
                .into_iter()
                .partition(|(name, _)| matches!(name.as_str(), "limit" | "cursor" | "count"));
            Ok(Self {
                page: Page::try_from(query::parse::<PageParams>(page)?)?,
                filter: query::parse(filter)?,
            })
        }))
    }
}

impl TryFrom<PageParams> for Page {
    type Error = Problem;

    fn try_from(params: PageParams) -> Result<Self, Problem> {
        let limit = params.limit.unwrap_or(DEFAULT);
        match limit {
            0 => Err(Problem::field(FieldFault::new("/query/limit", "out-of-range"))),
            1..=MOST => Ok(Self { limit, cursor: params.cursor, count: params.count.unwrap_or(false) }),
            _ => Err(Problem::field(FieldFault::with("/query/limit", "too-many", MOST))),
        }
    }
}

impl Page {
    /// Rows to ask the database for: one more than is shown tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The key of the last item of the page before: `K` is whatever the list is sorted by, unique in the end
    /// (such as `(due_on, id)`). `sort` names the order, so that a cursor of another is not taken for one of this.
    pub fn after<K: DeserializeOwned>(&self, sort: &str) -> Outcome<Option<K>> {
        let bad = || Failure::Invalid(vec![FieldFault::new("/query/cursor", "bad-cursor")]);
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
        let (seal, key) = bytes.split_at_checked(SEAL).ok_or_else(bad)?;
        if seal != sealed(sort, key) {
            return Err(bad());
        }
        serde_json::from_slice(key).map(Some).map_err(|_| bad())
    }

    /// The page of `rows`, which were fetched with [`Page::fetch`].
    pub fn answer<R, K: Serialize, T>(
        &self,
        sort: &str,
        mut rows: Vec<R>,
        count: Option<i64>,
        key: impl Fn(&R) -> K,
        view: impl Fn(R) -> Outcome<T>,
    ) -> Outcome<Listed<T>> {
        let limit = usize::from(self.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last().filter(|_| more) {
            Some(last) => Some(cursor(sort, &key(last))?),
            None => None,
        };
        Ok(Listed { items: rows.into_iter().map(view).collect::<Outcome<_>>()?, next, count })
    }
}

impl Page {
    /// The page of `items` that are in memory, sorted by `key`.
    pub fn of<'a, R: 'a, T>(
        &self,
        sort: &str,
        items: impl Iterator<Item = &'a R>,
        key: impl Fn(&R) -> &str,
        view: impl Fn(&R) -> T,
    ) -> Outcome<Listed<T>> {
        let after: Option<String> = self.after(sort)?;
        let items: Vec<&R> = items.collect();
        let count = if self.count { i64::try_from(items.len()).ok() } else { None };
        let rest = items.into_iter().filter(|item| after.as_deref().is_none_or(|after| key(item) > after));
        let rows = rest.take(usize::from(self.limit) + 1).collect();
        self.answer(sort, rows, count, |row| key(row).to_owned(), |row| Ok(view(row)))
    }
}

/// What [`Page::after`] reads again: for a list that knows its own end.
pub fn cursor(sort: &str, key: &impl Serialize) -> Outcome<String> {
    let key = serde_json::to_vec(key).map_err(|error| Failure::Broken(error.to_string()))?;
    let mut bytes = sealed(sort, &key);
    bytes.extend_from_slice(&key);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Bytes that tell a cursor of ours from one that was altered or belongs to another order. Not a secret:
/// a cursor gives no more than the filters of whoever uses it.
const SEAL: usize = 6;

fn sealed(sort: &str, key: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(sort);
    hash.update([0]);
    hash.update(key);
    hash.finalize().into_iter().take(SEAL).collect()
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// `?cursor=` of the next page; null on the last.
    pub next: Option<String>,
    /// All items of the list, when asked for with `?count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: u16, cursor: Option<String>) -> Page {
        Page { limit, cursor, count: false }
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_repetition() {
        let all: Vec<u32> = (1..=7).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = page(3, cursor);
            let after: Option<u32> = page.after("n").unwrap();
            let rows: Vec<u32> =
                all.iter().copied().filter(|n| after.is_none_or(|after| *n > after)).take(4).collect();
            let listed = page.answer("n", rows, None, |n| *n, Ok).unwrap();
            assert!(listed.items.len() <= 3);
            seen.extend(listed.items);
            match listed.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_full_last_page_has_no_next() {
        let listed = page(3, None).answer("n", vec![1, 2, 3], None, |n| *n, Ok).unwrap();
        assert_eq!(listed.next, None);
    }

    #[test]
    fn an_altered_or_foreign_cursor_is_refused() {
        let cursor = page(1, None).answer("n", vec![1, 2], None, |n| *n, Ok).unwrap().next.unwrap();
        assert_eq!(page(1, Some(cursor.clone())).after::<u32>("n").unwrap(), Some(1));
        let mut altered = cursor.clone().into_bytes();
        altered[9] = if altered[9] == b'A' { b'B' } else { b'A' };
        for bad in [String::from_utf8(altered).unwrap(), "x".into(), "%%%".into(), String::new()] {
            assert!(matches!(page(1, Some(bad)).after::<u32>("n"), Err(Failure::Invalid(_))));
        }
        assert!(page(1, Some(cursor)).after::<u32>("other").is_err());
    }
}
