//! What capacity costs, and growth: paths, precedence, problems.

use crate::designs::ODD;
use crate::run_help::{outcome, point, scenario};
use crate::scenario_help::{load_set, load_text, seen};
use busload::units::{Span, Unit};

fn cost(prices: &str) -> f64 {
    let priced = scenario(&format!("{ODD}\n[price]\ncurrency = \"EUR\"\n{prices}"));
    priced.price.expect("a price").total()
}

fn problem(more: &str) -> String {
    let told = seen(load_text(&format!("{ODD}\n{more}")));
    told.lines().next().unwrap_or_default().to_string()
}

#[test]
fn a_price_counts_every_setting_that_its_path_names() {
    assert_eq!(cost("\"segment.bus.threads\" = 40"), 80.0);
    assert_eq!(cost("\"segment.*.threads\" = 40"), 40.0 * 3.0);
    assert_eq!(cost("\"sor.*.workers\" = 1.5"), 1.5 * 5.0);
    // profile has 4, bookkeeping, clerk and deaf one each; the workflow's work is done on the segment's threads.
    assert_eq!(cost("\"subscriber.*.workers\" = 10"), 70.0);
    assert_eq!(cost("\"subscriber.profile.callback.connections\" = 3\n\"subscriber.profile.consumers\" = 5"), 6.0 + 10.0);
    assert_eq!(cost("\"subscriber.flow.workers\" = 10"), 0.0);
    // The nearer path wins.
    assert_eq!(cost("\"segment.*.threads\" = 40\n\"segment.bus.threads\" = 100"), 200.0 + 40.0);
}

#[test]
fn the_outcome_tells_the_cost_in_its_currency() {
    let text = format!(
        "{ODD}\n[price]\ncurrency = \"CHF\"\n\"segment.*.threads\" = 400\n[growth]\nrate = \"30% per year\"\n[objective]\n\"total.cost\" = \"< 1.5K\""
    );
    let priced = scenario(&text);
    let growth = priced.growth.expect("a growth");
    assert_eq!((growth.share, growth.per), (0.3, Span::from_secs(365 * 86_400)));
    let outcome = outcome(&priced);
    assert_eq!(point(&outcome, "total.cost"), 1200.0);
    let unit = outcome.metric("total.cost").unwrap().unit;
    assert_eq!((unit.symbol(), unit.show(1200.0).as_str()), ("CHF", "1200 CHF"));
    assert_eq!(serde_json::to_string(&unit).unwrap(), "\"CHF\"");
    assert_eq!(serde_json::from_str::<Unit>("\"CHF\"").unwrap(), unit);
    assert_eq!(serde_json::from_str::<Unit>("\"1/s\"").unwrap(), Unit::PerSecond);
    assert_eq!(outcome.objectives[0].verdict, busload::outcome::Verdict::Met);
}

#[test]
fn a_price_can_be_overridden() {
    let text = format!("{ODD}\n[price]\ncurrency = \"EUR\"\n\"segment.*.threads\" = 40");
    let dearer = load_set(&text, &[("price.segment.*.threads", "50")]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(dearer.price.unwrap().total(), 150.0);
}

#[test]
fn prices_of_nothing_are_told() {
    let price = |line: &str| problem(&format!("[price]\ncurrency = \"EUR\"\n{line}"));
    assert_eq!(price(""), "error: price: nothing has a price");
    assert_eq!(price("\"segment.us.threads\" = 4"), "error: price: \"segment.us.threads\" names nothing in this scenario that has a price");
    assert_eq!(price("segment.bus.threads = 4"), "error: price: the path segment... is without quotes");
    assert_eq!(price("\"segment.*.threads\" = -4"), "error: price: -4 is impossible here");
    assert_eq!(
        price("\"segment.*.threads\" = 4\n\"*.bus.threads\" = 5"),
        "error: price: segment.bus.threads has two prices, of \"segment.*.threads\" and of \"*.bus.threads\""
    );
    assert_eq!(problem("[price]\n\"segment.*.threads\" = 4"), "error: price needs `currency`");
    assert_eq!(problem("[price]\ncurrency = \"euro\"\n\"segment.*.threads\" = 4"), "error: price.currency: \"euro\" is not a currency");
    assert_eq!(problem("[growth]\nrate = \"30%\""), "error: growth.rate: \"30%\" is not a growth");
    assert_eq!(problem("[growth]\nrate = \"-100% per year\""), "error: growth.rate: -100% is impossible here");
}
