-- Single sign-on: providers, and the identities there that belong to accounts.

CREATE TABLE identity_providers (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL UNIQUE,
    -- All but the secret, as JSON.
    settings      TEXT   NOT NULL,
    client_secret TEXT,
    created_at    BIGINT NOT NULL
);

-- A subject is a person for good; an e-mail address is only what they had when they last came.
CREATE TABLE identities (
    provider_id TEXT   NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    subject     TEXT   NOT NULL,
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email       TEXT,
    bound_at    BIGINT NOT NULL,
    PRIMARY KEY (provider_id, subject),
    UNIQUE (user_id, provider_id)
);
