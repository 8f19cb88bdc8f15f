//! The codes of a receipt as pictures that a DOCX can hold: one dot a module, enlarged without blur by whoever shows
//! them.

use crate::documents::codes::{code128_bars, qr_modules};
use docx_rs::Pic;

/// English metric units: what DOCX measures pictures in.
const fn emu(mm: u32) -> u32 {
    mm * 36_000
}

/// The dossier's code for a scanner; none where it has signs that bars cannot have.
pub(super) fn bar_code(code: &str) -> Option<Pic> {
    let bars = code128_bars(code)?;
    let width = bars.len();
    // A dot high: all that bars need, and stretched like the dots of a wider picture.
    let picture = png(width, &bars)?;
    Some(Pic::new_with_dimensions(picture, 1, 1).id("rIdBarCode").size(emu(84), emu(7)))
}

/// The way to the dossier's page; none where the address is too long.
pub(super) fn qr_code(address: &str) -> Option<Pic> {
    let (width, modules) = qr_modules(address)?;
    let picture = png(width, &modules)?;
    Some(Pic::new_with_dimensions(picture, 1, 1).id("rIdQrCode").size(emu(22), emu(22)))
}

/// Each module as a square of so many dots: shown much smaller than that, it stays sharp.
const DOTS: usize = 8;

/// Black where a module is set; rows of `width` modules.
fn png(width: usize, modules: &[bool]) -> Option<Vec<u8>> {
    let rows: Vec<&[bool]> = modules.chunks(width.max(1)).collect();
    let mut dots = Vec::with_capacity(modules.len() * DOTS * DOTS);
    for row in &rows {
        let line: Vec<u8> =
            row.iter().flat_map(|set| std::iter::repeat_n(if *set { 0_u8 } else { 255 }, DOTS)).collect();
        for _ in 0..DOTS {
            dots.extend_from_slice(&line);
        }
    }
    let side = |modules: usize| u32::try_from(modules * DOTS).ok();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side(width)?, side(rows.len())?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&dots).ok()?;
    writer.finish().ok()?;
    Some(file)
}
