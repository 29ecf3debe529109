-- What an administrator prepares once in the database `waybill`: a role and a schema for each service that stores something, and pgvector.
-- No service can read another's tables. Run as a superuser, with the roles' password in the environment:
--   WAYBILL_DATABASE_PASSWORD=... psql -d waybill -f roles.sql
-- Running it again changes only the passwords.
\set ON_ERROR_STOP on
\getenv password WAYBILL_DATABASE_PASSWORD
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS vector;
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['gateway', 'orchestrator', 'rag_indexer']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', name, :'password')
FROM unnest(ARRAY['gateway', 'orchestrator', 'rag_indexer']) AS name \gexec
SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', name, name)
FROM unnest(ARRAY['gateway', 'orchestrator', 'rag_indexer']) AS name \gexec
-- Tables of a service are made in its own schema; extensions are in `public`.
SELECT format('ALTER ROLE %I SET search_path = %I, public', name, name)
FROM unnest(ARRAY['gateway', 'orchestrator', 'rag_indexer']) AS name \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
