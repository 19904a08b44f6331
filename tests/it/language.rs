//! The table of the language against the reader that it describes: what it says of each key is so, and what is made of it is current.

use busload::scenario::language::{Absent, FORMS, Form, Key, Kind, LANGUAGE, Section, reference, schema};
use busload::scenario::{MemoryFiles, Scenario, load};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every section, with no key that could be left out where it would hide what a key does.
const RICH: &str = r#"
[zone.datacenter]
[link.wan]
between = ["datacenter", "park"]
[sor.ticketing]
service = "exp(20ms)"
[sor.crm]
service = "exp(20ms)"
[event.ticket_changed]
from = "ticketing"
to = "tickets"
rate = "1/s"
[event.profile_changed]
from = "crm"
to = "profiles"
[event.billed]
from = "ticketing"
to = "billing"
rate = "1/s"
[segment.bus]
[topic.tickets]
segment = "bus"
[topic.profiles]
segment = "bus"
[queue.billing]
segment = "bus"
[queue.dead]
segment = "bus"
[subscriber.guest_profile]
from = "tickets"
work = "exp(1ms)"
[subscriber.guest_profile.callback]
[subscriber.gate]
from = "tickets"
raises = [{ event = "profile_changed" }]
[subscriber.clerk]
from = "billing"
work = "exp(1ms)"
[subscriber.fraud]
from = "tickets"
runs = "topology"
[[subscriber.fraud.stage]]
name = "first"
[feed.tickets_atom]
of = "ticket_changed"
[poller.analytics]
feed = "tickets_atom"
every = "60s"
[poller.batch]
feed = "tickets_atom"
at = ["00:30"]
[[disruption]]
what = "subscriber.guest_profile"
kind = "down"
at = "00:10"
for = "5m"
[[disruption]]
what = "sor.ticketing"
kind = "slow"
factor = 2
every = "exp(5h)"
for = "exp(10m)"
[[disruption]]
what = "link.wan"
kind = "lossy"
loss = "5%"
at = "00:10"
for = "5m"
[[surge]]
event = "ticket_changed"
at = "00:20"
for = "10m"
factor = 4
[growth]
rate = "30% per year"
[price]
currency = "USD"
"segment.*.threads" = 40
"#;

/// Where a key stands in that design.
fn path(section: &Section, key: &str) -> String {
    let place = match (section.path, key) {
        ("", key) => return key.to_string(),
        ("zone.NAME", _) => "zone.datacenter",
        ("link.NAME", _) => "link.wan",
        ("topic.NAME", _) => "topic.tickets",
        ("segment.NAME", _) => "segment.bus",
        ("queue.NAME", _) => "queue.billing",
        ("feed.NAME", _) => "feed.tickets_atom",
        ("poller.NAME", "at") => "poller.batch",
        ("poller.NAME", _) => "poller.analytics",
        ("subscriber.NAME", "stage" | "max_pending" | "replay_after") => "subscriber.fraud",
        ("subscriber.NAME.stage.N", _) => "subscriber.fraud.stage.0",
        ("subscriber.NAME.raises.N", _) => "subscriber.gate.raises.0",
        ("disruption.N", "factor" | "every") => "disruption.1",
        ("disruption.N", "loss") => "disruption.2",
        ("surge.N" | "disruption.N", _) => return format!("{}.{key}", section.path.replace('N', "0")),
        (path, _) => {
            let names = [("sor", "ticketing"), ("event", "ticket_changed"), ("segment", "bus"), ("subscriber", "guest_profile")];
            let of = names.iter().find(|(kind, _)| path.starts_with(kind)).map_or("", |(_, name)| name);
            return format!("{}.{key}", path.replace("NAME", of));
        }
    };
    format!("{place}.{key}")
}

