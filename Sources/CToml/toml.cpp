#include "CToml.h"

// A broken invariant inside toml++ becomes an error of the document, in release builds too, and never an abort or a guess.
#undef NDEBUG
struct broken_invariant {};
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw broken_invariant{})
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

static_assert(TOML_MAX_NESTED_VALUES == ctoml_nested_max);

struct ctoml_document {
    toml::table root;
    std::vector<ctoml_entry> entries;
    std::string error;
    uint32_t line = 0;
    uint32_t column = 0;
};

namespace {

// Counts the dots of keys and headers before toml++ sees them: strings and comments are skipped, and whatever else ends a
// key starts the count again. Reads like TOML up to the first error, and toml++ reads no further than that.
class dotted_keys {
  public:
    explicit dotted_keys(std::string_view text) : text_(text) {}

    // The line of the first key with too many names, or 0.
    uint32_t too_long() {
        size_t dots = 0;
        while (at_ < text_.size()) {
            const char byte = text_[at_];
            switch (byte) {
                case '.':
                    if (++dots >= ctoml_dotted_max) return line_;
                    at_ += 1;
                    break;
                case '"':
                case '\'': skip_string(byte); break;
                case '#': at_ = std::min(text_.find('\n', at_), text_.size()); break;
                case '\n':
                    line_ += 1;
                    [[fallthrough]];
                case '=':
                case ',':
                case '[':
                case ']':
                case '{':
                case '}':
                    dots = 0;
                    [[fallthrough]];
                default: at_ += 1;
            }
        }
        return 0;
    }

  private:
    void skip_string(char quote) {
        const bool multi_line = text_.substr(at_, 3) == std::string(3, quote);
        at_ += multi_line ? 3 : 1;
        while (at_ < text_.size()) {
            const char byte = text_[at_];
            if (byte == '\\' && quote == '"') {
                at_ += 1;
                if (at_ < text_.size() && text_[at_] == '\n') line_ += 1;
            } else if (byte == '\n') {
                if (!multi_line) return;
                line_ += 1;
            } else if (byte == quote && !multi_line) {
                at_ += 1;
                return;
            } else if (byte == quote && text_.substr(at_, 3) == std::string(3, quote)) {
                at_ += 3;
                // Up to two quotes may stand before the closing three.
                for (int extra = 0; extra < 2 && at_ < text_.size() && text_[at_] == quote; extra++) at_ += 1;
                return;
            }
            at_ += 1;
        }
    }

    std::string_view text_;
    size_t at_ = 0;
    uint32_t line_ = 1;
};

class flattening {
  public:
    explicit flattening(std::vector<ctoml_entry> &entries) : entries_(entries) {}

    void add(const toml::table &table, uint32_t depth) {
        for (auto &&[key, node] : table) {
            ctoml_entry entry = of(node, depth, key.source().begin);
            entry.key = key.str().data();
            entry.key_length = key.str().size();
            push(entry, node);
        }
    }

  private:
    void add(const toml::array &array, uint32_t depth) {
        for (const toml::node &node : array) push(of(node, depth, node.source().begin), node);
    }

    // Recursion ends at the depth that the ceilings on nesting and on dots leave possible.
    void push(const ctoml_entry &entry, const toml::node &node) {
        entries_.push_back(entry);
        if (const toml::table *table = node.as_table()) add(*table, entry.depth + 1);
        if (const toml::array *array = node.as_array()) add(*array, entry.depth + 1);
    }

    static ctoml_entry of(const toml::node &node, uint32_t depth, toml::source_position position) {
        ctoml_entry entry{};
        entry.depth = depth;
        entry.line = position.line;
        entry.column = position.column;
        entry.kind = ctoml_date;
        if (const toml::table *table = node.as_table()) {
            entry.kind = ctoml_table;
            entry.header = !table->is_inline();
        } else if (node.is_array()) {
            entry.kind = ctoml_array;
        } else if (const auto *string = node.as_string()) {
            entry.kind = ctoml_string;
            entry.string = string->get().data();
            entry.string_length = string->get().size();
        } else if (const auto *integer = node.as_integer()) {
            entry.kind = ctoml_integer;
            entry.integer = integer->get();
        } else if (const auto *floating = node.as_floating_point()) {
            entry.kind = ctoml_float;
            entry.floating = floating->get();
        } else if (const auto *boolean = node.as_boolean()) {
            entry.kind = ctoml_boolean;
            entry.boolean = boolean->get();
        }
        return entry;
    }

    std::vector<ctoml_entry> &entries_;
};

void fail(ctoml_document &document, std::string_view error, uint32_t line, uint32_t column) {
    document.entries.clear();
    document.error = error.empty() ? "not TOML" : error;
    document.line = line;
    document.column = column;
}

void parse(ctoml_document &document, std::string_view text) {
    if (text.size() > ctoml_bytes_max) return fail(document, "more than 1 MiB of text", 0, 0);
    if (const uint32_t line = dotted_keys(text).too_long()) return fail(document, "more than 16 names in one key", line, 1);
    try {
        document.root = toml::parse(text);
        flattening(document.entries).add(document.root, 0);
    } catch (const toml::parse_error &error) {
        fail(document, error.description(), error.source().begin.line, error.source().begin.column);
    } catch (const broken_invariant &) {
        fail(document, "text that the TOML reader cannot make sense of", 0, 0);
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const std::exception &error) {
        fail(document, error.what(), 0, 0);
    }
}

}  // namespace

extern "C" ctoml_document *ctoml_parse(const char *text, size_t length) {
    try {
        auto document = std::make_unique<ctoml_document>();
        parse(*document, std::string_view(text ? text : "", text ? length : 0));
        return document.release();
    } catch (...) {
        return nullptr;
    }
}

extern "C" void ctoml_free(ctoml_document *document) { delete document; }

extern "C" const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column) {
    if (document->error.empty()) return nullptr;
    *line = document->line;
    *column = document->column;
    return document->error.c_str();
}

extern "C" size_t ctoml_count(const ctoml_document *document) { return document->entries.size(); }

extern "C" const ctoml_entry *ctoml_at(const ctoml_document *document, size_t index) {
    return index < document->entries.size() ? &document->entries[index] : nullptr;
}
