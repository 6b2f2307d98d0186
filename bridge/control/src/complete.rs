//! Where a JSON text ends, told while it arrives.

/// Follows a text byte by byte and knows when the outermost map or list has closed.
#[derive(Debug, Default)]
pub(crate) struct Completeness {
    depth: usize,
    place: Place,
    seen_value: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    String,
    Escape,
    Slash,
    LineComment,
    BlockComment,
    BlockCommentStar,
}

impl Completeness {
    /// Takes further bytes; answers whether the text is complete.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.place = self.after(*byte);
        }
        self.seen_value && self.depth == 0
    }

    fn after(&mut self, byte: u8) -> Place {
        match (self.place, byte) {
            (Place::String, b'\\') => Place::Escape,
            (Place::String, b'"') => Place::Outside,
            (Place::String, _) | (Place::Escape, _) => Place::String,
            (Place::LineComment, b'\n') => Place::Outside,
            (Place::LineComment, _) => Place::LineComment,
            (Place::Slash, b'/') => Place::LineComment,
            (Place::Slash, b'*') => Place::BlockComment,
            (Place::BlockComment | Place::BlockCommentStar, b'*') => Place::BlockCommentStar,
            (Place::BlockCommentStar, b'/') => Place::Outside,
            (Place::BlockComment | Place::BlockCommentStar, _) => Place::BlockComment,
            (Place::Outside | Place::Slash, _) => self.outside(byte),
        }
    }

    fn outside(&mut self, byte: u8) -> Place {
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                self.seen_value = true;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.seen_value = true;
            }
            b'"' => return Place::String,
            b'#' => return Place::LineComment,
            b'/' => return Place::Slash,
            _ => {}
        }
        Place::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completes_at(text: &str) -> Option<usize> {
        let mut completeness = Completeness::default();
        text.bytes().position(|byte| completeness.feed(&[byte]))
    }

    #[test]
    fn a_text_is_complete_when_its_outermost_bracket_closes() {
        assert_eq!(completes_at("{ \"a\": [ 1 ] } x"), Some(13));
        assert_eq!(completes_at("  # }\n { /* } */ \"}\\\"}\": 1 // }\n }"), Some(33));
        assert_eq!(completes_at("{ \"a\": { }"), None);
        assert_eq!(completes_at("}"), Some(0));
        assert_eq!(completes_at("\"text\""), None);
    }
}
