//! Files that are broken or malicious end in a problem, soon, without a panic.

use crate::scenario_help::{changed, load_text};
use busload::scenario::{MemoryFiles, TEXT_LIMIT, load};
use std::time::{Duration, Instant};

/// Within a second on a quiet machine; the limit tells a hang from a busy one.
const SOON: Duration = Duration::from_secs(60);

fn refused(what: &str, contents: impl Into<Vec<u8>>) -> String {
    let start = Instant::now();
    let problems = load("a.toml", &mut MemoryFiles::default().with("a.toml", contents), &[]).err();
    let text = problems.unwrap_or_else(|| panic!("{what} was accepted")).to_string();
    assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
    assert!(text.len() < 200_000, "{what}: {} bytes of problems", text.len());
    text
}

#[test]
fn large_files_are_refused_unread() {
    assert!(refused("10 MB", vec![b'\n'; 10 << 20]).contains("is larger than 2MiB"));
    let many: String = (0..1_000_000).map(|n| format!("[subscriber.s{n}]\n")).collect();
    refused("a million subscribers", many);
}

#[test]
fn as_many_subscribers_as_fit_are_too_many() {
    let many: String = (0..90_000).map(|n| format!("[subscriber.s{n}]\n")).collect();
    assert!(many.len() as u64 <= TEXT_LIMIT);
    assert!(refused("many subscribers", many).contains("more than the 5000"));
}

#[test]
fn the_most_that_is_allowed_still_ends_soon() {
    let subscribers: String = (0..5_000).map(|n| format!("[subscriber.s{n}]\nfrom = \"moon{n}\"\nzon = \"x\"\n")).collect();
    let text = refused("five thousand wrong subscribers", subscribers);
    assert!(text.contains("of which the first 50 are shown"), "{text}");
    let queues: String =
        (0..5_000).map(|n| format!("[queue.q{n}]\nsegment = \"s\"\nmax_length = 1\ndead_letter = \"q{}\"\n", (n + 1) % 5_000)).collect();
    refused("a long circle", queues + "[segment.s]\n");
}

#[test]
fn deep_nesting_is_refused() {
    refused("brackets", format!("a = {}", "[".repeat(1_000_000)));
    refused("braces", format!("a = {}", "{ a = ".repeat(100_000)));
    refused("closed brackets", format!("a = {}{}", "[".repeat(500_000), "]".repeat(500_000)));
    refused("dots", format!("a{} = 1", ".a".repeat(500_000)));
    refused("dots in a header", format!("[a{}]", ".a".repeat(500_000)));
    refused("dots inside", format!("x = {{ a{} = 1 }}", ".a".repeat(500_000)));
    refused("quoted dots", format!("a{} = 1", ".\"=\"".repeat(300_000)));
    refused("parentheses", changed("exp(20ms)", &"gaps(".repeat(100_000)));
    refused("a long sum", changed("exp(20ms)", &"1ms + ".repeat(100_000)));
}

#[test]
fn dots_in_texts_and_comments_are_none_of_a_key() {
    let dots = ". x".repeat(500);
    load_text(&changed("title = \"Base\"", &format!("# {dots}\ntitle = \"{dots}\"\nquestion = '''\n{dots}'''")).replacen(
        "question = \"Does it load?\"\n",
        "",
        1,
    ))
    .unwrap();
}

