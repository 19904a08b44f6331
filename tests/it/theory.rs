//! Theory against the filed known answers, and against itself where two models meet.

use busload::theory::*;
use serde_json::Value;
use std::path::Path;

/// The cases of the families that are implemented, copied from the validation set.
const CASES: &str = include_str!("theory_cases.json");
const PERCENTILES: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

type Figures = Vec<(String, f64)>;

fn named<const N: usize>(figures: [(&str, f64); N]) -> Figures {
    figures.map(|(name, value)| (name.to_string(), value)).to_vec()
}

fn percentiles(of: &str, quantile: impl Fn(f64) -> f64) -> Figures {
    PERCENTILES.iter().map(|(name, p)| (format!("{of}_{name}"), quantile(*p))).collect()
}

fn number(case: &Value, name: &str) -> f64 {
    case["model"][name].as_f64().unwrap_or_else(|| panic!("{} has no {name}", case["id"]))
}

fn mm1(rate: f64, service_rate: f64) -> Figures {
    let q = Mm1::new(rate, service_rate).unwrap();
    let mut figures = named([
        ("utilization", q.utilization()),
        ("throughput", rate),
        ("mean_number_in_system", q.mean_number()),
        ("mean_number_in_queue", q.mean_number_waiting()),
        ("var_number_in_system", q.number_variance()),
        ("mean_sojourn", q.mean_sojourn()),
        ("sd_sojourn", q.mean_sojourn()),
        ("mean_busy_period", q.mean_sojourn()),
        ("mean_wait", q.mean_wait()),
        ("p_empty", 1.0 - q.utilization()),
        ("p_wait", q.utilization()),
        ("p_number_ge_10", q.p_number_at_least(10)),
        ("asymptotic_variance_of_time_average_number", q.asymptotic_variance()),
    ]);
    figures.extend(percentiles("wait", |p| q.wait_quantile(p)));
    figures.extend(percentiles("sojourn", |p| q.sojourn_quantile(p)));
    figures
}

fn mmc(rate: f64, service_rate: f64, servers: u32) -> Figures {
    let q = Mmc::new(rate, service_rate, servers).unwrap();
    let mut figures = named([
        ("utilization", q.utilization()),
        ("p_wait", q.p_wait()),
        ("mean_wait", q.mean_wait()),
        ("mean_wait_given_wait", q.mean_wait_given_wait()),
        ("mean_sojourn", q.mean_sojourn()),
        ("mean_number_in_queue", q.mean_number_waiting()),
        ("mean_number_in_system", q.mean_number()),
    ]);
    figures.extend(percentiles("wait", |p| q.wait_quantile(p)));
    figures.extend(percentiles("sojourn", |p| q.sojourn_quantile(p)));
    figures
}

fn mmck(rate: f64, service_rate: f64, servers: u32, places: u32) -> Figures {
    let q = Mmck::new(rate, service_rate, servers, places).unwrap();
    let mut figures = named([
        ("p_loss", q.p_loss()),
        ("throughput", q.throughput()),
        ("loss_rate", rate * q.p_loss()),
        ("utilization", q.utilization()),
        ("mean_number_in_system", q.mean_number()),
        ("mean_number_in_queue", q.mean_number_waiting()),
        ("mean_wait_accepted", q.mean_wait()),
        ("mean_sojourn_accepted", q.mean_sojourn()),
        ("p_wait_accepted", q.p_wait()),
        ("p_empty", q.p_empty()),
    ]);
    figures.extend(percentiles("wait_accepted", |p| q.wait_quantile(p)));
    figures
}

fn mg1(q: &Mg1) -> Figures {
    named([
        ("utilization", q.utilization()),
        ("p_wait", q.utilization()),
        ("mean_wait", q.mean_wait()),
        ("sd_wait", q.wait_variance().sqrt()),
        ("mean_sojourn", q.mean_sojourn()),
        ("sd_sojourn", q.sojourn_variance().sqrt()),
        ("mean_number_in_queue", q.mean_number_waiting()),
        ("mean_number_in_system", q.mean_number()),
    ])
}

fn md1(rate: f64, service: f64) -> Figures {
    let q = Md1::new(rate, service).unwrap();
    let mut figures = mg1(q.means());
    figures.extend(percentiles("wait", |p| q.wait_quantile(p).unwrap()));
    figures.extend(percentiles("sojourn", |p| q.sojourn_quantile(p).unwrap()));
    figures
}

