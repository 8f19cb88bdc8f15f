//! What stands on the pages of a PDF, to hold a signed letter against the one that was issued.

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, interpret_page,
};
use kurbo::{Affine, BezPath, Rect};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// More pages than any letter has.
const MOST_PAGES: usize = 50;

/// Whether the pages of `signed` say what the pages of `issued` say, in the same order. A stamp that a tool has
/// written upon them may add to it; nothing may be missing. None when one of them cannot be read.
pub fn says_the_same(issued: &[u8], signed: &[u8]) -> Option<bool> {
    let (issued, signed) = (words(issued)?, words(signed)?);
    Some(!issued.is_empty() && signed.contains(&issued))
}

/// The signs on all pages without the spaces between them, which no PDF is sure of.
fn words(pdf: &[u8]) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| unguarded(pdf))).ok().flatten()
}

fn unguarded(pdf: &[u8]) -> Option<String> {
    let pdf = Pdf::new(pdf.to_vec()).ok()?;
    if pdf.pages().len() > MOST_PAGES {
        return None;
    }
    let mut reader = Reader::default();
    for page in pdf.pages().iter() {
        read(page, &mut reader);
    }
    Some(reader.words)
}

fn read(page: &Page<'_>, reader: &mut Reader) {
    let cache = InterpreterCache::new();
    let settings = InterpreterSettings {
        // Our papers bring their fonts; what is written in others is no part of them.
        font_resolver: Arc::new(|_| None),
        cmap_resolver: Arc::new(|_| None),
        warning_sink: Arc::new(|_| {}),
        render_annotations: false,
    };
    let everything = Rect::new(-1e6, -1e6, 1e6, 1e6);
    let mut context = Context::new(Affine::IDENTITY, everything, &cache, page.xref(), settings);
    interpret_page(page, &mut context, reader);
}

/// Draws nothing and listens.
#[derive(Default)]
struct Reader {
    words: String,
}

impl<'a> Device<'a> for Reader {
    fn draw_glyph(&mut self, glyph: &Glyph<'a>, _: Affine, _: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        let seen = |c: &char| !c.is_whitespace() && *c != '\u{200B}';
        match glyph.as_unicode() {
            Some(BfString::Char(c)) => self.words.extend(Some(c).filter(seen)),
            Some(BfString::String(text)) => self.words.extend(text.chars().filter(seen)),
            None => self.words.push('\u{FFFD}'),
        }
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
