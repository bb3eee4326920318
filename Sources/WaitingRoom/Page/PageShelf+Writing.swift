import Bytes
import Deflate

extension PageShelf {
    /// The page as it is: what is the same for everybody, and between it what is not.
    func write(_ page: LoopPage, _ fill: PageFill, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        for run in page.runs {
            switch run {
            case .packed(let plain, _, _): output.append(plain, of: page.bytes)
            case .open(let parts): append(parts, page, fill, bytes, to: &output)
            }
        }
    }

    /// The same as gzip. Nothing is compressed: packed pieces are packed, and what is between them is not worth it.
    func writeGzip(_ page: LoopPage, _ fill: PageFill, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        var stream = GzipStream(into: &output)
        for run in page.runs {
            switch run {
            case .packed(_, let blocks, let checksum):
                stream.append(blocks: blocks, of: page.bytes, checksum, to: &output)
            case .open(let parts):
                scratch.removeAll()
                append(parts, page, fill, bytes, to: &scratch)
                stream.append(scratch, to: &output)
            }
        }
        stream.finish(&output)
    }

    private func append(
        _ parts: [PageRun.Part], _ page: LoopPage, _ fill: PageFill, _ bytes: Span<UInt8>, to output: inout ByteBuffer
    ) {
        for part in parts {
            switch part {
            case .constant(let range): output.append(range, of: page.bytes)
            case .variable(let variable): fill.append(variable, page, bytes, apiPrefix: apiPrefix, to: &output)
            }
        }
    }
}
