//! Sentences of an outcome: each is said where it is true, once, and not where it is not.

use crate::run_help::run;
use busload::outcome::Outcome;
use busload::report::terminal;

fn said<'o>(outcome: &'o Outcome, kind: &str) -> Vec<&'o str> {
    outcome.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.sentence.as_str()).collect()
}

/// A queue that an event goes to, on one segment, and what else a test writes.
fn queue(run: &str, event: &str, rest: &str) -> Outcome {
    self::run(&format!(
        r#"
        [run]
        replications = 2
        {run}
        [sor.a]
        service = "10ms"
        [event.e]
        from = "a"
        to = "q"
        {event}
        [segment.bus]
        [queue.q]
        segment = "bus"
        {rest}
        "#
    ))
}

#[test]
fn what_is_not_shown_at_the_end_is_said() {
    let slow = |ending: &str, work: &str| {
        let rest = format!("[subscriber.s]\nfrom = \"q\"\nwork = \"{work}\"\n[objective]\n\"subscriber.s.missed\" = \"= 0\"");
        queue(&format!("horizon = \"10m\"\nending = \"{ending}\""), "rate = \"10/s\"", &rest)
    };
    let overload = slow("cut", "exp(200ms)");
    let sentence = said(&overload, "unfinished").join("|");
    assert!(sentence.contains("changes raised were not yet shown at the end by s; latencies leave them out"), "{sentence}");
    let screen = terminal(&overload, false);
    assert!(screen.contains("met, but of what was shown only") && screen.contains("not yet shown at the end"), "{screen}");
    for calm in [slow("cut", "exp(50ms)"), slow("drain", "exp(50ms)")] {
        assert!(said(&calm, "unfinished").is_empty());
        assert!(terminal(&calm, false).contains("The one objective is met."));
    }
}

/// One sentence, of the one who is most behind.
#[test]
fn many_who_are_behind_take_one_sentence() {
    let slow = |name: &str, work: &str| format!("[subscriber.{name}]\nfrom = \"t\"\nwork = \"{work}\"\n");
    let topic = format!("[topic.t]\nsegment = \"bus\"\n{}{}", slow("late", "exp(200ms)"), slow("later", "exp(400ms)"));
    let outcome = queue("horizon = \"10m\"", "rate = \"1/s\"\n[event.f]\nfrom = \"a\"\nto = \"t\"\nrate = \"10/s\"", &topic);
    let sentences = said(&outcome, "unfinished");
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    assert!(sentences[0].contains("at the end by later (nor all by one other); latencies leave them out"), "{sentences:?}");
}

#[test]
fn competing_subscribers_say_a_loss_once() {
    let rest = r#"
        time_to_live = "100ms"
        [subscriber.one]
        from = "q"
        prefetch = 1
        work = "exp(500ms)"
        [subscriber.two]
        from = "q"
        prefetch = 1
        work = "exp(500ms)"
    "#;
    let outcome = queue("horizon = \"10m\"", "rate = \"10/s\"", rest);
    let sentences = said(&outcome, "missed_events");
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    let (start, end) = ("The subscribers of queue.q never get ", "of their events in a run, most of them expired.");
    assert!(sentences[0].starts_with(start) && sentences[0].ends_with(end), "{sentences:?}");
}

#[test]
fn more_room_is_not_said_over_a_loss() {
    let worker = "[subscriber.s]\nfrom = \"q\"\nprefetch = 1\nwork = \"exp(10ms)\"";
    let calm = queue("horizon = \"10m\"", "rate = \"10/s\"", worker);
    assert!(said(&calm, "bottleneck")[0].ends_with("everything else has more room."), "{:?}", said(&calm, "bottleneck"));
    let lossy = queue("horizon = \"10m\"", "rate = \"10/s\"", &format!("time_to_live = \"1ms\"\n{worker}"));
    assert!(said(&lossy, "bottleneck")[0].contains("another cause"), "{:?}", said(&lossy, "bottleneck"));
}