fn gm1(q: Gm1) -> Figures {
    let mut figures = named([
        ("utilization", q.utilization()),
        ("p_wait", q.p_wait()),
        ("mean_wait", q.mean_wait()),
        ("mean_sojourn", q.mean_sojourn()),
        ("mean_number_in_queue", q.mean_number_waiting()),
        ("mean_number_in_system", q.mean_number()),
    ]);
    figures.extend(percentiles("wait", |p| q.wait_quantile(p)));
    figures.extend(percentiles("sojourn", |p| q.sojourn_quantile(p)));
    figures
}

fn mg_infinity(q: MgInfinity) -> Figures {
    named([
        ("mean_number_in_system", q.mean_number()),
        ("var_number_in_system", q.mean_number()),
        ("p_empty", q.p_empty()),
        ("p_number_gt_5", q.p_number_above(5)),
        ("p_number_gt_10", q.p_number_above(10)),
        ("p_number_gt_20", q.p_number_above(20)),
    ])
}

fn general(rate: f64, arrival_scv: f64, mean: f64, scv: f64) -> Figures {
    let bounds = kingman(rate, arrival_scv, mean, scv).unwrap();
    named([
        ("utilization", utilization(rate, mean, 1)),
        ("upper_mean_wait", bounds.upper),
        ("lower_mean_wait", bounds.lower),
        ("vut_mean_wait", allen_cunneen(rate, arrival_scv, mean, scv, 1).unwrap()),
    ])
}

/// Our figures for a case.
fn figures(case: &Value) -> Figures {
    let id = case["id"].as_str().unwrap();
    let family = id.rsplit_once('-').unwrap().0;
    let get = |name: &str| number(case, name);
    let (rate, whole) = (get("arrival_rate"), |name: &str| number(case, name) as u32);
    match family {
        "mm1" => mm1(rate, get("service_rate")),
        "mmc" => mmc(rate, get("service_rate"), whole("servers")),
        "mmck" => mmck(rate, get("service_rate"), whole("servers"), whole("capacity_in_system")),
        "md1" => md1(rate, get("service_time")),
        "mg1-lognormal" => mg1(&Mg1::new(rate, ServiceMoments::lognormal(get("service_mean"), get("service_scv"))).unwrap()),
        "mg1-h2" => mg1(&Mg1::new(rate, ServiceMoments::hyperexponential(get("service_mean"), get("service_scv"))).unwrap()),
        "mg1-erlang" => mg1(&Mg1::new(rate, ServiceMoments::gamma(get("service_mean"), 1.0 / get("k"))).unwrap()),
        "dm1" => {
            let mut figures = gm1(Gm1::regular(rate, get("service_rate")).unwrap());
            figures.extend(general(rate, 0.0, 1.0 / get("service_rate"), 1.0));
            figures
        }
        "segments-roundrobin" => gm1(Gm1::erlang(whole("segments"), rate / get("segments"), get("service_rate")).unwrap()),
        "segments-hash" => mm1(rate / get("segments"), get("service_rate")),
        "segments-shared" => mmc(rate, get("service_rate"), whole("servers")),
        "gg1-bounds" => general(rate, get("arrival_scv"), get("service_mean"), get("service_scv")),
        "mginf" => mg_infinity(MgInfinity::new(rate, get("service_mean")).unwrap()),
        other => panic!("no theory for {other}"),
    }
}

#[test]
fn every_filed_answer_is_met() {
    let filed: Value = serde_json::from_str(CASES).unwrap();
    let mut compared = 0;
    for case in filed["cases"].as_array().unwrap() {
        let ours = figures(case);
        for part in ["exact", "bounds", "approximate"] {
            for (name, wanted) in case[part].as_object().into_iter().flatten() {
                // Percentiles of M/H2/1 need the roots of its transform; there only the moments are ours.
                if case["family"] == "M/H2/1" && (name.starts_with("wait_p") || name.starts_with("sojourn_p")) {
                    continue;
                }
                let wanted = wanted.as_f64().unwrap();
                let Some((_, value)) = ours.iter().find(|(own, _)| own == name) else { panic!("{} lacks {name}", case["id"]) };
                let close = (value - wanted).abs() <= 1e-9 * wanted.abs() + 1e-12;
                assert!(close, "{} {name}: {value}, filed {wanted}", case["id"]);
                compared += 1;
            }
        }
    }
    assert!(compared > 400, "{compared} answers compared");
}

#[test]
fn the_copied_answers_are_the_filed_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/validation/closed_forms.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there, so the copy in theory_cases.json was not compared with it", path.display());
        return;
    };
    let (filed, copied): (Value, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(CASES).unwrap());
    let filed = filed["cases"].as_array().unwrap();
    for case in copied["cases"].as_array().unwrap() {
        let original = filed.iter().find(|original| original["id"] == case["id"]).unwrap_or_else(|| panic!("{} is gone", case["id"]));
        for part in ["model", "exact", "bounds", "approximate"] {
            assert_eq!(original[part], case[part], "{} {part}", case["id"]);
        }
    }
}

