//! From the text of a command to its answer.

use ruru_command::{Answer, InvalidRequest, Request};

use crate::memory::{apart, forget};

/// Commands that are longer than so many bytes are read apart.
const LONG: usize = 64 * 1024;

/// Reads a command and has it carried out.
pub(crate) fn respond(
    text: &str,
    handler: &impl Fn(&Request) -> Answer,
) -> Result<Answer, InvalidRequest> {
    let is_long = text.len() > LONG;
    let parse = || Request::parse(text);
    let request = if is_long { apart(parse) } else { parse() }?;
    let answer = handler(&request);
    if is_long {
        forget(request);
    }
    Ok(answer)
}
