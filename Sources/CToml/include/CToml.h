// TOML text to a flat list, through toml++. Nothing of C++ passes this header: no type, no exception.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    // Longer text is refused unread.
    ctoml_bytes_max = 1 << 20,
    // Arrays and inline tables within each other.
    ctoml_nested_max = 16,
    // Names in one dotted key or table header. toml++ 3.3 has no ceiling of its own here, and a key of a hundred
    // thousand names would make a tree whose destructor runs out of stack.
    ctoml_dotted_max = 16,
};

typedef enum {
    ctoml_table,
    ctoml_array,
    ctoml_string,
    ctoml_integer,
    ctoml_float,
    ctoml_boolean,
    ctoml_date,
} ctoml_kind;

// One value. A table or an array is followed by what it holds, one level deeper.
typedef struct {
    uint32_t depth;  // 0: the document's own keys
    ctoml_kind kind;
    uint32_t line;    // from 1; of the key where there is one, else of the value
    uint32_t column;  // from 1, in characters
    const char *key;  // UTF-8, not terminated; NULL in an array
    size_t key_length;
    const char *string;  // for ctoml_string: UTF-8, not terminated
    size_t string_length;
    int64_t integer;
    double floating;
    bool boolean;
    bool header;  // a table that stands under its own [header] rather than in braces or behind dots
} ctoml_entry;

typedef struct ctoml_document ctoml_document;

// NULL only when memory runs out.
ctoml_document *ctoml_parse(const char *text, size_t length);
void ctoml_free(ctoml_document *document);

// What is wrong with the text, or NULL; a document with an error has no entries. Lives as long as the document.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);

size_t ctoml_count(const ctoml_document *document);
// Lives as long as the document, as do the bytes that it points to. NULL beyond the end.
const ctoml_entry *ctoml_at(const ctoml_document *document, size_t index);

#ifdef __cplusplus
}
#endif
