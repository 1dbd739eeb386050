//! The bytes of a frame: `len u32 | type u8 | crc32c u32 | payload`, little-endian. The checksum
//! covers the segment's secret nonce, too, so that no sender can write bytes that look like a
//! frame of this segment.

/// Bytes before a frame's payload.
pub(super) const HEADER_BYTES: usize = 9;

/// The only type so far: a commit. Zero is what preallocated space reads as.
const COMMIT: u8 = 1;

/// What stands at an offset of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A whole frame.
    Commit {
        number: u64,
        records: &'a [u8],
        end: usize,
    },
    /// Space never written.
    Blank,
    /// Anything else: a torn or damaged frame.
    Broken,
}

/// Appends a frame that holds commit `number`.
pub(super) fn write(out: &mut Vec<u8>, nonce: u64, number: u64, records: &[u8]) {
    let payload_bytes = records.len() + 8;
    let length = u32::try_from(payload_bytes).expect("invariant: a commit is below 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.push(COMMIT);
    out.extend_from_slice(&checksum(nonce, length, number, records).to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(records);
}

/// Reads what stands at `at`.
pub(super) fn read(bytes: &[u8], at: usize, nonce: u64) -> Found<'_> {
    let Some(header) = bytes.get(at..at + HEADER_BYTES) else {
        let blank = bytes[at.min(bytes.len())..].iter().all(|byte| *byte == 0);
        return if blank { Found::Blank } else { Found::Broken };
    };
    if header.iter().all(|byte| *byte == 0) {
        return Found::Blank;
    }
    let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    let stated = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
    let end = at + HEADER_BYTES + length as usize;
    let Some(payload) = bytes.get(at + HEADER_BYTES..end) else {
        return Found::Broken;
    };
    let Some((number, records)) = payload.split_first_chunk::<8>() else {
        return Found::Broken;
    };
    let number = u64::from_le_bytes(*number);
    if header[4] != COMMIT || checksum(nonce, length, number, records) != stated {
        return Found::Broken;
    }
    Found::Commit {
        number,
        records,
        end,
    }
}

/// Whether any whole frame with a later commit stands beyond a broken one: then acknowledged
/// events were damaged, for a commit is written only when the one before it is on disk.
pub(super) fn later_commit(bytes: &[u8], from: usize, nonce: u64, expected: u64) -> Option<usize> {
    let plausible = expected + 1..expected + 1_000_000;
    (from + 1..bytes.len().saturating_sub(HEADER_BYTES + 8)).find(|at| {
        // The cheap test first: most offsets are no frame.
        bytes[at + 4] == COMMIT
            && plausible.contains(&u64::from_le_bytes(
                bytes[at + HEADER_BYTES..at + HEADER_BYTES + 8]
                    .try_into()
                    .unwrap_or_default(),
            ))
            && matches!(read(bytes, *at, nonce), Found::Commit { .. })
    })
}

fn checksum(nonce: u64, length: u32, number: u64, records: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&nonce.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &length.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &[COMMIT]);
    let crc = crc32c::crc32c_append(crc, &number.to_le_bytes());
    crc32c::crc32c_append(crc, records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_flip_and_every_cut_is_noticed() {
        let mut bytes = Vec::new();
        write(&mut bytes, 7, 42, b"some records");
        let whole = Found::Commit {
            number: 42,
            records: b"some records",
            end: bytes.len(),
        };
        assert_eq!(read(&bytes, 0, 7), whole);
        assert_eq!(read(&bytes, 0, 8), Found::Broken);
        for cut in 1..bytes.len() {
            assert_eq!(read(&bytes[..cut], 0, 7), Found::Broken, "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&flipped, 0, 7), Found::Broken, "bit {bit}");
        }
    }

    #[test]
    fn tells_a_torn_tail_from_damage_in_the_middle() {
        let mut bytes = Vec::new();
        for number in 1..=3 {
            write(&mut bytes, 7, number, &[b'x'; 40]);
        }
        let frame = bytes.len() / 3;
        bytes[frame + 20] ^= 1;
        assert_eq!(later_commit(&bytes, frame, 7, 2), Some(2 * frame));
        bytes.truncate(2 * frame);
        assert_eq!(later_commit(&bytes, frame, 7, 2), None);
    }
}
