//! Distributions of spans: "27us + exp(5ms)", "lognormal(p50=18ms, p99=120ms)", "trace(day.csv, column=us)".

use super::call::{Call, Piece};
use super::data;
use crate::scenario::document::{Node, Value};
use crate::scenario::problem::Fault;
use crate::scenario::reader::Context;
use crate::scenario::similar;
use crate::scenario::spec::Service;
use crate::sim::{Distribution, FitError, Moment};
use crate::units::{Span, Unit, three_digits};

/// More terms than anybody needs.
const TERMS_MAX: usize = 16;
/// Of a family with a variance: of so many squared draws the mean is not yet known to a factor of two, and no run has more of them than
/// that many times.
const CV_MAX: f64 = 1000.0;

type Family = fn(&Call<'_>, &Context<'_>, &Node) -> Result<Distribution, Fault>;

const FAMILIES: &[(&str, Family)] = &[
    ("exp", exponential),
    ("uniform", uniform),
    ("normal", |call, _, _| two_moments(call, Distribution::normal, "normal(20ms, sd=4ms)")),
    ("lognormal", |call, _, _| two_moments(call, Distribution::lognormal, "lognormal(p50=18ms, p99=120ms)")),
    ("gamma", |call, _, _| two_moments(call, Distribution::gamma, "gamma(mean=20ms, cv=0.5)")),
    ("weibull", weibull),
    ("erlang", erlang),
    ("hyperexp", hyperexponential),
    ("pareto", pareto),
    ("empirical", empirical),
];

/// A distribution from a text, or from 0.
pub(in crate::scenario) fn distribution<'a>(context: &'a Context<'a>) -> impl Fn(&Node) -> Result<Distribution, Fault> + 'a {
    move |node| match &node.value {
        Value::Text(text) => sum(&Piece::new(text, 0), context, node),
        Value::Integer(0) => Ok(Distribution::default()),
        Value::Integer(_) | Value::Float(_) => {
            Err(Fault::new("a bare number has no unit", "write a span or a distribution in quotes: \"20ms\", \"exp(20ms)\""))
        }
        other => Err(Fault::new(
            format!("must be a span or a distribution, not {}", other.kind()),
            "write for example \"20ms\" or \"exp(20ms)\"",
        )),
    }
}

/// A distribution, or a recorded time for each message.
pub(in crate::scenario) fn service<'a>(context: &'a Context<'a>) -> impl Fn(&Node) -> Result<Service, Fault> + 'a {
    const FORM: &str = "trace(day.csv, column=service_us, unit=us, key=seq, else=\"exp(5ms)\")";
    move |node| {
        let piece = Piece::new(node.text().unwrap_or_default(), 0);
        match Call::read(&piece)? {
            Some(call) if call.name == "trace" => {
                let key = call.named("key").ok_or_else(|| call.needs("`key`, the column with each message's number", FORM))?;
                let otherwise = call.named("else").map_or(Ok(Distribution::default()), |piece| sum(&piece, context, node))?;
                let rows = data::recorded(&call, &key, context, node, FORM)?;
                Ok(Service::Recorded { rows: rows.into(), otherwise })
            }
            _ => distribution(context)(node).map(Service::Drawn),
        }
    }
}

/// Never takes a nanosecond: what is shorter than half of one is rounded away.
pub(in crate::scenario) fn is_instant(distribution: &Distribution) -> bool {
    distribution.mean() < 0.5e-9
}

/// Terms with + between them.
pub(super) fn sum(piece: &Piece<'_>, context: &Context<'_>, node: &Node) -> Result<Distribution, Fault> {
    let terms = piece.split(is_plus);
    if terms.len() > TERMS_MAX {
        return Err(piece.fault(Fault::new(
            format!("a sum of more than {TERMS_MAX} terms"),
            "add its constant terms up, or fit one distribution to all",
        )));
    }
    let mut total: Option<Distribution> = None;
    for part in &terms {
        let next = term(part, context, node)?;
        total = Some(match total {
            None => next,
            Some(total) => total.plus(next),
        });
    }
    Ok(total.unwrap_or_default())
}

/// A + that adds, not the sign of an exponent as in 1e+3ms.
fn is_plus(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    bytes[at] == b'+' && !(at >= 2 && (bytes[at - 1] | 32) == b'e' && (bytes[at - 2].is_ascii_digit() || bytes[at - 2] == b'.'))
}

fn term(piece: &Piece<'_>, context: &Context<'_>, node: &Node) -> Result<Distribution, Fault> {
    let names: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
    let Some(call) = Call::read(piece)? else {
        if names.contains(&piece.text) {
            return Err(piece.fault(Fault::new(format!("{} needs its parameters", piece.text), "write for example \"exp(20ms)\"")));
        }
        return piece.parse().map(Distribution::constant);
    };
    match FAMILIES.iter().find(|(name, _)| *name == call.name) {
        Some((name, family)) => family(&call, context, node).and_then(|drawn| tame(name, drawn)).map_err(|fault| piece.fault(fault)),
        None if call.name == "trace" => Err(piece.fault(Fault::new(
            "a trace is looked up, and so stands alone, and only in `work` and `service`",
            "use empirical(file) to draw from samples",
        ))),
        None => {
            let otherwise = format!("possible here: {}", names.join(", "));
            let hint = similar::nearest(call.name, names.iter().copied()).map_or(otherwise, |near| format!("did you mean {near}(...)?"));
            Err(piece.fault(Fault::new(format!("there is no distribution \"{}\"", call.name), hint)))
        }
    }
}

