//! TensorFlow's record files (TFRecord): each record with its length, and a checksum of either.

use crc32c::crc32c;

/// Added to a checksum that is stored beside the data it was made of.
const MASK_DELTA: u32 = 0xa282_ead8;

/// A record's bytes: the length (8 bytes), its checksum, the data, and the data's checksum, all little-endian.
pub fn framed(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &masked(&length).to_le_bytes(), data, &masked(data).to_le_bytes()].concat()
}

/// CRC-32C of some bytes, rotated by 15 bits and offset.
fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(MASK_DELTA)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first record of a file that TensorBoard 2.21 wrote: `brain.Event:2` at time 0.
    #[test]
    fn a_record_is_what_tensorboard_writes() {
        let data = b"\x1a\x0dbrain.Event:2";
        assert_eq!(crc32c(b"123456789"), 0xe306_9283, "the check value of CRC-32C");
        let record = framed(data);
        assert_eq!(record.len(), 8 + 4 + data.len() + 4);
        assert_eq!(record[..12], FIXTURE[..12]);
        assert_eq!(record[12 + data.len()..], FIXTURE[12..]);
    }

    /// The bytes around the data.
    const FIXTURE: [u8; 16] = [15, 0, 0, 0, 0, 0, 0, 0, 109, 83, 43, 9, 252, 152, 81, 41];
}
