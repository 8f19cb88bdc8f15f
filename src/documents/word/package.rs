//! From a manuscript to the file: the sheet, its margins, page numbers, the mark of a draft, language and title.
//!
//! The writer of the format knows no language, no table row that stands on every page and no mark across the page.
//! These few words are put into its parts here, before they are packed.

use super::WordError;
use super::layout::{Manuscript, Page, Part, line, mm, run, short, signed};
use crate::domain::local_time::local;
use chrono::{DateTime, SecondsFormat, Utc};
use docx_rs::{
    AlignmentType, Docx, Footer, Header, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph,
    RunFonts, RunProperty, TableRow, XMLDocx,
};
use std::io::Cursor;

/// Metric-compatible fonts stand in for it where it is not there.
const FONT: &str = "Times New Roman";
const LANGUAGE: &str = "vi-VN";
const DRAFT: &str = "DỰ THẢO";

/// A height no row is ever given, to find the rows again that stand on every page.
const EVERY_PAGE: (f32, &str) = (1.0, "<w:trHeight w:val=\"1\" w:hRule=\"auto\" />");

/// Marks a table row as one that stands at the top of every page the table reaches.
pub(super) fn on_every_page(row: TableRow) -> TableRow {
    row.row_height(EVERY_PAGE.0).height_rule(docx_rs::HeightRule::Auto)
}

/// Packs it. The same manuscript and moment give the same bytes.
pub(super) fn pack(manuscript: Manuscript, dated: DateTime<Utc>) -> Result<Vec<u8>, WordError> {
    let Manuscript { page, size, title, author, note, draft, parts } = manuscript;
    let mut docx = sheet(page, size);
    if let Some(note) = note {
        let small = line([run(&note).italic().size(15)]).align(AlignmentType::Right);
        let foot = Footer::new().add_paragraph(small);
        docx = docx.footer(foot.clone()).first_footer(foot);
    }
    for part in parts {
        docx = match part {
            Part::Line(line) => docx.add_paragraph(line),
            Part::Grid(table) => docx.add_table(table),
        };
    }
    let mut parts = docx.build();
    finish(&mut parts, &title, &author, draft, dated)?;
    let mut file = Cursor::new(Vec::new());
    parts.pack(&mut file).map_err(|error| WordError::Packing(error.to_string()))?;
    Ok(file.into_inner())
}

/// An empty sheet with its margins. The first page bears no number (NĐ 30/2020, Phụ lục I, Phần I, Mục I.8).
fn sheet(page: Page, size: usize) -> Docx {
    let fonts = RunFonts::new().ascii(FONT).hi_ansi(FONT).east_asia(FONT).cs(FONT);
    let (width, height, vertical, left, right, edge, number, spacing) = match page {
        Page::A5 => (mm(148), mm(210), mm(11), mm(15), mm(10), mm(5), 18, (240, 30)),
        Page::A4 => (mm(210), mm(297), mm(20), mm(30), mm(15), mm(10), 26, (252, 120)),
    };
    let margin = PageMargin {
        top: signed(vertical),
        bottom: signed(vertical),
        left: signed(left),
        right: signed(right),
        header: signed(edge),
        footer: signed(edge),
        gutter: 0,
    };
    let numbered = Paragraph::new()
        .add_page_num(PageNum::new())
        .align(AlignmentType::Center)
        .line_spacing(LineSpacing::new().after(0))
        .run_property(RunProperty::new().size(number));
    let (pitch, after) = spacing;
    Docx::new()
        .default_fonts(fonts)
        .default_size(size)
        .default_line_spacing(
            LineSpacing::new().line_rule(LineSpacingType::Auto).line(pitch).before(0).after(after),
        )
        .page_size(short(width), short(height))
        .page_margin(margin)
        .first_header(Header::new().add_paragraph(Paragraph::new()))
        .header(Header::new().add_paragraph(numbered))
}

fn finish(
    parts: &mut XMLDocx,
    title: &str,
    author: &str,
    draft: bool,
    dated: DateTime<Utc>,
) -> Result<(), WordError> {
    put(
        &mut parts.styles,
        "</w:rPr></w:rPrDefault>",
        &format!(
            "<w:lang w:val=\"{LANGUAGE}\" w:eastAsia=\"{LANGUAGE}\" w:bidi=\"{LANGUAGE}\"/></w:rPr></w:rPrDefault>"
        ),
    )?;
    let document = without_ids(as_text(&parts.document)?).replace(EVERY_PAGE.1, "<w:tblHeader/>");
    parts.document = described(&document).into_bytes();
    for part in parts.headers.iter_mut().chain(&mut parts.footers) {
        *part = without_ids(as_text(part)?).into_bytes();
    }
    if draft {
        for (place, header) in parts.headers.iter_mut().enumerate() {
            put(header, "</w:p></w:hdr>", &format!("{}</w:p></w:hdr>", mark(place + 1)))?;
        }
    }
    parts.doc_props.core = core(title, author, dated).into_bytes();
    Ok(())
}

