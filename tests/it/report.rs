//! The report: every figure on it is the outcome's, every format is safe, and little data is said plainly.

use crate::report_samples::{HOSTILE, bare, hostile, rich, single, sixty, steady};
use busload::outcome::{Outcome, Verdict};
use busload::report::{json, render, terminal};
use std::collections::BTreeMap;

fn folder(outcome: &Outcome) -> BTreeMap<String, Vec<u8>> {
    render(outcome).into_iter().collect()
}

fn text(folder: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(folder[path].clone()).expect("the file is text")
}

/// Writes the sample folders for looking at them: `cargo test --test it report::write -- --ignored`.
#[test]
#[ignore = "for the eye"]
fn write_the_samples() {
    for (name, outcome) in
        [("rich", rich()), ("sixty", sixty()), ("hostile", hostile()), ("bare", bare()), ("single", single()), ("steady", steady())]
    {
        let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
        for (path, bytes) in render(&outcome) {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
            std::fs::write(path, bytes).expect("the file is written");
        }
        std::fs::write(root.join("terminal.txt"), terminal(&outcome, false)).expect("the file is written");
    }
}

/// Undoes what the page and Markdown escape in figures and names of the rich sample.
fn unescaped(text: &str) -> String {
    text.replace("&#x2f;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn every_kind_of_file_is_there() {
    let folder = folder(&rich());
    for path in ["outcome.json", "report.html", "summary.md", "metrics.csv", "series.csv"] {
        assert!(folder.contains_key(path), "{path} is missing");
    }
    let stems = ["architecture", "hops", "latency", "throughput", "backlog", "load_ticketing", "load_crm", "utilization"];
    for stem in stems {
        let (svg, png) = (text(&folder, &format!("charts/{stem}.svg")), &folder[&format!("charts/{stem}.png")]);
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{stem}.svg");
        assert!(png.starts_with(b"\x89PNG\r\n"), "{stem}.png");
    }
    assert_eq!(folder.len(), 5 + 2 * stems.len(), "nothing else is written");
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert_eq!(render(&rich()), render(&rich()));
}

#[test]
fn the_json_reads_back_as_the_outcome() {
    let outcome = sixty();
    let read: Outcome = serde_json::from_str(&json(&outcome)).expect("it is valid");
    assert!(read == outcome, "every number reads back to the last bit, so that rendering again gives the same report");
}

#[test]
fn figures_on_page_markdown_and_terminal_are_the_outcomes() {
    let outcome = rich();
    let folder = folder(&outcome);
    let (page, markdown, screen) =
        (unescaped(&text(&folder, "report.html")), unescaped(&text(&folder, "summary.md")), terminal(&outcome, false));
    for metric in &outcome.metrics {
        let point = metric.unit.show(metric.point);
        let row = format!("<code>{}</code></td><td class=\"n\" data-sort=\"{}\">{point}</td>", metric.name, metric.point);
        assert!(page.contains(&row), "{} is not {point} on the page", metric.name);
        if metric.name.ends_with("end_to_end.p99") {
            let half = metric.unit.show((metric.high.unwrap() - metric.low.unwrap()) / 2.0);
            for (place, told) in [("Markdown", &markdown), ("terminal", &screen)] {
                assert!(told.contains(&format!("{point} ± {half}")), "{} in {place}", metric.name);
            }
        }
    }
    for objective in &outcome.objectives {
        let seen = objective.unit.show(objective.point.unwrap());
        for (place, told) in [("page", &page), ("Markdown", &markdown), ("terminal", &screen)] {
            assert!(told.contains(&objective.metric) && told.contains(&seen), "{} in {place}", objective.metric);
        }
    }
    for finding in &outcome.findings {
        assert!(page.contains(&finding.sentence) && markdown.contains(&finding.sentence), "{}", finding.sentence);
    }
    for hop in &outcome.hops {
        let row =
            format!("{} | {} | {}", hop.subscriber, hop.hop.replace('_', " "), if hop.waiting { "waiting" } else { "work or distance" });
        let figures = format!("{} |", hop.mean.to_string().parse::<f64>().map(|mean| busload::units::Unit::Seconds.show(mean)).unwrap());
        assert!(markdown.lines().any(|line| line.contains(&row) && line.contains(&figures)), "{row}");
    }
}

#[test]
fn csv_parses_back_to_the_same_numbers() {
    let outcome = rich();
    let folder = folder(&outcome);
    let read = |path: &str| -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(folder[path].as_slice()).records().collect::<Result<_, _>>().expect("every row has all columns")
    };
    let number = |cell: &str| cell.parse::<f64>().ok();
    for (row, metric) in read("metrics.csv").iter().zip(&outcome.metrics) {
        assert_eq!((&row[0], &row[1], number(&row[2])), (metric.name.as_str(), metric.unit.symbol(), Some(metric.point)));
        let optional = [metric.low, metric.high, metric.one_run_low, metric.one_run_high];
        assert_eq!([3, 4, 5, 6].map(|column| number(&row[column])), optional);
        assert_eq!(row[7].parse::<u32>(), Ok(metric.n));
    }
    let rows = read("series.csv");
    assert_eq!(rows.len(), outcome.series.iter().map(|series| series.mean.len()).sum::<usize>());
    let first = &outcome.series[0];
    assert_eq!(
        (&rows[7][0], number(&rows[7][2]), number(&rows[7][3])),
        (first.name.as_str(), Some(7.0 * first.step_s), Some(first.mean[7]))
    );
    assert_eq!((number(&rows[7][4]), number(&rows[7][5])), (Some(first.low[7]), Some(first.high[7])));
}