#[test]
fn a_starving_subscriber_is_as_busy_as_its_credit_lets_it_be() {
    let rest = "[subscriber.s]\nfrom = \"q\"\nworkers = 10\nprefetch = 1\nwork = \"exp(200ms)\"";
    let outcome = queue("horizon = \"10m\"", "rate = \"10/s\"", rest);
    assert_eq!(said(&outcome, "prefetch_starves").len(), 1);
    let sentence = said(&outcome, "bottleneck")[0];
    assert!(
        sentence.contains("its credit lets no more than 10 % of its workers work") && sentence.contains("give it more credit"),
        "{sentence}"
    );
}

#[test]
fn nearly_full_is_not_too_full() {
    let hot = queue("horizon = \"10m\"", "rate = \"9/s\"", "[subscriber.s]\nfrom = \"q\"\nwork = \"100ms\"");
    let sentence = said(&hot, "bottleneck")[0];
    let peak = hot.metric("subscriber.s.utilization.peak").unwrap().point;
    assert!((0.8..0.999).contains(&peak) && sentence.contains("little is left"), "{peak}: {sentence}");
}

#[test]
fn what_nobody_takes_is_said_unless_it_is_dead() {
    let outcome = queue("horizon = \"10m\"", "rate = \"10/s\"", "dead_letter = \"dead\"\nmax_length = 10\n[queue.dead]\nsegment = \"bus\"");
    let sentences = said(&outcome, "nobody_consumes");
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    assert!(sentences[0].starts_with("Nobody takes from queue.q: "), "{sentences:?}");
    let taken = queue("horizon = \"10m\"", "rate = \"10/s\"", "[subscriber.s]\nfrom = \"q\"");
    assert!(said(&taken, "nobody_consumes").is_empty());
}

#[test]
fn callbacks_are_a_burden_to_a_busy_system_with_users() {
    let calling = |users: &str, rate: &str| {
        let text = format!(
            r#"
            [run]
            horizon = "10m"
            replications = 2
            [sor.a]
            service = "10ms"
            {users}
            [event.e]
            from = "a"
            to = "q"
            rate = "{rate}"
            [segment.bus]
            [queue.q]
            segment = "bus"
            [subscriber.s]
            from = "q"
            workers = 4
            [subscriber.s.callback]
            "#
        );
        said(&self::run(&text), "callback_load").len()
    };
    let users = "own_load = \"5/s\"\nown_service = \"10ms\"";
    assert_eq!(calling(users, "40/s"), 1);
    assert_eq!(calling("", "40/s"), 0, "nobody else suffers");
    assert_eq!(calling(users, "2/s"), 0, "there is room enough");
}

#[test]
fn what_waits_at_its_publisher_is_said() {
    let down = "[[disruption]]\nwhat = \"segment.bus\"\nkind = \"down\"\nat = \"10m\"\nfor = \"10m\"\n[subscriber.s]\nfrom = \"q\"\n";
    let outage = |refused: &str| {
        let event = format!("rate = \"2/s\"\narrivals = \"regular\"\n{refused}");
        queue("horizon = \"40m\"", &event, down)
    };
    let patient = outage("refused = { backoff = \"2s\", factor = 1 }");
    let sentence = said(&patient, "publisher_backlog").join("|");
    assert!(sentence.starts_with("Up to 1200 changes of e wait at their publisher, for up to 10 min."), "{sentence}");
    assert!(sentence.contains("At times segment.bus is down") && !sentence.contains("factor"), "{sentence}");
    let doubling = outage("refused = { backoff = \"2s\" }");
    assert!(said(&doubling, "publisher_backlog").join("|").contains("grows 2 times with every try"));
    // Dropped at once, nothing waits.
    assert!(said(&outage("refused = \"drop\""), "publisher_backlog").is_empty());
}

#[test]
fn what_is_set_in_vain_is_said() {
    let urgent = |priorities: bool| {
        queue("horizon = \"1m\"", "rate = \"2/s\"\npriority = 5", &format!("priorities = {priorities}\n[subscriber.s]\nfrom = \"q\""))
    };
    let sentence = "Without effect now: event.e.priority (no queue or subscription that it comes to has `priorities`).";
    assert_eq!(said(&urgent(false), "idle_setting"), [sentence]);
    assert!(said(&urgent(true), "idle_setting").is_empty());
}