/// Paragraphs are counted through all papers that a thread ever made; nobody needs their numbers.
fn without_ids(xml: &str) -> String {
    let mut pieces = xml.split(" w14:paraId=\"");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        kept.push_str(piece.split_once('"').map_or("", |(_, rest)| rest));
    }
    kept
}

/// Pictures get numbers of their own, and words for those who listen.
fn described(document: &str) -> String {
    let mut pieces = document.split("<wp:docPr id=\"1\" name=\"Figure\" />");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for (place, piece) in pieces.enumerate() {
        let number = place + 1;
        kept.push_str(&format!(
            "<wp:docPr id=\"{number}\" name=\"Mã {number}\" descr=\"{}\"/>",
            PICTURES.get(place).copied().unwrap_or_default()
        ));
        kept.push_str(piece);
    }
    kept
}

/// Those of the receipt, the only paper with pictures, in their order.
const PICTURES: [&str; 2] = ["Mã vạch của mã hồ sơ", "Mã QR mở trang tra cứu hồ sơ"];

/// Puts `new` where `old` stands, which it must.
fn put(part: &mut Vec<u8>, old: &str, new: &str) -> Result<(), WordError> {
    let text = as_text(part)?;
    if !text.contains(old) {
        return Err(WordError::Packing(format!("{old} is not where it was")));
    }
    *part = text.replacen(old, new, 1).into_bytes();
    Ok(())
}

fn as_text(part: &[u8]) -> Result<&str, WordError> {
    std::str::from_utf8(part).map_err(|error| WordError::Packing(error.to_string()))
}

/// Title, author, language and date of the document.
fn core(title: &str, author: &str, dated: DateTime<Utc>) -> String {
    let at = local(dated).with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:dcmitype=\"http://purl.org/dc/dcmitype/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>{LANGUAGE}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified></cp:coreProperties>",
        escaped(title),
        escaped(author)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The mark across the page, as Word itself draws one: it lies behind the text and is printed.
fn mark(place: usize) -> String {
    format!(
        "<w:r><w:rPr><w:noProof/></w:rPr><w:pict>\
         <v:shapetype id=\"_x0000_t136\" coordsize=\"21600,21600\" o:spt=\"136\" adj=\"10800\" \
         path=\"m@7,l@8,m@5,21600l@6,21600e\"><v:formulas><v:f eqn=\"sum #0 0 10800\"/><v:f eqn=\"prod #0 2 1\"/>\
         <v:f eqn=\"sum 21600 0 @1\"/><v:f eqn=\"sum 0 0 @2\"/><v:f eqn=\"sum 21600 0 @3\"/>\
         <v:f eqn=\"if @0 @3 0\"/><v:f eqn=\"if @0 21600 @1\"/><v:f eqn=\"if @0 0 @2\"/>\
         <v:f eqn=\"if @0 @4 21600\"/><v:f eqn=\"mid @5 @6\"/><v:f eqn=\"mid @8 @5\"/><v:f eqn=\"mid @7 @8\"/>\
         <v:f eqn=\"mid @6 @7\"/><v:f eqn=\"sum @6 0 @5\"/></v:formulas>\
         <v:path textpathok=\"t\" o:connecttype=\"custom\" \
         o:connectlocs=\"@9,0;@10,10800;@11,21600;@12,10800\" o:connectangles=\"270,180,90,0\"/>\
         <v:textpath on=\"t\" fitshape=\"t\"/></v:shapetype>\
         <v:shape id=\"DraftMark{place}\" type=\"#_x0000_t136\" alt=\"{DRAFT}\" \
         style=\"position:absolute;margin-left:0;margin-top:0;width:330pt;height:82pt;rotation:308;\
         z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;\
         mso-position-vertical:center;mso-position-vertical-relative:margin\" o:allowincell=\"f\" \
         fillcolor=\"#d9d9d9\" stroked=\"f\">\
         <v:textpath style=\"font-family:&quot;{FONT}&quot;;font-size:1pt;font-weight:bold\" string=\"{DRAFT}\"/>\
         </v:shape></w:pict></w:r>"
    )
}
