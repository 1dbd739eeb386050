//! Every limit on what comes in and what a query may ask, in one place. Over a limit the answer
//! names it; only `request`, `response` and `error` are cut instead, and named in `truncated`.

/// Bytes of a request body as sent.
pub const BODY_BYTES_MAX: usize = 64 << 20;
/// Bytes of a request body after decompression, for the native API and OTLP.
pub const BODY_DECOMPRESSED_BYTES_MAX: usize = 64 << 20;
/// Bytes of a body at `/ingest/litellm` after decompression: 512 calls with long prompts, for
/// LiteLLM drops a refused batch for good.
pub const LITELLM_BODY_BYTES_MAX: usize = 1 << 30;
/// Bytes of one event as sent, payloads included.
pub const EVENT_BYTES_MAX: usize = 32 << 20;
/// Events in one batch of the native API.
pub const BATCH_EVENTS_MAX: usize = 100_000;
/// Partitions that one batch may touch.
pub const BATCH_PARTITIONS_MAX: usize = 400;
/// Rejections listed in one answer; further ones are only counted.
pub const REJECTIONS_LISTED_MAX: usize = 1_000;
/// Bytes of an event's id, printable ASCII.
pub const ID_BYTES_MAX: usize = 128;
/// Bytes of an identifier or a name.
pub const KEYWORD_BYTES_MAX: usize = 512;
/// Bytes of a line of free text.
pub const TEXT_BYTES_MAX: usize = 16 << 10;
/// Bytes of `details`, `metadata`, `changes` and `billing_items`.
pub const JSON_BYTES_MAX: usize = 64 << 10;
/// Bytes of `request` and of `response`; cut beyond.
pub const PAYLOAD_BYTES_MAX: usize = 4 << 20;
/// Bytes of `error`; cut beyond.
pub const ERROR_BYTES_MAX: usize = 16 << 10;
/// Keys of `metadata`.
pub const METADATA_KEYS_MAX: usize = 64;
/// Nesting of JSON values.
pub const JSON_DEPTH_MAX: usize = 64;
/// How far in the future an event may be: a day, in microseconds.
pub const FUTURE_US_MAX: i64 = crate::Timestamp::DAY_US;
/// The earliest time an event may have: 2000-01-01, in microseconds.
pub const TIME_US_MIN: i64 = 946_684_800_000_000;
/// How far apart the two halves of one call may be in time, in microseconds.
pub const AMEND_WINDOW_US: i64 = crate::Timestamp::DAY_US;
/// Default rows of a page.
pub const PAGE_SIZE_DEFAULT: usize = 50;
/// Rows of a page.
pub const PAGE_SIZE_MAX: usize = 1_000;
/// Bytes of a search text.
pub const SEARCH_BYTES_MAX: usize = 256;
/// Values of one filter.
pub const FILTER_VALUES_MAX: usize = 1_000;
/// Values that a value menu lists.
pub const VALUES_MAX: usize = 1_000;
/// Buckets of a histogram.
pub const BUCKETS_MAX: usize = 1_000;
/// Series of their own in a time series.
pub const SERIES_MAX: usize = 100;
/// Points of all series of a time series: a week of minutes in eleven series.
pub const POINTS_MAX: usize = 120_000;
/// The online window without `from`: 90 days, in microseconds.
pub const ONLINE_WINDOW_US: i64 = 90 * crate::Timestamp::DAY_US;
/// Largest sequence number: what a JSON number holds exactly.
pub const SEQ_MAX: i64 = (1 << 53) - 1;
/// Largest number and amount (in nano-USD): stores keep the one above for "absent".
pub const NUMBER_MAX: i64 = i64::MAX - 1;
