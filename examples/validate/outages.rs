//! Known answers of designs that fail: a server that breaks down at random, a durable subscriber that was away, a backlog to be drained.

use super::cases::{Case, Filed, nanos};
use super::levels::Levels;

type Expressed = Result<Case, &'static str>;

/// Breakdowns by the clock. What was at work begins anew, which for exponential times is as if it went on.
pub fn breakdown(filed: &Filed) -> Expressed {
    const MOST: f64 = 1_500_000.0;
    let (_, mean) = filed.exponential();
    let cycle = 1.0 / filed.model("failure_rate") + 1.0 / filed.model("repair_rate");
    // Long against the cycle of failure and repair.
    let enough = CYCLES * cycle;
    let seconds = filed.length(filed.rate(), mean, 1.0, 1.0).max(enough.min(MOST / filed.rate()));
    let mean_sojourn = "subscriber.server.end_to_end.mean".to_string();
    let checks = vec![
        ("subscriber.server.utilization.mean".into(), filed.exact("utilization_of_up_time") * filed.exact("availability")),
        (mean_sojourn.clone(), filed.exact("mean_sojourn")),
        ("subscriber.server.throughput".into(), filed.rate()),
    ];
    let mut case = filed.case(broken(filed, seconds, 1.0), checks)?;
    if enough > MOST / filed.rate() {
        let (pair, long) = (PAIRED * cycle, LONG * cycle);
        case.levels = Some(Levels {
            metric: mean_sojourn,
            real: broken(filed, pair, 1.0),
            cheap: broken(filed, pair, FEWER),
            cheap_long: broken(filed, long, FEWER).replace("\nseed = ", "\nseed = 1000"),
        });
    }
    Ok(case)
}

/// Cycles of failure and repair in a replication: as many as tell a mean to well below 1 %.
const CYCLES: f64 = 4_000.0;
/// Where that would be too many customers: a share of them, in how many cycles beside all of them, and alone.
const FEWER: f64 = 0.02;
const PAIRED: f64 = 1_000.0;
const LONG: f64 = 36_000.0;

/// So many seconds with a share of the customers, whose service is as many times longer: the outages are the same.
fn broken(filed: &Filed, seconds: f64, share: f64) -> String {
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\nrate = \"{}/s\"\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"exp({})\"\n[[disruption]]\nwhat = \"subscriber.server\"\nkind = \"down\"\nevery = \"exp({})\"\nfor = \"exp({})\"\n",
        filed.rate() * share,
        nanos(1.0 / filed.model("service_rate") / share),
        nanos(1.0 / filed.model("failure_rate")),
        nanos(1.0 / filed.model("repair_rate"))
    );
    filed.design(seconds, &parts)
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
