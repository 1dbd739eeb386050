-- Exports: files of events that are made in the background and kept for a while.

CREATE TABLE exports (
    id          TEXT    NOT NULL PRIMARY KEY,
    -- Who asked: an account, a platform's key, or both of a personal key.
    user_id     TEXT,
    key_id      TEXT,
    asked_by    TEXT    NOT NULL,
    stream      TEXT    NOT NULL,
    format      TEXT    NOT NULL,
    -- What was asked, and whose events that may find.
    request     TEXT    NOT NULL,
    scope       TEXT    NOT NULL,
    as_of       BIGINT  NOT NULL,
    file_name   TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    started_at  BIGINT,
    finished_at BIGINT,
    expires_at  BIGINT,
    -- What is on disk for sure, for a later process to go on from.
    mark        TEXT    NOT NULL,
    events      BIGINT  NOT NULL,
    bytes       BIGINT  NOT NULL,
    passed      BIGINT  NOT NULL,
    total       BIGINT  NOT NULL,
    sha256      TEXT,
    error       TEXT
);

CREATE INDEX exports_by_age ON exports (created_at);
