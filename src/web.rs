//! The engine as JavaScript sees it: the only file that names wasm_bindgen.
//!
//! Calls must not overlap: an asynchronous method borrows its engine until its promise settles. The page's worker
//! queues them. Every error that is thrown is an object `{ code, message }`.

use std::collections::BTreeMap;

use burn::backend::Flex;
use burn_wgpu::{CubeBackend, WgpuRuntime};
use js_sys::{Array, Float32Array, Function, Object, Promise, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    clip::{CutFinder, Demand, Finished, Motion, Place, Tracker},
    device::{self, Grant, GraphicsCard},
    error::{Error, Result},
    hint::Hint,
    messages::{
        CandidateMessage, DeviceReport, FileMessage, FrameMessage, PhotographMessage, RoomMessage,
        WeightFileMessage,
    },
    pick::{PickRule, Standing},
    session::{Room, Session},
    weights::Manifest,
};

type Gpu = CubeBackend<WgpuRuntime, f32, i32, u32>;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The luma plane of a decoded frame: `width * height` 8-bit codes. */
export interface LumaFrame {
  width: number;
  height: number;
  luma: Uint8Array;
  /** The matrix and range that the frame's chroma is to be written in. */
  matrix: "bt601" | "bt709" | "bt2020";
  fullRange: boolean;
}
/** 4:2:0 chroma: each plane has ceil(width / 2) * ceil(height / 2) 8-bit codes. */
export interface ChromaPlanes { u: Uint8Array; v: Uint8Array }
/** A finished frame, with its motion if that was asked for; null at the beginning of a shot. */
export interface FinishedFrame extends ChromaPlanes { motion: Motion | null }
/**
 * A color that a visitor gave, where it lies in one frame. x, y: of the frame's width and height, in [0, 1]; radius: of its shorter side (0 is a
 * point); color: blue and red difference of BT.601, each in [-0.5, 0.5]; strength: in (0, 1], how firmly it is kept to; distance: frames to the
 * frame that it was given in, by which overlapping hints are mixed.
 */
export interface Hint { x: number; y: number; radius: number; color: [number, number]; strength: number; distance: number }
/** A place to follow, in the frame that it is given with; id: the caller's own number. */
export interface Place { id: number; x: number; y: number }
/** Where a place has come to. visible: whether it is seen there; a hidden place has its last position. */
export interface Tracked { id: number; x: number; y: number; visible: boolean }
/** A photograph in color: three codes a pixel, red, green, blue. */
export interface Photograph { width: number; height: number; rgb: Uint8Array }
/** How a frame's candidate stands: mean log-likelihood in nats, mean HSV saturation in [0, 1]. */
export interface Standing { logLikelihood: number; saturation: number }
/** One coloring of a frame. */
export interface Candidate extends ChromaPlanes { standing: Standing }
/** size: processing size, the shorter side in pixels. */
export interface ClipOptions { size: number; passes: number }
/**
 * How a frame lies to the one before it, at the processing size: equation (4)'s confidence in [0, 1], and the flow in
 * pixels, the plane of its x and then that of its y.
 */
export interface Motion { width: number; height: number; confidence: Float32Array; flow: Float32Array }
/** reason: why it is not WebGPU; null where it is. */
export interface DeviceReport { kind: "webgpu" | "cpu"; name: string; reason: string | null }
/** A file of a weight set, beside the manifest; whether the candidates need it, and not a clip alone. */
export interface WeightFile { name: string; bytes: number; sha256: string; forPreview: boolean }
/** What the tensors take at most while a clip is coloured; fits: the device holds that, and what comes on top. */
export interface Room { bytes: number; fits: boolean }
/** What every call of the engine throws. */
export interface EngineError { code: string; message: string }
"#;

/// The networks on a device, and the clip that is being coloured.
#[wasm_bindgen]
pub struct Engine {
    runtime: Runtime,
    report: DeviceReport,
}

/// One backend or the other, chosen at run time in the same binary.
enum Runtime {
    Gpu(Session<Gpu>),
    Cpu(Session<Flex>),
}

/// Why the device failed, if it did since this was last asked: to be asked after every call, since a failed device may give wrong
/// results as if they were right, and stop the engine's program without a word.
#[wasm_bindgen(unchecked_return_type = "EngineError | undefined")]
pub fn failure() -> JsValue {
    device::failure().map_or(JsValue::UNDEFINED, JsValue::from)
}

