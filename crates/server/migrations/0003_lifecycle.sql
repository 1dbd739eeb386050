-- The lifecycle of events: settings, legal holds, and the jobs that remove and erase.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE holds (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    streams     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    released_at BIGINT
);

-- A request holds what a job needs to go on and nobody is shown; it goes when the job is done.
CREATE TABLE jobs (
    id              TEXT   NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    request         TEXT,
    details         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT,
    events          BIGINT NOT NULL,
    bytes           BIGINT NOT NULL,
    partitions_left BIGINT NOT NULL,
    error           TEXT
);

CREATE INDEX jobs_by_age ON jobs (created_at);
