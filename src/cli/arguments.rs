//! The words that a person types.

use crate::scenario::{Axis, similar};
use crate::units::{Bytes, UnitError};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Capacity planner for event-driven architectures: simulates a design from one text file while executing the real broker logic.
#[derive(Debug, Parser)]
#[command(
    name = "busload",
    version,
    arg_required_else_help = true,
    after_help = "First steps:\n  busload new design.toml                        a commented starter\n  busload run design.toml                        what happens, with a report\n  busload explain sor.NAME.workers               one key of the language\n\nExit codes: 0 every objective met, 1 one missed or undecided, 2 wrong input, 3 could not be done, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented starter that runs as it is
    #[command(
        after_help = "Examples:\n  busload new                                    what templates there are\n  busload new design.toml                        one about a ticketing system\n  busload new outage.toml --template outage"
    )]
    New(NewOptions),
    /// What arithmetic alone says, in milliseconds: problems of the file, load of every station, what is full first
    #[command(
        after_help = "Examples:\n  busload check scenarios/*.toml\n  busload check design.toml --set load=1.5 --json\n\nExit codes: 0 every station bears its load, 1 one does not, 2 problems in a file."
    )]
    Check(CheckOptions),
    /// What happens: simulate a scenario, print the summary, write the report folder
    #[command(
        after_help = "Examples:\n  busload run                                    which scenarios are here, and what they ask\n  busload run scenarios/ticketing-light.toml\n  busload run design.toml --set sor.ticketing.workers=16 --replications 20\n  busload run design.toml --json --no-report > outcome.json\n  busload run design.toml --annotations github   in a pipeline"
    )]
    Run(RunOptions),
    /// Which design is better, by how much, and is it noise: the same chance for all, intervals on paired differences
    #[command(
        after_help = "Examples:\n  busload compare scenarios/ticketing-light.toml scenarios/ticketing-heavy.toml --replications 20\n  busload compare today.toml cheap.toml fast.toml --set run.horizon=1h"
    )]
    Compare(CompareOptions),
    /// How does it change: a run at each point of a grid of settings; finished points are kept and not run again
    #[command(
        after_help = "Examples:\n  busload sweep design.toml --vary sor.ticketing.workers=4,8,16\n  busload sweep design.toml --vary load=0.5,1,1.5,2 --vary subscriber.gate.workers=1..4"
    )]
    Sweep(SweepOptions),
    /// The highest load that still meets every objective, and what gives way there
    #[command(
        after_help = "Examples:\n  busload limit scenarios/ticketing-light.toml\n  busload limit design.toml --set sor.ticketing.workers=8 --json"
    )]
    Limit(LimitOptions),
    /// The cheapest setting that meets the objectives, and why the next cheaper one fails
    #[command(
        after_help = "Examples:\n  busload size design.toml --tune subscriber.gate.workers=1..16\n  busload size design.toml --tune subscriber.gate.workers=1..16 --tune sor.ticketing.workers=4..16 --survive 1"
    )]
    Size(SizeOptions),
    /// The standing battery: lose a segment, a subscriber; slow ones; twice the events; poison. Does it recover?
    #[command(after_help = "Examples:\n  busload adverse scenarios/ticketing-light.toml\n  busload adverse design.toml --replications 5")]
    Adverse(AdverseOptions),
    /// With growth: when each objective breaks, and the cheapest step that buys another year
    #[command(after_help = "Examples:\n  busload forecast design.toml\n  busload forecast design.toml --set growth.rate='60% per year'")]
    Forecast(ForecastOptions),
    /// Which topics and queues belong together on 1 to so many segments, what each further one gains, what losing one costs
    #[command(after_help = "Example:\n  busload segments design.toml --up-to 8")]
    Segments(SegmentsOptions),
    /// Which assumption decides: each a fifth less and more, or as the scenario says; a tornado for each objective
    #[command(
        after_help = "Example:\n  busload sensitivity scenarios/ticketing-light.toml\n\nA scenario gives the ends of an assumption with its source and its reason:\n  [assumption]\n  \"sor.ticketing.service\" = \"assumed exp(20ms) to exp(45ms): nobody has measured it\"\n  \"event.ticket_changed.rate\" = \"measured -5% to +10%: sold tickets of June\""
    )]
    Sensitivity(SensitivityOptions),
    /// Render the report of any command's saved outcome again, without simulating
    #[command(
        after_help = "Examples:\n  busload report reports/ticketing-light/outcome.json --out review\n  busload report outcome.json --out slides --only charts\n\nExit codes: those of the command whose outcome it is."
    )]
    Report(ReportOptions),
    /// A saved run for other tools: a day as OpenMetrics, latencies as an HdrHistogram log, the architecture as Graphviz or Mermaid
    #[command(
        after_help = "Examples:\n  busload export outcome.json --format openmetrics --start $(date -d 2026-11-23 +%s) --out day.om\n  promtool tsdb create-blocks-from openmetrics day.om data\n  busload export outcome.json --format graphviz | dot -Tsvg > architecture.svg"
    )]
    Export(ExportOptions),
    /// One key of the language or one metric: meaning, unit, default, effect
    #[command(
        after_help = "Examples:\n  busload explain                                all sections\n  busload explain subscriber                     all keys of one\n  busload explain sor.ticketing.workers          one key, by its path\n  busload explain prefetch                       or wherever it is\n  busload explain subscriber.gate.end_to_end.p99 a metric\n  busload explain metrics                        all of them"
    )]
    Explain(ExplainOptions),
    /// JSON Schemas: of scenarios for editors, of the outcomes that `--json` prints
    #[command(
        after_help = "Examples:\n  busload schema > busload.schema.json\n  busload schema --outcome > outcome.schema.json\n  busload schema --outcome compare"
    )]
    Schema(SchemaOptions),
    /// Completions for a shell
    #[command(
        after_help = "Examples:\n  busload completions bash > ~/.local/share/bash-completion/completions/busload\n  busload completions zsh > ~/.zfunc/_busload\n  busload completions fish > ~/.config/fish/completions/busload.fish"
    )]
    Completions(CompletionsOptions),
    /// The manual page, of all or of one command
    #[command(after_help = "Examples:\n  busload man | man -l -\n  busload man run > busload-run.1")]
    Man(ManOptions),
}