/// Runs the same expression on whichever session the engine has.
macro_rules! on_session {
    ($engine:expr, $session:ident => $run:expr) => {
        match &mut $engine.runtime {
            Runtime::Gpu($session) => $run,
            Runtime::Cpu($session) => $run,
        }
    };
}

/// Called once when the module is loaded: panics reach the console with their message.
#[wasm_bindgen(start)]
pub fn start_module() {
    console_error_panic_hook::set_once();
}

#[wasm_bindgen]
impl Engine {
    /// Opens a device. `"auto"` takes WebGPU where the browser offers an adapter, else the CPU; `"webgpu"` fails
    /// without one.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "\"auto\" | \"webgpu\" | \"cpu\"")] device: String,
    ) -> std::result::Result<Engine, JsValue> {
        match device.as_str() {
            "cpu" => Ok(Self::on_cpu("the CPU was asked for".to_owned())),
            "webgpu" => Ok(Self::on_gpu().await?),
            "auto" => Ok(match Self::on_gpu().await {
                Ok(engine) => engine,
                Err(error) => Self::on_cpu(error.to_string()),
            }),
            other => Err(Error::Engine(format!("no device is named {other}")).into()),
        }
    }

    async fn on_gpu() -> Result<Self> {
        check_adapter().await?;
        let GraphicsCard { device, name, grant } = GraphicsCard::open().await;
        let report = DeviceReport { kind: "webgpu", name, reason: None };
        Ok(Self { runtime: Runtime::Gpu(Session::new(device, grant)), report })
    }

    fn on_cpu(reason: String) -> Self {
        web_sys::console::info_1(&format!("Chromaflow runs on the CPU: {reason}").into());
        let report = DeviceReport { kind: "cpu", name: "CPU".to_owned(), reason: Some(reason) };
        Self { runtime: Runtime::Cpu(Session::new(Default::default(), Grant::PROCESSOR)), report }
    }

    /// Which device runs the networks.
    #[wasm_bindgen(unchecked_return_type = "DeviceReport")]
    pub fn device(&self) -> std::result::Result<JsValue, JsValue> {
        sent(&self.report)
    }

    /// The presets that have weights, from the text of `weights/manifest.json`.
    pub fn presets(manifest: &str) -> std::result::Result<Vec<String>, JsValue> {
        Ok(Manifest::parse(manifest)?.presets.into_keys().collect())
    }

    /// The files of a preset, from the text of `weights/manifest.json`.
    #[wasm_bindgen(unchecked_return_type = "WeightFile[]")]
    pub fn files(manifest: &str, preset: &str) -> std::result::Result<JsValue, JsValue> {
        let manifest = Manifest::parse(manifest)?;
        let set = manifest.set(preset)?;
        sent(&set.files().map(|file| WeightFileMessage {
            name: &file.name,
            bytes: file.bytes,
            sha256: &file.sha256,
            for_preview: set.files_for_preview().contains(&file),
        }))
    }

    /// Checks files of a preset and makes networks of them: those for previews may come first, and the others later.
    pub async fn load(
        &mut self,
        manifest: String,
        preset: String,
        #[wasm_bindgen(unchecked_param_type = "{ name: string, bytes: Uint8Array }[]")] files: JsValue,
    ) -> std::result::Result<(), JsValue> {
        let files: Vec<FileMessage> = received(files)?;
        let files = files.into_iter().map(|file| (file.name, file.bytes)).collect();
        let manifest = Manifest::parse(&manifest)?;
        let set = manifest.set(&preset)?;
        Ok(on_session!(self, session => session.load(set, files).await)?)
    }

    /// Has a GPU make its programs for frames of a size ready, while the page does something else.
    #[wasm_bindgen(js_name = warmUp)]
    pub fn warm_up(&self, width: usize, height: usize, size: usize) -> std::result::Result<(), JsValue> {
        match &self.runtime {
            Runtime::Gpu(session) => Ok(session.warm_up((width, height), size)?),
            Runtime::Cpu(_) => Ok(()),
        }
    }

    /// The candidates for one frame at a processing size, with hints that lie in it.
    #[wasm_bindgen(unchecked_return_type = "{ candidates: Candidate[] }")]
    pub async fn preview(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
        size: usize,
        #[wasm_bindgen(unchecked_param_type = "Hint[]")] hints: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (frame, hints) = (received::<FrameMessage>(frame)?.into(), received::<Vec<Hint>>(hints)?);
        let candidates = on_session!(self, session => session.preview(frame, size, &hints).await)?;
        let candidates: Vec<CandidateMessage> = candidates.into_iter().map(CandidateMessage::from).collect();
        sent(&BTreeMap::from([("candidates", candidates)]))
    }

    /// The chromas that the trunk finds likely at a place of a frame, distinct and likeliest first.
    #[wasm_bindgen(js_name = likelyColors, unchecked_return_type = "[number, number][]")]
    pub async fn likely_colors(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
        size: usize,
        x: f32,
        y: f32,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = received::<FrameMessage>(frame)?.into();
        sent(&on_session!(self, session => session.likely_colors(frame, size, [x, y]).await)?)
    }

    /// Hints of strength 0.5 for a frame, where a photograph in color surely shows the same; none where it does not.
    #[wasm_bindgen(js_name = suggestFrom, unchecked_return_type = "Hint[]")]
    pub async fn suggest_from(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Photograph")] photograph: JsValue,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
        size: usize,
    ) -> std::result::Result<JsValue, JsValue> {
        let photograph = received::<PhotographMessage>(photograph)?.into();
        let frame = received::<FrameMessage>(frame)?.into();
        sent(&on_session!(self, session => session.hints_from(&photograph, &frame, size).await)?)
    }

    /// Forgets the places that were followed, and the frame that they were in.
    #[wasm_bindgen(js_name = startTracking)]
    pub fn start_tracking(&mut self) {
        on_session!(self, session => session.tracker = Tracker::default());
    }

    /// Takes the next frame of a shot, forwards or backwards, and the places that are given in it; tells where all places have come to.
    #[wasm_bindgen(unchecked_return_type = "Tracked[]")]
    pub async fn track(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Place[]")] fresh: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (frame, fresh) = (received::<FrameMessage>(frame)?.into(), received::<Vec<Place>>(fresh)?);
        sent(&on_session!(self, session => session.track(&frame, &fresh).await)?)
    }

    /// The candidate that a shot follows unless the visitor chooses, by the default rule: of how the candidates of the sampled frames
    /// stand, one row a frame. Undefined without frames.
    pub fn pick(
        #[wasm_bindgen(unchecked_param_type = "Standing[][]")] frames: JsValue,
    ) -> std::result::Result<Option<usize>, JsValue> {
        let frames: Vec<Vec<Standing>> = received(frames)?;
        Ok(PickRule::default().pick(&frames))
    }

    /// f alone, so that it can be measured beside other runtimes: the candidates of a grey frame of `width * height`
    /// values in [0, 1] as the network gives them, `[d, 3, height, width]`.
    pub async fn propose(
        &mut self,
        grey: Vec<f32>,
        width: usize,
        height: usize,
    ) -> std::result::Result<Vec<f32>, JsValue> {
        Ok(on_session!(self, session => session.propose(grey, width, height).await)?)
    }

    /// What a clip of a size takes of memory, and whether the device holds it.
    #[wasm_bindgen(unchecked_return_type = "Room")]
    pub fn room(
        &self,
        width: usize,
        height: usize,
        size: usize,
        passes: usize,
    ) -> std::result::Result<JsValue, JsValue> {
        let demand = Demand { width, height, size, passes };
        let Room { bytes, fits } = match &self.runtime {
            Runtime::Gpu(session) => session.room(demand)?,
            Runtime::Cpu(session) => session.room(demand)?,
        };
        sent(&RoomMessage { bytes: bytes as f64, fits })
    }

    /// Begins a clip; an earlier one is given up.
    pub async fn start(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "ClipOptions")] options: JsValue,
    ) -> std::result::Result<(), JsValue> {
        let options = received(options)?;
        Ok(on_session!(self, session => session.start(options).await)?)
    }

    /// Forgets the frames that cuts were sought in.
    #[wasm_bindgen(js_name = startCuts)]
    pub fn start_cuts(&mut self) {
        on_session!(self, session => session.cuts = CutFinder::default());
    }

    /// Whether a shot begins with this frame; frames are given in their order.
    #[wasm_bindgen(js_name = beginsShot)]
    pub fn begins_shot(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
    ) -> std::result::Result<bool, JsValue> {
        let frame = received::<FrameMessage>(frame)?.into();
        Ok(on_session!(self, session => session.cuts.begins_shot(&frame))?)
    }

    /// Ends the shot and begins another, which follows a candidate counted from 0; gives the frames that the call before
    /// has finished.
    #[wasm_bindgen(js_name = beginShot, unchecked_return_type = "FinishedFrame[]")]
    pub async fn begin_shot(&mut self, candidate: usize) -> std::result::Result<JsValue, JsValue> {
        finished_message(on_session!(self, session => session.begin_shot(candidate).await)?)
    }

    /// Takes the shot's next frame, and asks the device for the work on it; gives the frames that the call before has
    /// finished, in their order. `with_motion`: the frame will come with its motion; `hints` lie in the frame.
    #[wasm_bindgen(unchecked_return_type = "FinishedFrame[]")]
    pub async fn push(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LumaFrame")] frame: JsValue,
        with_motion: bool,
        #[wasm_bindgen(unchecked_param_type = "Hint[]")] hints: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (frame, hints) = (received::<FrameMessage>(frame)?.into(), received::<Vec<Hint>>(hints)?);
        finished_message(on_session!(self, session => session.push(frame, &hints, with_motion).await)?)
    }

    /// Ends the clip; gives the frames that are left.
    #[wasm_bindgen(unchecked_return_type = "FinishedFrame[]")]
    pub async fn finish(&mut self) -> std::result::Result<JsValue, JsValue> {
        finished_message(on_session!(self, session => session.finish().await)?)
    }
}

