#[cfg(feature = "report")]
mod report;
#[cfg(feature = "report")]
mod report_samples;