/// What else must be said for the key to have an effect.
fn needs(path: &str) -> Vec<(&'static str, &'static str)> {
    const RESOURCES: (&str, &str) = ("event.ticket_changed.resources", "1000");
    const TIMEOUT: (&str, &str) = ("subscriber.guest_profile.callback.timeout", "2s");
    const RETRIES: (&str, &str) = ("subscriber.guest_profile.callback.retries", "5");
    const CLERK_FAILS: (&str, &str) = ("subscriber.clerk.failure", "1%");
    const FAILS: (&str, &str) = ("subscriber.guest_profile.failure", "1%");
    match path {
        // A steady state has neither a time of day nor a single disruption.
        "run.kind" => {
            vec![("disruption", "[]"), ("surge", "[]"), ("poller.batch", "{ feed = \"tickets_atom\", every = \"60s\" }")]
        }
        "surge.0.at" => vec![("run.horizon", "48h")],
        "sor.ticketing.own_load" => vec![("sor.ticketing.own_service", "25ms")],
        "sor.ticketing.own_service" => vec![("sor.ticketing.own_load", "30/s")],
        "sor.ticketing.clock_skew" | "event.ticket_changed.popularity" | "subscriber.guest_profile.guard" | "poller.analytics.guard" => {
            vec![RESOURCES]
        }
        "event.ticket_changed.weight" => vec![("event.ticket_changed.size", "{ light = \"300B\", heavy = \"4KiB\" }")],
        "event.ticket_changed.size.heavy" => vec![("event.ticket_changed.size.light", "300B")],
        "event.ticket_changed.lifecycle.spacing" => vec![("event.ticket_changed.lifecycle.changes", "3")],
        path if path.starts_with("event.ticket_changed.refused") => vec![("subscriber.guest_profile.max_length", "1000")],
        "segment.bus.backlog_penalty" => vec![("segment.bus.cost", "{ receive = \"1ms\" }")],
        "segment.bus.persist.group" => vec![("segment.bus.persist.write", "1ms")],
        "queue.billing.overflow" => vec![("queue.billing.max_length", "9")],
        "queue.billing.max_deliveries" | "queue.billing.redelivery_delay" | "queue.billing.requeue" => vec![CLERK_FAILS],
        "queue.billing.redelivery_factor" | "queue.billing.redelivery_delay_max" => {
            vec![CLERK_FAILS, ("queue.billing.redelivery_delay", "1s")]
        }
        "queue.billing.dead_letter" => vec![CLERK_FAILS, ("queue.billing.max_deliveries", "5")],
        "subscriber.guest_profile.overflow" => vec![("subscriber.guest_profile.max_length", "9")],
        "subscriber.guest_profile.max_deliveries" | "subscriber.guest_profile.redelivery_delay" | "subscriber.guest_profile.requeue" => {
            vec![FAILS]
        }
        "subscriber.guest_profile.redelivery_factor" | "subscriber.guest_profile.redelivery_delay_max" => {
            vec![FAILS, ("subscriber.guest_profile.redelivery_delay", "1s")]
        }
        "subscriber.guest_profile.dead_letter" => vec![FAILS, ("subscriber.guest_profile.max_deliveries", "5")],
        "subscriber.guest_profile.poison" => vec![FAILS, ("subscriber.guest_profile.max_deliveries", "5")],
        "subscriber.guest_profile.consumers" => vec![("subscriber.guest_profile.workers", "20000")],
        "subscriber.guest_profile.dispatch" => {
            vec![("subscriber.guest_profile.workers", "4"), ("subscriber.guest_profile.consumers", "2")]
        }
        "subscriber.guest_profile.ordering" => vec![RESOURCES],
        path if path.starts_with("subscriber.guest_profile.selector") => vec![("event.ticket_changed.kinds", "[\"create\", \"upgrade\"]")],
        "subscriber.guest_profile.callback.retries" => vec![TIMEOUT],
        path if path.starts_with("subscriber.guest_profile.callback.backoff") => vec![TIMEOUT, RETRIES],
        "subscriber.guest_profile.callback.breaker" => vec![TIMEOUT],
        "subscriber.guest_profile.callback.breaker.failures" => {
            vec![TIMEOUT, ("subscriber.guest_profile.callback.breaker.open_for", "30s")]
        }
        "subscriber.guest_profile.callback.breaker.open_for" => {
            vec![TIMEOUT, ("subscriber.guest_profile.callback.breaker.failures", "20")]
        }
        "subscriber.guest_profile.callback.cache" | "subscriber.guest_profile.callback.coalesce" => vec![RESOURCES],
        "subscriber.fraud.stage.0.group_by" => vec![RESOURCES],
        "subscriber.fraud.replay_after" => vec![("subscriber.fraud.max_pending", "100")],
        _ => vec![],
    }
}

/// The design with settings over it, those that the first one needs before it.
fn with(path: &str, value: &str) -> Result<Scenario, String> {
    let settings = needs(path).into_iter().chain([(path, value)]);
    load_set(&settings.collect::<Vec<_>>())
}

fn load_set(settings: &[(&str, &str)]) -> Result<Scenario, String> {
    let settings: Vec<(String, String)> = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
    let mut files = MemoryFiles::default().with("a.toml", RICH).with("base.toml", RICH);
    load("a.toml", &mut files, &settings).map_err(|problems| problems.to_string())
}

/// Everything that is simulated of a scenario.
fn meaning(mut scenario: Scenario) -> String {
    scenario.digest.clear();
    scenario.settings.clear();
    format!("{scenario:?}")
}

