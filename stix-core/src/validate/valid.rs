//! Proof that an object has been checked.

use std::ops::Deref;

use serde_json::Value;

use super::{Problem, Report, Rule, Severity, Validator, check_object};
use crate::{
    Object, Registry,
    schema::{ObjectDef, StixObject},
};

/// An object that breaks no MUST that this crate checks.
///
/// ```
/// use stix_core::{Object, sdo::Tool, validate::Valid};
///
/// let valid: Valid<Tool> = Tool::new("VNC").validated()?;
/// assert_eq!(valid.name, "VNC");
/// let tool: Tool = valid.into_inner();
/// let valid: Valid<Object> = Valid::check(tool)?;
/// assert_eq!(valid.object_type(), "tool");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Valid<T>(T);

impl Valid<Object> {
    /// Checks an object that was read as JSON, and gives it its type.
    ///
    /// # Errors
    /// Gives the report if it holds an error.
    ///
    /// ```
    /// use stix_core::{Object, validate::Valid};
    ///
    /// let report = Valid::<Object>::read(serde_json::json!({"type": "indicator"})).unwrap_err();
    /// assert_eq!(report.problems()[0].path(), "/spec_version");
    /// ```
    pub fn read(value: Value) -> Result<Self, Report> {
        let report = check_object(&value);
        if !report.is_valid() {
            return Err(report);
        }
        serde_json::from_value(value).map(Self).map_err(|error| unreadable(&error))
    }

    /// Checks an object that was built.
    ///
    /// # Errors
    /// Gives the report if it holds an error.
    pub fn check(object: impl Into<Object>) -> Result<Self, Report> {
        let object = object.into();
        let value = serde_json::to_value(&object).map_err(|error| unreadable(&error))?;
        let report = check_typed(object.def(), &value);
        if report.is_valid() { Ok(Self(object)) } else { Err(report) }
    }
}

impl<T: StixObject> Valid<T> {
    /// Checks a typed object that was built.
    ///
    /// # Errors
    /// Gives the report if it holds an error.
    pub fn of(object: T) -> Result<Self, Report> {
        let value = serde_json::to_value(&object).map_err(|error| unreadable(&error))?;
        let report = check_typed(Some(T::OBJECT), &value);
        if report.is_valid() { Ok(Self(object)) } else { Err(report) }
    }
}

/// Checks an object by the table of its type, which the program may have declared itself.
fn check_typed(def: Option<&'static ObjectDef>, value: &Value) -> Report {
    let registry = def.map_or_else(Registry::standard, |def| Registry::standard().with_table(def));
    Validator::new().with_registry(&registry).value(value)
}

/// What a declared struct refuses although no rule says so.
fn unreadable(error: &serde_json::Error) -> Report {
    let problem = Problem::new(Rule::ValueKind, Severity::Error, String::new(), error.to_string());
    Report::new(vec![problem], 1)
}

impl<T> Valid<T> {
    /// The object.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