#[test]
fn models_agree_where_they_meet() {
    let same = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
    let (one, several) = (Mm1::new(0.7, 1.0).unwrap(), Mmc::new(0.7, 1.0, 1).unwrap());
    let general = Mg1::new(0.7, ServiceMoments::exponential(1.0)).unwrap();
    same(one.mean_wait(), several.mean_wait());
    same(one.mean_wait(), general.mean_wait());
    same(one.mean_wait(), Gm1::erlang(1, 0.7, 1.0).unwrap().mean_wait());
    same(one.mean_wait(), allen_cunneen(0.7, 1.0, 1.0, 1.0, 1).unwrap());
    same(one.mean_sojourn() * one.mean_sojourn(), general.sojourn_variance());
    same(one.sojourn_quantile(0.99), several.sojourn_quantile(0.99));
    same(Gm1::regular(0.7, 1.0).unwrap().mean_wait(), Gm1::erlang(4_000_000_000, 0.7, 1.0).unwrap().mean_wait());
    same(Mmck::new(0.7, 1.0, 1, 400).unwrap().mean_wait(), one.mean_wait());
    same(Mmck::new(9.0, 1.0, 5, 5).unwrap().p_loss(), erlang_b(5, 9.0));
    same(little_number(0.7, one.mean_sojourn()), one.mean_number());
    same(little_sojourn(0.7, one.mean_number()).unwrap(), one.mean_sojourn());
    assert_eq!(little_sojourn(0.0, 1.0), None);
    let hyper = ServiceMoments::hyperexponential(2.0, 5.0);
    same(hyper.first, 2.0);
    same(hyper.scv(), 5.0);
    // Servers less one equal to the load: the formula for the sojourn has a pole there.
    same(Mmc::new(1.0, 1.0, 2).unwrap().sojourn_quantile(0.9), Mmc::new(1.0 + 1e-10, 1.0, 2).unwrap().sojourn_quantile(0.9));
}

#[test]
fn the_broker_costs_what_its_parts_cost() {
    let cost = BrokerCost { receive: 180e-6, filter: 10e-6, transmit: 120e-6 };
    let same = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
    same(cost.mean(10, 2.5), 580e-6);
    same(cost.capacity(10, 2.5), 1.0 / 580e-6);
    // Two filters at one half: none, one or two copies.
    let (moments, times) = (cost.moments(2, 0.5), [(0.25, 200e-6), (0.5, 320e-6), (0.25, 440e-6_f64)]);
    let raw = |power: i32| times.iter().map(|(p, time)| p * time.powi(power)).sum::<f64>();
    same(moments.first, raw(1));
    same(moments.second, raw(2));
    same(moments.third, raw(3));
}

#[test]
fn what_is_not_stable_or_makes_no_sense_has_no_answer() {
    let nan = f64::NAN;
    for (rate, service_rate) in [(1.0, 1.0), (2.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (1.0, nan), (nan, 1.0), (1.0, f64::INFINITY)] {
        assert_eq!((Mm1::new(rate, service_rate), Mmc::new(rate, service_rate, 1)), (None, None));
        assert_eq!((Gm1::regular(rate, service_rate), Gm1::erlang(2, rate, service_rate)), (None, None));
        assert_eq!((Md1::new(rate, 1.0 / service_rate), kingman(rate, 1.0, 1.0 / service_rate, 1.0)), (None, None));
        assert_eq!(allen_cunneen(rate, 1.0, 1.0 / service_rate, 1.0, 1), None);
    }
    assert_eq!(
        (Mmc::new(1.0, 1.0, 0), Gm1::erlang(0, 0.5, 1.0), Mmck::new(1.0, 1.0, 0, 1), Mmck::new(1.0, 1.0, 3, 2)),
        (None, None, None, None)
    );
    assert_eq!((kingman(0.5, -1.0, 1.0, 1.0), allen_cunneen(0.5, 1.0, 1.0, nan, 2), MgInfinity::new(1.0, 0.0)), (None, None, None));
    assert_eq!((erlang_c(2, 2.0), erlang_c(2, 5.0)), (1.0, 1.0));
    assert_eq!(Md1::new(0.999_999, 1.0).unwrap().wait_quantile(0.99), None);
    assert_eq!(Mm1::new(0.5, 1.0).unwrap().wait_quantile(0.5), 0.0);
}
