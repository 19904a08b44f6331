//! How values are written: forms with their meaning, of which tests hold every one against the reader, and patterns for editors.

/// How the values of one kind are written.
#[derive(Debug)]
pub struct Form {
    pub name: &'static str,
    pub meaning: &'static str,
    /// What a text of it matches (ECMA regular expression). It may be too generous, never too strict.
    pub pattern: &'static str,
    /// A value, and what it says.
    pub written: &'static [(&'static str, &'static str)],
}

macro_rules! number {
    () => {
        r"\+?[0-9._]+([eE][+-]?[0-9]+)?"
    };
}
macro_rules! span {
    () => {
        concat!("(", number!(), r"\s*(ns|us|µs|ms|s|min|m|h|d)|\+?[0._]+)")
    };
}
macro_rules! term {
    () => {
        concat!("(", span!(), r"|(exp|uniform|normal|lognormal|gamma|weibull|erlang|hyperexp|pareto|empirical)\s*\(.*\))")
    };
}
macro_rules! sum {
    () => {
        concat!(term!(), r"(\s*\+\s*", term!(), ")*")
    };
}

pub static SPAN: Form = Form {
    name: "span",
    meaning: "A length of time with its unit: ns, us (or µs), ms, s, m (or min), h, d. Never a bare number, except 0.",
    pattern: concat!(r"^\s*", span!(), r"\s*$"),
    written: &[("250ms", "a quarter of a second"), ("1.5s", ""), ("90us", "microseconds"), ("10m", "minutes"), ("24h", ""), ("2d", "")],
};

pub static RATE: Form = Form {
    name: "rate",
    meaning: "A count per span. The count may be in K (thousand), M (million) or G; the span is ms, s, min, h, day or week.",
    pattern: concat!(r"^\s*", number!(), r"\s*[KkMG]?\s*/\s*(ms|s|sec|second|m|min|minute|h|hour|d|day|week)\s*$"),
    written: &[("35/s", ""), ("500K/day", "500,000 a day"), ("2M/h", ""), ("120/min", "")],
};

pub static BYTES: Form = Form {
    name: "bytes",
    meaning: "A size with its unit: B, KiB, MiB, GiB, TiB (powers of 1024) or kB, MB, GB, TB (powers of 1000).",
    pattern: concat!(r"^\s*(", number!(), r"\s*(B|KiB|MiB|GiB|TiB|kB|KB|MB|GB|TB)|\+?[0._]+)\s*$"),
    written: &[("300B", ""), ("4KiB", "4096 bytes"), ("2MB", "2,000,000 bytes")],
};

pub static BANDWIDTH: Form = Form {
    name: "bandwidth",
    meaning: "Bits or bytes a second.",
    pattern: concat!(r"^\s*", number!(), r"\s*(bit/s|kbit/s|Kbit/s|Mbit/s|Gbit/s|Tbit/s|B/s|KB/s|MB/s|GB/s|KiB/s|MiB/s|GiB/s)\s*$"),
    written: &[("100Mbit/s", ""), ("1Gbit/s", ""), ("20MB/s", "160 Mbit/s")],
};

pub static SHARE: Form = Form {
    name: "share",
    meaning: "A part of a whole, as a percentage in quotes or as a number from 0 to 1.",
    pattern: concat!(r"^\s*", number!(), r"\s*%?\s*$"),
    written: &[("70%", "the same as 0.7"), ("0.1%", "one in a thousand")],
};

pub static DISTRIBUTION: Form = Form {
    name: "distribution",
    meaning: "Of spans. A sum is one too: `\"27us + exp(5ms)\"`. Families of two parameters take any two of mean, sd, cv (standard deviation over mean), p50, p90, p95 and p99, as percentiles are what people know. A cv of more than 1000 is refused, also where it follows from others: no run would meet what its mean is made of.",
    pattern: concat!(r"^\s*", sum!(), r"\s*$"),
    written: &[
        ("20ms", "always this"),
        ("exp(20ms)", "exponential with this mean"),
        ("uniform(5ms, 9ms)", "anything between, with equal chance"),
        ("normal(20ms, sd=4ms)", "cut at 0"),
        ("lognormal(p50=18ms, p99=120ms)", "half of them below 18 ms, one in a hundred above 120 ms"),
        ("lognormal(mean=20ms, cv=1.5)", "the same family by other figures"),
        ("gamma(mean=20ms, cv=0.5)", ""),
        ("erlang(4, mean=20ms)", "four exponential phases"),
        ("hyperexp(mean=20ms, cv=2)", "varies more than exponential; cv of 1 or more"),
        ("pareto(min=5ms, alpha=2.5)", "a long tail"),
        ("weibull(mean=20ms, shape=0.8)", ""),
        ("27us + exp(5ms)", "a sum of up to 16 terms"),
    ],
};

