//! Part 1: deterministic designs to the nanosecond, against recursions written here for themselves; the same bytes on any number of
//! threads.

use super::table::Report;
use super::unbiased::{Nobody, load};
use busload::experiment;
use busload::outcome::Outcome;

/// Mean and maximum in nanoseconds.
type Latency = (f64, f64);

/// Arrivals and services in nanoseconds: a fixed irregular table.
pub fn table(rows: u64) -> Vec<(u64, u64)> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut at = 0;
    let mut row = || {
        at += next() % 1_000_000_000 + 1;
        (at, next() % 900_000_000 + 1)
    };
    (0..rows).map(|_| row()).collect()
}

/// Sojourns at so many servers on one line in order of arrival (J. Kiefer and J. Wolfowitz 1955; for one server D. Lindley 1952).
pub fn sojourns(table: &[(u64, u64)], servers: usize, turnaround: u64) -> Vec<u64> {
    let mut free = vec![0; servers];
    let one = |(came, work): &(u64, u64)| {
        let server = (0..servers).min_by_key(|server| free[*server]).expect("a server");
        let done = free[server].max(*came) + work;
        free[server] = done + turnaround;
        done - came
    };
    table.iter().map(one).collect()
}

/// The table as a scenario.
pub fn outcome(table: &[(u64, u64)], server: &str, link: &str) -> Outcome {
    let csv = table.iter().enumerate().map(|(seq, (at, work))| format!("{seq},{at},{work}\n")).collect::<String>();
    let text = format!(
        "[run]\nhorizon = \"400s\"\nending = \"drain\"\nreplications = 1\n[sor.source]\n{link}[event.customer]\nfrom = \"source\"\nto = \"line\"\narrivals = \"trace(t.csv, column=at, unit=ns, key=seq)\"\n[segment.bus]\nzone = \"here\"\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\n{server}\nwork = \"trace(t.csv, column=work, unit=ns, key=seq, else=1s)\"\n"
    );
    let scenario = load(&text, &[("t.csv", format!("seq,at,work\n{csv}"))]);
    experiment::run(&scenario, &Nobody).expect("nobody stops it")
}

/// Mean and maximum in nanoseconds, as the outcome has them.
pub fn seen(outcome: &Outcome) -> (f64, f64) {
    let point =
        |statistic: &str| outcome.metric(&format!("subscriber.server.end_to_end.{statistic}")).map_or(f64::NAN, |metric| metric.point);
    (point("mean") * 1e9, point("max") * 1e9)
}

/// Name, what is seen, what the recursion says.
pub fn checks() -> Vec<(&'static str, Latency, Latency)> {
    let table = table(600);
    let due = |servers: usize, turnaround: u64, more: u64| {
        let all: Vec<u64> = sojourns(&table, servers, turnaround).into_iter().map(|sojourn| sojourn + more).collect();
        (all.iter().map(|sojourn| *sojourn as f64).sum::<f64>() / all.len() as f64, *all.iter().max().expect("rows") as f64)
    };
    let link = "[link.wire]\nbetween = [\"here\", \"there\"]\nlatency = \"30ms\"\n";
    vec![
        ("one server", seen(&outcome(&table, "", "")), due(1, 0, 0)),
        ("three servers on one line", seen(&outcome(&table, "workers = 3", "")), due(3, 0, 0)),
        // Each message costs a round trip more before the next one comes, and one way for itself.
        (
            "prefetch 1 behind a wire of 30 ms",
            seen(&outcome(&table, "zone = \"there\"\nprefetch = 1\nworkers = 1", link)),
            due(1, 60_000_000, 30_000_000),
        ),
        ("deep prefetch behind the same wire", seen(&outcome(&table, "zone = \"there\"", link)), due(1, 0, 30_000_000)),
    ]
}

/// The whole part.
pub fn part(report: &mut Report) {
    report.part(
        "1 Exact",
        "Recorded arrivals and services, 600 of them, against recursions: mean and maximum of the latency in nanoseconds.",
    );
    let mut lines = Vec::new();
    for (name, seen, due) in checks() {
        let verdict = report.check(name, same(seen, due));
        lines.push(vec![
            name.to_string(),
            format!("{:.3}", due.0),
            format!("{:.3}", seen.0),
            format!("{}", due.1),
            format!("{}", seen.1),
            verdict,
        ]);
    }
    report.table(&["Design", "Mean due", "Mean seen", "Maximum due", "Maximum seen", ""], &lines);
}

/// Equal up to the last bits of a division.
pub fn same(seen: (f64, f64), due: (f64, f64)) -> bool {
    (seen.0 - due.0).abs() <= 1e-12 * due.0 && (seen.1 - due.1).abs() < 0.5
}
