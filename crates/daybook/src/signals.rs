//! When to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves when the process is asked to end: Ctrl-C, or SIGTERM from a supervisor.
pub(crate) async fn stop() {
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        tracing::warn!("signals cannot be watched: the process ends without finishing requests");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
