//! From reports to the Markdown that is printed: medians, multiples of the bare server, and whether a target is met.

use crate::load::Report;
use crate::scenario::{Scenario, bare_among};
use crate::server::Spec;
use std::fmt::Write as _;

/// Head of the table of scenarios.
pub const HEAD: &str = "\
| load | server | messages/s | p50 µs | p99 µs | CPU ns a message | × bare (lowest to highest) | target |
|---|---|--:|--:|--:|--:|--:|---|
";

/// The middle value; of an even number the mean of the two in the middle. NaN of none.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

/// "at most X: met" or "missed".
#[must_use]
pub fn verdict(value: f64, most: f64, unit: &str) -> String {
    // a value that is not a number meets nothing
    let word = if value <= most { "met" } else { "**missed**" };
    format!("≤ {most}{unit}: {word}")
}

/// The rows of one scenario, a server each, medians over the rounds.
#[must_use]
pub fn rows(scenario: &Scenario, servers: &[Spec], reports: &[Vec<Report>]) -> String {
    let cpu = |reports: &[Report]| reports.iter().map(|report| report.cpu_per_message().unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let bare = bare_among(servers).map(|index| cpu(&reports[index]));
    let mut text = String::new();
    for (spec, reports) in servers.iter().zip(reports) {
        let cpu = cpu(reports);
        // a round's turns are neighbours in time, so it is compared with itself
        let ratios: Option<Vec<f64>> = bare.as_ref().map(|bare| cpu.iter().zip(bare).map(|(own, bare)| own / bare).collect());
        let (ratio, target) = match ratios {
            Some(ratios) => {
                let middle = median(ratios.iter().copied());
                let (low, high) = ratios.iter().fold((f64::MAX, f64::MIN), |(low, high), &r| (low.min(r), high.max(r)));
                let target = scenario.target(&spec.name).map(|most| verdict(middle, most, ""));
                (format!("{middle:.2} ({low:.2} to {high:.2})"), target)
            }
            None => (String::new(), None),
        };
        // writing to a String cannot fail
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            scenario.title,
            spec.name,
            thousands(median(reports.iter().map(Report::rate))),
            figure(median(reports.iter().map(|report| report.quantile(0.5)))),
            figure(median(reports.iter().map(|report| report.quantile(0.99)))),
            thousands(median(cpu)),
            ratio,
            target.unwrap_or_default(),
        );
    }
    text
}

/// A number with three digits that count.
fn figure(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { thousands(value) }
}

/// A whole number with its thousands set apart.
#[must_use]
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && digits.as_bytes()[index - 1].is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::report;
    use crate::scenario::ALL;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(999.4), "999");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
        assert_eq!(thousands(-1234.0), "-1,234");
        assert_eq!(thousands(-123.0), "-123");
    }

    #[test]
    fn targets_are_met_or_missed() {
        let specs = ["bare", "base", "process"].map(|name| Spec::new(name, vec![]));
        let rounds = |cpu: [u64; 3]| cpu.map(|ns| report(1000, ns * 1000)).to_vec();
        // the machine slows down from round to round, the multiples stay
        let reports = [rounds([1000, 2000, 3000]), rounds([1050, 2100, 3150]), rounds([1300, 2600, 9000])];
        let text = rows(&ALL[0], &specs, &reports);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with("| 2,000 | 1.00 (1.00 to 1.00) |  |"), "{text}");
        assert!(lines[1].ends_with("| 2,100 | 1.05 (1.05 to 1.05) | ≤ 1.06: met |"), "{text}");
        assert!(lines[2].ends_with("| 2,600 | 1.30 (1.30 to 3.00) | ≤ 1.25: **missed** |"), "{text}");
        assert!(verdict(f64::NAN, 1.0, "").contains("missed"));
    }
}
