//! Many PDFs joined into one, to be printed in one go. The joined file is written piece by piece: a piece holds the pages
//! of a few papers as finished bytes, whose places are counted from its own beginning, so that no more than one paper is
//! taken apart at a time and nobody ever holds the whole file.
//!
//! ```text
//! head │ piece │ piece │ … │ tail: catalog, page tree, table of places (xref)
//! ```
//!
//! The pages are those of the papers, drawn by the same instructions with the same fonts. What belongs to a paper as a
//! document stays with the paper: its signature, its tags for those who listen, its promise to be an archive.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, Writer, dictionary, text_string};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Begins every joined file. The line of high bytes says that it is not a text.
pub const HEAD: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

/// The catalog, the root of the page tree and the title: before all pieces.
const CATALOG: u32 = 1;
const ROOT: u32 = 2;
const TITLE: u32 = 3;
/// The first number that a piece may give.
pub const FIRST: u32 = 4;

/// More pages than any paper has.
const MOST_PAGES: usize = 50;
/// What a page is drawn with; what hangs on the document around it is left behind.
const OF_A_PAGE: [&[u8]; 9] = [
    b"MediaBox",
    b"CropBox",
    b"BleedBox",
    b"TrimBox",
    b"Rotate",
    b"Resources",
    b"Contents",
    b"Group",
    b"UserUnit",
];
/// What a page may have from the branch it hangs on.
const INHERITED: [&[u8]; 4] = [b"MediaBox", b"CropBox", b"Rotate", b"Resources"];
/// A tree of pages is not deeper.
const DEEP: usize = 16;

/// Why a paper cannot be joined to others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a paper cannot be taken apart: {0}")]
pub struct JoinFault(String);

impl From<lopdf::Error> for JoinFault {
    fn from(error: lopdf::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for JoinFault {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A few papers as they will stand in the joined file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub bytes: Vec<u8>,
    pub marks: Marks,
}

/// What the tail must know of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The number of its first object: the branch its pages hang on.
    pub first: u32,
    /// Where each of its objects begins, from the first on, counted from the beginning of the piece.
    pub offsets: Vec<u32>,
    pub pages: u32,
    pub length: u64,
}

impl Marks {
    /// The number that the next piece begins with.
    pub fn next(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.offsets.len()).unwrap_or(u32::MAX))
    }
}

/// Makes a piece.
#[derive(Debug)]
pub struct Binder {
    first: u32,
    bytes: Vec<u8>,
    /// None while it is promised and not written.
    offsets: Vec<Option<u32>>,
    pages: Vec<u32>,
}

impl Binder {
    /// A piece whose objects are numbered from here.
    pub fn from(first: u32) -> Self {
        Self { first, bytes: Vec::new(), offsets: vec![None], pages: Vec::new() }
    }

    /// Adds the pages of a paper, and answers how many they are. A paper that cannot be taken apart adds nothing.
    ///
    /// # Errors
    /// [`JoinFault`]: it is no PDF that can be read.
    pub fn add(&mut self, pdf: &[u8]) -> Result<u32, JoinFault> {
        let (bytes, offsets, pages) = (self.bytes.len(), self.offsets.len(), self.pages.len());
        let added = catch_unwind(AssertUnwindSafe(|| self.unguarded(pdf)))
            .unwrap_or_else(|_| Err(JoinFault("the reader gave up".to_owned())));
        if added.is_err() {
            self.bytes.truncate(bytes);
            self.offsets.truncate(offsets);
            self.pages.truncate(pages);
        }
        added
    }

    /// The piece; none when nothing was added.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<Option<Piece>, JoinFault> {
        if self.pages.is_empty() {
            return Ok(None);
        }
        let kids: Vec<Object> = self.pages.iter().map(|page| Object::Reference((*page, 0))).collect();
        let count = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        let branch = dictionary! {
            "Type" => "Pages",
            "Parent" => Object::Reference((ROOT, 0)),
            "Count" => i64::from(count),
            "Kids" => kids,
        };
        self.write(self.first, &Object::Dictionary(branch))?;
        let offsets: Option<Vec<u32>> = self.offsets.into_iter().collect();
        let offsets = offsets.ok_or(JoinFault("an object was promised and not written".to_owned()))?;
        let length = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        Ok(Some(Piece {
            marks: Marks { first: self.first, offsets, pages: count, length },
            bytes: self.bytes,
        }))
    }

    fn unguarded(&mut self, pdf: &[u8]) -> Result<u32, JoinFault> {
        let paper = Document::load_mem(pdf)?;
        if paper.is_encrypted() {
            return Err(JoinFault("it is encrypted".to_owned()));
        }
        let pages: Vec<ObjectId> = paper.page_iter().take(MOST_PAGES + 1).collect();
        if pages.is_empty() || pages.len() > MOST_PAGES {
            return Err(JoinFault(format!("{} pages", pages.len())));
        }
        let mut moving = Moving { paper: &paper, numbers: HashMap::new(), waiting: VecDeque::new() };
        for page in &pages {
            let mut drawn = moving.page(*page)?;
            let number = self.promise();
            moving.renumber_in(&mut drawn, self);
            drawn.set("Type", "Page");
            drawn.set("Parent", Object::Reference((self.first, 0)));
            self.write(number, &Object::Dictionary(drawn))?;
            self.pages.push(number);
        }
        while let Some((old, number)) = moving.waiting.pop_front() {
            let mut object = moving.carried(old);
            moving.renumber(&mut object, self);
            self.write(number, &object)?;
        }
        u32::try_from(pages.len()).map_err(|_| JoinFault("too many pages".to_owned()))
    }

    /// The next number, whose object is yet to be written.
    fn promise(&mut self) -> u32 {
        let number = self.first.saturating_add(u32::try_from(self.offsets.len()).unwrap_or(u32::MAX));
        self.offsets.push(None);
        number
    }

    fn write(&mut self, number: u32, object: &Object) -> Result<(), JoinFault> {
        let offset = u32::try_from(self.bytes.len()).map_err(|_| JoinFault("a piece of 4 GB".to_owned()))?;
        let place = usize::try_from(number - self.first).ok().and_then(|place| self.offsets.get_mut(place));
        *place.ok_or(JoinFault("a number of another piece".to_owned()))? = Some(offset);
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        Writer::write_object(&mut self.bytes, object)?;
        self.bytes.extend_from_slice(b"\nendobj\n");
        Ok(())
    }
}