/// Every key with its section, but for those that no override can set: whole sections of entities, and `extends`.
fn keys() -> Vec<(&'static Section, &'static Key)> {
    let all = LANGUAGE.all().into_iter().flat_map(|section| section.keys.iter().map(move |key| (section, key)));
    all.filter(|(_, key)| !matches!(key.kind, Kind::Named(_)) && key.name != "extends").collect()
}

/// All of these at once, each that is wrong with its place.
fn hold(all: impl IntoIterator<Item = Result<(), String>>) {
    let wrong: Vec<String> = all.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n\n{}", wrong.len(), wrong.join("\n"));
}

/// Of texts that stand in quotes in a file, an override takes what is within.
fn as_set(written: &str) -> String {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => text.to_string(),
        None => written.to_string(),
    }
}

#[test]
fn every_example_loads() {
    hold(keys().into_iter().filter(|(_, key)| !matches!(key.name, "objective" | "assumption" | "price")).map(|(section, key)| {
        let path = path(section, key.name);
        with(&path, &as_set(key.example)).map(|_| ()).map_err(|problems| format!("{path} = {}\n{problems}", key.example))
    }));
}

#[test]
fn a_default_written_out_changes_nothing() {
    let mut count = 0;
    hold(keys().into_iter().filter_map(|(section, key)| {
        let Absent::Default(value) = key.absent else { return None };
        count += 1;
        let path = path(section, key.name);
        let written = match with(&path, &as_set(value)) {
            Ok(scenario) => meaning(scenario),
            Err(problems) => return Some(Err(format!("{path} = {value}\n{problems}"))),
        };
        let without = load_set(&needs(&path)).map(meaning).unwrap_or_else(|problems| panic!("without {path}\n{problems}"));
        Some(if written == without { Ok(()) } else { Err(format!("{path} = {value} is not what is so without it")) })
    }));
    assert!(count > 40, "only {count} defaults");
}

/// A value that no key of the kind takes.
fn wrong(kind: &Kind) -> &'static str {
    match kind {
        Kind::Several(..) | Kind::List(_) | Kind::Table(_) | Kind::Each(..) => "7",
        _ => "[[1]]",
    }
}

#[test]
fn a_value_of_another_kind_is_refused_as_such() {
    hold(keys().into_iter().map(|(section, key)| {
        let path = path(section, key.name);
        match with(&path, wrong(&key.kind)) {
            Ok(_) => Err(format!("{path} = {} is taken", wrong(&key.kind))),
            Err(problems) if problems.contains("has no key") => Err(format!("{path} is unknown to the reader:\n{problems}")),
            Err(problems) if !problems.contains(key.name) => Err(format!("{path} is not what is refused:\n{problems}")),
            Err(_) => Ok(()),
        }
    }));
}

/// The kinds of number and word of a key, those within an alternative too.
fn parts(kind: &Kind) -> Vec<Kind> {
    match kind {
        Kind::Either(one, other) => [parts(one), parts(other)].concat(),
        kind => vec![*kind],
    }
}

#[test]
fn bounds_are_those_that_the_reader_has() {
    let mut count = 0;
    hold(keys().into_iter().flat_map(|(section, key)| {
        let path = path(section, key.name);
        let takes = |value: String, wanted: bool| match with(&path, &value) {
            Ok(_) if !wanted => Err(format!("{path} = {value} is taken")),
            Err(problems) if wanted => Err(format!("{path} = {value}\n{problems}")),
            _ => Ok(()),
        };
        let mut checks = Vec::new();
        for kind in parts(&key.kind) {
            if let Kind::Whole(least, most) = kind {
                count += 1;
                // Some least values are taken and then have no effect on another key; the reader's refusal is what counts.
                let refused = |value: i128| {
                    with(&path, &value.to_string()).is_err_and(|problems| problems.contains("is too") || problems.contains("is negative"))
                };
                checks.push(if refused(i128::from(least)) { Err(format!("{path} does not take its least, {least}")) } else { Ok(()) });
                checks.push(if refused(i128::from(least) - 1) { Ok(()) } else { Err(format!("{path} takes less than {least}")) });
                if most != u64::MAX {
                    checks.push(if refused(i128::from(most)) { Err(format!("{path} does not take its most, {most}")) } else { Ok(()) });
                    checks.push(if refused(i128::from(most) + 1) { Ok(()) } else { Err(format!("{path} takes more than {most}")) });
                }
            }
            if let Kind::Number(least, most) = kind {
                checks.extend([
                    takes(least.to_string(), true),
                    takes(format!("{}", least - 1.0), false),
                    takes(format!("{}", most * 2.0), false),
                ]);
            }
        }
        checks
    }));
    assert!(count > 20, "only {count} whole numbers");
}