#[test]
fn long_lines_and_long_names_are_not_shown_whole() {
    refused("a long key", format!("{} = 1", "a".repeat(1_000_000)));
    refused("a long text", changed("\"registry\"", &format!("\"{}\"", "a".repeat(1_000_000))));
    refused("many unknown keys", (0..100_000).map(|n| format!("key{n} = 1\n")).collect::<String>());
    refused("many syntax errors", "]\n".repeat(500_000));
    refused("one long array", format!("run = [{}]", "1,".repeat(900_000)));
    refused("controls", "\u{0}\u{1b}[31m".repeat(1000));
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_line() {
    assert_eq!(
        refused("latin-1", b"title = \"a\"\nquestion = \"\xe9\"\n".to_vec()).lines().next(),
        Some("error: \"a.toml\" is not UTF-8 text (line 2)")
    );
}

#[test]
fn impossible_numbers_are_refused_everywhere() {
    for value in [
        "nan",
        "inf",
        "-inf",
        "1e308",
        "-1",
        "99999999999999999999999999999999999999999999",
        "9223372036854775808",
        "1979-05-27",
        "\"-5ms\"",
        "\"1e308s\"",
        "\"nans\"",
        "\"infs\"",
        "\"\"",
        "[]",
        "{}",
    ] {
        for line in [
            "workers = 4",
            "service = \"exp(20ms)\"",
            "own_load = \"30/s\"",
            "rate = \"35/s\"",
            "latency = \"12ms\"",
            "horizon = \"1h\"",
            "max_deliveries = 5",
            "failure = \"1%\"",
        ] {
            let key = line.split(" =").next().unwrap();
            let spoiled = changed(line, &format!("{key} = {value}"));
            if key == "max_deliveries" && value == "9223372036854775808" {
                continue;
            }
            refused(&format!("{key} = {value}"), spoiled);
        }
    }
}

#[test]
fn impossible_distributions_are_refused() {
    for text in [
        "exp(0)",
        "exp(-1ms)",
        "exp()",
        "exp(1ms, 2ms)",
        "exp(1e300s)",
        "uniform(9ms, 5ms)",
        "uniform(5ms)",
        "normal(20ms)",
        "normal(20ms, sd=4ms, cv=1)",
        "lognormal(p50=1ms, p50=2ms)",
        "lognormal(p50=0, p99=1ms)",
        "gamma(mean=1ms, cv=0)",
        "gamma(mean=1ms, cv=nan)",
        "gamma(mean=1ms, cv=1e308)",
        "erlang(0, mean=1ms)",
        "erlang(4000000000, mean=1ms)",
        "hyperexp(mean=1ms, cv=0.5)",
        "pareto(min=1ms, alpha=0)",
        "pareto(min=1ms, alpha=inf)",
        "weibull(mean=1ms, shape=0)",
        "weibull(mean=1ms, shape=nan)",
        "empirical()",
        "empirical(/dev/zero)",
        "trace(x)",
        "exp(1ms) +",
        "+",
        "(",
        ")",
        "exp)1ms(",
        "é(",
        "exp(é=1ms)",
        "\u{1F600}",
    ] {
        refused(text, changed("exp(20ms)", text));
    }
}

#[test]
fn empty_and_blank_files_say_what_is_missing() {
    for text in ["", "\n\n", "# nothing\n", "\u{feff}"] {
        assert!(refused("nothing", text).contains("raises no events"));
    }
}

#[test]
fn the_largest_design_that_is_right_loads_soon() {
    let start = Instant::now();
    let queues: String =
        (0..5_000).map(|n| format!("[queue.q{n}]\nsegment = \"s\"\n[subscriber.x{n}]\nfrom = \"q{n}\"\nordering=\"none\"\n")).collect();
    let text = format!(
        "[segment.s]\n[sor.s]\n[event.e]\nfrom = \"s\"\nto = \"q7\"\nrate = \"1/s\"\n{queues}[objective]\n\"subscriber.x7.missed\" = \"= 0\"\n"
    );
    load_text(&text).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn many_events_for_many_subscribers_are_refused_before_they_fill_the_memory() {
    let events: String = (0..5_000).map(|n| format!("[event.e{n}]\nfrom = \"s\"\nto = \"t\"\nrate = \"1/s\"\n")).collect();
    let subscribers: String = (0..5_000).map(|n| format!("[subscriber.x{n}]\nfrom = \"t\"\nwork = \"exp(1ms)\"\n")).collect();
    let text = refused("25 million pairs", format!("[segment.s]\n[sor.s]\n[topic.t]\nsegment = \"s\"\n{events}{subscribers}"));
    assert!(text.contains("more than can be simulated"), "{text}");
}

/// Five thousand callers and two hundred events; `carriers` says what the events go to and the callers take from.
fn many_callers(to: &str, carriers: &str, from: impl Fn(usize) -> String) -> String {
    let events: String = (0..200)
        .map(|n| format!("[sor.s{n}]\nservice = \"1ms\"\n[event.e{n}]\nfrom = \"s{n}\"\nto = \"{to}\"\nrate = \"1/s\"\n"))
        .collect();
    let callers: String = (0..5_000).map(|n| format!("[subscriber.x{n}]\nfrom = \"{}\"\ncallback.connections = 8\n", from(n))).collect();
    format!("[segment.s]\n[topic.t]\nsegment = \"s\"\n{carriers}{events}{callers}[objective]\n\"subscriber.x7.missed\" = \"= 0\"\n")
}

#[test]
fn many_events_and_many_callers_load_soon() {
    let queues: String =
        (0..4_999).map(|n| format!("[queue.q{n}]\nsegment = \"s\"\nmax_length = 1\ndead_letter = \"q{}\"\n", n + 1)).collect();
    let chain = format!("{queues}[queue.q4999]\nsegment = \"s\"\n");
    let dying = "[queue.dead]\nsegment = \"s\"\n".to_string();
    let designs = [
        ("a topic", many_callers("t", "", |_| "t".into())),
        ("a chain of dead letters", many_callers("q0", &chain, |n| format!("q{n}"))),
        (
            "dead letters of a topic",
            many_callers("t", &dying, |n| if n % 2 == 0 { "dead".into() } else { "t\"\nmax_length = 9\ndead_letter = \"dead".into() }),
        ),
    ];
    for (what, text) in designs {
        let start = Instant::now();
        load_text(&text).unwrap_or_else(|problems| panic!("{what}: {problems}"));
        assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
    }
}