#[test]
fn csv_texts_are_no_formulas_and_negative_numbers_stay_numbers() {
    let folder = folder(&hostile());
    let mut reader = csv::Reader::from_reader(folder["metrics.csv"].as_slice());
    let row = reader.records().map(|row| row.expect("the row is whole")).find(|row| row[0].contains("script") && &row[2] == "-3");
    assert_eq!(&row.expect("the hostile metric is there")[0], format!("'{HOSTILE}"));
}

#[test]
fn the_terminal_summary_fits_its_screen() {
    for outcome in [rich(), sixty(), hostile(), bare(), single()] {
        let screen = terminal(&outcome, false);
        assert!(screen.lines().count() <= 40, "{} lines:\n{screen}", screen.lines().count());
        for line in screen.lines() {
            assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
        }
    }
    assert!(terminal(&sixty(), false).contains("57 more, all with a lower p99"), "it says how many are left out");
}

#[test]
fn color_only_adds_to_what_is_said() {
    let (plain, colored) = (terminal(&rich(), false), terminal(&rich(), true));
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
    let codes = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[0m"];
    assert_eq!(codes.iter().fold(colored, |text, code| text.replace(code, "")), plain);
    for word in ["✔ met", "✘ missed", "? undecided"] {
        assert!(plain.contains(word), "{word}");
    }
}

/// The data that the page's script draws from: it parses, has the series' figures, and no text in it ends its element.
#[test]
fn the_live_charts_have_the_figures_of_the_series() {
    let outcome = rich();
    let data = |page: &str| -> serde_json::Value {
        let (_, rest) = page.split_once("<script type=\"application/json\" id=\"charts\">").expect("there is data");
        serde_json::from_str(rest.split_once("</script>").expect("it ends").0).expect("it is JSON")
    };
    let charts = data(&text(&folder(&outcome), "report.html"));
    let series = outcome.series.iter().find(|series| series.name == "subscriber.gate.throughput").expect("it is in the sample");
    let drawn = charts["throughput"]["traces"].as_array().unwrap().iter().find(|trace| trace["entity"] == "subscriber.gate").unwrap();
    for (side, values) in [("values", &series.mean), ("low", &series.low), ("high", &series.high)] {
        let shown = drawn[side].as_array().unwrap();
        assert_eq!(shown.len(), values.len(), "{side}");
        for (shown, value) in shown.iter().zip(values) {
            assert!((shown.as_f64().unwrap() - value).abs() <= 1e-4 * value.abs(), "{side}: {shown} is not {value}");
        }
    }
    assert_eq!(charts["throughput"]["x"][3].as_f64(), Some(3.5 * series.step_s), "a step's mean stands in its middle");
    let objective = outcome.objectives.iter().find(|objective| objective.metric.contains(".end_to_end.p")).unwrap();
    let bounds = charts["latency"]["bounds"].as_array().unwrap();
    assert!(bounds.iter().any(|bound| bound[0].as_f64() == Some(objective.limit)), "{bounds:?}");
    assert!(data(&text(&folder(&hostile()), "report.html")).is_object(), "hostile names do not end the data");
}

#[test]
fn hostile_texts_stay_texts() {
    let outcome = hostile();
    let folder = folder(&outcome);
    for (path, bytes) in &folder {
        let Ok(told) = std::str::from_utf8(bytes) else { continue };
        if path.ends_with(".html") || path.ends_with(".svg") {
            assert!(!told.contains("<script>alert") && !told.contains('\u{1b}'), "{path} lets markup through");
        }
        assert!(path.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._/".contains(c)), "{path} is no safe name");
    }
    assert!(!terminal(&outcome, false).contains('\u{1b}'), "a terminal would obey");
    let markdown = text(&folder, "summary.md");
    let (told, command) = markdown.split_once("```sh\n").expect("the command is told");
    let (_, after) = command.split_once("\n```\n").expect("the command's block ends");
    for line in told.lines().chain(after.lines()) {
        let marks = ["<script", "](javascript", "@all", "**x**", "\u{1b}"];
        assert!(marks.iter().all(|mark| !line.replace("\\]", "").contains(mark)), "{line}");
    }
    let mermaid = markdown.split("```mermaid").nth(1).and_then(|rest| rest.split("```").next()).expect("there is a picture");
    for line in mermaid.lines() {
        assert_eq!(line.matches('"').count() % 2, 0, "quotes are paired: {line}");
        assert!(!line.contains('<') && !line.contains('`') && !line.contains("]);"), "{line}");
    }
}

#[test]
fn table_rows_of_markdown_keep_their_columns() {
    let markdown = text(&folder(&hostile()), "summary.md");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut columns = None;
    for line in markdown.lines() {
        columns = match (line.starts_with('|'), columns) {
            (false, _) => None,
            (true, None) => Some(cells(line)),
            (true, Some(known)) => {
                assert_eq!(cells(line), known, "{line}");
                Some(known)
            }
        };
    }
}

#[test]
fn the_page_fetches_nothing_and_is_small() {
    for outcome in [rich(), sixty()] {
        let page = text(&folder(&outcome), "report.html");
        for reference in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(reference), "{reference} on the page");
        }
        assert_eq!(page.matches("href=").count(), page.matches("href=\"#").count(), "links lead to places on the page");
        let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
        assert!(page.contains(policy), "the browser is told to fetch nothing");
        assert!(page.len() < 1_500_000, "{} bytes", page.len());
    }
}

