//! CSV: every metric and every step of every series, all digits, SI units.

use super::text::cell;
use crate::outcome::Outcome;

/// One row per metric.
pub fn metrics(outcome: &Outcome) -> String {
    let mut rows = vec![["name", "unit", "point", "low", "high", "one_run_low", "one_run_high", "n"].map(String::from).to_vec()];
    for metric in &outcome.metrics {
        let optional = [metric.low, metric.high, metric.one_run_low, metric.one_run_high].map(number);
        let mut row = vec![cell(&metric.name), metric.unit.symbol().into(), number(Some(metric.point))];
        row.extend(optional);
        row.push(metric.n.to_string());
        rows.push(row);
    }
    written(rows)
}

/// Long form: one row per series and step, at the step's start.
pub fn series(outcome: &Outcome) -> String {
    let mut rows = vec![["series", "unit", "time_s", "mean", "low", "high"].map(String::from).to_vec()];
    for series in &outcome.series {
        let name = cell(&series.name);
        for (index, mean) in series.mean.iter().enumerate() {
            let at = index as f64 * series.step_s;
            let side = |values: &[f64]| number(values.get(index).copied());
            rows.push(vec![
                name.clone(),
                series.unit.symbol().into(),
                format!("{at}"),
                number(Some(*mean)),
                side(&series.low),
                side(&series.high),
            ]);
        }
    }
    written(rows)
}

/// The shortest text that reads back as the same number; nothing where there is none.
fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn written(rows: Vec<Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("memory takes every row, and all have one length");
    }
    String::from_utf8(writer.into_inner().expect("memory can be flushed")).expect("rows are text")
}