/// wgpu panics where there is no adapter, so the browser is asked first.
async fn check_adapter() -> Result<()> {
    let missing = |reason: &str| Error::WebgpuMissing(reason.to_owned());
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    if gpu.is_undefined() || gpu.is_null() {
        return Err(missing("this browser has no WebGPU"));
    }
    let request: Function =
        get(&gpu, "requestAdapter").dyn_into().map_err(|_| missing("this browser has no WebGPU"))?;
    let promise = request.call0(&gpu).map_err(|_| missing("the browser refused an adapter"))?;
    let adapter = JsFuture::from(Promise::resolve(&promise)).await;
    match adapter {
        Ok(adapter) if !adapter.is_null() && !adapter.is_undefined() => Ok(()),
        _ => Err(missing("the browser offers no graphics adapter")),
    }
}

fn received<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Error::Engine(error.to_string()))
}

fn sent<T: Serialize + ?Sized>(value: &T) -> std::result::Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false);
    value.serialize(&serializer).map_err(|error| Error::Engine(error.to_string()).into())
}

fn finished_message(finished: Vec<Finished>) -> std::result::Result<JsValue, JsValue> {
    let frame = |Finished { planes, motion }: Finished| {
        object([
            ("u", Uint8Array::from(planes.u.as_slice()).into()),
            ("v", Uint8Array::from(planes.v.as_slice()).into()),
            ("motion", motion.map_or(Ok(JsValue::NULL), motion_message)?),
        ])
    };
    let frames: std::result::Result<Array, JsValue> = finished.into_iter().map(frame).collect();
    Ok(frames?.into())
}

fn motion_message(motion: Motion) -> std::result::Result<JsValue, JsValue> {
    object([
        ("width", motion.width.into()),
        ("height", motion.height.into()),
        ("confidence", Float32Array::from(motion.confidence.as_slice()).into()),
        ("flow", Float32Array::from(motion.flow.as_slice()).into()),
    ])
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> std::result::Result<JsValue, JsValue> {
    let object = Object::new();
    for (key, value) in fields {
        Reflect::set(&object, &key.into(), &value)?;
    }
    Ok(object.into())
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let object = Object::new();
        for (key, value) in [("code", error.code().to_owned()), ("message", error.to_string())] {
            // Setting a property of a fresh plain object can't fail.
            let _ = Reflect::set(&object, &key.into(), &value.into());
        }
        object.into()
    }
}
