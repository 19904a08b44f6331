use busload::scenario::spec::*;
use busload::sim::*;
use busload::units::*;
fn sub(name: &str) -> Subscriber {
    Subscriber {
        name: name.into(),
        zone: Some(0),
        from: Destination::Topic(0),
        durable: true,
        runs: Runs::Listener,
        workers: 1,
        prefetch: None,
        consumers: 1,
        line: Line { redelivery_factor: 1.0, ..Default::default() },
        work: vec![Service::Drawn(Distribution::exponential(Span::from_millis(20)))],
        failure: 0.0,
        guard: Guard::None,
        selector: Selector::All,
        callback: Some(Callback {
            to: Some(1),
            style: Style::Rest,
            request: Bytes(400),
            response: Bytes(2000),
            parsing: Distribution::default(),
            connections: None,
            holds_worker: false,
            timeout: None,
            retries: 0,
            backoff: Distribution::default(),
            backoff_factor: 2.0,
            backoff_max: None,
        }),
    }
}
fn main() {
    let s = Scenario {
        title: "w2".into(),
        question: "".into(),
        file: "".into(),
        digest: "".into(),
        settings: vec![],
        run: Run {
            kind: Kind::Day,
            horizon: Span::from_secs(std::env::args().nth(1).map_or(86400, |a| a.parse().unwrap())),
            warm_up: WarmUp::Fixed(Span::ZERO),
            ending: Ending::Drain,
            replications: Replications::Fixed(1),
            confidence: 0.95,
            seed: 1,
        },
        zones: vec![
            Zone { name: "a".into(), latency: Distribution::default() },
            Zone { name: "b".into(), latency: Distribution::default() },
        ],
        links: vec![Link {
            name: "l".into(),
            between: (0, 1),
            latency: Distribution::constant(Span::from_millis(5)),
            bandwidth: None,
            loss: 0.0,
            in_order: true,
        }],
        sors: vec![
            Sor {
                name: "t".into(),
                zone: Some(0),
                workers: 1,
                service: None,
                own_load: None,
                own_service: Distribution::default(),
                max_waiting: None,
            },
            Sor {
                name: "r".into(),
                zone: Some(1),
                workers: 8,
                service: Some(Service::Drawn(Distribution::exponential(Span::from_millis(30)))),
                own_load: None,
                own_service: Distribution::default(),
                max_waiting: None,
            },
        ],
        events: vec![Event {
            name: "e".into(),
            from: 0,
            to: Destination::Topic(0),
            weight: Weight::Light,
            size: Bytes(300),
            kinds: vec![],
            priority: 0,
            confirm_in_flight: None,
            resources: None,
            popularity: Popularity::Uniform,
            lifecycle: None,
            arrivals: Arrivals { pattern: Pattern::Poisson, rate: 500000.0 / 86400.0, written: None, hourly: None, batch: 1 },
            refused: Refused::Drop,
        }],
        segments: vec![Segment {
            name: "bus".into(),
            zone: Some(0),
            threads: 1,
            cost: Cost { receive: Distribution::exponential(Span::from_millis(2)), ..Default::default() },
            persist: None,
            memory: None,
        }],
        topics: vec![Topic { name: "t".into(), segment: 0 }],
        queues: vec![],
        subscribers: vec![sub("a"), sub("b"), sub("c")],
        objectives: vec![],
        assumptions: vec![],
    };
    let f = busload::model::simulate(&s, Time::ZERO, 0);
    println!("notices {}", f.notices);
    for g in &f.figures {
        if g.name.ends_with("mean") || !g.name.contains("p9") {
            println!("{} {:?}", g.name, g.value);
        }
    }
}
