-- API keys: an end, an allowance of requests, an account as owner, and for a while after a rotation
-- the secret before it.

ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
ALTER TABLE api_keys ADD COLUMN rate_per_minute BIGINT;
ALTER TABLE api_keys ADD COLUMN user_id TEXT REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE api_keys ADD COLUMN previous_hash TEXT;
ALTER TABLE api_keys ADD COLUMN previous_ends_at BIGINT;

CREATE INDEX api_keys_by_user ON api_keys (user_id);
CREATE INDEX api_keys_by_previous ON api_keys (previous_hash);
