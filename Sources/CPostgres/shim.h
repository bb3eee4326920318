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
};
