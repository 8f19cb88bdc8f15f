//! Codes for machines on papers: a QR code and a bar code, as pictures that keep their edges at any size.

use barcoders::sym::code128::Code128;
use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// A QR code of `text`; none where it is too long for one.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    // Without the declaration: it stands in the middle of other data.
    Some(drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or(&drawn).to_owned())
}

/// The same as black and white modules, row by row with the quiet zone that scanners want, and how many are in a row.
pub fn qr_modules(text: &str) -> Option<(usize, Vec<bool>)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (inner, dark) = (code.width(), code.to_colors());
    let width = inner + 2 * QUIET;
    let mut modules = vec![false; width * width];
    for (row, colours) in dark.chunks(inner).enumerate() {
        let start = (row + QUIET) * width + QUIET;
        for (module, colour) in modules.iter_mut().skip(start).zip(colours) {
            *module = *colour == Color::Dark;
        }
    }
    Some((width, modules))
}

/// Modules of quiet around a QR code.
const QUIET: usize = 4;

/// A bar code (Code 128, set B: all of ASCII that is printed) of `text`; none where it has other signs.
pub fn code128_svg(text: &str) -> Option<String> {
    let bars = code128_bars(text)?;
    let width = bars.len();
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} 40\" preserveAspectRatio=\"none\">"
    );
    let mut place = 0;
    for run in bars.chunk_by(|one, other| one == other) {
        if run.first() == Some(&true) {
            let _never_fails =
                write!(drawn, "<rect x=\"{place}\" y=\"0\" width=\"{}\" height=\"40\"/>", run.len());
        }
        place += run.len();
    }
    drawn.push_str("</svg>");
    Some(drawn)
}

/// The same as black and white modules in a row, with ten of quiet before and after, as scanners want.
pub fn code128_bars(text: &str) -> Option<Vec<bool>> {
    let bars = Code128::new(format!("\u{0181}{text}")).ok()?.encode();
    let quiet = || std::iter::repeat_n(false, 10);
    Some(quiet().chain(bars.iter().map(|bar| *bar == 1)).chain(quiet()).collect())
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
