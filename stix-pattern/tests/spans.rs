//! Every node knows which text it was parsed from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use stix_pattern::Pattern;
use stix_pattern::ast::{ComparisonExpression, ObservationExpression, Predicate};

fn text(span: stix_pattern::Span, source: &str) -> &str {
    span.text(source).unwrap()
}

#[test]
fn spans_of_observation_expressions_leave_out_the_group() {
    let source = " ( [a:b=1] AND  [c:d=2] ) WITHIN 5 SECONDS  REPEATS 2 TIMES /* c */ OR ([e:f=3])";
    let pattern = Pattern::parse(source).unwrap();
    assert_eq!(
        text(pattern.root().span(), source),
        "( [a:b=1] AND  [c:d=2] ) WITHIN 5 SECONDS  REPEATS 2 TIMES /* c */ OR ([e:f=3])"
    );
    let ObservationExpression::Or(or) = pattern.root() else { panic!("not an OR") };
    let [ObservationExpression::Qualified(left), ObservationExpression::Bracket(right)] = or.operands()
    else {
        panic!("other operands")
    };
    assert_eq!(text(left.span(), source), "( [a:b=1] AND  [c:d=2] ) WITHIN 5 SECONDS  REPEATS 2 TIMES");
    assert_eq!(text(left.expression().span(), source), "[a:b=1] AND  [c:d=2]");
    let qualifiers: Vec<&str> =
        left.qualifiers().iter().map(|qualifier| text(qualifier.span(), source)).collect();
    assert_eq!(qualifiers, ["WITHIN 5 SECONDS", "REPEATS 2 TIMES"]);
    assert_eq!(text(right.span(), source), "[e:f=3]");
}

#[test]
fn spans_of_tests_cover_their_parts() {
    let source = "[ NOT EXISTS a:'é'[0] OR (file : name NOT IN ( 'ü' , 2 )) ]";
    let pattern = Pattern::parse(source).unwrap();
    let ObservationExpression::Bracket(bracket) = pattern.root() else { panic!("not a bracket") };
    assert_eq!(text(bracket.span(), source), source);
    let ComparisonExpression::Or(or) = bracket.comparison() else { panic!("not an OR") };
    let [ComparisonExpression::Test(exists), ComparisonExpression::Test(is_in)] = or.operands() else {
        panic!("other operands")
    };
    assert_eq!(text(exists.span(), source), "NOT EXISTS a:'é'[0]");
    assert_eq!(text(exists.path().span(), source), "a:'é'[0]");
    let steps: Vec<&str> = exists.path().steps().map(|step| text(step.span(), source)).collect();
    assert_eq!(steps, ["'é'", "[0]"]);
    assert_eq!(text(is_in.span(), source), "file : name NOT IN ( 'ü' , 2 )");
    let Predicate::In(set) = is_in.predicate() else { panic!("not an IN") };
    assert_eq!(text(set.span(), source), "( 'ü' , 2 )");
    let literals: Vec<&str> = set.literals().iter().map(|literal| text(literal.span(), source)).collect();
    assert_eq!(literals, ["'ü'", "2"]);
}

#[test]
fn a_span_is_not_part_of_what_a_pattern_says() {
    let (tight, loose) = ("[a:b=1]", "  [ a : b == +1 ] ");
    let (tight, loose) = (Pattern::parse(tight).unwrap(), Pattern::parse(loose).unwrap());
    assert_eq!(tight, loose);
    assert_ne!(tight.root().span(), loose.root().span());
}
