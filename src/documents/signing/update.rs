//! The place of a signature in a finished PDF: an incremental update (ISO 32000-1, 7.5.6 and 12.8) behind the bytes
//! there are, which stay as they are. The signature stands in a hole of the update, filled once everything around it
//! is known.

use super::SigningFault;
use crate::domain::local_time::local;
use crate::hex::hex;
use chrono::{DateTime, Utc};
use lopdf::{Dictionary, Document, IncrementalDocument, Object, StringFormat, dictionary, text_string};
use sha2::{Digest, Sha256};

/// As wide as any offset in a file of less than ten gigabytes.
const WIDE: i64 = 9_999_999_999;
const RANGE: &[u8] = b"/ByteRange";
const HOLE: &[u8] = b"/Contents<";

/// A file with a hole for its signature.
pub(super) struct Update {
    bytes: Vec<u8>,
    /// Where the hole begins, with its `<`, and what comes behind it.
    first: usize,
    second: usize,
}

impl Update {
    /// Adds an invisible field of a signature to the first page, whose signature takes `room` bytes at most.
    pub(super) fn of(pdf: &[u8], room: usize, signer: &str, at: DateTime<Utc>) -> Result<Self, SigningFault> {
        let before = Document::load_mem(pdf)?;
        let root = before.trailer.get(b"Root")?.as_reference()?;
        let page = before.page_iter().next().ok_or(SigningFault::Pdf("no page".to_owned()))?;
        let mut update = IncrementalDocument::create_from(pdf.to_vec(), before);
        let signature = update.new_document.try_add_object(signature(room, signer, at))?;
        let field = update.new_document.try_add_object(dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => Object::string_literal("motcua"),
            "TU" => text_string("Chữ ký số"),
            "V" => signature,
            "P" => page,
            // Nothing to be seen, and outside of the page for those who listen to it.
            "Rect" => Object::Array(vec![Object::Integer(-1); 4]),
            // Printed and locked, as archives (PDF/A) want fields to be.
            "F" => Object::Integer(132),
        })?;
        update.opt_clone_object_to_new_document(page)?;
        let mut annotations = annotations(&update, page)?;
        annotations.push(field.into());
        update.new_document.get_dictionary_mut(page)?.set("Annots", annotations);
        update.opt_clone_object_to_new_document(root)?;
        let form = dictionary! { "Fields" => vec![field.into()], "SigFlags" => Object::Integer(3) };
        let catalog = update.new_document.get_dictionary_mut(root)?;
        if catalog.has(b"AcroForm") {
            return Err(SigningFault::Pdf("it has fields already".to_owned()));
        }
        catalog.set("AcroForm", form);
        name_anew(&mut update.new_document.trailer, pdf);
        let mut bytes = Vec::with_capacity(pdf.len() + 2 * room + 4096);
        update.save_to(&mut bytes)?;
        Self::measured(bytes, pdf.len(), room)
    }

    /// Finds the hole behind the old bytes and writes down what lies around it.
    fn measured(mut bytes: Vec<u8>, old: usize, room: usize) -> Result<Self, SigningFault> {
        let odd = || SigningFault::Pdf("its update has no place for a signature".to_owned());
        let first = find(&bytes, HOLE, old).ok_or_else(odd)? + HOLE.len() - 1;
        let second = first + 2 * room + 2;
        if bytes.get(second - 1) != Some(&b'>') {
            return Err(odd());
        }
        let range = find(&bytes, RANGE, old).ok_or_else(odd)? + RANGE.len();
        let end = find(&bytes, b"]", range).ok_or_else(odd)?;
        let told = format!("[0 {first} {second} {}", bytes.len() - second);
        let place = bytes.get_mut(range..end).filter(|place| place.len() >= told.len()).ok_or_else(odd)?;
        place.fill(b' ');
        for (place, byte) in place.iter_mut().zip(told.bytes()) {
            *place = byte;
        }
        Ok(Self { bytes, first, second })
    }

    /// Everything but the hole: what is signed.
    pub(super) fn around(&self) -> [&[u8]; 2] {
        [self.bytes.get(..self.first).unwrap_or_default(), self.bytes.get(self.second..).unwrap_or_default()]
    }

    /// The signed file.
    pub(super) fn fill(mut self, signature: &[u8]) -> Result<Vec<u8>, SigningFault> {
        let digits = hex(signature);
        let inside = self.first + 1..self.second - 1;
        let hole = self.bytes.get_mut(inside).filter(|hole| hole.len() >= digits.len());
        let hole = hole.ok_or(SigningFault::Pdf("its signature is larger than its place".to_owned()))?;
        for (place, digit) in hole.iter_mut().zip(digits.bytes()) {
            *place = digit;
        }
        Ok(self.bytes)
    }
}

fn signature(room: usize, signer: &str, at: DateTime<Utc>) -> Dictionary {
    let range = [0, WIDE, WIDE, WIDE].map(Object::Integer).to_vec();
    dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => range,
        "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
        "M" => Object::string_literal(local(at).format("D:%Y%m%d%H%M%S+07'00'").to_string()),
        "Name" => text_string(signer),
    }
}

/// What stands on the page beside its text: links, say.
fn annotations(update: &IncrementalDocument, page: lopdf::ObjectId) -> Result<Vec<Object>, SigningFault> {
    let before = update.get_prev_documents();
    let Ok(found) = before.get_dictionary(page)?.get(b"Annots") else { return Ok(Vec::new()) };
    let (_, found) = before.dereference(found)?;
    Ok(found.as_array()?.clone())
}

/// Each version of a file has a second name of its own.
fn name_anew(trailer: &mut Dictionary, pdf: &[u8]) {
    if let Ok(Object::Array(names)) = trailer.get_mut(b"ID")
        && let Some(second) = names.get_mut(1)
    {
        let name = Sha256::digest(pdf).iter().copied().take(16).collect();
        *second = Object::String(name, StringFormat::Hexadecimal);
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let place = bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted)?;
    Some(from + place)
}
