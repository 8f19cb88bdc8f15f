//! All a template can reach.

use serde_json::Value;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};

/// The fonts of papers: of the width of Times New Roman, which NĐ 30/2020 asks for, and free (SIL OFL 1.1).
const FONT_FILES: [&[u8]; 4] = [
    include_bytes!("../../../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../../../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../../../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../../../fonts/LiberationSerif-BoldItalic.ttf"),
];

const SHARED: &str = include_str!("../../../templates/typst/common.typ");

struct Fixed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: FileId,
    data: FileId,
    shared: Source,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONT_FILES.iter().filter_map(|file| Font::new(Bytes::new(*file), 0)).collect();
    Fixed {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: file_id("template.typ"),
        data: file_id("data.json"),
        shared: Source::new(file_id("common.typ"), SHARED.to_owned()),
    }
});

/// Names are interned for good: there are these few and no more.
fn file_id(name: &str) -> FileId {
    match VirtualPath::new(name) {
        Ok(path) => RootedPath::new(VirtualRoot::Project, path).intern(),
        Err(_) => unreachable!("a plain name is a path"),
    }
}

/// One paper's world.
pub(super) struct Desk {
    template: Source,
    data: Bytes,
    dated: Option<Datetime>,
}

impl Desk {
    pub(super) fn new(template: &str, data: &Value, dated: Option<Datetime>) -> Self {
        Self {
            template: Source::new(FIXED.template, template.to_owned()),
            data: Bytes::from_string(data.to_string()),
            dated,
        }
    }

    /// The line of the template, from 1, that a place in it stands in.
    pub(super) fn line_of_template(&self, span: DiagSpan) -> Option<usize> {
        if span.id()? != FIXED.template {
            return None;
        }
        let place = self.range(span)?;
        Some(self.template.lines().byte_to_line(place.start)? + 1)
    }
}

/// Whether the fonts have it. What they lack would be an empty place on the paper.
pub(super) fn has_glyph(c: char) -> bool {
    FIXED.fonts.first().is_some_and(|font| font.info().coverage.contains(u32::from(c)))
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &FIXED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FIXED.book
    }

    fn main(&self) -> FileId {
        FIXED.template
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == FIXED.template {
            Ok(self.template.clone())
        } else if id == FIXED.shared.id() {
            Ok(FIXED.shared.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == FIXED.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FIXED.fonts.get(index).cloned()
    }

    /// The date of the paper, whenever it is printed.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.dated
    }
}
