//! Numbers that can't be negative.

use anyhow::{Result, ensure};

/// An error that names a field whose value is below 0, or no number.
pub fn check_amount(field: &str, value: f64) -> Result<()> {
    ensure!(value >= 0.0 && value.is_finite(), "{field} must be a number of at least 0, not {value}");
    Ok(())
}
