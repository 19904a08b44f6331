//! What is wrong with a feed or a poller, said with its place and what to write.

use busload::scenario::{MemoryFiles, load};

const GOOD: &str = r#"
[run]
horizon = "1h"
[sor.source]
zone = "center"
[event.changed]
from = "source"
rate = "1/s"
[feed.atom]
of = "changed"
page_service = "10ms"
[poller.reader]
zone = "center"
feed = "atom"
every = "60s"
"#;

/// What is said of the good one after a replacement, which must be possible.
fn told(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    match load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]) {
        Ok(_) => String::new(),
        Err(problems) => problems.render(false),
    }
}

#[test]
fn the_good_one_has_no_problem() {
    assert_eq!(told("rate", "rate"), "");
    // Idle, and no error: a callback while events are heavy, and a feed that nobody polls.
    let heavy = "weight = \"heavy\"\nsize = { heavy = \"1KiB\" }\nrate";
    assert_eq!(told("rate", heavy), "");
    assert_eq!(told("[poller.reader]", "[feed.unread]\nof = \"changed\"\n[poller.reader]"), "");
    assert_eq!(told("every = \"60s\"", "at = [\"00:10\", \"00:40\"]\njitter = \"exp(1s)\""), "");
}

#[test]
fn each_problem_says_what_and_where() {
    for (from, to, sentence) in [
        ("of = \"changed\"", "of = \"change\"", "feed.atom.of: there is no event `change`"),
        ("of = \"changed\"\n", "", "feed.atom needs `of`"),
        ("page_service", "page = 0\npage_service", "feed.atom.page: 0 is too small"),
        ("feed = \"atom\"\n", "", "poller.reader needs `feed`"),
        ("feed = \"atom\"", "feed = \"atome\"", "poller.reader.feed: there is no feed `atome`"),
        ("every = \"60s\"", "", "poller.reader needs `every`"),
        ("every = \"60s\"", "every = \"60s\"\nat = [\"00:10\"]", "polls either `every` so often or `at` times of day"),
        ("every = \"60s\"", "every = 0", "poller.reader.every: no time at all is impossible here"),
        ("every = \"60s\"", "every = \"60s\"\njitter = \"exp(60s)\"", "no shorter than the 1m from one poll to the next"),
        ("every = \"60s\"", "at = [\"00:10\", \"00:40\"]\njitter = \"30m\"", "no shorter than the 30m from one poll to the next"),
        ("every = \"60s\"", "at = []", "poller.reader.at: 0 times of day"),
        ("every = \"60s\"", "at = [\"00:40\", \"00:10\"]", "\"00:10\" is not after the time before it"),
        ("every = \"60s\"", "at = [\"25:00\"]", "\"25:00\" is not a time of day"),
        ("every = \"60s\"", "at = [\"10m\"]", "\"10m\" is not a time of day"),
        ("every = \"60s\"", "at = [\"02:00\"]", "the first poll would be 2h after the start, and the horizon is 1h"),
        ("every = \"60s\"", "every = \"2h\"", "the first poll would be 2h after the start, and the horizon is 1h"),
        ("every = \"60s\"", "every = \"1ns\"", "about 3.6e13 polls come in 10 replications of 1h"),
        ("every = \"60s\"", "every = \"60s\"\nselector = \"50%\"", "`poller.reader` has no key `selector`"),
        (
            "zone = \"center\"\nfeed",
            "zone = \"park\"\nfeed",
            "there is no link between the zones park and center, and `reader` polls `source`",
        ),
        ("every = \"60s\"", "every = \"60s\"\n[poller.reader.callback]", "sor.source needs `service`, as `reader` calls it"),
        ("rate", "refused = \"drop\"\nrate", "event.changed.refused has no effect because only a feed carries the event"),
        ("rate", "priority = 4\nrate", "event.changed.priority has no effect because only a feed carries the event"),
        (
            "[feed.atom]\nof = \"changed\"",
            "[event.lost]\nfrom = \"source\"\nrate = \"1/s\"\n[feed.atom]\nof = \"changed\"",
            "event.lost needs `to`",
        ),
    ] {
        let told = told(from, to);
        assert!(told.contains(sentence), "{to}: {told}");
        assert!(told.contains("--> a.toml:"), "{told}");
    }
}

#[test]
fn times_of_day_have_no_steady_state() {
    let text = GOOD.replace("horizon = \"1h\"", "horizon = \"30d\"\nkind = \"steady\"").replace("every = \"60s\"", "at = [\"02:00\"]");
    let problems = load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]).expect_err("a day in a steady state");
    assert!(problems.render(false).contains("poller.reader.at: times of day have no steady state"));
}
