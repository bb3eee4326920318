import Bytes
import Deflate
import Digest

/// A template in one language, ready to be sent: whatever is the same for everybody is packed, and what is not is a short list of
/// things to write.
struct CompiledPage: Sendable {
    /// All bytes that the ranges are of.
    private(set) var bytes: [UInt8] = []
    private(set) var runs: [PageRun] = []
    /// In the order of `PagePhrase`, escaped.
    private(set) var phrases: [ByteRange] = []
    /// The head's fields that never change.
    private(set) var fields = ByteRange.empty
    private var scripts: [String] = []
    private var styles: [String] = []

    /// Less than this between two variables is not worth packing by itself.
    private static let packedBytesMin = 400

    /// Nil when there is no memory for packing.
    init?(_ template: PageTemplate, _ language: PageLanguage) {
        let texts = PageTexts.of(language)
        var open: [PageRun.Part] = []
        var constant: [UInt8] = []
        var code: (PageTemplate.Code, [UInt8])?
        var isPacked = true
        func endConstant(_ page: inout CompiledPage) {
            if constant.count >= Self.packedBytesMin, let piece = PackedPiece(constant) {
                if !open.isEmpty { page.runs.append(.open(open)) }
                open = []
                page.runs.append(.packed(plain: page.add(constant), blocks: page.add(piece.blocks), piece.checksum))
            } else if !constant.isEmpty {
                isPacked = isPacked && constant.count < Self.packedBytesMin
                open.append(.constant(page.add(constant)))
            }
            constant = []
        }
        for piece in template.pieces {
            let fixed: [UInt8]
            switch piece {
            case .bytes(let bytes): fixed = bytes
            case .text(let key): fixed = HTMLText.escaped(texts[key] ?? key)
            case .variable(let variable) where variable.isConstant: fixed = Self.value(variable, language, texts)
            case .variable(let variable):
                endConstant(&self)
                open.append(.variable(variable))
                continue
            case .codeBegins(let kind):
                code = (kind, [])
                continue
            case .codeEnds:
                if let code { allow(code.0, code.1) }
                code = nil
                continue
            }
            constant += fixed
            code?.1 += fixed
        }
        endConstant(&self)
        if !open.isEmpty { runs.append(.open(open)) }
        guard isPacked else { return nil }
        phrases = PagePhrase.allCases.map { add(HTMLText.escaped(texts[$0.key] ?? "")) }
        fields = add(Array(head(language).utf8))
    }

    private mutating func add(_ more: [UInt8]) -> ByteRange {
        defer { bytes += more }
        return ByteRange(start: bytes.count, count: more.count)
    }

    private static func value(_ variable: PageVariable, _ language: PageLanguage, _ texts: PageTexts) -> [UInt8] {
        switch variable {
        case .lang: Array(language.tag.description.utf8)
        case .style: slim(PackageResources.page_css)
        case .script: slim(PackageResources.page_js)
        case .texts: json(texts)
        default: []
        }
    }

    private static func json(_ texts: PageTexts) -> [UInt8] {
        var output = ByteBuffer()
        for (at, key) in texts.keys.enumerated() {
            output.append(at == 0 ? "{" : ",")
            JSONText.append(key, to: &output)
            output.append(":")
            JSONText.append(texts[key] ?? "", to: &output)
        }
        output.append("}")
        return output.span.array
    }

    /// Without indentation and the lines that are comments.
    private static func slim(_ bytes: [UInt8]) -> [UInt8] {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
        return Array(
            lines.filter { !$0.isEmpty && !$0.starts(with: [0x2f, 0x2f]) && !$0.starts(with: [0x2f, 0x2a]) }.joined(
                separator: [UInt8(ascii: "\n")]))
    }

    // MARK: The head

    private mutating func allow(_ kind: PageTemplate.Code, _ bytes: [UInt8]) {
        let hash = "'sha256-\(Self.base64(SHA256Value(of: bytes).array))'"
        switch kind {
        case .script: scripts.append(hash)
        case .style: styles.append(hash)
        }
    }

    /// With `+`, `/` and padding, as a policy has it.
    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(text) + String(repeating: "=", count: (4 - text.count % 4) % 4)
    }

    private func head(_ language: PageLanguage) -> String {
        func allowed(_ name: String, _ hashes: [String]) -> String {
            "\(name) \(hashes.isEmpty ? "'none'" : hashes.joined(separator: " "))"
        }
        let policy = [
            "default-src 'none'", allowed("script-src", scripts), allowed("style-src", styles), "connect-src 'self'",
            "img-src 'self' data:", "font-src 'self' data:", "worker-src blob:", "base-uri 'none'", "form-action 'self'",
            "frame-ancestors 'none'",
        ]
        return [
            "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "X-Robots-Tag: noindex",
            "Referrer-Policy: same-origin", "Content-Language: \(language.tag)",
            "Content-Security-Policy: \(policy.joined(separator: "; "))", "",
        ].joined(separator: "\r\n")
    }
}

/// A part of a page in the order in which it is sent.
enum PageRun: Sendable {
    case packed(plain: ByteRange, blocks: ByteRange, Checksum.Skip)
    case open([Part])

    enum Part: Sendable {
        case constant(ByteRange)
        case variable(PageVariable)
    }
}
