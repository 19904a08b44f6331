//! Part 8: a real RabbitMQ, replayed and predicted.

use super::figures::{Figures, recorded, tolerance};
use super::point::Point;
use super::table::{Report, four};
use busload::stats::next_run_by_order;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Where the measurements lie, where they are there.
pub fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/measurements/rabbitmq");
    path.join("micro.json").exists().then_some(path)
}

/// Replications of a blind prediction.
const PREDICTIONS: u32 = 200;

/// Which points, and where their predictions are to be written as scenarios.
pub struct Choice<'a> {
    /// A folder of measured points other than the usual one.
    pub points: Option<&'a Path>,
    pub texts: Option<&'a Path>,
    /// Points whose names begin like this.
    pub only: &'a str,
}

/// The whole part.
pub fn part(report: &mut Report, choice: Choice<'_>) {
    report.part(
        "8 Reality",
        "A real RabbitMQ under the ticketing scenario, scaled; how its points become scenarios is in `docs/real-broker.md`. Replay: the recorded publish and service times of a run drive the simulated broker; mean, p50, p90 within 4 %, p99 within 10 %, throughput within 1 %, lost shares within 5 % of their value, catch-up, backlog and longest latency of an outage within 2 %. Blind: rates and distributions alone; the measured figure of each repetition that had the machine to itself lies in the 95 % interval for one run at nine of ten figures. Latencies in seconds, of all subscriptions together (of an outage: of those that had none).",
    );
    let Some(folder) = choice.points.map(PathBuf::from).or_else(folder) else {
        report.say("The measurements are not beside this repository (`../shared/measurements/rabbitmq`): SKIPPED.");
        report.check("reality is skipped", false);
        return;
    };
    let points: Vec<Point> = Point::all(&folder).into_iter().filter(|point| point.name.starts_with(choice.only)).collect();
    if let Some(texts) = choice.texts {
        write(texts, &points);
    }
    replays(report, &points);
    blind(report, &points);
}

/// Every prediction as a scenario that `busload run` takes.
fn write(folder: &Path, points: &[Point]) {
    let failed = |error: std::io::Error| -> () { panic!("{}: {error}", folder.display()) };
    std::fs::create_dir_all(folder).unwrap_or_else(failed);
    for point in points {
        std::fs::write(folder.join(format!("{}.toml", point.name)), point.blind(PREDICTIONS)).unwrap_or_else(failed);
    }
}

/// The recorded runs of these points once more.
pub fn replays(report: &mut Report, points: &[Point]) {
    let mut lines = Vec::new();
    for point in points.iter().filter(|point| point.is_recorded()) {
        let (seen, due) = (point.simulated(&point.replay(), 0), recorded(point));
        for ((name, seen), (_, due)) in seen.into_iter().zip(due) {
            let error = seen / due - 1.0;
            let verdict = report.check(&format!("replay of {} {name}", point.name), error.abs() <= tolerance(name));
            lines.push(vec![point.name.clone(), name.into(), four(seen), four(due), format!("{:+.2} %", error * 100.0), verdict]);
        }
    }
    report.say("\nReplay:");
    report.table(&["Point", "Figure", "Simulated", "Recorded", "Error", ""], &lines);
}

/// What these points show in one run, before it is looked at.
pub fn blind(report: &mut Report, points: &[Point]) {
    let (mut lines, mut inside, mut all) = (Vec::new(), 0, 0);
    for point in points {
        let scenario = point.prediction();
        let runs: Vec<Figures> = (0..PREDICTIONS).into_par_iter().map(|number| point.simulated(&scenario, number)).collect();
        let measured = point.measured();
        for (index, (name, _)) in runs[0].iter().enumerate() {
            let values: Vec<f64> = runs.iter().map(|run| run[index].1).collect();
            let interval = next_run_by_order(&values, 0.95).expect("runs enough");
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let seen: Vec<f64> = measured.iter().map(|figures| figures[index].1).collect();
            let within = seen.iter().filter(|value| interval.contains(**value)).count();
            (inside, all) = (inside + within, all + seen.len());
            let each = |show: &dyn Fn(f64) -> String| seen.iter().map(|value| show(*value)).collect::<Vec<_>>().join(", ");
            lines.push(vec![
                point.name.clone(),
                name.to_string(),
                four(mean),
                format!("{} to {}", four(interval.low), four(interval.high)),
                each(&four),
                each(&|value| format!("{:+.1} %", (mean / value - 1.0) * 100.0)),
                format!("{within} of {}", seen.len()),
            ]);
        }
    }
    report.say("\nBlind:");
    report.table(&["Point", "Figure", "Predicted", "Interval of one run", "Measured", "Error", "Inside"], &lines);
    if all == 0 {
        return report.say("\nNothing was measured at these points.");
    }
    let share = inside as f64 / all as f64;
    let verdict = report.check("blind predictions", share >= 0.9);
    report.say(&format!("\n{inside} of {all} measured figures lie in their interval: {:.0} % ({verdict}).", share * 100.0));
}
