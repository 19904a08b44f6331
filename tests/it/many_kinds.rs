//! Several systems of record and kinds of events on one bus: everything constant, so that each figure can be worked out by hand, and
//! nothing of one may show up at another.

use crate::run_help::{point, run};
use busload::outcome::Outcome;

/// Three systems raise four events to two topics and a queue; four subscribers call back whom they should.
const DESIGN: &str = r#"
    title = "many kinds"
    [run]
    horizon = "1000s"
    ending = "drain"
    replications = 1
    [zone.here]
    [link.wire]
    between = ["here", "there"]
    latency = "10ms"
    [sor.orders]
    zone = "here"
    workers = 10
    service = "20ms"
    [sor.stock]
    zone = "there"
    workers = 10
    service = "50ms"
    [sor.people]
    zone = "here"
    workers = 10
    service = "1s"

    [event.ordered]
    from = "orders"
    to = "sales"
    rate = "1/s"
    arrivals = "regular"
    size = { light = "100B" }
    [event.canceled]
    from = "orders"
    to = "sales"
    rate = "15/min"
    arrivals = "regular"
    size = { light = "200B" }
    [event.restocked]
    from = "stock"
    to = "sales"
    rate = "6/min"
    arrivals = "regular"
    size = { light = "300B" }
    [event.hired]
    from = "people"
    to = "papers"
    rate = "3/min"
    arrivals = "regular"
    weight = "heavy"
    size = { heavy = "4KiB" }

    [segment.bus]
    zone = "here"
    threads = 50
    cost = { receive = "1ms", deliver = "2ms", acknowledge = "3ms" }
    [topic.sales]
    segment = "bus"
    [queue.papers]
    segment = "bus"

    [subscriber.ledger]
    zone = "here"
    from = "sales"
    workers = 50
    work = { ordered = "100ms", canceled = "200ms", restocked = "300ms" }
    [subscriber.ledger.callback]
    [subscriber.forecast]
    zone = "there"
    from = "sales"
    workers = 50
    work = "5ms"
    [subscriber.forecast.callback]
    to = "stock"
    [subscriber.mailing]
    zone = "there"
    from = "sales"
    workers = 50
    [subscriber.clerk]
    zone = "here"
    from = "papers"
    workers = 50
    work = "7ms"
"#;

fn close(outcome: &Outcome, name: &str, truth: f64) {
    let value = point(outcome, name);
    assert!((value - truth).abs() <= 1e-9 * truth.abs(), "{name} is {value}, in truth {truth}");
}

/// The first comes after one gap, and none at the horizon itself.
#[test]
fn nothing_of_one_shows_up_at_another() {
    let outcome = run(DESIGN);
    let raised = [("ordered", 999.0), ("canceled", 249.0), ("restocked", 99.0), ("hired", 49.0)];
    for (event, count) in raised {
        close(&outcome, &format!("event.{event}.raised"), count);
    }
    let sales = 999.0 + 249.0 + 99.0;
    let callbacks = |sor: &str| point(&outcome, &format!("sor.{sor}.callbacks")) * 1000.0;
    for (sor, calls) in [("orders", 999.0 + 249.0), ("stock", 99.0 + sales)] {
        assert!((callbacks(sor) - calls).abs() < 1e-6, "{sor}: {} of {calls}", callbacks(sor));
    }
    assert!(outcome.metric("sor.people.callbacks").is_none(), "nobody calls it");
    // From the change: link to the bus, receive, deliver, link, work, callback there and back.
    let shown = |link: f64, way: f64, work: f64, call: f64| link + 0.001 + 0.002 + way + work + call;
    let ledger = [999.0 * shown(0.0, 0.0, 0.1, 0.02), 249.0 * shown(0.0, 0.0, 0.2, 0.02), 99.0 * shown(0.01, 0.0, 0.3, 0.01 + 0.05 + 0.01)];
    close(&outcome, "subscriber.ledger.end_to_end.mean", ledger.iter().sum::<f64>() / sales);
    close(&outcome, "subscriber.forecast.end_to_end.mean", shown(0.01 * 99.0 / sales, 0.01, 0.005, 0.05));
    close(&outcome, "subscriber.mailing.end_to_end.mean", shown(0.01 * 99.0 / sales, 0.01, 0.0, 0.0));
    close(&outcome, "subscriber.clerk.end_to_end.mean", shown(0.0, 0.0, 0.007, 0.0));
    close(&outcome, "subscriber.clerk.end_to_end.max", 0.01);
    // The last to show an event.
    close(&outcome, "event.ordered.end_to_end.mean", 0.123);
    close(&outcome, "event.canceled.end_to_end.mean", 0.223);
    close(&outcome, "event.restocked.end_to_end.mean", 0.383);
    close(&outcome, "event.hired.end_to_end.mean", 0.01);
    for (name, count) in [("topic.sales.published", sales), ("queue.papers.published", 49.0), ("segment.bus.published", sales + 49.0)] {
        close(&outcome, name, count);
    }
    close(&outcome, "segment.bus.delivered", 3.0 * sales + 49.0);
    close(&outcome, "total.callbacks", 2.0 * sales);
    close(&outcome, "total.missed", 0.0);
}
