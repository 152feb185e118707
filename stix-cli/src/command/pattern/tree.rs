//! `stix pattern tree`: how patterns are put together.

use std::io::{self, Write as _};

use clap::Args;
use serde_json::{Value as Json, json};
use stix_pattern::ast::{
    ComparisonExpression, ComparisonTest, ObjectPath, ObservationExpression, Predicate, Qualifier,
    QualifierKind, StepKind,
};

use super::{Patterns, values, write_errors};
use crate::failure::Failure;
use crate::format::Format;
use crate::outcome::Outcome;
use crate::output::Output;

/// Show how patterns are put together
///
/// As JSON, a `node` is `and`, `or`, `followed-by`, `qualified`, `bracket` or `test`. `start` and `end` are bytes of
/// the pattern.
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix pattern tree \"[file:size > 1024 AND file:name = 'x'] REPEATS 3 TIMES\"
  stix pattern tree --lines --format json < patterns.txt")]
pub(super) struct Tree {
    #[command(flatten)]
    patterns: Patterns,
    /// How to print it; as JSON, one object a pattern and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Tree {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, |output, text| {
            let parsed = stix_pattern::Pattern::parse_all(text);
            match (self.format, &parsed) {
                (Format::Text, Ok(pattern)) => {
                    write_observation(output, pattern.root(), 0)?;
                    writeln!(output)?;
                }
                (Format::Text, Err(errors)) => write_errors(output, text, errors)?,
                (Format::Json, parsed) => {
                    let tree = parsed.as_ref().ok().map(|pattern| observation(pattern.root()));
                    let told = json!({ "pattern": text, "tree": tree });
                    serde_json::to_writer(&mut *output, &told).map_err(io::Error::from)?;
                    writeln!(output)?;
                }
            }
            Ok(if parsed.is_ok() { Outcome::Yes } else { Outcome::No })
        })
    }
}

fn observation(expression: &ObservationExpression) -> Json {
    let operands = |operands: &[ObservationExpression]| operands.iter().map(observation).collect::<Vec<_>>();
    let mut node = match expression {
        ObservationExpression::Bracket(bracket) => {
            json!({ "node": "bracket", "comparison": comparison(bracket.comparison()) })
        }
        ObservationExpression::And(chain) => json!({ "node": "and", "operands": operands(chain.operands()) }),
        ObservationExpression::Or(chain) => json!({ "node": "or", "operands": operands(chain.operands()) }),
        ObservationExpression::FollowedBy(chain) => {
            json!({ "node": "followed-by", "operands": operands(chain.operands()) })
        }
        ObservationExpression::Qualified(qualified) => json!({
            "node": "qualified",
            "expression": observation(qualified.expression()),
            "qualifiers": qualified.qualifiers().iter().map(qualifier).collect::<Vec<_>>(),
        }),
    };
    place(&mut node, expression.span());
    node
}

fn qualifier(qualifier: &Qualifier) -> Json {
    match qualifier.kind() {
        QualifierKind::Repeats(times) => json!({ "qualifier": "repeats", "times": times }),
        QualifierKind::Within(seconds) => json!({ "qualifier": "within", "seconds": seconds.to_f64() }),
        QualifierKind::StartStop { start, stop } => {
            json!({ "qualifier": "start-stop", "start": start.as_str(), "stop": stop.as_str() })
        }
    }
}

fn comparison(expression: &ComparisonExpression) -> Json {
    let operands = |operands: &[ComparisonExpression]| operands.iter().map(comparison).collect::<Vec<_>>();
    let mut node = match expression {
        ComparisonExpression::Test(single) => test(single),
        ComparisonExpression::And(chain) => json!({ "node": "and", "operands": operands(chain.operands()) }),
        ComparisonExpression::Or(chain) => json!({ "node": "or", "operands": operands(chain.operands()) }),
    };
    place(&mut node, expression.span());
    node
}

fn test(test: &ComparisonTest) -> Json {
    let constant = |value| {
        let (value, value_type) = values::constant(value);
        json!({ "type": value_type, "value": value })
    };
    let constants: Vec<Json> = match test.predicate() {
        Predicate::Compare(_, literal) => vec![constant(literal.value())],
        Predicate::In(set) => set.literals().iter().map(|literal| constant(literal.value())).collect(),
        Predicate::Text(_, text) => vec![json!({ "type": "string", "value": text.value() })],
        Predicate::Exists => Vec::new(),
    };
    json!({
        "node": "test",
        "path": path(test.path()),
        "negated": test.is_negated(),
        "operator": test.predicate().operator(),
        "constants": constants,
    })
}

fn path(path: &ObjectPath) -> Json {
    let steps = path.steps().map(|step| match step.kind() {
        StepKind::Key(key) => json!({ "key": key.as_str() }),
        StepKind::Index(index) => json!({ "index": index }),
        StepKind::Star => json!({ "index": "*" }),
    });
    json!({ "type": path.object_type(), "steps": steps.collect::<Vec<_>>() })
}

fn place(node: &mut Json, span: stix_pattern::Span) {
    if let Some(members) = node.as_object_mut() {
        members.insert("start".to_owned(), json!(span.start()));
        members.insert("end".to_owned(), json!(span.end()));
    }
}

fn write_observation(
    output: &mut Output,
    expression: &ObservationExpression,
    depth: usize,
) -> io::Result<()> {
    let (name, operands) = match expression {
        ObservationExpression::Bracket(bracket) => {
            return write_comparison(output, bracket.comparison(), depth);
        }
        ObservationExpression::And(chain) => ("AND", chain.operands()),
        ObservationExpression::Or(chain) => ("OR", chain.operands()),
        ObservationExpression::FollowedBy(chain) => ("FOLLOWEDBY", chain.operands()),
        ObservationExpression::Qualified(qualified) => {
            let qualifiers: Vec<String> = qualified.qualifiers().iter().map(ToString::to_string).collect();
            write_line(output, depth, &qualifiers.join(" "))?;
            return write_observation(output, qualified.expression(), depth + 1);
        }
    };
    write_line(output, depth, &format!("{name} between observations"))?;
    operands.iter().try_for_each(|operand| write_observation(output, operand, depth + 1))
}

fn write_comparison(output: &mut Output, expression: &ComparisonExpression, depth: usize) -> io::Result<()> {
    let (name, operands) = match expression {
        ComparisonExpression::Test(test) => return write_line(output, depth, &test.to_string()),
        ComparisonExpression::And(chain) => ("AND", chain.operands()),
        ComparisonExpression::Or(chain) => ("OR", chain.operands()),
    };
    write_line(output, depth, name)?;
    operands.iter().try_for_each(|operand| write_comparison(output, operand, depth + 1))
}

fn write_line(output: &mut Output, depth: usize, text: &str) -> io::Result<()> {
    let text = output.exact(text);
    writeln!(output, "{}{text}", "  ".repeat(depth))
}
