-- Signing in: sessions whose token is replaced now and then, second factors, lockouts, known browsers.

-- Open sessions end: how they were opened is not known.
DROP TABLE sessions;
CREATE TABLE sessions (
    id             TEXT    NOT NULL PRIMARY KEY,
    user_id        TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash     TEXT    NOT NULL UNIQUE,
    -- The token before, which requests under way still carry.
    old_token_hash TEXT    UNIQUE,
    -- When the token was made, and when it first came back.
    token_at       BIGINT  NOT NULL,
    token_seen_at  BIGINT,
    -- The role of the account when the token was made: another role asks for a new token.
    token_role     TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    last_seen_at   BIGINT  NOT NULL,
    method         TEXT    NOT NULL,
    -- Whether a second factor was given, or an identity provider vouched for one.
    mfa            BOOLEAN NOT NULL,
    ip             TEXT    NOT NULL,
    user_agent     TEXT    NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id);

-- Counts until it is confirmed with a code.
CREATE TABLE second_factors (
    user_id      TEXT   NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    -- The 30 seconds of the last code that was taken: no code of them or before is taken again.
    last_step    BIGINT NOT NULL,
    -- Of the hashes of its backup codes.
    backup_salt  TEXT   NOT NULL
);

CREATE TABLE backup_codes (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- Failures in a row of one browser, or of all that are unknown (the empty text).
CREATE TABLE lockouts (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device       TEXT   NOT NULL,
    failures     BIGINT NOT NULL,
    failed_at    BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (user_id, device)
);

-- Browsers that an account was used from.
CREATE TABLE devices (
    device       TEXT   NOT NULL,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (device, user_id)
);

CREATE INDEX devices_by_user ON devices (user_id, last_used_at);