#[test]
fn svg_files_refer_to_their_namespace_only() {
    for (path, bytes) in folder(&rich()).iter().filter(|(path, _)| path.ends_with(".svg")) {
        let svg = String::from_utf8_lossy(bytes);
        assert_eq!(svg.matches("http").count(), 1, "{path}");
        assert!(svg.contains("xmlns=\"http://www.w3.org/2000/svg\""), "{path}");
    }
}

#[test]
fn what_is_missing_is_said_plainly() {
    let folder = folder(&bare());
    assert_eq!(folder.len(), 5, "nothing is drawn from nothing");
    let page = text(&folder, "report.html");
    let said = [
        "sets no objectives",
        "no architecture",
        "no hops",
        "no latency curves",
        "no series over time",
        "Nothing was measured",
        "Nothing stood out",
    ];
    for sentence in said {
        assert!(page.contains(sentence), "{sentence}");
    }
    let markdown = text(&folder, "summary.md");
    assert!(markdown.contains("The scenario sets no objectives.") && markdown.contains("There are no intervals"));
}

#[test]
fn one_replication_has_no_intervals_and_says_so() {
    let outcome = single();
    let page = text(&folder(&outcome), "report.html");
    assert!(page.contains("There are no intervals: they need two or more."));
    assert!(page.contains("one replication, so no bands"));
    assert!(!terminal(&outcome, false).contains('±'));
}

