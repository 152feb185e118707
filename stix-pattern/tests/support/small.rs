//! Patterns and observations with few values, so that many of them match.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use stix_pattern::Pattern;
use stix_pattern::matcher::{Instant, Observation, Observations};

/// Tests on few values, so that many of them hold.
fn test() -> impl Strategy<Value = String> {
    let object_type = select(vec!["x-a", "x-b"]);
    let equal = select(vec!["=", "!=", "NOT =", "NOT !="]);
    let any = select(vec!["", "NOT "]);
    let text = || {
        select(vec![
            "''",
            "'a'",
            "'A'",
            "'ab'",
            "'cab'",
            "'é'",
            "'e\u{301}'",
            "'2024-01-01T00:00:00Z'",
            "'\u{ff}'",
            "'Ā'",
        ])
    };
    let constant = prop_oneof![
        3 => text().prop_map(str::to_owned),
        2 => select(vec!["0", "1", "1.0", "0.5", "true", "false", "h'61'", "h'ff'", "b'YQ=='", "t'2024-01-01T00:00:00.0Z'"])
            .prop_map(str::to_owned),
    ];
    let path = select(vec!["v", "w", "l[*]", "r_ref.v", "d_hex", "l[0]", "l"]);
    let like = select(vec!["'%'", "'a%'", "'%b'", "'_'", "'%a_%'", "'é%'", "'%\u{ff}%'", "'AB'"]);
    let regex = select(vec![
        "'a'", "'^a'", "'(?i)AB'", "'a|b'", "'c?ab'", "'x*'", "'(a)(b)'", "'é'", "'[ab]b'", "'\u{ff}'",
    ]);
    let network = select(vec![
        "'10.0.0.0/8'",
        "'10.1.0.0/16'",
        "'10.1.0.7'",
        "'::/0'",
        "'2001:db8::/32'",
        "'0.0.0.0/0'",
    ]);
    prop_oneof![
        4 => (object_type.clone(), path.clone(), equal, constant.clone())
            .prop_map(|(object_type, path, operator, constant)| format!("{object_type}:{path} {operator} {constant}")),
        2 => (object_type.clone(), path.clone(), any.clone(), vec(constant, 0..4))
            .prop_map(|(object_type, path, not, set)| format!("{object_type}:{path} {not}IN ({})", set.join(", "))),
        1 => (object_type.clone(), path.clone(), any.clone(), like)
            .prop_map(|(object_type, path, not, text)| format!("{object_type}:{path} {not}LIKE {text}")),
        1 => (object_type.clone(), path.clone(), any.clone(), regex)
            .prop_map(|(object_type, path, not, text)| format!("{object_type}:{path} {not}MATCHES {text}")),
        2 => (object_type.clone(), any.clone(), select(vec!["ISSUBSET", "ISSUPERSET"]), network)
            .prop_map(|(object_type, not, operator, text)| format!("{object_type}:v {not}{operator} {text}")),
        1 => (object_type, path, any).prop_map(|(object_type, path, not)| format!("{not}EXISTS {object_type}:{path}")),
    ]
}

fn bracket() -> impl Strategy<Value = String> {
    let expression = test().prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), select(vec!["AND", "OR"]), inner)
            .prop_map(|(a, operator, b)| format!("({a} {operator} {b})"))
    });
    expression.prop_map(|expression| format!("[{expression}]"))
}

pub(crate) fn pattern() -> impl Strategy<Value = Pattern> {
    let expression = bracket().prop_recursive(2, 4, 2, |inner| {
        let qualifier = select(vec!["REPEATS 2 TIMES", "WITHIN 3 SECONDS", "WITHIN 2 SECONDS"]);
        prop_oneof![
            (inner.clone(), select(vec!["AND", "OR", "FOLLOWEDBY"]), inner.clone())
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (inner, qualifier).prop_map(|(a, qualifier)| format!("({a} {qualifier})")),
        ]
    });
    expression.prop_map(|source| Pattern::parse(&source).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "a",
        "A",
        "ab",
        "cab",
        "é",
        "e\u{301}",
        "2024-01-01T00:00:00Z",
        "\u{ff}",
        "10.1.0.7",
        "10.0.0.0/8",
        "2001:db8::1",
        "b",
    ];
    prop_oneof![
        4 => select(texts.to_vec()).prop_map(Value::from),
        2 => select(vec![json!(0), json!(1), json!(1.0), json!(0.5), json!(true), json!(false), json!(null), json!({})]),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let hex = select(vec!["61", "ff", "", "zz", "6162"]);
    let members = (
        prop::option::of(value()),
        prop::option::of(value()),
        prop::option::of(vec(value(), 0..3)),
        prop::option::of(select(vec!["x-a--0", "x-b--1", "x-a--2"])),
        prop::option::of(hex),
    );
    (select(vec!["x-a", "x-b", "x-c"]), members).prop_map(|(object_type, (v, w, l, r, d))| {
        let mut object = Map::from_iter([("type".to_owned(), json!(object_type))]);
        let members = [
            ("v", v),
            ("w", w),
            ("l", l.map(Value::from)),
            ("r_ref", r.map(Value::from)),
            ("d_hex", d.map(Value::from)),
        ];
        object.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(object)
    })
}

/// Objects seen together, with ids to refer to each other, and the second they were seen.
pub(crate) fn seen() -> impl Strategy<Value = (Vec<Value>, i128)> {
    (vec(object(), 0..4), 0..8_i128).prop_map(|(mut objects, second)| {
        for (index, object) in objects.iter_mut().enumerate() {
            object["id"] = json!(format!("{}--{index}", object["type"].as_str().unwrap()));
        }
        (objects, second)
    })
}

pub(crate) fn observations(seen: &[(Vec<Value>, i128)]) -> Observations<'_> {
    let instant = |second: i128| Instant::from_nanoseconds(second * 1_000_000_000).unwrap();
    seen.iter().map(|(objects, second)| Observation::of_objects(instant(*second), objects)).collect()
}