/// A paper whose objects get other numbers.
struct Moving<'p> {
    paper: &'p Document,
    numbers: HashMap<ObjectId, u32>,
    /// Numbered, and not written yet.
    waiting: VecDeque<(ObjectId, u32)>,
}

impl Moving<'_> {
    /// What the page is drawn with.
    fn page(&self, id: ObjectId) -> Result<Dictionary, JoinFault> {
        let page = self.paper.get_dictionary(id)?;
        let mut drawn = Dictionary::new();
        for key in OF_A_PAGE {
            if let Ok(value) = page.get(key) {
                drawn.set(key, value.clone());
            }
        }
        let mut above = page;
        for _ in 0..DEEP {
            let Ok(parent) = above.get(b"Parent").and_then(Object::as_reference) else { break };
            above = self.paper.get_dictionary(parent)?;
            for key in INHERITED {
                if let (false, Ok(value)) = (drawn.has(key), above.get(key)) {
                    drawn.set(key, value.clone());
                }
            }
        }
        let stamps = self.stamps(page);
        if !stamps.is_empty() {
            drawn.set("Annots", stamps);
        }
        Ok(drawn)
    }

    /// What tools have put upon the page, such as the picture of a signature: kept as what it looks like.
    fn stamps(&self, page: &Dictionary) -> Vec<Object> {
        let inside = |value: &Object| self.paper.dereference(value).ok().map(|(_, found)| found.clone());
        let listed = page.get(b"Annots").ok().and_then(inside);
        let listed = listed.as_ref().and_then(|list| list.as_array().ok()).cloned().unwrap_or_default();
        let stamp = |one: &Object| {
            let one = inside(one)?;
            let told = one.as_dict().ok()?;
            let flags = told.get(b"F").and_then(Object::as_i64).unwrap_or_default();
            // Hidden, not to be seen, not to be printed.
            if flags & 0b10_0010 != 0 || flags & 0b100 == 0 {
                return None;
            }
            let looks = told.get(b"AP").ok().and_then(inside)?;
            let normal = looks.as_dict().ok()?.get(b"N").ok()?.clone();
            matches!(inside(&normal)?, Object::Stream(_)).then_some(())?;
            Some(Object::Dictionary(dictionary! {
                "Type" => "Annot",
                "Subtype" => "Stamp",
                "Rect" => told.get(b"Rect").ok()?.clone(),
                "F" => 4,
                "AP" => Object::Dictionary(dictionary! { "N" => normal }),
            }))
        };
        listed.iter().filter_map(stamp).collect()
    }

    /// An object without what would lead back into its document.
    fn carried(&self, id: ObjectId) -> Object {
        match self.paper.get_object(id) {
            Ok(Object::Dictionary(told)) if leads_back(told) => Object::Null,
            Ok(Object::Stream(stream)) => {
                let mut stream: Stream = stream.clone();
                for key in [&b"StructParent"[..], b"StructParents", b"Metadata", b"PieceInfo"] {
                    stream.dict.remove(key);
                }
                Object::Stream(stream)
            }
            Ok(other) => other.clone(),
            Err(_) => Object::Null,
        }
    }

    fn renumber(&mut self, object: &mut Object, binder: &mut Binder) {
        match object {
            Object::Reference(id) => {
                let old = *id;
                let number = *self.numbers.entry(old).or_insert_with(|| {
                    let number = binder.promise();
                    self.waiting.push_back((old, number));
                    number
                });
                *id = (number, 0);
            }
            Object::Array(items) => items.iter_mut().for_each(|item| self.renumber(item, binder)),
            Object::Dictionary(told) => self.renumber_in(told, binder),
            Object::Stream(stream) => self.renumber_in(&mut stream.dict, binder),
            _ => {}
        }
    }

    fn renumber_in(&mut self, told: &mut Dictionary, binder: &mut Binder) {
        for (_, value) in told.iter_mut() {
            self.renumber(value, binder);
        }
    }
}

