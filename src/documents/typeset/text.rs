//! What stands on the pages, as text.

use typst::layout::{Abs, Frame, FrameItem, Point};
use typst_layout::PagedDocument;

/// Smaller text nobody reads: it does not count as said.
const READABLE: f64 = 6.0;

/// The words of all pages, line by line.
pub(super) fn of(document: &PagedDocument) -> String {
    let mut told = Told::default();
    for page in document.pages() {
        told.frame(&page.frame, Point::zero());
        told.end_line();
    }
    told.text
}

#[derive(Default)]
struct Told {
    text: String,
    /// Where the last words ended: their base line and right edge.
    end: Option<(Abs, Abs)>,
}

impl Told {
    fn frame(&mut self, frame: &Frame, at: Point) {
        for (place, item) in frame.items() {
            let place = at + *place;
            match item {
                FrameItem::Group(group) => {
                    self.frame(&group.frame, place + Point::new(group.transform.tx, group.transform.ty));
                }
                FrameItem::Text(words) if words.size >= Abs::pt(READABLE) => {
                    self.between(place);
                    self.text.push_str(&words.text);
                    self.end = Some((place.y, place.x + words.width()));
                }
                _ => {}
            }
        }
    }

    /// Another base line is another line; a gap in a line is a space.
    fn between(&mut self, place: Point) {
        let Some((y, right)) = self.end else { return };
        if !y.approx_eq(place.y) {
            self.end_line();
        } else if !right.approx_eq(place.x) && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    fn end_line(&mut self) {
        let length = self.text.trim_end_matches(' ').len();
        self.text.truncate(length);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.end = None;
    }
}
