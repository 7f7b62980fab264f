-- Why: people, and their ways in. Everything else belongs to an organisation, so this comes first.

CREATE TABLE organisations (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT           NOT NULL
);

CREATE TABLE users (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation  TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    email         TEXT COLLATE "C" NOT NULL UNIQUE,
    role          TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT           NOT NULL,
    last_login_at BIGINT
);

CREATE INDEX users_by_organisation ON users (organisation, email);

-- The secret itself is never kept, only its hash.
CREATE TABLE tokens (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    "user"       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    name         TEXT COLLATE "C" NOT NULL,
    scope        TEXT COLLATE "C" NOT NULL,
    secret_hash  TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at   BIGINT           NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    UNIQUE ("user", name)
);

-- Opaque to the database: the session layer writes and reads `data`.
CREATE TABLE sessions (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    data       BYTEA            NOT NULL,
    expires_at BIGINT           NOT NULL
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Counters against guessing: one window per key at a time.
CREATE TABLE attempts (
    key          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    window_start BIGINT           NOT NULL,
    count        BIGINT           NOT NULL
);

CREATE INDEX attempts_by_window ON attempts (window_start);