pub static SERVICE: Form = Form {
    name: "service",
    meaning: "A distribution, or a trace: times that were recorded, looked up by the message's own number (`key`), never by order of service; `else` is for messages without a row.",
    pattern: concat!(r"^\s*(", sum!(), r"|trace\s*\(.*\))\s*$"),
    written: &[("exp(20ms)", "a distribution")],
};

pub static ARRIVALS: Form = Form {
    name: "arrivals",
    meaning: "When events come. `gaps`, `mmpp` and `trace` carry their own rate; the others follow `rate`, `hourly` and `weekly`.",
    pattern: r"^\s*(poisson|regular|(gaps|sine|mmpp|trace)\s*\(.*\))\s*$",
    written: &[
        ("poisson", "at random, independently of each other"),
        ("regular", "at equal distances"),
        ("gaps(lognormal(mean=2s, cv=3))", "independent gaps of this distribution"),
        ("sine(amplitude=80%, period=24h)", "the rate swings by 80 % around its mean"),
        ("mmpp(2/s for 20s, 0.2/s for 50s)", "phases of exponential length, each with a rate of its own, in turn"),
    ],
};

pub static POPULARITY: Form = Form {
    name: "popularity",
    meaning: "Which resource an event is about: each alike, or the most popular ones more often, by rank to the power of the exponent (above 0, up to 10).",
    pattern: r"^\s*(uniform|zipf\(.*\))\s*$",
    written: &[("uniform", ""), ("zipf(1.1)", "")],
};

pub static PENALTY: Form = Form {
    name: "share per count",
    meaning: "How much dearer for so many messages.",
    pattern: r"^.*%\s* per .+$",
    written: &[("20% per 1M", "a fifth more for each million messages")],
};

pub static GROWTH: Form = Form {
    name: "growth",
    meaning: "A percentage per year, month, week or day; negative where it shrinks.",
    pattern: r"^.*% per \s*(year|month|week|day)\s*$",
    written: &[("30% per year", ""), ("-2% per month", "")],
};

pub static CURRENCY: Form =
    Form { name: "currency", meaning: "A code of three capital letters (ISO 4217).", pattern: r"^[A-Z]{3}$", written: &[("USD", "")] };

pub static INSTANT: Form = Form {
    name: "instant",
    meaning: "A time of day on the first day, or a span from the start.",
    pattern: concat!(r"^\s*([0-9]{2}:[0-9]{2}|", span!(), r")\s*$"),
    written: &[("10:30", ""), ("34h", "ten in the morning of the second day")],
};

pub static TIME_OF_DAY: Form =
    Form { name: "time of day", meaning: "Hours and minutes.", pattern: r"^[0-9]{2}:[0-9]{2}$", written: &[("02:00", "")] };

pub static BOUND: Form = Form {
    name: "bound",
    meaning: "A relation (`<`, `<=`, `=`, `>=`, `>`) and a value in the metric's unit: a span, rate, size, bandwidth, share, or a plain number for counts and money.",
    pattern: r"^\s*(<=|>=|<|>|=).+$",
    written: &[("< 5s", "of a latency"), ("= 0", "of a count: in no replication"), ("< 70%", "of a share"), (">= 20/s", "of a rate")],
};

pub static NAME: Form = Form {
    name: "name",
    meaning: "Begins with a lowercase letter and goes on with lowercase letters, digits and `_`.",
    pattern: "^[a-z][a-z0-9_]*$",
    written: &[("guest_profile", "")],
};

pub static TARGET: Form = Form {
    name: "target",
    meaning: "What can be disrupted.",
    pattern: r"^(subscriber|segment|sor|link)\.[a-z][a-z0-9_]*(\.consumer\.[0-9]+)?$",
    written: &[("subscriber.gate", ""), ("subscriber.gate.consumer.2", "one of its connections, counted from 1"), ("link.wan", "")],
};

/// Those that the reference explains, in its order.
pub static FORMS: [&Form; 12] =
    [&SPAN, &RATE, &BYTES, &BANDWIDTH, &SHARE, &INSTANT, &DISTRIBUTION, &ARRIVALS, &POPULARITY, &PENALTY, &BOUND, &NAME];
