//! What `--json` prints is what its schema says, of every command, and the schemas in the documentation are current.

use crate::commands::{busload, folder};
use crate::language::current;
use busload::outcome::schema as of;
use serde_json::{Value, json};

/// A small design that every command can ask something of.
const DESIGN: &str = r#"
    title = "Asked by all"
    question = "Does every command answer?"
    [run]
    horizon = "10m"
    replications = 3
    [sor.office]
    workers = 2
    service = "exp(20ms)"
    [event.changed]
    from = "office"
    to = "line"
    rate = "5/s"
    lifecycle = { changes = 3, spacing = "exp(1s)" }
    [segment.bus]
    memory = "1GiB"
    [topic.line]
    segment = "bus"
    [subscriber.server]
    from = "line"
    work = "exp(100ms)"
    workers = 2
    [subscriber.server.callback]
    connections = 4
    [[disruption]]
    what = "subscriber.server"
    kind = "down"
    at = "2m"
    for = "30s"
    [objective]
    "subscriber.server.end_to_end.mean" = "< 10m"
    "subscriber.server.missed" = "= 0"
    [growth]
    rate = "30% per year"
    [price]
    currency = "USD"
    "subscriber.server.workers" = 10
    [assumption]
    "event.changed.rate" = "measured: by nobody"
"#;

/// Each command's outcome, how it is asked for, and its schema.
fn commands() -> [(&'static str, &'static str, Value); 10] {
    [
        ("run", "run a.toml", of::run()),
        ("check", "check a.toml", of::check()),
        ("compare", "compare a.toml a.toml --set load=1", of::compare()),
        ("sweep", "sweep a.toml --vary subscriber.server.workers=1..2 --vary load=0.5,1", of::sweep()),
        ("limit", "limit a.toml", of::limit()),
        ("size", "size a.toml --tune subscriber.server.workers=1..2 --survive 1", of::size()),
        ("adverse", "adverse a.toml", of::adverse()),
        ("forecast", "forecast a.toml", of::forecast()),
        ("segments", "segments a.toml --up-to 2", of::segments()),
        ("sensitivity", "sensitivity a.toml", of::sensitivity()),
    ]
}

/// The same schema in which nothing may be that it does not name.
fn strict(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(entries) => {
            if entries.contains_key("properties") && !entries.contains_key("additionalProperties") {
                entries.insert("additionalProperties".into(), json!(false));
            }
            entries.values_mut().for_each(|value| *value = strict(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| *value = strict(value.take())),
        _ => {}
    }
    schema
}

#[test]
fn every_command_prints_what_its_schema_says() {
    let folder = folder(DESIGN);
    for (command, arguments, schema) in commands() {
        let done = busload(&folder, &format!("{arguments} --json{}", if command == "check" { "" } else { " --no-report" }));
        let printed: Value = serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{command}: {error}\n{}", done.stderr));
        let validator = jsonschema::validator_for(&strict(schema)).unwrap();
        let refusals: Vec<String> = validator.iter_errors(&printed).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(refusals.is_empty(), "{command}: {}", refusals.join("\n"));
    }
}

#[test]
fn a_schema_refuses_another_commands_outcome_and_a_field_too_few() {
    let folder = folder(DESIGN);
    let printed: Value = serde_json::from_str(&busload(&folder, "run a.toml --json --no-report").stdout).unwrap();
    for (command, _, schema) in commands() {
        assert_eq!(jsonschema::is_valid(&schema, &printed), command == "run", "{command}");
    }
    for field in ["schema", "scenario", "run", "metrics", "objectives", "findings"] {
        let mut less = printed.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!jsonschema::is_valid(&of::run(), &less), "without {field}");
    }
}

#[test]
fn schemas_are_printed_and_the_ones_in_the_documentation_are_current() {
    let folder = folder(DESIGN);
    for (command, _, schema) in commands() {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let done = busload(&folder, &format!("schema --outcome {command}"));
        assert_eq!((done.code, &done.stdout), (0, &text), "{command}");
        current(&format!("docs/schema/{command}.json"), &text);
    }
    assert_eq!(busload(&folder, "schema --outcome").stdout, busload(&folder, "schema --outcome run").stdout);
    let scenario = serde_json::to_string_pretty(&busload::scenario::language::schema()).unwrap() + "\n";
    assert_eq!(busload(&folder, "schema").stdout, scenario);
}
