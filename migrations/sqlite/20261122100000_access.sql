-- Why: people, and their ways in. Everything else belongs to an organisation, so this comes first.

CREATE TABLE organisations (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    organisation  TEXT    NOT NULL REFERENCES organisations (id),
    email         TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;

CREATE INDEX users_by_organisation ON users (organisation, email);

-- The secret itself is never kept, only its hash.
CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    user         TEXT    NOT NULL REFERENCES users (id),
    name         TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    secret_hash  TEXT    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    UNIQUE (user, name)
) STRICT;

-- Opaque to the database: the session layer writes and reads `data`.
CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Counters against guessing: one window per key at a time.
CREATE TABLE attempts (
    key          TEXT    NOT NULL PRIMARY KEY,
    window_start INTEGER NOT NULL,
    count        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_window ON attempts (window_start);