/// Options of all commands that simulate.
#[derive(Debug, Args)]
pub struct Common {
    /// Override a setting before it is checked (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// Seed of all randomness, instead of the file's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Replications, instead of the file's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub replications: Option<u32>,
    /// Threads, by default all cores; changes no result
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Most memory to take, by default nine tenths of what is free; what would take more is refused or stopped
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<Bytes>,
    /// Report folder, by default below `reports/`
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print outcome.json on stdout and nothing else
    #[arg(long)]
    pub json: bool,
    /// Write no report folder
    #[arg(long)]
    pub no_report: bool,
    /// Print no summary and no progress; problems and missed objectives are told all the same
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub marks: Marks,
}

/// How problems and verdicts are told to machines.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Marks {
    /// Also mark problems and missed objectives on stderr in the way that a service shows beside the files
    #[arg(long, value_name = "SERVICE")]
    pub annotations: Option<Service>,
}

/// Services that show annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// Workflow commands of GitHub Actions
    Github,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct NewOptions {
    /// The file to write; none lists the templates
    pub file: Option<PathBuf>,
    /// What it is about
    #[arg(long, short, value_name = "NAME", default_value = "ticketing")]
    pub template: Template,
}

/// What a starter can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A system of record tells two others what changed, and answers their callbacks
    Ticketing,
    /// The same integration with light-weight or heavy-weight events: one switch
    LightOrHeavy,
    /// A feed that is polled, beside a bus that pushes
    Feed,
    /// Several topics on segments of their own, with prices
    Segments,
    /// A subscriber and a segment that go down, and what is left of it afterward
    Outage,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// A path, a key, a metric, or `metrics`
    pub path: Option<String>,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaOptions {
    /// The schema of what a command prints with --json, by default of `run`
    #[arg(long, value_name = "COMMAND", num_args = 0..=1, default_missing_value = "run")]
    pub outcome: Option<OutcomeOf>,
}

