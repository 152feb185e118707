//! The objects of one observation, while the values that pass a bracket are placed in them.

use serde_json::{Map, Value};
use stix_core::schema::Target;

use super::{id, leaf};
use crate::ast::{ComparisonExpression, ComparisonTest, ObjectPath, Predicate, Step, StepKind};
use crate::known::observable;

/// The longest list that is made for the sake of an index.
const LONGEST: u64 = 16;

/// Objects, the first of which is the one that the tests start from, and the paths that must lead nowhere.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    objects: Vec<(String, Value)>,
    absent: Vec<ObjectPath>,
}

impl Draft {
    /// An object of this type with nothing in it.
    pub(super) fn new(object_type: &str) -> Self {
        Self { objects: vec![(object_type.to_owned(), Value::Null)], absent: Vec::new() }
    }

    /// Objects that satisfy a bracket.
    pub(super) fn satisfying(expression: &ComparisonExpression) -> Option<Self> {
        let draft = Self { objects: Vec::new(), absent: Vec::new() }.with(expression)?;
        let is_absent = |path: &ObjectPath| !draft.leads_somewhere(0, &path.steps().collect::<Vec<_>>());
        draft.absent.iter().all(is_absent).then_some(draft)
    }

    fn with(self, expression: &ComparisonExpression) -> Option<Self> {
        match expression {
            ComparisonExpression::Test(test) => self.with_test(test),
            ComparisonExpression::And(chain) => chain.operands().iter().try_fold(self, Self::with),
            ComparisonExpression::Or(chain) => {
                chain.operands().iter().find_map(|operand| self.clone().with(operand))
            }
        }
    }

    fn with_test(mut self, test: &ComparisonTest) -> Option<Self> {
        let object_type = test.path().object_type();
        match self.objects.first() {
            None => self.objects.push((object_type.to_owned(), Value::Null)),
            Some((known, _)) if known != object_type => return None,
            Some(_) => {}
        }
        if *test.predicate() == Predicate::Exists && test.is_negated() {
            self.absent.push(test.path().clone());
            return Some(self);
        }
        let steps: Vec<Step<'_>> = test.path().steps().collect();
        leaf::candidates(test).into_iter().find_map(|leaf| {
            let mut draft = self.clone();
            draft.place(0, &steps, &leaf).then_some(draft)
        })
    }

    /// Places a value where the steps lead from an object; whether it could be done.
    fn place(&mut self, object: usize, steps: &[Step<'_>], leaf: &Value) -> bool {
        let Some((object_type, members)) = self.objects.get(object) else { return false };
        let object_type = object_type.clone();
        let mut members = members.clone();
        // `type` and `id` are what they are.
        if let [step] = steps
            && let StepKind::Key(key) = step.kind()
            && matches!(&**key, "type" | "id" | "spec_version")
        {
            return &**key == "type" && leaf.as_str() == Some(&object_type);
        }
        let done = self.place_in(&mut members, &object_type, steps, "", leaf);
        if let Some((_, known)) = self.objects.get_mut(object) {
            *known = members;
        }
        done
    }

    fn place_in(
        &mut self,
        node: &mut Value,
        owner: &str,
        steps: &[Step<'_>],
        name: &str,
        leaf: &Value,
    ) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            return if name.ends_with("_ref") {
                leaf.is_null() && self.refer(node, owner, &[], name, leaf)
            } else {
                set(node, leaf)
            };
        };
        match step.kind() {
            StepKind::Key(_) if name.ends_with("_ref") => self.refer(node, owner, steps, name, leaf),
            StepKind::Key(key) => {
                if node.is_null() {
                    *node = Value::Object(Map::new());
                }
                let Value::Object(members) = node else { return false };
                let child = members.entry(&**key).or_insert(Value::Null);
                self.place_in(child, owner, rest, key, leaf)
            }
            StepKind::Index(index) if *index < LONGEST => {
                let Some(items) = list(node) else { return false };
                let index = usize::try_from(*index).unwrap_or_default();
                let missing = (index + 1).saturating_sub(items.len());
                items.extend(std::iter::repeat_n(Value::Null, missing));
                // There are no gaps in a list, so that what stands before is the same.
                let name = element(name);
                items.iter_mut().enumerate().all(|(at, item)| {
                    (at != index && !item.is_null()) || self.place_in(item, owner, rest, name, leaf)
                })
            }
            StepKind::Index(_) => false,
            StepKind::Star => {
                let Some(items) = list(node) else { return false };
                items.push(Value::Null);
                items.last_mut().is_some_and(|item| self.place_in(item, owner, rest, element(name), leaf))
            }
        }
    }

