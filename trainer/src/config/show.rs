//! Where a training shows itself.

use std::io::{self, IsTerminal};

/// Where a training shows itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// On a dashboard that takes the terminal over.
    Dashboard,
    /// As plain lines.
    #[default]
    Lines,
}

impl Show {
    /// A dashboard if standard output is a terminal.
    pub fn on_stdout() -> Self {
        if io::stdout().is_terminal() { Self::Dashboard } else { Self::Lines }
    }
}
