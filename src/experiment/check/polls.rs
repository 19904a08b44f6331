//! What pollers ask of their feed's system of record.

use crate::scenario::rhythm::WINDOW;
use crate::scenario::spec::{Poller, Schedule};
use crate::units::{Span, Time};

const DAY: u64 = 86_400_000_000_000;
/// Polls further apart than this bring their entries in bursts.
const BURST: Span = Span::from_secs(3600);

/// Requests and entries per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Polls {
    /// Answered with entries.
    pub pages: f64,
    /// Answered that nothing is new.
    pub empty: f64,
    pub entries: f64,
}

/// It is asked so seldom that what it brings is a burst.
pub fn comes_in_bursts(poller: &Poller) -> bool {
    match poller.schedule {
        Schedule::Every(every) => every > BURST,
        Schedule::At(_) => true,
    }
}

/// On average, while entries come at this rate: regularly, or with the ticks of its clock.
pub fn steadily(poller: &Poller, page: Option<u32>, rate: f64) -> Polls {
    let gaps = poller.schedule.gaps();
    let all: f64 = gaps.iter().map(|gap| gap.seconds()).sum();
    let answers = gaps.iter().map(|gap| answers(rate * gap.seconds(), page));
    let (pages, empty) = answers.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Polls { pages: pages / all, empty: empty / all, entries: rate }
}

/// In a window in which it may have a tick: nothing, or as much of one poll's requests as fit in, each taking `cycle` seconds, and as
/// many of its entries as its workers get done, `hold` seconds each.
pub fn in_window(poller: &Poller, page: Option<u32>, rate: f64, (from, cycle, hold): (Time, f64, f64)) -> Polls {
    let Some(gap) = tick(&poller.schedule, from) else { return Polls::default() };
    let window = WINDOW.seconds();
    let entries = rate * gap.seconds();
    let (pages, empty) = answers(entries, page);
    let done = f64::from(poller.reader.workers) * window / hold;
    Polls { pages: pages.min(window / cycle) / window, empty: empty / window, entries: entries.min(done) / window }
}

/// The time since the tick before, of a tick in the window that begins here.
fn tick(schedule: &Schedule, from: Time) -> Option<Span> {
    let to = from + WINDOW;
    match schedule {
        Schedule::Every(every) => {
            let last = (to.0 - 1) / every.0 * every.0;
            (last >= from.0 && last > 0).then_some(*every)
        }
        Schedule::At(times) => {
            let here = |time: &Span| (from.0 % DAY..from.0 % DAY + WINDOW.0).contains(&time.0);
            let number = times.iter().position(here)?;
            // The gap before a time is the one after the time before it.
            let gaps = schedule.gaps();
            Some(gaps[(number + gaps.len() - 1) % gaps.len()]).filter(|_| from.0 >= DAY || number > 0).or(Some(times[number]))
        }
    }
}

/// The last tick before the horizon: what comes later nobody reads.
pub fn last_tick(poller: &Poller, horizon: Time) -> Time {
    let before = Time(horizon.0.saturating_sub(1));
    match &poller.schedule {
        Schedule::Every(every) => Time(before.0 / every.0 * every.0),
        Schedule::At(times) => {
            let of_day = |day: u64| times.iter().rev().map(move |time| Time(day * DAY) + *time).find(|at| *at <= before);
            let day = before.0 / DAY;
            of_day(day).or_else(|| day.checked_sub(1).and_then(of_day)).unwrap_or(Time::ZERO)
        }
    }
}

/// Instants in whose windows a poller has ticks: of its first days.
pub fn ticks(poller: &Poller, horizon: Time) -> Vec<Time> {
    let days = |time: &Span| (0..2).map(|day| Time(day * DAY) + *time).collect::<Vec<_>>();
    let all: Vec<Time> = match &poller.schedule {
        Schedule::Every(every) => (1..=24).map(|number| Time(every.0.saturating_mul(number))).collect(),
        Schedule::At(times) => times.iter().flat_map(days).collect(),
    };
    all.into_iter().filter(|at| *at < horizon).collect()
}

/// Answers with entries, and whether there is one without, of a poll that finds a Poisson number of entries.
fn answers(mean: f64, page: Option<u32>) -> (f64, f64) {
    let none = libm::exp(-mean);
    let Some(page) = page.map(f64::from) else { return (1.0 - none, none) };
    if mean > 1e6 {
        // What is left for the last page is as good as uniform.
        return ((mean / page + (page - 1.0) / (2.0 * page)).max(1.0), none);
    }
    // Ten deviations to both sides.
    let wide = 10.0 * libm::sqrt(mean) + 10.0;
    let (first, last) = ((mean - wide).max(0.0) as u64, (mean + wide) as u64);
    let chance = |count: u64| libm::exp(count as f64 * libm::log(mean) - mean - libm::lgamma(count as f64 + 1.0));
    let pages = (first.max(1)..=last).map(|count| chance(count) * libm::ceil(count as f64 / page)).sum();
    (if mean > 0.0 { pages } else { 0.0 }, none)
}
