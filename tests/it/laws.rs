//! What theory knows, the simulation must find: every law is a scenario, run through everything from its text to its outcome.
//!
//! A figure agrees when it is within 3.5 of its own standard errors of the truth, which comes from `busload::theory` or, where that has
//! no formula, from the textbook that is named. Bursty and heavily loaded cases run longer so that their replications know enough.

use crate::run_help::{agree, agrees, agrees_in_step, one_line, run, steady};
use busload::outcome::Outcome;
use busload::theory::{Gm1, Md1, Mg1, MgInfinity, Mm1, Mmc, ServiceMoments};

/// Half a million a day.
const DAY: f64 = 500_000.0 / 86_400.0;

/// One server behind one queue.
fn one_server(title: &str, seconds: u32, event: &str, work: &str) -> Outcome {
    run(&one_line(title, seconds, event, "", &format!("work = \"{work}\"")))
}

#[test]
fn mm1() {
    let outcome = one_server("M/M/1", 20_000, "rate = \"0.5/s\"", "exp(1s)");
    let theory = Mm1::new(0.5, 1.0).unwrap();
    agree(
        &outcome,
        &[
            ("subscriber.server.utilization.mean", 0.5),
            ("subscriber.server.throughput", 0.5),
            ("subscriber.server.waiting.mean", theory.mean_wait()),
            ("subscriber.server.waiting.p99", theory.wait_quantile(0.99)),
            ("subscriber.server.waiting_line.mean", theory.mean_number_waiting()),
            ("subscriber.server.in_flight.mean", theory.mean_number()),
            ("subscriber.server.end_to_end.mean", theory.mean_sojourn()),
            ("subscriber.server.end_to_end.sd", theory.mean_sojourn()),
            ("subscriber.server.end_to_end.p50", theory.sojourn_quantile(0.5)),
            ("subscriber.server.end_to_end.p90", theory.sojourn_quantile(0.9)),
            ("subscriber.server.end_to_end.p95", theory.sojourn_quantile(0.95)),
            ("subscriber.server.end_to_end.p99", theory.sojourn_quantile(0.99)),
            ("event.customer.raised", 0.5 * 18_000.0),
        ],
    );
}

#[test]
fn mm1_under_heavy_load() {
    let outcome = one_server("M/M/1, 90 %", 1_000, "rate = \"90/s\"", "exp(10ms)");
    let theory = Mm1::new(90.0, 100.0).unwrap();
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
    agrees(&outcome, "subscriber.server.waiting_line.mean", theory.mean_number_waiting());
}

#[test]
fn the_warm_up_is_found() {
    let text = one_line("M/M/1, MSER-5", 20_000, "rate = \"0.7/s\"", "", "work = \"exp(1s)\"").replace("2000s", "auto");
    let outcome = run(&text);
    let theory = Mm1::new(0.7, 1.0).unwrap();
    assert_eq!(outcome.run.warm_up_by, "mser5");
    assert!(outcome.run.warm_up_s < 10_000.0, "{}", outcome.run.warm_up_s);
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
    agrees(&outcome, "subscriber.server.end_to_end.p99", theory.sojourn_quantile(0.99));
    agrees(&outcome, "subscriber.server.waiting_line.mean", theory.mean_number_waiting());
}

#[test]
fn mmc() {
    let outcome = run(&one_line("M/M/c", 3_000, "rate = \"500K/day\"", "", "workers = 4\nwork = \"exp(500ms)\""));
    let theory = Mmc::new(DAY, 2.0, 4).unwrap();
    agree(
        &outcome,
        &[
            ("subscriber.server.utilization.mean", theory.utilization()),
            ("subscriber.server.waiting.mean", theory.mean_wait()),
            ("subscriber.server.waiting.p99", theory.wait_quantile(0.99)),
            ("subscriber.server.waiting_line.mean", theory.mean_number_waiting()),
            ("subscriber.server.end_to_end.mean", theory.mean_sojourn()),
            ("subscriber.server.end_to_end.p95", theory.sojourn_quantile(0.95)),
        ],
    );
}

#[test]
fn md1() {
    let outcome = one_server("M/D/1", 2_000, "rate = \"500K/day\"", "120ms");
    let theory = Md1::new(DAY, 0.12).unwrap();
    agree(
        &outcome,
        &[
            ("subscriber.server.waiting.mean", theory.means().mean_wait()),
            ("subscriber.server.waiting.p99", theory.wait_quantile(0.99).unwrap()),
            ("subscriber.server.end_to_end.mean", theory.means().mean_sojourn()),
        ],
    );
}

