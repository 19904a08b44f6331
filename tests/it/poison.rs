//! Messages on which every attempt fails.

use crate::run_help::{agrees, one_line, outcome, point, run, scenario_set};

const LINE: &str = "max_deliveries = 4\ndead_letter = \"dead\"\nredelivery_delay = \"1s\"\n[queue.dead]\nsegment = \"bus\"";

/// Of the others none fails: four deliveries each for 2 %, one for the rest, all of them paid.
#[test]
fn poison_is_delivered_as_often_as_allowed() {
    let server = "workers = 1000\nwork = \"exp(100ms)\"\npoison = \"2%\"";
    let outcome = run(&one_line("poison", 10_000, "rate = \"5/s\"", LINE, server));
    let raised = 5.0 * 9_000.0;
    agrees(&outcome, "queue.line.dead_lettered", 0.02 * raised);
    agrees(&outcome, "subscriber.server.missed.dead_lettered", 0.02 * raised);
    agrees(&outcome, "subscriber.server.redelivered", 3.0 * 0.02 * raised);
    agrees(&outcome, "subscriber.server.utilization.mean", 5.0 * 0.1 * 1.06 / 1000.0);
    agrees(&outcome, "subscriber.server.end_to_end.mean", 0.1);
}

/// A property of the message, not of the attempt, and drawn apart: chance failures come on top.
#[test]
fn poison_and_failures_add_up() {
    let server = "workers = 1000\nwork = \"100ms\"\npoison = \"2%\"\nfailure = \"30%\"";
    let outcome = run(&one_line("poison and failures", 10_000, "rate = \"5/s\"", LINE, server));
    let raised = 5.0 * 9_000.0;
    let lost = 0.02 + 0.98 * 0.3_f64.powi(4);
    agrees(&outcome, "queue.line.dead_lettered", lost * raised);
    let again = 0.02 * 3.0 + 0.98 * (0.3 + 0.3 * 0.3 + 0.3_f64.powi(3));
    agrees(&outcome, "subscriber.server.redelivered", again * raised);
}

/// Changes come when they came without it.
#[test]
fn poison_moves_no_arrivals() {
    let text = one_line("draws", 1_000, "rate = \"1/s\"", LINE, "workers = 1000\nwork = \"exp(1s)\"\npoison = \"0%\"");
    let (without, with) = (outcome(&scenario_set(&text, &[])), outcome(&scenario_set(&text, &[("subscriber.server.poison", "1%")])));
    assert!(point(&with, "queue.line.dead_lettered") > 0.0);
    assert_eq!(point(&without, "event.customer.raised"), point(&with, "event.customer.raised"));
}
