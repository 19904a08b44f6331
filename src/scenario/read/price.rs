//! `[price]` and `[growth]`: what capacity costs, and how fast the load grows.

use crate::scenario::document::{Entry, Node, Value};
use crate::scenario::names::ENTITIES;
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::similar;
use crate::scenario::spec::{Charge, Growth, Price, Runs, Scenario};
use crate::scenario::values::{number, text};
use crate::units::{Currency, Span};
use std::collections::BTreeMap;

/// Of one unit and month.
const PRICE_MAX: f64 = 1e12;
/// Seconds.
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// Reads `[price]`: every price times the settings that its path names.
pub(super) fn price(root: &mut Reader<'_>, scenario: &Scenario) -> Option<Price> {
    let mut section = root.inner("price", "[price] with currency and prices below it")?;
    let currency = section.require("currency", "currency = \"USD\"", currency);
    let settings = settings(scenario);
    let mut bills: BTreeMap<usize, Vec<Bill<'_>>> = BTreeMap::new();
    let mut prices = 0;
    for (path, entry) in section.each().into_iter().filter(|(path, _)| *path != "currency") {
        prices += 1;
        match bill(path, entry, &settings) {
            Ok((each, matched)) => {
                matched.into_iter().for_each(|setting| bills.entry(setting).or_default().push(Bill { path, entry, each }));
            }
            Err(fault) => section.context.fault("price", &entry.node, fault),
        }
    }
    if prices == 0 {
        section.context.report(section.place, "price: nothing has a price", "write for example \"segment.*.threads\" = 40");
    }
    let mut charges = Vec::new();
    for (setting, bills) in bills {
        let name = &settings[setting].path;
        match nearest(&bills) {
            Some(_) if settings[setting].is_idle => {}
            Some(bill) => charges.push(Charge { path: name.clone(), each: bill.each, count: settings[setting].count }),
            None => {
                let what = format!("price: {name} has two prices, of \"{}\" and of \"{}\"", bills[0].path, bills[1].path);
                section.context.report(bills[1].entry.key, what, format!("write one for \"{name}\" itself, or remove one of the two"));
            }
        }
    }
    Some(Price { currency: currency?, charges })
}

/// A price that a setting may have.
struct Bill<'a> {
    path: &'a str,
    entry: &'a Entry,
    each: f64,
}

/// The one with the fewest `*`; none where two are equally near.
fn nearest<'b, 'a>(bills: &'b [Bill<'a>]) -> Option<&'b Bill<'a>> {
    let stars = |bill: &&Bill<'_>| bill.path.matches('*').count();
    let nearest = bills.iter().min_by_key(stars)?;
    (bills.iter().filter(|bill| stars(bill) == stars(&nearest)).count() == 1).then_some(nearest)
}

/// Something that is bought by the piece.
struct Setting {
    path: String,
    count: u32,
    /// A workflow runs on the threads of its segment, which are paid there.
    is_idle: bool,
}

/// Everything that can have a price.
fn settings(scenario: &Scenario) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut add = |path: String, count: u32, is_idle: bool| settings.push(Setting { path, count, is_idle });
    scenario.segments.iter().for_each(|segment| add(format!("segment.{}.threads", segment.name), segment.threads, false));
    scenario.sors.iter().for_each(|sor| add(format!("sor.{}.workers", sor.name), sor.workers, false));
    for subscriber in &scenario.subscribers {
        let (name, is_idle) = (&subscriber.name, subscriber.runs == Runs::Workflow);
        add(format!("subscriber.{name}.workers"), subscriber.workers, is_idle);
        add(format!("subscriber.{name}.consumers"), subscriber.consumers, is_idle);
        if let Some(connections) = subscriber.callback.as_ref().and_then(|callback| callback.connections) {
            add(format!("subscriber.{name}.callback.connections"), connections, is_idle);
        }
    }
    settings
}

/// The price of one, and the settings that it is for.
fn bill(path: &str, entry: &Entry, settings: &[Setting]) -> Result<(f64, Vec<usize>), Fault> {
    if let (Value::Table(_), None) = (&entry.node.value, path.find('.')) {
        let hint = "write it in quotes, as its dots belong to it: \"segment.*.threads\" = 40";
        return Err(Fault::new(format!("the path {path}... is without quotes"), hint).at(entry.key));
    }
    let matched: Vec<usize> = (0..settings.len()).filter(|index| matches(path, &settings[*index].path)).collect();
    if matched.is_empty() {
        return Err(unknown(path, settings).at(entry.key));
    }
    let each = number(0.0..=PRICE_MAX)(&entry.node)?;
    Ok((each, matched))
}

/// Part by part; `*` stands for any one of them.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('.'), path.split('.'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == "*" || wanted == part => {}
            _ => return false,
        }
    }
}

fn unknown(path: &str, settings: &[Setting]) -> Fault {
    let names: Vec<&str> = settings.iter().map(|setting| setting.path.as_str()).collect();
    let kind = path.split('.').next().unwrap_or_default();
    let otherwise = match kind {
        "subscriber" => "of subscribers, `workers`, `consumers` and `callback.connections` have prices",
        kind if ENTITIES.contains(&kind) => "prices are for `threads` of segments and `workers` of systems of record and subscribers",
        _ => "write for example \"segment.*.threads\" or \"sor.ticketing.workers\"",
    };
    Fault::new(format!("\"{path}\" names nothing in this scenario that has a price"), similar::hint(path, &names, otherwise))
}

fn currency(node: &Node) -> Result<Currency, Fault> {
    let code = text(node)?;
    code.parse()
        .map_err(|()| Fault::new(format!("\"{code}\" is not a currency"), "write its code of three capital letters, such as \"USD\""))
}

/// Reads `[growth]`, of which `forecast` makes use.
pub(super) fn growth(root: &mut Reader<'_>) -> Option<Growth> {
    let mut section = root.inner("growth", "[growth] with rate = \"30% per year\"")?;
    let growth = section.require("rate", "rate = \"30% per year\"", grows);
    section.done();
    growth
}

fn grows(node: &Node) -> Result<Growth, Fault> {
    const HINT: &str = "write for example \"30% per year\"";
    let written = text(node)?;
    let wrong = || Fault::new(format!("\"{written}\" is not a growth"), HINT);
    let (share, per) = written.split_once(" per ").ok_or_else(wrong)?;
    let per = match per.trim() {
        "year" => YEAR,
        "month" => YEAR / 12,
        "week" => 7 * DAY,
        "day" => DAY,
        _ => return Err(wrong()),
    };
    let percent: f64 = share.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok()).ok_or_else(wrong)?;
    if !(percent > -100.0 && percent <= 10_000.0) {
        return Err(Fault::new(format!("{percent}% is impossible here"), "write more than -100% and at most 10000%"));
    }
    Ok(Growth { share: percent / 100.0, per: Span::from_secs(per) })
}
