//! Known answers of designs with more than one line: networks with feedback, geometric batches, conflation, a feed on a clock.

use super::cases::{Case, Filed, nanos};
use serde_json::Value;

type Expressed = Result<Case, &'static str>;

/// Stations that send on what they have done as derived events (J. Jackson 1957).
pub fn jackson(filed: &Filed) -> Expressed {
    let list = |name: &str| filed.list(&filed.case["model"][name]);
    let (rates, servers, external) = (list("service_rates"), list("servers"), list("external")[0]);
    let routing: Vec<Vec<f64>> = filed.case["model"]["routing"].as_array().expect("rows").iter().map(|row| filed.list(row)).collect();
    let slowest = rates.iter().fold(f64::INFINITY, |least, rate| least.min(*rate));
    let seconds = filed.length(external, 1.0 / slowest, 1.0, 2.0);
    let (mut parts, mut checks) = (String::new(), Vec::new());
    for (index, row) in routing.iter().enumerate() {
        let of = index + 1;
        let rate = if index == 0 { format!("rate = \"{external}/s\"\n") } else { String::new() };
        let to = |(other, share): (usize, &f64)| format!("{{ event = \"e{}\", share = {share:?} }}", other + 1);
        let raises: Vec<String> = row.iter().enumerate().filter(|(_, share)| **share > 0.0).map(to).collect();
        parts += &format!(
            "[event.e{of}]\nfrom = \"source\"\nto = \"q{of}\"\n{rate}[queue.q{of}]\nsegment = \"bus\"\n[subscriber.s{of}]\nfrom = \"q{of}\"\nwork = \"exp({})\"\nworkers = {}\nraises = [{}]\n",
            nanos(1.0 / rates[index]),
            servers[index],
            raises.join(", ")
        );
        let figures = [
            ("arrival_rate", "throughput"),
            ("utilization", "utilization.mean"),
            ("mean_number", "in_flight.mean"),
            ("mean_sojourn", "end_to_end.mean"),
        ];
        checks.extend(figures.map(|(name, metric)| (format!("subscriber.s{of}.{metric}"), filed.exact(&format!("station{of}_{name}")))));
    }
    filed.case(filed.design(seconds, &parts), checks)
}

/// Values of the exponential gap between batches: the middles of so many equally likely parts.
const PARTS: u32 = 3000;

/// A batch of geometric size is a row of gaps of nothing: after each customer the next comes at once, or after an exponential time.
pub fn geometric_batch(filed: &Filed) -> Expressed {
    let (service, mean) = filed.exponential();
    let (size, between) = (filed.model("mean_batch"), 1.0 / filed.model("batch_rate"));
    // Customers of a batch wait for each other, so that so many tell less.
    let seconds = size * filed.length(filed.exact("throughput"), mean, 1.0, size);
    let mut gaps = format!("ns,weight\n0,{}\n", (size - 1.0) * f64::from(PARTS));
    for part in 0..PARTS {
        // The mean over the part, so that the mean gap is exact: integral of -ln u over (part, part + 1) / PARTS.
        let integral = |u: f64| if u > 0.0 { u - u * u.ln() } else { 0.0 };
        let (low, high) = (f64::from(part) / f64::from(PARTS), f64::from(part + 1) / f64::from(PARTS));
        gaps += &format!("{},1\n", (between * (integral(high) - integral(low)) * f64::from(PARTS) * 1e9).round());
    }
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\narrivals = \"gaps(empirical(gaps.csv, unit=ns))\"\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"{service}\"\n"
    );
    let mut case = filed.case(filed.design(seconds, &parts), filed.station_figures())?;
    case.files.push(("gaps.csv", gaps));
    Ok(case)
}

/// Changes of a window that one poll brings, each key called back for once.
pub fn conflation(filed: &Filed) -> Expressed {
    let (keys, window) = (filed.model("keys"), filed.model("window"));
    let rate = filed.model("rate_per_key") * keys;
    let windows = (100.0 * filed.effort.share).round().max(2.0);
    let measured = windows * window;
    let parts = format!(
        "[link.wire]\nbetween = [\"here\", \"there\"]\nlatency = \"1ms\"\n[sor.registry]\nzone = \"here\"\nworkers = 100_000\nservice = \"1ms\"\n[event.customer]\nfrom = \"registry\"\nrate = \"{rate}/s\"\nresources = {keys}\n[feed.changes]\nof = \"customer\"\npage = 1_000_000\n[poller.reader]\nzone = \"there\"\nfeed = \"changes\"\nevery = \"{}\"\nworkers = 100_000\n[poller.reader.callback]\ncoalesce = true\n",
        nanos(window)
    );
    let checks = vec![
        ("poller.reader.callback.attempts".into(), filed.exact("notifications_per_second") * measured),
        ("poller.reader.callback.coalesced".into(), filed.exact("fraction_of_changes_absorbed") * rate * measured),
    ];
    // What is polled at the horizon belongs to the last window, what is polled at the end of the warm-up to the window before: whole windows.
    let text = filed.run_of(measured, 2.0 * window).replace("ending = \"drain\"\n", "");
    filed.case(text + &parts, checks)
}

/// A feed that is asked on a fixed clock, over whole polls.
pub fn polling(filed: &Filed) -> Expressed {
    let (cost, each, every) = (filed.model("poll_cost"), filed.model("per_entry_cost"), filed.model("poll_interval"));
    let work = if each > 0.0 { format!("work = \"{}\"\n", nanos(each)) } else { String::new() };
    let measured = (filed.measured(43_200.0) / every).round().max(2.0) * every;
    let text = format!(
        "{}[sor.source]\n[event.customer]\nfrom = \"source\"\n{}\n[feed.atom]\nof = \"customer\"\npage_service = \"{}\"\n[poller.reader]\nfeed = \"atom\"\nevery = \"{}\"\n{work}",
        filed.run_of(measured, 2.0 * every),
        filed.poisson(),
        nanos(cost),
        nanos(every)
    );
    let checks = vec![
        ("poller.reader.end_to_end.mean".into(), filed.exact("mean_latency")),
        ("poller.reader.end_to_end.sd".into(), filed.exact("sd_latency")),
        ("poller.reader.throughput".into(), filed.rate()),
    ];
    filed.case(text, checks)
}

impl Filed<'_> {
    fn list(&self, value: &Value) -> Vec<f64> {
        let list = value.as_array().unwrap_or_else(|| panic!("{} has no such list", self.id()));
        list.iter().filter_map(Value::as_f64).collect()
    }
}
