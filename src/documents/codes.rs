//! Codes for machines on papers: a QR code and a bar code, as pictures that keep their edges at any size.

use barcoders::sym::code128::Code128;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use std::fmt::Write as _;

/// A QR code of `text`; none where it is too long for one.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    // Without the declaration: it stands in the middle of other data.
    Some(drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or(&drawn).to_owned())
}

/// A bar code (Code 128, set B: all of ASCII that is printed) of `text`; none where it has other signs.
pub fn code128_svg(text: &str) -> Option<String> {
    let bars = Code128::new(format!("\u{0181}{text}")).ok()?.encode();
    // Ten modules of quiet before and after, as scanners want.
    let width = bars.len() + 20;
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} 40\" preserveAspectRatio=\"none\">"
    );
    let mut place = 0;
    for run in bars.chunk_by(|one, other| one == other) {
        if run.first() == Some(&1) {
            let _never_fails =
                write!(drawn, "<rect x=\"{}\" y=\"0\" width=\"{}\" height=\"40\"/>", place + 10, run.len());
        }
        place += run.len();
    }
    drawn.push_str("</svg>");
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dossier_code_has_a_bar_code_and_vietnamese_has_none() {
        let drawn = code128_svg("000.00.03.H29-200121-0001").unwrap();
        // Start, 25 signs, check sign: 11 modules each; stop: 13.
        assert!(drawn.contains("viewBox=\"0 0 330 40\""), "{drawn}");
        assert_eq!(code128_svg("Đ"), None);
    }

    #[test]
    fn an_address_has_a_qr_code_and_a_book_has_none() {
        assert!(qr_svg("https://motcua.example.vn/tra-cuu/x?key=y").unwrap().starts_with("<svg "));
        assert_eq!(qr_svg(&"x".repeat(5000)), None);
    }
}
