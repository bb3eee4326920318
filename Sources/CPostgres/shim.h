#pragma once
#include <libpq-fe.h>

// What libpq writes as a character literal in a macro, which Swift cannot see; see postgres_ext.h.
enum {
    shim_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED,
    shim_diag_sqlstate = PG_DIAG_SQLSTATE,
    shim_diag_message = PG_DIAG_MESSAGE_PRIMARY,
    shim_diag_detail = PG_DIAG_MESSAGE_DETAIL,
    shim_diag_hint = PG_DIAG_MESSAGE_HINT,
    shim_diag_position = PG_DIAG_STATEMENT_POSITION,
    shim_diag_schema = PG_DIAG_SCHEMA_NAME,
    shim_diag_table = PG_DIAG_TABLE_NAME,
    shim_diag_column = PG_DIAG_COLUMN_NAME,
    shim_diag_constraint = PG_DIAG_CONSTRAINT_NAME,
    shim_diag_routine = PG_DIAG_SOURCE_FUNCTION,
};

// Bytes that TLS has decrypted and libpq not yet fetched: the socket is not readable for them. 0 without TLS.
struct ssl_st;
extern int SSL_pending(const struct ssl_st *session);
static inline int shim_tls_pending(PGconn *connection) {
    void *session = PQsslInUse(connection) ? PQsslStruct(connection, "OpenSSL") : 0;
    return session ? SSL_pending((const struct ssl_st *)session) : 0;
}