fn leads_back(told: &Dictionary) -> bool {
    let kinds: [&[u8]; 4] = [b"Page", b"Pages", b"Catalog", b"StructElem"];
    told.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| kinds.contains(&kind))
}

/// What ends the joined file, from what is known of its pieces in their order.
///
/// # Errors
/// When it cannot be written.
pub fn tail(pieces: &[Marks], title: &str) -> Result<Vec<u8>, JoinFault> {
    let before = pieces.iter().fold(length(HEAD.len()), |sum, piece| sum.saturating_add(piece.length));
    let count = pieces.iter().fold(0_i64, |sum, piece| sum + i64::from(piece.pages));
    let kids: Vec<Object> = pieces.iter().map(|piece| Object::Reference((piece.first, 0))).collect();
    let catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => Object::Reference((ROOT, 0)),
        "Lang" => Object::string_literal("vi-VN"),
        "ViewerPreferences" => Object::Dictionary(dictionary! { "DisplayDocTitle" => true }),
    };
    let root = dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids };
    let title = dictionary! { "Title" => text_string(title), "Creator" => Object::string_literal("motcua") };
    let mut bytes = Vec::new();
    let mut own = Vec::new();
    for (number, told) in [(CATALOG, catalog), (ROOT, root), (TITLE, title)] {
        own.push(before + length(bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        Writer::write_object(&mut bytes, &Object::Dictionary(told))?;
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let xref = before + length(bytes.len());
    let mut offsets = own;
    let mut from = length(HEAD.len());
    for piece in pieces {
        offsets.extend(piece.offsets.iter().map(|offset| from + u64::from(*offset)));
        from = from.saturating_add(piece.length);
    }
    let size = offsets.len() + 1;
    bytes.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
    for offset in offsets {
        bytes.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let end =
        format!("trailer\n<</Size {size}/Root {CATALOG} 0 R/Info {TITLE} 0 R>>\nstartxref\n{xref}\n%%EOF\n");
    bytes.extend_from_slice(end.as_bytes());
    Ok(bytes)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::forms::{Form, sample};
    use crate::documents::typeset::{Order, Press};
    use crate::domain::testing::at;

    fn paper(form: Form) -> Vec<u8> {
        let order = Order {
            template: form.template().to_owned(),
            data: sample(form).unwrap(),
            ident: form.to_string(),
            dated: at("2026-01-07 10:00"),
        };
        Press::of_this_program().print(&order).unwrap().pdf
    }

    fn whole(pieces: &[Piece]) -> Vec<u8> {
        let marks: Vec<Marks> = pieces.iter().map(|piece| piece.marks.clone()).collect();
        let bodies: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.clone()).collect();
        [HEAD, &bodies, &tail(&marks, "In hàng loạt").unwrap()].concat()
    }

    #[test]
    fn pieces_make_one_file_with_the_pages_of_all_papers_in_their_order() {
        let papers = [Form::Receipt, Form::ApologyLetter, Form::ControlSheet, Form::Receipt].map(paper);
        let mut pieces = Vec::new();
        let mut next = FIRST;
        let mut pages = 0;
        for pair in papers.chunks(2) {
            let mut binder = Binder::from(next);
            for paper in pair {
                pages += binder.add(paper).unwrap();
            }
            let piece = binder.finish().unwrap().unwrap();
            next = piece.marks.next();
            pieces.push(piece);
        }
        let joined = Document::load_mem(&whole(&pieces)).unwrap();
        assert_eq!(joined.get_pages().len(), usize::try_from(pages).unwrap());
        let contents = |document: &Document| -> Vec<Vec<u8>> {
            document.page_iter().map(|page| document.get_page_content(page)).collect()
        };
        let apart: Vec<Vec<u8>> =
            papers.iter().flat_map(|paper| contents(&Document::load_mem(paper).unwrap())).collect();
        assert_eq!(contents(&joined), apart, "drawn by the same instructions");
    }

    #[test]
    fn what_cannot_be_taken_apart_adds_nothing_and_the_others_are_joined_all_the_same() {
        let good = paper(Form::Receipt);
        let mut binder = Binder::from(FIRST);
        binder.add(&good).unwrap();
        for bad in [&b"%PDF-1.7 nothing"[..], b"", &good[..good.len() / 2]] {
            assert!(binder.add(bad).is_err());
        }
        binder.add(&good).unwrap();
        let mut alone = Binder::from(FIRST);
        alone.add(&good).unwrap();
        alone.add(&good).unwrap();
        let (with, without) = (binder.finish().unwrap().unwrap(), alone.finish().unwrap().unwrap());
        assert_eq!(with, without);
        assert_eq!(Binder::from(FIRST).finish().unwrap(), None);
    }
}
