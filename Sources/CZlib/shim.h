#include <zlib.h>

/// `deflateInit2` is a macro, which Swift does not see.
static inline int wr_deflate_begin(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
}