/// Commands with an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutcomeOf {
    Run,
    Check,
    Compare,
    Sweep,
    Limit,
    Size,
    Adverse,
    Forecast,
    Segments,
    Sensitivity,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsOptions {
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManOptions {
    /// One command
    pub command: Option<String>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// The scenario files
    pub files: Vec<PathBuf>,
    /// Override a setting before it is checked (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// Write a report folder too
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the outcome as JSON on stdout and nothing else
    #[arg(long)]
    pub json: bool,
    /// Print problems only
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub marks: Marks,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareOptions {
    /// The scenario files, two or more; the others are compared with the first
    #[arg(num_args = 2..)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `sweep`.
#[derive(Debug, Args)]
pub struct SweepOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    /// A setting and the values it takes (repeatable: all combinations); `load` scales all rates
    #[arg(long = "vary", value_name = "PATH=VALUES", value_parser = axis, required = true)]
    pub axes: Vec<Axis>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `limit`.
#[derive(Debug, Args)]
pub struct LimitOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    /// What is scaled
    #[arg(long, value_name = "WHAT", default_value = "load", value_parser = ["load"])]
    pub scale: String,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `size`.
#[derive(Debug, Args)]
pub struct SizeOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    /// A setting and the whole numbers it may take (repeatable, up to six); `segments` is how many there are
    #[arg(long = "tune", value_name = "PATH=VALUES", value_parser = axis, required = true)]
    pub axes: Vec<Axis>,
    /// The objectives must also be met when any one tuned number is short by so many, or that many segments or worker hosts are lost
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 0)]
    pub survive: u32,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `adverse`.
#[derive(Debug, Args)]
pub struct AdverseOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `forecast`.
#[derive(Debug, Args)]
pub struct ForecastOptions {
    /// The scenario file, with a growth section; none lists those that are here
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `segments`.
#[derive(Debug, Args)]
pub struct SegmentsOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    /// Most segments that are tried
    #[arg(long = "up-to", value_name = "N", allow_negative_numbers = true, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub up_to: u32,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `sensitivity`.
#[derive(Debug, Args)]
pub struct SensitivityOptions {
    /// The scenario file; none lists those that are here
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// An outcome.json
    pub outcome: PathBuf,
    /// Report folder, by default the outcome's own
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write these files alone and leave all others of the folder as they are (repeatable, or with commas)
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_enum)]
    pub only: Vec<Part>,
    /// Print no summary; missed objectives are told all the same
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub marks: Marks,
}

/// The whole command line, for completions and manual pages.
pub fn command_line() -> clap::Command {
    Arguments::command()
}

/// Options of `export`.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// The outcome.json of a run
    pub outcome: PathBuf,
    /// What it is written as
    #[arg(long, short, value_name = "FORMAT", value_enum)]
    pub format: Format,
    /// When the run begins, in Unix seconds, for openmetrics and hdr; by default midnight of Monday, 1970-01-05
    #[arg(long, value_name = "SECONDS", default_value_t = 345_600, value_parser = clap::value_parser!(u64).range(..=253_402_300_799))]
    pub start: u64,
    /// File to write; by default it is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Formats of other tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Series over the day with time stamps, as Prometheus backfills them; RabbitMQ's names where it has the same
    #[value(alias = "prometheus")]
    Openmetrics,
    /// HdrHistogram V2 interval log: end-to-end latencies in nanoseconds, a line for each subscriber
    Hdr,
    /// The architecture for dot
    #[value(alias = "dot")]
    Graphviz,
    /// The architecture for Mermaid
    Mermaid,
}

/// Files of a report folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// charts/*.svg and charts/*.png
    Charts,
    /// report.html
    Html,
    /// summary.md
    Markdown,
    /// metrics.csv and series.csv
    Csv,
}

/// Parses the command line, or explains it and exits with 2.
pub fn parse() -> Command {
    Arguments::try_parse().unwrap_or_else(|error| with_near_command(error).exit()).command
}

/// Clap suggests commands by another measure, which swapped letters escape.
fn with_near_command(mut error: clap::Error) -> clap::Error {
    let all = command_line();
    let names = || all.get_subcommands().map(clap::Command::get_name);
    if let (Some(ContextValue::String(typed)), None) =
        (error.get(ContextKind::InvalidSubcommand), error.get(ContextKind::SuggestedSubcommand))
        && let Some(near) = similar::nearest(typed, names())
    {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near.to_string()]));
    }
    error
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => Ok((path.trim().into(), value.trim().into())),
        _ => Err("write PATH=VALUE, for example sor.ticketing.workers=16".into()),
    }
}

fn size(text: &str) -> Result<Bytes, String> {
    match text.parse() {
        Ok(Bytes(0)) => Err("nothing can be done in no memory: write for example 2GiB".into()),
        parsed => parsed.map_err(|error: UnitError| format!("{}: {}", error.what, error.hint)),
    }
}

fn axis(text: &str) -> Result<Axis, String> {
    let (path, values) = text.split_once('=').ok_or("write PATH=VALUES, for example sor.ticketing.workers=4,8,16")?;
    Axis::parse(path.trim(), values)
}
