//! A run on disk: its folder, its record, its checkpoints, and the networks that others take from it.

pub mod checkpoint;
pub mod commit;
pub mod file_list;
pub mod flow_network;
pub mod folder;
pub mod info;
pub mod record;
pub mod sources;