/// Pollaczek and Khinchine, by the moments of the service time.
fn mg1(outcome: &Outcome, rate: f64, service: ServiceMoments) {
    let theory = Mg1::new(rate, service).unwrap();
    agrees(outcome, "subscriber.server.waiting.mean", theory.mean_wait());
    agrees(outcome, "subscriber.server.waiting_line.mean", theory.mean_number_waiting());
    agrees(outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
}

#[test]
fn mg1_lognormal() {
    let outcome = one_server("M/G/1 lognormal", 4_000, "rate = \"5/s\"", "lognormal(mean=100ms, cv=2)");
    mg1(&outcome, 5.0, ServiceMoments::lognormal(0.1, 4.0));
}

#[test]
fn mg1_hyperexponential() {
    let outcome = one_server("M/H2/1", 4_000, "rate = \"500K/day\"", "hyperexp(mean=100ms, cv=3.16227766016838)");
    mg1(&outcome, DAY, ServiceMoments::hyperexponential(0.1, 10.0));
    // By the roots of the transform: D. Gross et al., Fundamentals of Queueing Theory, 4th ed. 2008, sec. 5.1.
    agrees(&outcome, "subscriber.server.waiting.p90", 2.54603);
}

#[test]
fn mg1_erlang() {
    let outcome = one_server("M/E4/1", 20_000, "rate = \"0.6/s\"", "erlang(4, mean=1s)");
    mg1(&outcome, 0.6, ServiceMoments::gamma(1.0, 0.25));
}

#[test]
fn dm1() {
    let outcome = one_server("D/M/1", 20_000, "rate = \"0.5/s\"\narrivals = \"regular\"", "exp(1s)");
    let theory = Gm1::regular(0.5, 1.0).unwrap();
    agree(
        &outcome,
        &[
            ("subscriber.server.waiting.mean", theory.mean_wait()),
            ("subscriber.server.end_to_end.mean", theory.mean_sojourn()),
            ("subscriber.server.end_to_end.p99", theory.sojourn_quantile(0.99)),
        ],
    );
}

#[test]
fn batches() {
    let outcome = one_server("M^X/M/1", 40_000, "rate = \"0.5/s\"\nbatch = 5", "exp(1s)");
    // M. Chaudhry and J. Templeton, A First Course in Bulk Queues, 1983, sec. 3.2: mean sojourn (E X^2 / E X + 1) / 2 / (mu - lambda).
    agrees(&outcome, "subscriber.server.waiting.mean", 5.0);
    agrees(&outcome, "subscriber.server.end_to_end.mean", 6.0);
    agrees(&outcome, "subscriber.server.waiting_line.mean", 2.5);
}

#[test]
fn bursts() {
    let event = "arrivals = \"mmpp(2/s for 20s, 0.2/s for 50s)\"";
    let outcome = one_server("MMPP/M/1", 60_000, event, "exp(833333333ns)");
    // By the matrix-geometric solution: M. Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, ch. 6.
    agrees(&outcome, "subscriber.server.throughput", 0.714285714);
    agrees(&outcome, "subscriber.server.end_to_end.mean", 19.865912);
    agrees(&outcome, "subscriber.server.in_flight.mean", 14.189937);
}

#[test]
fn mg_infinity() {
    let text = one_line("M/G/infinity", 500, "rate = \"20/s\"", "", "workers = 1000\nwork = \"lognormal(mean=500ms, cv=1)\"");
    let outcome = run(&text);
    let theory = MgInfinity::new(20.0, 0.5).unwrap();
    agrees(&outcome, "subscriber.server.in_flight.mean", theory.mean_number());
    agrees(&outcome, "subscriber.server.utilization.mean", theory.mean_number() / 1000.0);
    agrees(&outcome, "subscriber.server.end_to_end.mean", 0.5);
    agrees(&outcome, "subscriber.server.end_to_end.sd", 0.5);
}

/// Mean number in M(t)/M/infinity, empty at 0, with the rate a + b sin(w t) (S. Eick, W. Massey and W. Whitt, "M(t)/G/infinity
/// queues with sinusoidal arrival rates", Management Science 39, 1993, with the start from nothing integrated out).
fn number_at(t: f64, a: f64, b: f64, w: f64, mu: f64) -> f64 {
    let fading = (-mu * t).exp();
    a / mu * (1.0 - fading) + b * (mu * (w * t).sin() - w * (w * t).cos() + w * fading) / (mu * mu + w * w)
}

#[test]
fn a_day_that_rises_and_falls() {
    let event = "rate = \"20K/day\"\narrivals = \"sine(amplitude=80%, period=24h)\"";
    let text = one_line("M(t)/M/infinity", 86_400, event, "", "workers = 10_000\nwork = \"exp(30m)\"");
    let outcome = run(&text.replace("steady", "day").replace("8640s", "0s"));
    let (mean, w, mu) = (20_000.0 / 86_400.0, std::f64::consts::TAU / 86_400.0, 1.0 / 1800.0);
    let step = outcome.series[0].step_s;
    for index in [0, 12, 60, 72, 144, 200, 216, 250] {
        // By Simpson's rule over the step.
        let at = |share: f64| number_at((index as f64 + share) * step, mean, 0.8 * mean, w, mu);
        let number = (at(0.0) + 4.0 * at(0.5) + at(1.0)) / 6.0;
        agrees_in_step(&outcome, "subscriber.server.utilization", index, number / 10_000.0);
    }
    agrees(&outcome, "event.customer.raised", 20_000.0);
}

#[test]
fn tandem() {
    let run_section = steady("tandem of three", 4_000);
    let outcome = run(&format!(
        r#"{run_section}
        [sor.source]
        [sor.registry]
        service = "exp(83333333ns)"
        [event.customer]
        from = "source"
        to = "line"
        rate = "500K/day"
        [segment.bus]
        cost = {{ receive = "exp(50ms)" }}
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        work = "exp(125ms)"
        [subscriber.server.callback]
        to = "registry"
        holds_worker = false
        "#
    ));
    let station = |rate| Mm1::new(DAY, rate).unwrap();
    let (bus, server, registry) = (station(20.0), station(8.0), station(12.0));
    let variance = [bus, server, registry].map(|station| station.mean_sojourn() * station.mean_sojourn()).iter().sum::<f64>();
    agree(
        &outcome,
        &[
            ("segment.bus.utilization.mean", bus.utilization()),
            ("segment.bus.waiting.mean", bus.mean_wait()),
            ("subscriber.server.utilization.mean", server.utilization()),
            ("subscriber.server.waiting.mean", server.mean_wait()),
            ("sor.registry.utilization.mean", registry.utilization()),
            ("sor.registry.waiting.mean", registry.mean_wait()),
            ("sor.registry.waiting_line.mean", registry.mean_number_waiting()),
            ("subscriber.server.callback.latency.mean", registry.mean_sojourn()),
            ("subscriber.server.end_to_end.mean", bus.mean_sojourn() + server.mean_sojourn() + registry.mean_sojourn()),
            ("subscriber.server.end_to_end.sd", variance.sqrt()),
            // Of the sum of three exponentials (J. Jackson 1957; E. Reich 1963).
            ("subscriber.server.end_to_end.p50", 0.562542),
            ("subscriber.server.end_to_end.p99", 2.356442),
            ("subscriber.server.hop.segment_wait.mean", bus.mean_wait()),
            ("subscriber.server.hop.wait.mean", server.mean_wait()),
            ("subscriber.server.hop.sor_wait.mean", registry.mean_wait()),
        ],
    );
}

/// A topic with so many subscribers, each with these keys.
fn fan_out(title: &str, seconds: u32, rate: &str, subscribers: usize, keys: &str) -> Outcome {
    let run_section = steady(title, seconds);
    let mut text = format!(
        r#"{run_section}
        [sor.source]
        zone = "here"
        [event.customer]
        from = "source"
        to = "news"
        rate = "{rate}"
        [link.wire]
        between = ["here", "there"]
        latency = "exp(50ms)"
        in_order = false
        [segment.bus]
        zone = "here"
        [topic.news]
        segment = "bus"
        "#
    );
    for number in 0..subscribers {
        text += &format!("[subscriber.s{number}]\nfrom = \"news\"\n{keys}\n");
    }
    run(&text)
}

#[test]
fn the_last_of_many() {
    let outcome = fan_out("last of 4", 2_000, "2/s", 4, "zone = \"there\"");
    // The maximum of n independent exponentials: mean m (1 + 1/2 + ... + 1/n).
    let quantile = |p: f64| -0.05 * (1.0 - f64::powf(p, 0.25)).ln();
    agree(
        &outcome,
        &[
            ("event.customer.end_to_end.mean", 0.05 * (1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)),
            ("event.customer.end_to_end.p50", quantile(0.5)),
            ("event.customer.end_to_end.p99", quantile(0.99)),
            ("subscriber.s2.end_to_end.mean", 0.05),
        ],
    );
}

#[test]
fn fork_and_join() {
    let outcome = fan_out("fork-join of two M/M/1", 20_000, "0.5/s", 2, "work = \"exp(1s)\"");
    // L. Flatto and S. Hahn 1984; R. Nelson and A. Tantawi 1988: (12 - rho) / 8 of a branch's sojourn.
    agrees(&outcome, "event.customer.end_to_end.mean", 11.5 / 8.0 * 2.0);
    agrees(&outcome, "subscriber.s0.end_to_end.mean", 2.0);
}

#[test]
fn selectors_choose_independently() {
    let outcome = fan_out("selectors", 2_000, "4/s", 2, "zone = \"there\"\nselector = \"50%\"");
    agrees(&outcome, "subscriber.s0.throughput", 2.0);
    agrees(&outcome, "subscriber.s1.throughput", 2.0);
    // Of the events that come to anybody a third comes to both, where the later one is 1.5 times as late.
    agrees(&outcome, "event.customer.end_to_end.mean", 0.05 * (2.0 / 3.0 + 1.5 / 3.0));
}
