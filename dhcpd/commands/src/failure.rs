//! Why a command was not done.

use ruru_command::{Answer, ResultCode};
use ruru_config::Complaint;
use ruru_json::{At, Mismatch, Value};
use ruru_lease::StoreError;

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The result code.
    pub result: ResultCode,
    /// The reason.
    pub text: String,
    /// The complaint about a configuration, if it is one.
    pub complaint: Option<Complaint>,
}

impl Failure {
    /// It cannot be done.
    pub fn error(text: impl Into<String>) -> Self {
        Self { result: ResultCode::ERROR, text: text.into(), complaint: None }
    }

    /// There is nothing of what was asked for.
    pub fn empty(text: impl Into<String>) -> Self {
        Self { result: ResultCode::EMPTY, text: text.into(), complaint: None }
    }

    /// It is at odds with what is there.
    pub fn conflict(text: impl Into<String>) -> Self {
        Self { result: ResultCode::CONFLICT, text: text.into(), complaint: None }
    }

    /// A complaint about the configuration `root` of the command's arguments.
    #[must_use]
    pub fn of_complaint(complaint: Complaint, root: &Value) -> Self {
        let at = complaint.at(root);
        let text =
            if at.is_known() { format!("{complaint}{}", place(at)) } else { complaint.to_string() };
        Self { result: ResultCode::ERROR, text, complaint: Some(complaint) }
    }

    /// Arguments that do not fit the command.
    #[must_use]
    pub fn of_mismatch(mismatch: &Mismatch) -> Self {
        let at = if mismatch.at.is_known() { place(mismatch.at) } else { String::new() };
        Self::error(format!("{}{at}", mismatch.message))
    }

    /// As an answer.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        Answer::of(self.result, self.text)
    }
}

fn place(at: At) -> String {
    format!(" (<wire>:{}:{})", at.line, at.column)
}

impl From<Complaint> for Failure {
    fn from(complaint: Complaint) -> Self {
        let text = complaint.to_string();
        Self { result: ResultCode::ERROR, text, complaint: Some(complaint) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable { source, .. } => Self::error(format!("{error}: {source}")),
            StoreError::Changed(_) => Self::conflict(error.to_string()),
        }
    }
}
