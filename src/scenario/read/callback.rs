//! `[subscriber.NAME.callback]`: what a light-weight event makes a subscriber do.

use super::event::SizedEvent;
use super::sor::SERVERS_MAX;
use super::{AT_ONCE_MAX, RETRIES_MAX};
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Breaker, Callback, REST_REQUEST, REST_RESPONSE, Style};
use crate::scenario::values::{boolean, bytes, choice, count, distribution, factor, is_instant, span_above_zero};
use crate::sim::Distribution;
use crate::units::{Bytes, Span};

const SOAP_REQUEST: Bytes = Bytes(2048);
/// An envelope and its elements around the same content.
const SOAP_FACTOR: u64 = 3;
const SOAP_PARSING: Span = Span::from_millis(2);

pub(super) fn callback<'a>(context: &'a Context<'a>, mut reader: Reader<'a>, feeding: &[&SizedEvent]) -> Callback {
    let style = reader.get("style", choice(&[("rest", Style::Rest), ("soap", Style::Soap)])).unwrap_or(Style::Rest);
    let resource = feeding.iter().filter_map(|sized| sized.heavy_size).max().unwrap_or(REST_RESPONSE);
    let (request, response, parsing) = match style {
        Style::Rest => (REST_REQUEST, resource, Span::ZERO),
        Style::Soap => (SOAP_REQUEST, Bytes(resource.0.saturating_mul(SOAP_FACTOR)), SOAP_PARSING),
    };
    let callback = Callback {
        to: reader.get("to", |node| context.sors.refer(node)),
        style,
        request: reader.get("request", bytes).unwrap_or(request),
        response: reader.get("response", bytes).unwrap_or(response),
        parsing: reader.get("parsing", distribution(context)).unwrap_or_else(|| Distribution::constant(parsing)),
        connections: reader.get("connections", count(1..=SERVERS_MAX)),
        holds_worker: reader.get("holds_worker", boolean).unwrap_or(true),
        timeout: reader.get("timeout", span_above_zero),
        retries: reader.get("retries", count(0..=RETRIES_MAX)).unwrap_or(0),
        backoff: reader.get("backoff", distribution(context)).unwrap_or_else(|| Distribution::exponential(Span::from_millis(100))),
        backoff_factor: reader.get("backoff_factor", factor).unwrap_or(2.0),
        backoff_max: reader.get("backoff_max", span_above_zero),
        cache: reader.get("cache", span_above_zero),
        coalesce: reader.get("coalesce", boolean).unwrap_or(false),
        breaker: reader.inner("breaker", BREAKER).map(breaker),
    };
    if callback.retries == 0 {
        for key in ["backoff", "backoff_factor", "backoff_max"] {
            reader.no_effect(key, "there are no `retries`", "add for example retries = 3, or remove it");
        }
    } else if callback.retries == 1 {
        reader.no_effect("backoff_factor", "it acts from the second retry on", "allow more `retries`, or remove it");
    }
    if callback.retries > AT_ONCE_MAX && is_instant(&callback.backoff) {
        let what = format!("{} retries with no time between them", callback.retries);
        reader.complain(
            "backoff",
            &what,
            &format!("write a backoff that takes time, such as \"exp(100ms)\", or at most {AT_ONCE_MAX} `retries`"),
        );
    }
    reader.done();
    callback
}

const BREAKER: &str = "breaker = { failures = 20, open_for = \"30s\" }";

fn breaker(mut reader: Reader<'_>) -> Breaker {
    let failures = reader.require("failures", BREAKER, count(1..=u32::MAX));
    let open_for = reader.require("open_for", BREAKER, span_above_zero);
    reader.done();
    Breaker { failures: failures.unwrap_or(1), open_for: open_for.unwrap_or(Span::MAX) }
}
