//! The messages of TensorBoard's event files that scalars need, with the field numbers of `event.proto` and `summary.proto`
//! (github.com/tensorflow/tensorboard, tensorboard/compat/proto).

use prost::Message;

/// The content of one record of an event file.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The training step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// The format, in a file's first event.
    #[prost(string, optional, tag = "3")]
    pub file_version: Option<String>,
    /// Figures of the step.
    #[prost(message, optional, tag = "5")]
    pub summary: Option<Summary>,
    /// That a training begins, or goes on.
    #[prost(message, optional, tag = "7")]
    pub session_log: Option<SessionLog>,
}

/// Figures by name.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    /// The figures.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Value>,
}

/// One figure.
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    /// Its name.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// Its value.
    #[prost(float, optional, tag = "2")]
    pub simple_value: Option<f32>,
}

/// The state of a training.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct SessionLog {
    /// [`START`].
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// `SessionLog.SessionStatus`: TensorBoard drops what earlier files say of this step and of later ones.
pub const START: i32 = 1;
