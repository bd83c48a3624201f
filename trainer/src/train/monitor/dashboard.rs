//! The live dashboard: a thread that draws the progress and listens to the keys, so that a slow step does not hold it up,
//! nor it a step.

use std::{
    io, panic,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use ratatui::{
    DefaultTerminal,
    crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
};

use super::{progress::Progress, view};

/// Time between two drawings.
const REFRESH: Duration = Duration::from_millis(250);

/// The dashboard, as long as it lives; then the terminal is as it was.
pub struct Dashboard {
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Dashboard {
    /// Takes the terminal over. An error if standard output is none that can be drawn on.
    pub fn start(progress: Arc<Mutex<Progress>>) -> io::Result<Self> {
        let mut terminal = ratatui::try_init().inspect_err(|_| drop(ratatui::try_restore()))?;
        let closed = Arc::new(AtomicBool::new(false));
        close_on_panic(closed.clone());
        let ours = closed.clone();
        let thread = thread::spawn(move || {
            // A terminal that can't be drawn on any more, as its window is gone, does not end the training.
            while !ours.load(Ordering::SeqCst) && refresh(&mut terminal, &progress).is_ok() {}
        });
        Ok(Self { closed, thread: Some(thread) })
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // Whatever became of it, the terminal is given back.
            let _ = thread.join();
        }
        ratatui::restore();
    }
}

/// Lets nothing be drawn over the message of a panic, which ratatui's own hook has the terminal restored for.
fn close_on_panic(closed: Arc<AtomicBool>) {
    let restoring = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        closed.store(true, Ordering::SeqCst);
        restoring(panic);
    }));
}

fn refresh(terminal: &mut DefaultTerminal, progress: &Mutex<Progress>) -> io::Result<()> {
    let lock = || progress.lock().unwrap_or_else(PoisonError::into_inner);
    terminal.draw(|frame| view::draw(frame, &lock()))?;
    if event::poll(REFRESH)? && asks_to_stop(&event::read()?) {
        lock().stopping = true;
    }
    Ok(())
}

/// The terminal hands Ctrl-C on as a key while the dashboard has it.
fn asks_to_stop(event: &Event) -> bool {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press, .. }) = event else { return false };
    *code == KeyCode::Char('q') || (*code == KeyCode::Char('c') && modifiers.contains(KeyModifiers::CONTROL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_and_control_c_ask_to_stop_and_nothing_else() {
        let press = |code, modifiers| asks_to_stop(&Event::Key(KeyEvent::new(code, modifiers)));
        assert!(press(KeyCode::Char('q'), KeyModifiers::NONE));
        assert!(press(KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert!(!press(KeyCode::Char('c'), KeyModifiers::NONE));
        assert!(!asks_to_stop(&Event::Resize(80, 24)));
    }
}