/// Refuses what nearly always is far shorter than its mean, which draws make up that are too rare to be met: a run would be one of
/// another mean than is written. A pareto says by its alpha that it is like that.
fn tame(name: &str, drawn: Distribution) -> Result<Distribution, Fault> {
    let (mean, cv) = (drawn.mean(), libm::sqrt(drawn.variance()) / drawn.mean());
    if name == "pareto" || mean == 0.0 || cv <= CV_MAX * (1.0 + 1e-9) {
        return Ok(drawn);
    }
    let (mean, times) = (
        Unit::Seconds.show(mean),
        if cv < 1e9 { format!("is {} times its mean", three_digits(cv)) } else { "is more than a billion times its mean".into() },
    );
    let what = format!("the standard deviation {times} of {mean}, which so comes of draws that are too rare for any run");
    let hint =
        format!("write one with a coefficient of variation of at most {CV_MAX}: nearer percentiles, a smaller cv or sd, a larger shape");
    Err(Fault::new(what, hint))
}

/// A span above zero, and short enough to be counted in.
fn positive(piece: &Piece<'_>) -> Result<Span, Fault> {
    match piece.parse()? {
        Span::ZERO => Err(piece.fault(Fault::new("no time at all is impossible here", "write a span longer than 0"))),
        span => Ok(span),
    }
}

fn exponential(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "exp(20ms)";
    let mean = positive(&call.either("mean", FORM)?)?;
    call.done(FORM)?;
    Ok(Distribution::exponential(mean))
}

fn uniform(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "uniform(5ms, 9ms)";
    let from = call.next().ok_or_else(|| call.needs("two spans", FORM))?.parse()?;
    let to = call.next().ok_or_else(|| call.needs("two spans", FORM))?.parse()?;
    call.done(FORM)?;
    Ok(Distribution::uniform(from, to)?)
}

fn erlang(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "erlang(4, mean=20ms)";
    let piece = call.either("phases", FORM)?;
    let phases = piece.text.parse().ok().filter(|phases| (1..=1000).contains(phases));
    let phases =
        phases.ok_or_else(|| piece.fault(Fault::new("phases must be a whole number from 1 to 1000", format!("write it as {FORM}"))))?;
    let mean = positive(&call.either("mean", FORM)?)?;
    call.done(FORM)?;
    Ok(Distribution::erlang(phases, mean)?)
}

fn hyperexponential(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "hyperexp(mean=20ms, cv=2)";
    let mean = positive(&call.either("mean", FORM)?)?;
    let cv = call.either("cv", FORM)?.number()?;
    call.done(FORM)?;
    Ok(Distribution::hyperexponential(mean, cv)?)
}

fn pareto(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "pareto(min=5ms, alpha=2.5)";
    let min = positive(&call.either("min", FORM)?)?;
    let alpha = call.either("alpha", FORM)?.number()?;
    call.done(FORM)?;
    Ok(Distribution::pareto(min, alpha)?)
}

fn weibull(call: &Call<'_>, _: &Context<'_>, _: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "weibull(mean=20ms, shape=0.8)";
    let Some(shape) = call.named("shape") else { return two_moments(call, Distribution::weibull, FORM) };
    let shape = shape.number()?;
    let mean = positive(&call.either("mean", FORM)?)?;
    call.done(FORM)?;
    Ok(Distribution::weibull_shape(mean, shape)?)
}

fn empirical(call: &Call<'_>, context: &Context<'_>, node: &Node) -> Result<Distribution, Fault> {
    const FORM: &str = "empirical(file.csv, column=service_us, unit=us)";
    let samples = data::samples(call, context, node, FORM)?;
    Ok(Distribution::empirical(samples)?)
}

/// Any two of mean, sd, cv and percentiles; the first may stand without a name and is the mean.
fn two_moments(call: &Call<'_>, fit: fn(Moment, Moment) -> Result<Distribution, FitError>, form: &str) -> Result<Distribution, Fault> {
    let mut moments = Vec::new();
    for (name, piece) in call.left() {
        let name = name.unwrap_or("mean");
        let moment = match name {
            "mean" if call.name == "normal" => Moment::Mean(piece.parse::<Span>()?.seconds()),
            "mean" => Moment::Mean(positive(&piece)?.seconds()),
            "sd" => Moment::Sd(positive(&piece)?.seconds()),
            "cv" => Moment::Cv(ratio(&piece)?),
            "p50" | "p90" | "p95" | "p99" => {
                let probability = name[1..].parse::<f64>().unwrap_or_default() / 100.0;
                Moment::Quantile { probability, value: positive(&piece)?.seconds() }
            }
            other => {
                let what = format!("{} takes no `{other}`", call.name);
                return Err(call.piece.fault(Fault::new(what, "write any two of mean, sd, cv, p50, p90, p95, p99")));
            }
        };
        if moments.iter().any(|(known, _)| *known == name) {
            return Err(piece.fault(Fault::new(format!("`{name}` is given twice"), format!("write it as {form}"))));
        }
        moments.push((name, moment));
    }
    match moments[..] {
        [(_, a), (_, b)] => Ok(fit(a, b)?),
        _ => {
            let what = format!("{} needs exactly two of mean, sd, cv, p50, p90, p95, p99; here are {}", call.name, moments.len());
            Err(Fault::new(what, format!("write it as {form}")))
        }
    }
}

fn ratio(piece: &Piece<'_>) -> Result<f64, Fault> {
    let value = piece.number()?;
    let hint = "write a number above 0 and up to 1000";
    if value > 0.0 && value <= 1000.0 { Ok(value) } else { Err(piece.fault(Fault::new(format!("{value} is impossible here"), hint))) }
}