    /// Goes on in the object that a reference points to, which is made if there is none.
    fn refer(&mut self, node: &mut Value, owner: &str, steps: &[Step<'_>], name: &str, leaf: &Value) -> bool {
        let known = node.as_str().and_then(|text| text.strip_prefix('#')).and_then(|at| at.parse().ok());
        let object = known.unwrap_or(self.objects.len());
        if known.is_none() {
            let next = match steps.first().map(|step| step.kind()) {
                Some(StepKind::Key(key)) => &**key,
                _ => "",
            };
            self.objects.push((target(owner, name, next), Value::Null));
            // The number stands for the identifier until there is one.
            *node = Value::String(format!("#{object}"));
        }
        steps.is_empty() || self.place(object, steps, leaf)
    }

    /// Whether a path leads to anything.
    fn leads_somewhere(&self, object: usize, steps: &[Step<'_>]) -> bool {
        let Some((_, members)) = self.objects.get(object) else { return false };
        let first = steps.first().map(|step| step.kind());
        if matches!(first, Some(StepKind::Key(key)) if matches!(&**key, "type" | "id" | "spec_version")) {
            return true;
        }
        self.leads_on(members, steps)
    }

    fn leads_on(&self, node: &Value, steps: &[Step<'_>]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        match (step.kind(), node) {
            (StepKind::Key(key), Value::Object(members)) => {
                members.get(&**key).is_some_and(|node| self.leads_on(node, rest))
            }
            (StepKind::Key(_), Value::String(text)) => {
                let object = text.strip_prefix('#').and_then(|at| at.parse().ok());
                object.is_some_and(|object| self.leads_somewhere(object, steps))
            }
            (StepKind::Index(index), Value::Array(items)) => {
                let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                item.is_some_and(|item| self.leads_on(item, rest))
            }
            (StepKind::Star, Value::Array(items)) => items.iter().any(|item| self.leads_on(item, rest)),
            _ => false,
        }
    }

    /// Takes away what is tested, or gives the objects other types, so that nothing passes.
    pub(super) fn spoil(&mut self, rename: bool) {
        for (object_type, members) in &mut self.objects {
            match rename {
                true => object_type.push_str("-x"),
                false => *members = Value::Null,
            }
        }
        if !rename {
            self.objects.truncate(1);
        }
    }

    /// The objects as JSON, for the observation of this number.
    pub(super) fn objects(&self, observation: usize) -> Vec<Value> {
        let object = |(at, (object_type, members)): (usize, &(String, Value))| {
            let mut object = Map::new();
            object.insert("type".to_owned(), object_type.as_str().into());
            object.insert("spec_version".to_owned(), "2.1".into());
            object.insert("id".to_owned(), id(object_type, observation, at).into());
            if let Value::Object(members) = members {
                object.extend(
                    members
                        .iter()
                        .map(|(name, value)| (name.clone(), self.resolved(name, value, observation))),
                );
            }
            Value::Object(object)
        };
        self.objects.iter().enumerate().map(object).collect()
    }

    /// A value with identifiers for the numbers of objects.
    fn resolved(&self, name: &str, value: &Value, observation: usize) -> Value {
        match value {
            Value::String(text) if name.ends_with("_ref") || name.ends_with("_refs") => {
                let at = text.strip_prefix('#').and_then(|at| at.parse::<usize>().ok());
                match at.and_then(|at| Some((at, self.objects.get(at)?))) {
                    Some((at, (object_type, _))) => id(object_type, observation, at).into(),
                    None => value.clone(),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.resolved(name, item, observation)).collect(),
            Value::Object(members) => {
                let resolve = |(name, value): (&String, &Value)| {
                    (name.clone(), self.resolved(name, value, observation))
                };
                Value::Object(members.iter().map(resolve).collect())
            }
            other => other.clone(),
        }
    }
}

/// The name that the elements of a list go by: those of `_refs` are references.
fn element(name: &str) -> &str {
    name.strip_suffix('s').filter(|name| name.ends_with("_ref")).unwrap_or("")
}

fn list(node: &mut Value) -> Option<&mut Vec<Value>> {
    if node.is_null() {
        *node = Value::Array(Vec::new());
    }
    node.as_array_mut()
}

/// Sets a value that is not there yet, or finds that it is the right one. A null stands for any value.
fn set(node: &mut Value, leaf: &Value) -> bool {
    match (node.is_null(), leaf.is_null()) {
        (true, true) => *node = "x".into(),
        (true, false) => *node = leaf.clone(),
        (false, true) => {}
        (false, false) => return node == leaf,
    }
    true
}

/// A type of object that the reference may point to and that has the property.
fn target(owner: &str, reference: &str, property: &str) -> String {
    let property_def = |name: &str| observable(owner).and_then(|def| def.property(name));
    let targets = property_def(reference)
        .or_else(|| property_def(&format!("{reference}s")))
        .map_or(&[] as &[_], |def| def.targets);
    let types = targets.iter().filter_map(|target| match target {
        Target::Type(name) => observable(name),
        Target::Class(_) => None,
    });
    let mut fitting = types.filter(|def| property.is_empty() || def.property(property).is_some());
    fitting.next().map_or("x-object", stix_core::schema::ObjectDef::name).to_owned()
}
