//! Request bodies: at most one content coding, and limits on both sides of the decoder. Nothing
//! beyond the limits is ever held.

use crate::error::{ApiError, ApiResult};
use crate::pace::TooSlow;
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use daybook_model::limits;
use futures_util::TryStreamExt;
use std::io;
use std::pin::Pin;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

const CHUNK_BYTES: usize = 64 << 10;
/// How much smaller events usually are when compressed.
const USUAL_RATIO: usize = 4;
/// How compressed data begins; no JSON and no OTLP message does.
const MAGIC: [(&str, &[u8]); 2] = [("gzip", b"\x1f\x8b"), ("zstd", b"\x28\xb5\x2f\xfd")];
const MAGIC_BYTES_MAX: usize = 4;
/// 8 MiB: the largest window that decoders must support (RFC 9659).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// A body being decoded.
pub(crate) struct Decoded {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    coded: bool,
    /// The first decoded bytes, as many as tell compressed data.
    head: Vec<u8>,
    decoded_bytes: usize,
    decoded_max: usize,
    expected_bytes: usize,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded")
            .field("decoded_bytes", &self.decoded_bytes)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Zstd,
}

fn coding(headers: &HeaderMap) -> ApiResult<Coding> {
    let unsupported = |message: &str| {
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_coding",
            message,
        )
        .about("content-encoding")
    };
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(value) = values.next() else {
        return Ok(Coding::Identity);
    };
    let name = value
        .to_str()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if values.next().is_some() || name.contains(',') {
        return Err(unsupported(
            "expected exactly one content coding: gzip or zstd",
        ));
    }
    match name.as_str() {
        "" | "identity" => Ok(Coding::Identity),
        "gzip" | "x-gzip" => Ok(Coding::Gzip),
        "zstd" => Ok(Coding::Zstd),
        _ => Err(unsupported("unknown content coding: expected gzip or zstd")),
    }
}

/// The error with which a body over its limit ends.
fn over_limit() -> io::Error {
    io::Error::from(io::ErrorKind::FileTooLarge)
}

fn sent_too_large() -> ApiError {
    let limit = limits::BODY_BYTES_MAX;
    ApiError::too_large(format!(
        "the body is larger than {limit} bytes as sent: send smaller batches"
    ))
}

impl Decoded {
    /// Begins to decode a body that may have this many bytes once decoded.
    pub(crate) fn new(headers: &HeaderMap, body: Body, decoded_max: usize) -> ApiResult<Self> {
        let coding = coding(headers)?;
        // A plain body may be as large as a decoded one: it is not larger in memory.
        let sent_max = match coding {
            Coding::Identity => decoded_max,
            Coding::Gzip | Coding::Zstd => limits::BODY_BYTES_MAX,
        };
        let declared = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|declared| declared > sent_max as u64) {
            return Err(match coding {
                Coding::Identity => Self::decoded_too_large(decoded_max),
                Coding::Gzip | Coding::Zstd => sent_too_large(),
            });
        }
        let declared = declared
            .and_then(|declared| usize::try_from(declared).ok())
            .unwrap_or(0);
        let mut sent = 0_usize;
        let sent_chunks = body.into_data_stream().map_err(io::Error::other);
        let sent_chunks = sent_chunks.and_then(move |chunk| {
            sent += chunk.len();
            std::future::ready(if sent > sent_max {
                Err(over_limit())
            } else {
                Ok(chunk)
            })
        });
        let source = StreamReader::new(sent_chunks);
        Ok(Self {
            reader: decoder(coding, source),
            coded: coding != Coding::Identity,
            head: Vec::with_capacity(MAGIC_BYTES_MAX),
            decoded_bytes: 0,
            decoded_max,
            expected_bytes: match coding {
                Coding::Identity => declared,
                Coding::Gzip | Coding::Zstd => {
                    declared.saturating_mul(USUAL_RATIO).min(decoded_max)
                }
            },
        })
    }

    /// How large the decoded body will be, as far as its head tells; 0 when it does not.
    pub(crate) const fn expected_bytes(&self) -> usize {
        self.expected_bytes
    }

    /// Appends the next bytes; false at the end.
    pub(crate) async fn read(&mut self, out: &mut Vec<u8>) -> ApiResult<bool> {
        out.reserve(CHUNK_BYTES);
        let read = self.reader.read_buf(out).await;
        let count = read.map_err(|error| self.explain(&error))?;
        self.decoded_bytes += count;
        if self.decoded_bytes > self.decoded_max {
            return Err(Self::decoded_too_large(self.decoded_max));
        }
        self.check_head(&out[out.len() - count..])?;
        Ok(count > 0)
    }

    /// Compressed data that nothing announced would be read as many broken events.
    fn check_head(&mut self, read: &[u8]) -> ApiResult<()> {
        let missing = MAGIC_BYTES_MAX - self.head.len();
        if missing == 0 {
            return Ok(());
        }
        self.head.extend(read.iter().take(missing));
        let found = MAGIC.iter().find(|(_, magic)| self.head.starts_with(magic));
        let Some((name, _)) = found else {
            return Ok(());
        };
        let message = match self.coded {
            true => format!("the body looks compressed with {name} once more: compress it once"),
            false => format!(
                "the body looks compressed: send the header Content-Encoding: {name}, or no compression"
            ),
        };
        Err(ApiError::bad_request("bad_coding", message).about("content-encoding"))
    }

    fn decoded_too_large(limit: usize) -> ApiError {
        ApiError::too_large(format!(
            "the body is larger than {limit} bytes after decompression: send smaller batches"
        ))
    }

    fn explain(&self, error: &io::Error) -> ApiError {
        if TooSlow::caused(error) {
            return ApiError::too_slow();
        }
        match error.kind() {
            io::ErrorKind::FileTooLarge if self.coded => sent_too_large(),
            io::ErrorKind::FileTooLarge => Self::decoded_too_large(self.decoded_max),
            io::ErrorKind::UnexpectedEof => {
                ApiError::bad_request("truncated", "the compressed body ends too early")
            }
            _ if self.coded => {
                let message = format!("the body cannot be decompressed: {error}");
                ApiError::bad_request("bad_coding", message)
            }
            _ => ApiError::bad_request("truncated", format!("the body broke off: {error}")),
        }
    }
}

fn decoder<R>(coding: Coding, source: R) -> Pin<Box<dyn AsyncRead + Send>>
where
    R: AsyncBufRead + Send + 'static,
{
    let source = Box::pin(source);
    match coding {
        Coding::Identity => source,
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(source);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        Coding::Zstd => {
            let window = async_compression::zstd::DParameter::window_log_max(ZSTD_WINDOW_LOG_MAX);
            let mut decoder = ZstdDecoder::with_params(source, &[window]);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
    }
}