#[test]
fn words_are_those_that_the_reader_has() {
    hold(keys().into_iter().flat_map(|(section, key)| {
        let path = path(section, key.name);
        let words: Vec<&str> =
            parts(&key.kind).iter().flat_map(|kind| if let Kind::Word(words) = kind { words.to_vec() } else { Vec::new() }).collect();
        let unknown =
            |value: &str| with(&path, value).is_err_and(|problems| problems.contains(&format!("\"{value}\" is none of its values")));
        let mut checks: Vec<Result<(), String>> =
            words.iter().map(|word| if unknown(word) { Err(format!("{path} does not know {word}")) } else { Ok(()) }).collect();
        if matches!(key.kind, Kind::Word(_)) {
            let problems = with(&path, "zzzzzzzzzzzz").expect_err("not a word");
            let possible = format!("possible here: {}", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "));
            let same: BTreeSet<&str> = words.iter().copied().collect();
            let said: BTreeSet<&str> = problems
                .split("possible here: ")
                .nth(1)
                .unwrap_or("")
                .lines()
                .next()
                .unwrap_or("")
                .split(", ")
                .map(|word| word.trim_matches('"'))
                .collect();
            checks.push(if same == said { Ok(()) } else { Err(format!("{path}: not {possible}, but\n{problems}")) });
        }
        checks
    }));
}

/// A key that takes texts of each form, where its design needs nothing else.
fn place_of(form: &Form, text: &str) -> Option<&'static str> {
    Some(match form.name {
        "span" => "subscriber.guest_profile.callback.timeout",
        "rate" => "event.ticket_changed.rate",
        "bytes" => "segment.bus.memory",
        "bandwidth" => "link.wan.bandwidth",
        "share" => "subscriber.guest_profile.failure",
        "instant" => "surge.0.at",
        "distribution" | "service" => "subscriber.guest_profile.work",
        // Those that carry their own rate are for an event without one.
        "arrivals" if text.starts_with("gaps") || text.starts_with("mmpp") => "event.profile_changed.arrivals",
        "arrivals" => "event.ticket_changed.arrivals",
        "popularity" => "event.ticket_changed.popularity",
        "share per count" => "segment.bus.backlog_penalty",
        _ => return None,
    })
}

/// The design as the schema sees it, with one value at a path, and what that needs.
fn instance(path: &str, value: Value) -> Value {
    let mut instance = serde_json::to_value(toml::from_str::<toml::Table>(RICH).unwrap()).unwrap();
    for (path, written) in needs(path) {
        let table = toml::from_str::<toml::Table>(&format!("value = {written}"));
        let value = table.map_or(json!(written), |table| serde_json::to_value(&table["value"]).unwrap());
        *at(&mut instance, path) = value;
    }
    *at(&mut instance, path) = value;
    instance
}

/// What stands at a path; tables on the way that are not there are made.
fn at<'v>(instance: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(instance, |at, part| match part.parse::<usize>() {
        Ok(index) => &mut at[index],
        Err(_) => {
            if !at.is_object() {
                *at = json!({});
            }
            at.as_object_mut().unwrap().entry(part.to_string()).or_insert(Value::Null)
        }
    })
}

fn refusals(validator: &jsonschema::Validator, instance: &Value) -> String {
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>().join("\n")
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).expect("a schema")
}

fn literal(written: &str) -> Value {
    let table: toml::Table = toml::from_str(&format!("value = {written}")).unwrap_or_else(|error| panic!("{written}: {error}"));
    serde_json::to_value(&table["value"]).unwrap()
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let validator = validator();
    let takes = |path: &str, value: Value| {
        let refusals = refusals(&validator, &instance(path, value.clone()));
        if refusals.is_empty() { Ok(()) } else { Err(format!("{path} = {value}\n{refusals}")) }
    };
    assert!(validator.is_valid(&instance("title", json!("as it is"))));
    hold(keys().into_iter().map(|(section, key)| takes(&path(section, key.name), literal(key.example))));
    hold(keys().into_iter().filter_map(|(section, key)| match key.absent {
        Absent::Default(value) => Some(takes(&path(section, key.name), literal(value))),
        _ => None,
    }));
    let refuses = |path: &str, value: Value| {
        if validator.is_valid(&instance(path, value.clone())) { Err(format!("the schema takes {path} = {value}")) } else { Ok(()) }
    };
    hold(keys().into_iter().map(|(section, key)| refuses(&path(section, key.name), literal(wrong(&key.kind)))));
    hold(["wokers", "WORKERS", ""].map(|key| refuses(&format!("sor.ticketing.{key}"), json!(1))));
    hold(
        [
            ("subscriber.guest_profile.work", json!("20")),
            ("subscriber.guest_profile.work", json!(20)),
            ("subscriber.guest_profile.work", json!("expo(20ms)")),
            ("run.horizon", json!("5parsecs")),
            ("event.ticket_changed.rate", json!("-1/s")),
            ("subscriber.guest_profile.failure", json!(1.5)),
            ("Sor", json!({})),
            ("sor.Ticketing", json!({})),
        ]
        .map(|(path, value)| refuses(path, value)),
    );
}

