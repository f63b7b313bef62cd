//! Other encodings to UTF-8, piece by piece.

use anyxml_encoding::{IBM037Decoder, IBM273Decoder, IBM500Decoder};
use encoding_rs::{DecoderResult, Encoding};
use yore::code_pages::CP850;

use crate::plan::TextEncoding;

/// Bytes that are read at once.
const ROOM: usize = 1 << 19;

/// Turns text of another encoding into UTF-8.
pub(super) struct Transcoder {
    decoder: Decoder,
    /// Lent to the reader for the bytes to come.
    pub(super) room: Vec<u8>,
}

enum Decoder {
    /// Encodings of the web, some of which have more than one byte a character.
    Web(Box<encoding_rs::Decoder>),
    /// The character of each byte; `None` where it has none.
    Bytes(Box<[Option<char>; 256]>),
}

impl Transcoder {
    /// `None` for UTF-8.
    pub(super) fn new(encoding: TextEncoding) -> Option<Self> {
        let decoder = match encoding {
            TextEncoding::Utf8 => return None,
            TextEncoding::Utf16Le => web(encoding_rs::UTF_16LE),
            TextEncoding::Utf16Be => web(encoding_rs::UTF_16BE),
            TextEncoding::Windows1252 => web(encoding_rs::WINDOWS_1252),
            TextEncoding::Windows1250 => web(encoding_rs::WINDOWS_1250),
            TextEncoding::Windows1251 => web(encoding_rs::WINDOWS_1251),
            TextEncoding::Iso8859_2 => web(encoding_rs::ISO_8859_2),
            TextEncoding::Iso8859_15 => web(encoding_rs::ISO_8859_15),
            TextEncoding::Cp850 => bytes(|byte| Some(CP850.decode_byte(byte))),
            TextEncoding::Cp037 => bytes(|byte| of_mainframe(&mut IBM037Decoder, byte)),
            TextEncoding::Cp273 => bytes(|byte| of_mainframe(&mut IBM273Decoder, byte)),
            TextEncoding::Cp500 => bytes(|byte| of_mainframe(&mut IBM500Decoder, byte)),
            TextEncoding::Cp1047 => bytes(|byte| ibm1047::decode(&[byte]).next().map(line_end)),
        };
        Some(Self { decoder, room: vec![0; ROOM] })
    }

    /// Appends bytes as text; `last` says that none follow. `false` when they are not valid; the text before the
    /// mistake is appended then.
    pub(super) fn append(&mut self, bytes: &[u8], text: &mut Vec<u8>, last: bool) -> bool {
        match &mut self.decoder {
            Decoder::Web(decoder) => append_decoded(decoder, bytes, text, last),
            Decoder::Bytes(characters) => bytes.iter().all(|&byte| {
                let Some(character) = characters[usize::from(byte)] else { return false };
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                true
            }),
        }
    }
}

fn web(encoding: &'static Encoding) -> Decoder {
    Decoder::Web(Box::new(encoding.new_decoder_with_bom_removal()))
}

fn bytes(mut decode: impl FnMut(u8) -> Option<char>) -> Decoder {
    let characters = std::array::from_fn(|byte| u8::try_from(byte).ok().and_then(&mut decode));
    Decoder::Bytes(Box::new(characters))
}

fn of_mainframe(decoder: &mut impl anyxml_encoding::Decoder, byte: u8) -> Option<char> {
    let mut text = String::with_capacity(8);
    decoder.decode(&[byte], &mut text, true).ok()?;
    text.chars().next().map(line_end)
}

/// A mainframe ends its lines with NEL (0x15) or with a line feed (0x25).
fn line_end(character: char) -> char {
    if character == '\u{85}' { '\n' } else { character }
}

fn append_decoded(decoder: &mut encoding_rs::Decoder, bytes: &[u8], text: &mut Vec<u8>, last: bool) -> bool {
    let mut read = 0;
    loop {
        let start = text.len();
        text.resize(start + 2 * (bytes.len() - read) + 64, 0);
        let (result, consumed, written) =
            decoder.decode_to_utf8_without_replacement(&bytes[read..], &mut text[start..], last);
        text.truncate(start + written);
        read += consumed;
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Transcoder;
    use crate::plan::TextEncoding;

    fn text_of(encoding: TextEncoding, bytes: &[u8]) -> String {
        let mut text = Vec::new();
        let mut transcoder = Transcoder::new(encoding).unwrap();
        assert!(transcoder.append(bytes, &mut text, true), "{encoding:?}");
        String::from_utf8(text).unwrap()
    }

    /// From the tables that IBM and Unicode publish: the letters of a German name, digits, and the signs that tell the
    /// pages apart.
    #[test]
    fn code_pages_are_read_by_their_published_tables() {
        let name = [0xd1, 0x96, 0x88, 0x95, 0x40, 0xf1, 0xf2, 0x15, 0xc1, 0x25];
        for encoding in [TextEncoding::Cp037, TextEncoding::Cp273, TextEncoding::Cp500, TextEncoding::Cp1047] {
            assert_eq!(text_of(encoding, &name), "John 12\nA\n", "{encoding:?}");
        }
        let told_apart = [
            (TextEncoding::Cp037, &[0x4a, 0x5a, 0x4f, 0xba, 0xbb][..], "¢!|[]"),
            (TextEncoding::Cp500, &[0x4a, 0x5a, 0x4f, 0xbb, 0x5f], "[]!|^"),
            (TextEncoding::Cp1047, &[0xad, 0xbd, 0x5f, 0x5a, 0x4f], "[]^!|"),
            (TextEncoding::Cp273, &[0x4a, 0x5a, 0xc0, 0xd0, 0xa1, 0x6a], "ÄÜäüßö"),
            (TextEncoding::Cp850, &[0x8e, 0x99, 0x9a, 0x84, 0x94, 0x81, 0xe1], "ÄÖÜäöüß"),
            (TextEncoding::Windows1250, &[0xa3, 0xf3, 0x64, 0x9f], "Łódź"),
            (TextEncoding::Iso8859_2, &[0xa3, 0xf3, 0x64, 0xbc], "Łódź"),
            (TextEncoding::Windows1251, &[0xc0, 0xed, 0xed, 0xe0], "Анна"),
            (TextEncoding::Iso8859_15, &[0xa4, 0xfc], "€ü"),
        ];
        for (encoding, bytes, expected) in told_apart {
            assert_eq!(text_of(encoding, bytes), expected, "{encoding:?}");
        }
    }

    #[test]
    fn characters_of_several_bytes_may_be_cut_between_pieces() {
        let mut transcoder = Transcoder::new(TextEncoding::Utf16Le).unwrap();
        let mut text = Vec::new();
        assert!(transcoder.append(&[0x41, 0, 0xac], &mut text, false));
        assert!(transcoder.append(&[0x20], &mut text, true));
        assert_eq!(text, "A€".as_bytes());
    }
}
