-- Messages of conversations that were acknowledged and wait for their call.

CREATE TABLE pieces (
    id            TEXT   NOT NULL PRIMARY KEY,
    origin        TEXT   NOT NULL,
    ingest_key_id TEXT   NOT NULL,
    trace_id      TEXT   NOT NULL,
    span_id       TEXT   NOT NULL,
    received_at   BIGINT NOT NULL,
    time_us       BIGINT NOT NULL,
    place         BIGINT NOT NULL,
    piece         TEXT   NOT NULL
);

CREATE INDEX pieces_by_call ON pieces (origin, trace_id, span_id);
CREATE INDEX pieces_by_age ON pieces (received_at);
