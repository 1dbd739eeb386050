-- Accounts: their states, links to their own data, tickets sent as links, mails that wait.

-- Who was invited has no password yet; who signs in elsewhere never gets one.
ALTER TABLE users ADD COLUMN password TEXT;
UPDATE users SET password = password_hash;
ALTER TABLE users DROP COLUMN password_hash;
ALTER TABLE users RENAME COLUMN password TO password_hash;

ALTER TABLE users ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
-- Since when the e-mail address is known to be the person's.
ALTER TABLE users ADD COLUMN verified_at BIGINT;
ALTER TABLE users ADD COLUMN last_sign_in_at BIGINT;
UPDATE users SET verified_at = created_at;

-- Events of which (origin, user) are an account's own. The source is who says so: `admin`, or
-- `claim:` and the identity provider.
CREATE TABLE user_links (
    user_id          TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    origin           TEXT   NOT NULL,
    platform_user_id TEXT   NOT NULL,
    source           TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (user_id, origin, platform_user_id, source)
);

-- One ticket of a kind at most: a new one ends the one before.
CREATE TABLE tickets (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (user_id, kind)
);

-- Mails not yet delivered. A link holds its ticket's secret: the row goes when the mail is sent.
-- Without `next_at` sending was given up; `error` tells why.
CREATE TABLE mails (
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT   NOT NULL,
    link       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT,
    error      TEXT,
    PRIMARY KEY (user_id, kind)
);
