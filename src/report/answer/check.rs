//! What arithmetic says of designs, told: a section for each, the fullest stations first.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::Verdict;
use crate::outcome::check::{CheckOutcome, DesignCheck, Note, Station};
use crate::report::chart::stations;
use crate::report::text::{clock, quoted};
use crate::units::{Unit, three_digits};

/// Rows of each table that a terminal shows.
const ROWS: usize = 15;

pub fn check(outcome: &CheckOutcome) -> Answer {
    let mut blocks = Vec::new();
    let several = outcome.designs.len() > 1;
    for (index, design) in outcome.designs.iter().enumerate() {
        if several {
            blocks.extend([
                Block::Heading(format!("{}: {}", design.scenario.file, design.scenario.title)),
                Block::Text(design.conclusion.clone()),
            ]);
        }
        section(design, &mut blocks);
        let number = if several { format!("_{}", index + 1) } else { String::new() };
        blocks.extend(stations::picture(design).map(|picture| Block::Chart(Chart::of_picture(&format!("stations{number}"), picture))));
    }
    let first = &outcome.designs[0];
    let full = outcome.designs.iter().filter(|design| !design.bears).count();
    let conclusion = match (several, full) {
        (false, _) => first.conclusion.clone(),
        (true, 0) => format!("By arithmetic all {} designs bear their loads.", outcome.designs.len()),
        (true, full) => format!(
            "{full} of {} designs {}.",
            outcome.designs.len(),
            if full == 1 { "does not bear its load" } else { "do not bear their loads" }
        ),
    };
    Answer {
        command: "check",
        title: if several { "Checked without simulation".into() } else { format!("{}: by arithmetic", first.scenario.title) },
        question: if several { String::new() } else { first.scenario.question.clone() },
        conclusion,
        tone: Some(if full > 0 { Verdict::Missed } else { Verdict::Met }),
        blocks,
        method: method(),
        reproduce: reproduce(outcome),
    }
}

fn section(design: &DesignCheck, blocks: &mut Vec<Block>) {
    let mut add = |heading: &str, table: Table| {
        if !table.rows.is_empty() {
            blocks.extend([Block::Heading(heading.into()), Block::Table(table)]);
        }
    };
    add("Stations, the fullest first", table_of_stations(design));
    add("Events", events(design));
    add("Callbacks and calls", callbacks(design));
    add("Links", links(design));
    add("While a subscriber is down", outages(design));
    let notes = [
        ("Does not keep up", &design.unstable),
        ("Left at zero or without a limit, and it matters", &design.zeros),
        ("Without effect now", &design.idle),
        ("Left out of this arithmetic", &design.left_out),
    ];
    for (heading, notes) in notes.into_iter().filter(|(_, notes)| !notes.is_empty()) {
        blocks.push(Block::Heading(heading.into()));
        blocks.extend(notes.iter().map(told));
    }
}

fn told(note: &Note) -> Block {
    Block::Text(match () {
        () if note.path.is_empty() || note.sentence.starts_with(&note.path) => note.sentence.clone(),
        () => format!("{}: {}", note.path, note.sentence),
    })
}

fn share(value: f64) -> Cell {
    Cell::number(Unit::Share.show(value), value)
}

fn number(unit: Unit, value: f64) -> Cell {
    Cell::number(unit.show(value), value)
}

fn table_of_stations(design: &DesignCheck) -> Table {
    let columns = ["Station", "Of", "Servers#", "Mean load#", "peak#", "Mean busy#", "peak#", "Peak at", "~Mostly", "~Exact"];
    let mut table = Table::new(&columns, ROWS);
    for station in &design.stations {
        let flat = (station.load_peak - station.load_mean).abs() <= 1e-9 * station.load_peak;
        table.row(vec![
            Cell::text(&station.name),
            Cell::text(&station.servers_are),
            Cell::number(three_digits(station.servers), station.servers),
            share(station.load_mean),
            share(station.load_peak),
            busy(station, station.busy_mean),
            busy(station, station.busy_peak),
            if flat { Cell::text("-") } else { Cell::number(clock(station.peak_at_s), station.peak_at_s) },
            Cell::text(mostly(station)),
            Cell::text(if station.exact { "yes" } else { "estimated" }),
        ]);
    }
    table
}

