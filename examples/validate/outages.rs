//! Known answers of designs that fail: a server that breaks down at random, a durable subscriber that was away, a backlog to be drained.

use super::cases::{Case, Filed, nanos};

type Expressed = Result<Case, &'static str>;

/// Breakdowns by the clock. What was at work begins anew, which for exponential times is as if it went on.
pub fn breakdown(filed: &Filed) -> Expressed {
    let (service, mean) = filed.exponential();
    let (between, repair) = (1.0 / filed.model("failure_rate"), 1.0 / filed.model("repair_rate"));
    // Long against the cycle of failure and repair.
    let seconds = (filed.length(filed.rate(), mean, 1.0, 1.0)).max(120.0 * (between + repair));
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\n{}\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"{service}\"\n[[disruption]]\nwhat = \"subscriber.server\"\nkind = \"down\"\nevery = \"exp({})\"\nfor = \"exp({})\"\n",
        filed.poisson(),
        nanos(between),
        nanos(repair)
    );
    let checks = vec![
        ("subscriber.server.utilization.mean".into(), filed.exact("utilization_of_up_time") * filed.exact("availability")),
        ("subscriber.server.end_to_end.mean".into(), filed.exact("mean_sojourn")),
        ("subscriber.server.throughput".into(), filed.rate()),
    ];
    filed.case(filed.design(seconds, &parts), checks)
}

/// So many seconds of a day with one outage, at a line of one server.
fn day(filed: &Filed, seconds: f64, event: &str, work: f64, (from, until): (f64, f64)) -> String {
    format!(
        "title = \"{}\"\n[run]\nhorizon = \"{}\"\nreplications = {}\nseed = {}\n[sor.source]\n[segment.bus]\n[queue.line]\nsegment = \"bus\"\n[event.customer]\nfrom = \"source\"\nto = \"line\"\n{event}\n[subscriber.server]\nfrom = \"line\"\nprefetch = 1\nwork = \"exp({})\"\n[[disruption]]\nwhat = \"subscriber.server\"\nkind = \"down\"\nat = \"{}\"\nfor = \"{}\"\n",
        filed.id(),
        nanos(seconds),
        filed.effort.replications,
        filed.effort.seed,
        nanos(work),
        nanos(from),
        nanos(until - from)
    )
}

/// A subscriber is away for hours; the fluid answer holds to a few messages of tens of thousands.
pub fn durable(filed: &Filed) -> Expressed {
    let (outage, drain) = (filed.model("outage"), filed.exact("drain_time"));
    let from = 1800.0;
    let work = 1.0 / filed.model("drain_rate");
    let text = day(filed, from + outage + drain * 1.2, &filed.poisson(), work, (from, from + outage));
    let checks =
        vec![("subscriber.server.backlog.max".into(), filed.exact("backlog_at_recovery")), ("subscriber.server.drain.mean".into(), drain)];
    filed.case(text, checks)
}

/// A backlog that comes in an instant while the server is away for one: until none is left waiting.
pub fn drain(filed: &Filed) -> Expressed {
    let backlog = filed.model("backlog_at_start") as usize;
    let (_, mean) = filed.exponential();
    let time = filed.exact("mean_time_to_empty");
    let text = day(filed, time * 1.5, &filed.poisson(), mean, (1e-3, 3e-3));
    let text = text + "[event.left]\nfrom = \"source\"\nto = \"line\"\narrivals = \"trace(start.csv, column=at, unit=ms)\"\n";
    // The last of them is at work when none waits.
    let mut case = filed.case(text, vec![("subscriber.server.drain.mean".into(), time * (1.0 - 1.0 / backlog as f64))])?;
    case.files.push(("start.csv", format!("at\n{}", "2\n".repeat(backlog))));
    Ok(case)
}
