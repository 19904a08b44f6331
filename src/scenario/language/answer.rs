//! `[growth]` and `[price]`.

use super::{Kind, Section, required};

pub(super) const GROWTH: Section = Section {
    path: "growth",
    meaning: "How fast the load grows, for `forecast`.",
    keys: &[required("rate", Kind::Growth, "\"30% per year\"", "Of every rate, compounded.")],
    rest: None,
};

pub(super) const PRICE: Section = Section {
    path: "price",
    meaning: "What a unit costs a month: besides `currency`, paths of numbers that can be bought, in quotes, with `*` for any name, as in `\"segment.*.threads\" = 40`. Prices are for `threads` of segments, `workers` of systems of record, and `workers`, `consumers` and `callback.connections` of subscribers; of two that fit, the one with fewer `*` counts.",
    keys: &[required("currency", Kind::Currency, "\"USD\"", "Of all prices.")],
    rest: Some(("path of a number that can be bought, in quotes", Kind::Number(0.0, 1e12))),
};