/// What a run shows under the same name; estimates are marked.
fn busy(station: &Station, value: f64) -> Cell {
    let about = if station.exact { "" } else { "~" };
    if station.metric.is_some() { Cell::number(format!("{about}{}", Unit::Share.show(value)), value) } else { Cell::text("-") }
}

fn mostly(station: &Station) -> String {
    let largest = station.parts.iter().max_by(|a, b| a.load_peak.total_cmp(&b.load_peak));
    let part = largest.filter(|_| station.parts.len() > 1 && station.load_peak > 0.0);
    part.map_or("-".into(), |part| format!("{} {}", part.what, Unit::Share.show(part.load_peak / station.load_peak)))
}

fn events(design: &DesignCheck) -> Table {
    let mut table = Table::new(&["Event", "Mean#", "At the peak#", "Messages taken of each#"], ROWS);
    for event in &design.events {
        let cells = [
            number(Unit::PerSecond, event.mean),
            number(Unit::PerSecond, event.peak),
            Cell::number(three_digits(event.copies), event.copies),
        ];
        table.row([Cell::text(&event.event)].into_iter().chain(cells).collect());
    }
    table
}

fn callbacks(design: &DesignCheck) -> Table {
    let columns =
        ["System", "Requests an event#", "~with all retries#", "a second#", "at the peak#", "Of capacity#", "peak#", "with retries#"];
    let mut table = Table::new(&columns, ROWS);
    for sor in &design.callbacks {
        table.row(vec![
            Cell::text(&sor.sor),
            Cell::number(three_digits(sor.requests_per_event), sor.requests_per_event),
            Cell::number(three_digits(sor.requests_per_event_worst), sor.requests_per_event_worst),
            Cell::number(three_digits(sor.requests_mean), sor.requests_mean),
            Cell::number(three_digits(sor.requests_peak), sor.requests_peak),
            share(sor.share_mean),
            share(sor.share_peak),
            share(sor.share_peak_worst),
        ]);
    }
    table
}

fn links(design: &DesignCheck) -> Table {
    let mut table = Table::new(&["Link", "Both directions, mean#", "At the peak#"], ROWS);
    for link in &design.links {
        table.row(vec![
            Cell::text(&link.link),
            number(Unit::BytesPerSecond, link.bytes_mean),
            number(Unit::BytesPerSecond, link.bytes_peak),
        ]);
    }
    table
}

fn outages(design: &DesignCheck) -> Table {
    let columns = ["Subscriber", "Messages an hour#", "at the peak#", "Memory an hour#", "at the peak#", "Full after#", "Drained after#"];
    let mut table = Table::new(&columns, ROWS);
    let after = |seconds: Option<f64>, otherwise: &str| match seconds {
        Some(seconds) if seconds < 360_000_000.0 => number(Unit::Seconds, seconds),
        _ => Cell::text(otherwise),
    };
    for outage in &design.outages {
        table.row(vec![
            Cell::text(&outage.subscriber),
            number(Unit::Count, outage.messages_per_hour_mean),
            number(Unit::Count, outage.messages_per_hour_peak),
            number(Unit::Bytes, outage.bytes_per_hour_mean),
            number(Unit::Bytes, outage.bytes_per_hour_peak),
            after(outage.full_after_s, "no limit"),
            after(outage.drain_s, "never"),
        ]);
    }
    table
}

fn method() -> Vec<String> {
    [
        "Load is what is asked of a station as a share of what it can do: arrivals times mean service over servers. From 100 % on it does not keep up.",
        "Busy is the share of time that a run shows as utilization: servers that are held while others are waited for are busy too. Figures with ~ \
         estimate that waiting by the Allen and Cunneen formula.",
        "The peak is the worst aligned five minutes of the profiles, weekdays, surges and traces.",
        "Time-outs, full lines, lifetimes and disruptions are left out: what they do depends on waiting, which a simulation shows.",
        "Memory is that of a durable subscription's messages while its subscriber is down; drained after: an hour's backlog at the mean rate, by \
         the spare capacity of its workers and of the systems that it asks.",
    ]
    .map(String::from)
    .to_vec()
}

fn reproduce(outcome: &CheckOutcome) -> String {
    let files: String = outcome.designs.iter().map(|design| format!(" {}", quoted(&design.scenario.file))).collect();
    let settings = &outcome.designs[0].scenario.settings;
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload check{files}{}", settings.iter().map(option).collect::<String>())
}
