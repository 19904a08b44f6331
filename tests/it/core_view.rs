//! A subscriber's view: what it shows under each guard, and how long it was wrong.

use busload::core::{Applied, Guard, View};
use busload::units::{Span, Time};

const SHOWN: Applied = Applied::Shown { wrong: Span::ZERO };

#[test]
fn without_a_guard_an_older_version_overwrites_and_is_wrong_until_the_newest_or_a_newer_is_shown() {
    let mut view = View::default();
    let mut apply = |now, version| view.apply(Time(now), version, Time(u64::from(version)), Guard::None);
    assert_eq!(apply(10, 1), SHOWN);
    assert_eq!(apply(20, 4), SHOWN);
    assert_eq!(apply(30, 2), Applied::StaleOverwrite);
    assert_eq!(apply(40, 1), Applied::StaleOverwrite);
    assert_eq!(apply(45, 1), Applied::Repeated);
    // Newer than what is shown, and still older than what was.
    assert_eq!(apply(50, 3), SHOWN);
    assert_eq!(apply(60, 4), Applied::Shown { wrong: Span(30) });
    assert_eq!(apply(70, 3), Applied::StaleOverwrite);
    assert_eq!((view.shown(), view.newest_shown(), view.wrong_for(Time(75))), (3, 4, Span(5)));
    assert_eq!(view.apply(Time(80), 5, Time(5), Guard::None), Applied::Shown { wrong: Span(10) });
    assert_eq!(view.wrong_for(Time(90)), Span::ZERO);
}

#[test]
fn versions_guard_exactly() {
    let mut view = View::default();
    let mut apply = |version| view.apply(Time(0), version, Time(0), Guard::Version);
    assert_eq!([apply(2), apply(1), apply(2), apply(3)], [SHOWN, Applied::Discarded, Applied::Repeated, SHOWN]);
}

#[test]
fn wrong_stamps_fool_the_guard_by_time() {
    let mut view = View::default();
    let mut apply = |version, stamp| view.apply(Time(0), version, Time(stamp), Guard::Timestamp);
    assert_eq!(apply(2, 20), SHOWN);
    assert_eq!(apply(1, 10), Applied::Discarded);
    assert_eq!(apply(3, 15), Applied::Discarded, "newer, but its stamp lies in the past");
    assert_eq!(apply(1, 25), Applied::StaleOverwrite, "older, but its stamp lies in the future");
}

#[test]
fn a_view_is_small() {
    assert_eq!(size_of::<View>(), 24);
}
