import Bytes
import Digest
import Web

/// The dashboard: one page, with its style and its script in it, that asks the API. It holds nothing worth a login.
struct DashboardPage {
    private let body: [UInt8]
    private let policy: String

    init() {
        let (page, style, script) = (
            PackageResources.dashboard_html, PackageResources.dashboard_css, PackageResources.dashboard_js
        )
        var body: [UInt8] = []
        for line in String(decoding: page, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            switch line {
            case "<!-- style -->": body += Array("<style>".utf8) + style + Array("</style>\n".utf8)
            case "<!-- script -->": body += Array("<script>".utf8) + script + Array("</script>\n".utf8)
            default: body += Array(line.utf8) + [UInt8(ascii: "\n")]
            }
        }
        self.body = body
        policy =
            "default-src 'none'; script-src '\(Self.hash(script))'; style-src '\(Self.hash(style))'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    /// As a policy names what stands in the page.
    private static func hash(_ text: [UInt8]) -> String {
        let letters = Base64URL.encode(SHA256Value(of: text).array).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return "sha256-\(String(letters))="
    }

    func send(on connection: ServerConnection) {
        connection.answer(200, "text/html; charset=utf-8", body.span) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n")
            output.append("Content-Security-Policy: \(policy)\r\n")
        }
    }
}