#[test]
fn odd_numbers_do_not_stop_the_report() {
    let mut outcome = rich();
    for value in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
        outcome.metrics[3].point = value;
        outcome.hops[2].mean = value;
        outcome.series[0].mean[5] = value;
        outcome.curves[0].quantiles[8].1 = value;
        outcome.architecture.edges[0].rate = value;
        outcome.architecture.nodes[0].utilization_peak = Some(value);
        render(&outcome);
        terminal(&outcome, true);
    }
}

#[test]
fn the_answer_follows_the_verdicts() {
    let answer = |outcome: &Outcome| terminal(outcome, false).lines().nth(3).unwrap_or_default().to_string();
    let mut outcome = rich();
    assert!(answer(&outcome).starts_with("Not met: 1 of 5 objectives is missed"), "{}", answer(&outcome));
    outcome.objectives.retain(|objective| objective.verdict != Verdict::Missed);
    assert!(answer(&outcome).starts_with("Undecided: 1 of 4 objectives"), "{}", answer(&outcome));
    outcome.objectives.retain(|objective| objective.verdict == Verdict::Met);
    assert_eq!(answer(&outcome), "All 3 objectives are met.");
    outcome.run.partial = true;
    assert!(answer(&outcome).starts_with("The run was interrupted"), "{}", answer(&outcome));
}

/// An interval that ends where the possible does has no half.
#[test]
fn a_lopsided_interval_is_told_by_its_ends() {
    let mut outcome = rich();
    let metric = outcome.metrics.iter_mut().find(|metric| metric.name == "subscriber.gate.end_to_end.p99").unwrap();
    (metric.point, metric.low, metric.high) = (2.0, Some(0.0), Some(5.0));
    for told in [terminal(&outcome, false), text(&folder(&outcome), "summary.md")] {
        assert!(told.contains("0 s to 5 s"), "{told}");
    }
}

#[test]
fn systems_of_record_that_nobody_asks_are_left_out() {
    let mut outcome = rich();
    outcome.metrics.retain(|metric| !metric.name.starts_with("sor.crm."));
    outcome.series.retain(|series| !series.name.starts_with("sor.crm."));
    for series in outcome.series.iter_mut().filter(|series| series.name == "sor.ticketing.utilization.callbacks") {
        series.mean.fill(0.0);
    }
    let screen = terminal(&outcome, false);
    assert!(screen.contains("ticketing") && !screen.contains("crm") && !screen.contains("0 % of its load"), "{screen}");
    assert!(!text(&folder(&outcome), "summary.md").lines().any(|line| line.starts_with("| crm")));
}

#[test]
fn an_interrupted_run_says_how_much_of_it_was_done() {
    let last = |outcome: &Outcome| terminal(outcome, false).lines().last().unwrap_or_default().to_string();
    let mut outcome = rich();
    assert!(last(&outcome).starts_with("10 replications of 24 h"), "{}", last(&outcome));
    (outcome.run.partial, outcome.run.replications, outcome.run.replications_wanted) = (true, 2, Some(50));
    assert!(last(&outcome).starts_with("interrupted: 2 of 50 replications of 24 h"), "{}", last(&outcome));
    outcome.run.replications_wanted = None;
    assert!(last(&outcome).starts_with("interrupted: 2 replications"), "{}", last(&outcome));
}

#[test]
fn a_steady_run_counts_time_from_its_start() {
    let folder = folder(&steady());
    let chart = text(&folder, "charts/utilization.svg");
    assert!(chart.contains(">Simulated time<") && chart.contains(">1 h<") && !chart.contains("12:00"), "no hours of a day");
    assert!(
        text(&folder, "report.html")
            .contains("The first 10 min are warm-up and not measured (found by MSER-5 on the number of changes under way, at least a twentieth of the run).")
    );
}

#[test]
fn a_page_of_too_many_metrics_says_where_the_rest_is() {
    let mut outcome = bare();
    outcome.metrics = (0..6000)
        .map(|index| crate::report_samples::metric(&format!("queue.q{index}.published"), busload::units::Unit::Count, 1.0))
        .collect();
    let page = text(&folder(&outcome), "report.html");
    assert!(page.len() < 1_500_000 && page.contains("4400 more are in metrics.csv"), "{} bytes", page.len());
}
