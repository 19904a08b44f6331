//! Splits over segments, where all of them can be counted, and where formulas say what comes of them.

use crate::run_help::Nobody;
use busload::experiment::Refusal;
use busload::experiment::segments::{TOLERANCE, segments};
use busload::outcome::compare::Seen;
use busload::outcome::segments::{Proposal, SegmentsOutcome};
use busload::scenario::{Design, MemoryFiles};

fn ask(text: &str, up_to: u32) -> Result<Option<SegmentsOutcome>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    segments(&Design::new("a.toml", &mut files, Vec::new()), up_to, &Nobody)
}

fn found(text: &str, up_to: u32) -> SegmentsOutcome {
    ask(text, up_to).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

/// A queue for each rate, all on one segment of one thread that works so long on each message.
fn queues(rates: &[f64], receive: &str, run: &str) -> String {
    let mut text =
        format!("title = \"Queues\"\n[run]\n{run}\nseed = 5\n[sor.source]\n[segment.bus]\ncost = {{ receive = \"{receive}\" }}\n");
    for (index, rate) in rates.iter().enumerate() {
        text += &format!(
            "[event.e{index}]\nfrom = \"source\"\nto = \"q{index}\"\nrate = \"{rate}/s\"\n[queue.q{index}]\nsegment = \"bus\"\n[subscriber.s{index}]\nfrom = \"q{index}\"\n"
        );
    }
    text
}

/// Every way to put so many things into groups.
fn ways(things: usize, groups: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..things {
        all = all.into_iter().flat_map(|way: Vec<usize>| (0..groups).map(move |group| [way.clone(), vec![group]].concat())).collect();
    }
    all
}

fn fullest(rates: &[f64], way: &[usize], groups: usize) -> f64 {
    let of = |group: usize| rates.iter().zip(way).filter(|(_, at)| **at == group).map(|(rate, _)| rate).sum::<f64>();
    (0..groups).map(of).fold(0.0, f64::max)
}

fn rates_on(proposal: &Proposal, rates: &[f64]) -> Vec<f64> {
    let rate = |line: &String| rates[line.strip_prefix("queue.q").unwrap().parse::<usize>().unwrap()];
    proposal.shares.iter().map(|share| share.lines.iter().map(rate).sum()).collect()
}

#[test]
fn the_fullest_segment_is_as_little_full_as_the_best_of_all_splits() {
    let rates = [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0];
    let outcome = found(&queues(&rates, "1ms", "horizon = \"10m\"\nreplications = 2"), 5);
    assert_eq!(outcome.proposals.iter().map(|proposal| proposal.segments).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for proposal in &outcome.proposals {
        let groups = proposal.segments as usize;
        let best = ways(rates.len(), groups).iter().map(|way| fullest(&rates, way, groups)).fold(f64::INFINITY, f64::min);
        let own = rates_on(proposal, &rates).into_iter().fold(0.0, f64::max);
        assert!((own - best).abs() < 1e-9, "{groups}: {own}, at best {best}");
        assert!(proposal.is_exact);
        // By arithmetic and by simulation.
        let reckoned = proposal.shares.iter().map(|share| share.load_peak).fold(0.0, f64::max);
        assert!((reckoned - best * 0.001).abs() < 1e-9, "{reckoned}");
        let blast = proposal.shares.iter().map(|share| share.blast).sum::<f64>();
        assert!((blast - 1.0).abs() < 1e-9, "everything is on some segment");
    }
    assert!(outcome.as_is.is_none(), "one segment is how it is");
}

/// M/M/1 at 0.8 becomes two of 0.4: the mean wait on the segment falls from 4 s to 2/3 s.
#[test]
fn the_gain_of_a_second_segment_is_what_theory_says() {
    let text = queues(&[0.4, 0.4], "exp(1s)", "kind = \"steady\"\nhorizon = \"20000s\"\nwarm_up = \"2000s\"\nreplications = 8");
    let outcome = found(&format!("{text}\n[objective]\n\"subscriber.s0.end_to_end.mean\" = \"< 2s\""), 2);
    let gain = outcome.proposals[1].gains.iter().find(|gain| gain.metric == "subscriber.s0.end_to_end.mean").unwrap();
    // Sojourns 1 / (mu - lambda): 5 s and 5/3 s.
    let truth = 5.0 / 3.0 - 5.0;
    assert!(gain.low.unwrap() <= truth && truth <= gain.high.unwrap(), "{truth} in {:?} to {:?}", gain.low, gain.high);
    assert_eq!(gain.seen, Seen::Lower);
    assert_eq!(outcome.enough, Some(2));
    assert!(outcome.conclusion.starts_with("2 segments are the fewest that meet every objective"), "{}", outcome.conclusion);
    assert!(outcome.proposals[1].losing.is_none(), "no steady state is lost for an hour");
}

#[test]
fn chains_and_dead_letters_stay_together() {
    // Four queues of equal load; what is worked off at the first raises events for the fourth, at the second for the third.
    let raise =
        |from: usize, to: usize| format!("[subscriber.s{from}]\nfrom = \"q{from}\"\nraises = [{{ event = \"e{to}\", share = \"100%\" }}]");
    let mut text = queues(&[5.0, 5.0], "1ms", "horizon = \"10m\"\nreplications = 2");
    for (index, from) in [(2, 1), (3, 0)] {
        text += &format!(
            "[event.e{index}]\nfrom = \"source\"\nto = \"q{index}\"\n[queue.q{index}]\nsegment = \"bus\"\n[subscriber.s{index}]\nfrom = \"q{index}\"\n"
        );
        text = text.replace(&format!("[subscriber.s{from}]\nfrom = \"q{from}\""), &raise(from, index));
    }
    text = text.replace("[queue.q2]\n", "[queue.q2]\nmax_deliveries = 2\ndead_letter = \"dead\"\n");
    // Messages die only where attempts fail.
    text = text.replace("[subscriber.s2]\n", "[subscriber.s2]\nfailure = \"10%\"\n") + "[queue.dead]\nsegment = \"bus\"\n";
    let outcome = found(&text, 2);
    let two = &outcome.proposals[1];
    let share = |line: &str| two.shares.iter().position(|share| share.lines.iter().any(|own| own == line)).unwrap();
    assert_eq!((share("queue.q0"), share("queue.q1")), (share("queue.q3"), share("queue.q2")));
    assert_ne!(share("queue.q0"), share("queue.q1"));
    assert_eq!(share("queue.dead"), share("queue.q2"), "a broker buries its own dead");
    assert_eq!(two.torn, 0.0);
    assert!(outcome.parts.iter().any(|part| part.lines == ["queue.q2", "queue.dead"]));
    assert!(two.shares.iter().map(|share| share.load_peak).fold(0.0, f64::max) <= 0.01 * TOLERANCE);
}

#[test]
fn losing_a_segment_takes_what_is_on_it_and_no_more() {
    // No journal: what is on the segment when it goes down is gone, and its publishers try again; half of all is on each.
    let text = queues(&[2.0, 2.0], "1ms", "horizon = \"6h\"\nreplications = 2");
    let outcome =
        found(&format!("{text}\n[objective]\n\"subscriber.s0.end_to_end.p99\" = \"< 1s\"\n\"subscriber.s1.end_to_end.p99\" = \"< 1s\""), 2);
    let (one, two) = (&outcome.proposals[0], &outcome.proposals[1]);
    let missed = |proposal: &Proposal| {
        proposal
            .losing
            .as_ref()
            .unwrap()
            .objectives
            .iter()
            .filter(|objective| objective.verdict == busload::outcome::Verdict::Missed)
            .count()
    };
    assert_eq!((missed(one), missed(two)), (2, 1));
    assert_eq!(two.shares.iter().map(|share| share.blast).collect::<Vec<_>>(), [0.5, 0.5]);
}

#[test]
fn the_import_gets_a_segment_of_its_own_and_prices_follow() {
    let mut files = MemoryFiles::default();
    let text = include_str!("../../scenarios/segments-1.toml");
    files = files.with("a.toml", format!("{text}\n[price]\ncurrency = \"EUR\"\n\"segment.*.threads\" = 10"));
    let settings = vec![("run.replications".to_string(), "2".to_string())];
    let outcome = segments(&Design::new("a.toml", &mut files, settings), 2, &Nobody).unwrap_or_else(|_| panic!("sound")).unwrap();
    let two = &outcome.proposals[1];
    assert!(two.shares.iter().any(|share| share.lines == ["topic.catalog"]), "{:?}", two.shares);
    assert_eq!((outcome.proposals[0].cost, two.cost), (Some(80.0), Some(160.0)));
    assert_eq!(two.point.metric("total.cost").unwrap().point, 160.0);
    assert_eq!(outcome.enough, Some(2), "the quiet ones do not wait for the import any more");
}

#[test]
fn makes_are_not_mixed() {
    let text = queues(&[2.0, 2.0], "1ms", "horizon = \"10m\"\nreplications = 2");
    let text = text.replacen("[queue.q1]\nsegment = \"bus\"", "[queue.q1]\nsegment = \"safe\"", 1)
        + "[segment.safe]\npersist = { write = \"1ms\", group = 8 }\n";
    let Err(Refusal::Sentence(sentence)) = ask(&text, 1) else { panic!("a journal is not given up unasked") };
    assert!(sentence.contains("2 makes"), "{sentence}");
    assert_eq!(found(&text, 4).proposals.len(), 1, "nothing is left to split");
}