#[test]
fn the_schema_misses_what_is_needed_unless_the_file_extends_another() {
    let validator = validator();
    let without = json!({ "event": { "changed": { "to": "tickets" } } });
    assert!(refusals(&validator, &without).contains("from"), "{}", refusals(&validator, &without));
    assert!(validator.is_valid(&json!({ "extends": "base.toml", "event": { "changed": { "to": "tickets" } } })));
}

/// Each form, and spellings that people use.
#[test]
fn what_is_said_of_values_is_so() {
    let validator = validator();
    let odd = [
        ("subscriber.guest_profile.callback.timeout", vec!["1_000ms", " 20s ", "1e3s", "+5s", "5 ms", "1.5h", "90us", "12µs", "3min"]),
        (
            "subscriber.guest_profile.work",
            vec!["0", "27us+exp(5ms)", " exp( 20ms ) ", "exp(mean=20ms)", "1e+3ms", "1e3us + 2ms + exp(1ms)"],
        ),
        ("event.ticket_changed.rate", vec!["1e3/s", "1.5K / day", "7/week", "2 /min", "3/second"]),
        ("segment.bus.memory", vec!["1 GiB", "1_000_000B", "0.5MB"]),
        ("link.wan.bandwidth", vec!["100 Mbit/s", "1e6bit/s"]),
        ("subscriber.guest_profile.failure", vec!["0.7", "70 %", "1e-3", "0%"]),
        ("surge.0.at", vec!["09:30", "30m"]),
    ];
    let forms = FORMS.iter().flat_map(|form| form.written.iter().filter_map(|(text, _)| Some((place_of(form, text)?, *text))));
    let odd = odd.iter().flat_map(|(path, texts)| texts.iter().map(|text| (*path, *text)));
    hold(forms.chain(odd).map(|(path, text)| {
        with(path, &format!("\"{text}\"")).map_err(|problems| format!("{path} = {text}\n{problems}"))?;
        let refusals = refusals(&validator, &instance(path, json!(text)));
        if refusals.is_empty() { Ok(()) } else { Err(format!("the schema refuses {path} = {text}\n{refusals}")) }
    }));
}

#[test]
fn every_shipped_scenario_and_starter_fits_the_schema() {
    let (validator, root) = (validator(), Path::new(env!("CARGO_MANIFEST_DIR")));
    let mut count = 0;
    for folder in ["scenarios", "src/cli/templates"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let table: toml::Table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                let refusals = refusals(&validator, &serde_json::to_value(table).unwrap());
                assert!(refusals.is_empty(), "{}:\n{refusals}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 29, "only {count}");
}

/// The reader takes no key that the table lacks, so that one added to it alone would never be taken: this says so before a test does.
#[test]
fn every_key_that_the_reader_asks_for_is_in_the_table() {
    let known: BTreeSet<&str> = LANGUAGE.all().iter().flat_map(|section| section.keys).map(|key| key.name).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario/read");
    let mut asked = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for getter in [".get(", ".require(", ".inner(", ".list(", ".node(", "part(", "entities(root, "] {
            for (at, _) in text.match_indices(getter) {
                let rest = text[at + getter.len()..].trim_start();
                if let Some(name) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    asked.insert(name.to_string());
                }
            }
        }
    }
    let missing: Vec<&String> = asked.iter().filter(|name| !known.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "add them to src/scenario/language/: {missing:?}");
    let idle: Vec<&&str> = known.iter().filter(|name| !asked.contains(**name)).collect();
    assert!(idle.is_empty(), "nothing reads them: {idle:?}");
}

/// A file of the documentation that is made from the code; `UPDATE=1` writes it.
pub fn current(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{file} is not what the code says; UPDATE=1 cargo test --release --test it -- current writes it");
}

#[test]
fn the_reference_and_the_schema_are_current() {
    current("docs/language.md", &reference());
    current("docs/schema/scenario.json", &(serde_json::to_string_pretty(&schema()).unwrap() + "\n"));
}
