//! Where the signatures of a PDF are: each names the bytes it covers (`/ByteRange`), which are all of its revision but
//! the hole in which the signature itself stands (`/Contents <…>`). ISO 32000-1, 12.8.1.
//!
//! The bytes are looked at and not the objects: what counts is that nothing but the signature stands in the hole.

use super::SignatureFault;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

/// A signature as it stands in the file.
pub(super) struct Range<'a> {
    /// The covered bytes, before and after the hole.
    pub(super) signed: [&'a [u8]; 2],
    /// The signature (CMS), with the zeros that fill the hole.
    pub(super) contents: Vec<u8>,
    /// `/M`: when it was made, as the signer's clock had it.
    pub(super) made_at: Option<DateTime<Utc>>,
    pub(super) covers_all: bool,
}

const NAME: &[u8] = b"/ByteRange";
/// More signatures than any letter has.
const MOST: usize = 32;

pub(super) fn ranges(pdf: &[u8]) -> Result<Vec<Range<'_>>, SignatureFault> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find(pdf, NAME, from) {
        from = at + NAME.len();
        if let Some(numbers) = numbers(pdf.get(from..).unwrap_or_default()) {
            found.push(range(pdf, at, numbers)?);
        }
        if found.len() > MOST {
            return Err(SignatureFault::Unreadable("too many signatures"));
        }
    }
    Ok(found)
}

/// `[0 840 1240 512]`.
fn numbers(after: &[u8]) -> Option<[usize; 4]> {
    let text: String = after.iter().take(120).map(|byte| char::from(*byte)).collect();
    let (inside, _) = text.trim_start().strip_prefix('[')?.split_once(']')?;
    let numbers: Option<Vec<usize>> = inside.split_whitespace().map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn range(
    pdf: &[u8],
    at: usize,
    [start, first, second, rest]: [usize; 4],
) -> Result<Range<'_>, SignatureFault> {
    let odd = || SignatureFault::Unreadable("the range of its bytes");
    let end = second.checked_add(rest).ok_or_else(odd)?;
    if start != 0 || first >= second || end > pdf.len() {
        return Err(odd());
    }
    let (before, hole, after) = (pdf.get(..first), pdf.get(first..second), pdf.get(second..end));
    let (Some(before), Some(hole), Some(after)) = (before, hole, after) else { return Err(odd()) };
    // The dictionary that names the range is among the bytes it covers.
    if at >= end || (first..second).contains(&at) {
        return Err(odd());
    }
    Ok(Range {
        signed: [before, after],
        contents: hex(hole).ok_or(SignatureFault::Unreadable("its place holds something else"))?,
        made_at: dictionary(pdf, first, second).and_then(made_at),
        covers_all: end == pdf.len(),
    })
}

/// `<3082…00>`, and nothing beside it.
fn hex(hole: &[u8]) -> Option<Vec<u8>> {
    let inside = hole.strip_prefix(b"<")?.strip_suffix(b">")?;
    let digits: Option<Vec<u8>> = inside
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect())
}

/// The object around the hole.
fn dictionary(pdf: &[u8], first: usize, second: usize) -> Option<[&[u8]; 2]> {
    let before = pdf.get(first.saturating_sub(4096)..first)?;
    let start = before.windows(4).rposition(|window| window == b" obj")?;
    let after = pdf.get(second..pdf.len().min(second + 4096))?;
    let end = find(after, b"endobj", 0)?;
    Some([before.get(start..)?, after.get(..end)?])
}

/// `/M (D:20260107100000+07'00')`; some write the colon as `\072`.
fn made_at(parts: [&[u8]; 2]) -> Option<DateTime<Utc>> {
    parts.into_iter().find_map(|part| {
        let text: String = part.iter().map(|byte| char::from(*byte)).collect();
        let text = text.replace("\\072", ":");
        let after = text.split("/M").skip(1).find_map(|after| after.trim_start().strip_prefix("(D:"))?;
        pdf_date(after)
    })
}

/// `20260107100000+07'00'`, or with `Z`, or with no offset at all, which is taken for universal time.
fn pdf_date(text: &str) -> Option<DateTime<Utc>> {
    let two = |from: usize| text.get(from..from + 2)?.parse::<u32>().ok();
    let year = text.get(..4)?.parse().ok()?;
    let naive = NaiveDate::from_ymd_opt(year, two(4)?, two(6)?)?.and_hms_opt(two(8)?, two(10)?, two(12)?)?;
    let offset = match (text.get(14..15), two(15), text.get(18..20).and_then(|minutes| minutes.parse().ok()))
    {
        (Some(sign @ ("+" | "-")), Some(hours), minutes) => {
            let seconds = i32::try_from(hours * 3600 + minutes.unwrap_or(0_u32) * 60).ok()?;
            FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds })?
        }
        _ => FixedOffset::east_opt(0)?,
    };
    Some(offset.from_local_datetime(&naive).single()?.with_timezone(&Utc))
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let place = haystack.get(from..)?.windows(needle.len()).position(|window| window == needle)?;
    Some(from + place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::at;

    #[test]
    fn dates_of_pdf_are_read_with_and_without_an_offset() {
        for text in ["20260107100000+07'00'", "20260107100000+07'00", "20260107030000Z", "20260107030000"] {
            assert_eq!(pdf_date(text), Some(at("2026-01-07 10:00")), "{text}");
        }
        assert_eq!(pdf_date("2026"), None);
        assert_eq!(pdf_date("ngày 7 tháng 1"), None);
    }

    #[test]
    fn a_range_that_leaves_out_more_than_the_signature_is_refused() {
        let file = |range: &str| format!("%PDF-1.7 1 0 obj<</ByteRange [{range}]/Contents <3000>>>endobj");
        let whole = file("0 49 55 08");
        let hole = whole.find("<3000>").unwrap();
        let right = file(&format!("0 {hole:02} {} {:02}", hole + 6, whole.len() - hole - 6));
        let read = ranges(right.as_bytes()).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].contents, [0x30, 0]);
        assert!(read[0].covers_all);
        for wrong in [
            format!("0 {:02} {} {:02}", hole - 1, hole + 6, whole.len() - hole - 6),
            format!("0 {hole:02} {} {:02}", hole + 7, whole.len() - hole - 7),
            format!("1 {hole:02} {} {:02}", hole + 6, whole.len() - hole - 6),
            format!("0 {hole:02} {} {}", hole + 6, usize::MAX),
        ] {
            let file = file(&wrong);
            assert!(matches!(ranges(file.as_bytes()), Err(SignatureFault::Unreadable(_))), "{wrong}");
        }
    }
}
