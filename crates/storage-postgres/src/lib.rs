//! Everything kept in one `PostgreSQL` database, for many replicas.
