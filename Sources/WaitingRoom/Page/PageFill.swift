import Admission
import Bytes
import Settings

/// What a page says to one visitor.
struct PageFill {
    let status: StatusBody
    let title: String
    let language: PageLanguage
    /// What was sent with the request is lost, since it is not kept while its sender waits.
    let resend: Bool
    /// Of the request's bytes: where the visitor wanted to go, and on which host.
    let target: ByteRange
    let host: ByteRange
    /// Seconds since 1970.
    let now: UInt64

    func append(
        _ variable: PageVariable, _ page: LoopPage, _ bytes: Span<UInt8>, apiPrefix: [UInt8], to output: inout ByteBuffer
    ) {
        switch variable {
        case .title: append(title: bytes[host], to: &output)
        case .room: output.append(status.room)
        case .state: output.append(status.state)
        case .headline: page.append(status.reply.headline, to: &output)
        case .next: page.append(status.reply.next, to: &output)
        case .place: if let place = outlook?.position { NumberText.append(place, to: &output) }
        case .behind: if let outlook, outlook.behind > 0 { NumberText.append(outlook.behind, to: &output) }
        case .wait: append(wait: page, to: &output)
        case .message: if let message = status.message { HTMLText.append(Array(message.utf8).span, to: &output) }
        case .notice: append(notice: page, to: &output)
        case .opens: if let time = status.opensAt { output.append(Moment(unixSeconds: time).description) }
        case .pollSeconds: output.append(decimal: status.pollSeconds)
        case .languages: append(languages: bytes, apiPrefix, to: &output)
        case .json: append(json: apiPrefix, to: &output)
        // Constants are in the page already.
        case .lang, .style, .script, .texts: break
        }
    }

    private var outlook: Outlook? {
        if case .waiting(let standing) = status.reply { standing.outlook } else { nil }
    }

    private func append(title host: Span<UInt8>, to output: inout ByteBuffer) {
        if title.isEmpty { HTMLText.append(host, to: &output) } else { HTMLText.append(Array(title.utf8).span, to: &output) }
    }

    private func append(wait page: LoopPage, to output: inout ByteBuffer) {
        guard let outlook, outlook.phase != .paused, outlook.phase != .prequeue else { return }
        guard let wait = outlook.wait else { return page.append(.waitUnknown, to: &output) }
        let words = WaitWords(
            lowSeconds: Int(clamping: wait.low / 1_000_000), highSeconds: Int(clamping: (wait.high + 999_999) / 1_000_000))
        page.append(words, to: &output)
    }

    private func append(notice page: LoopPage, to output: inout ByteBuffer) {
        var isFirst = true
        if case .waiting(let standing) = status.reply, let why = standing.rejoined {
            page.append(why == .spent ? .rejoinedSpent : .rejoinedPassed, to: &output)
            isFirst = false
        }
        if resend {
            if !isFirst { output.append("\n") }
            page.append(.resend, to: &output)
        }
    }

    /// Links to ourselves, which lead back here. The address goes last and as it is, so that nothing needs to be encoded.
    private func append(languages bytes: Span<UInt8>, _ apiPrefix: [UInt8], to output: inout ByteBuffer) {
        for language in PageLanguage.allCases {
            output.append("<li><a href=\"")
            output.append(apiPrefix)
            output.append("/language?to=")
            output.append(language.tag)
            output.append("&amp;back=")
            if bytes[target].isEmpty || bytes[target][0] != UInt8(ascii: "/") { output.append("/") }
            HTMLText.append(bytes[target], to: &output)
            output.append("\" lang=\"")
            output.append(language.tag)
            output.append("\" hreflang=\"")
            output.append(language.tag)
            output.append(language == self.language ? "\" aria-current=\"true\">" : "\">")
            output.append(language.ownName)
            output.append("</a></li>")
        }
    }

    private func append(json apiPrefix: [UInt8], to output: inout ByteBuffer) {
        for (name, path): (StaticString, StaticString) in [("{\"status\":\"", "/status"), ("\",\"enter\":\"", "/enter")] {
            output.append(name)
            output.append(apiPrefix)
            output.append(path)
            output.append("?room=")
            output.append(status.room)
        }
        output.append("\",\"room\":\"")
        output.append(status.room)
        output.append(resend ? "\",\"resend\":true,\"at\":" : "\",\"resend\":false,\"at\":")
        output.append(decimal: now)
        output.append(",\"now\":")
        status.append(to: &output)
        output.append("}")
    }
}

extension Reply {
    fileprivate var phase: RoomPhase? {
        if case .waiting(let standing) = self { standing.outlook.phase } else { nil }
    }

    fileprivate var headline: PagePhrase {
        switch self {
        case .waiting:
            phase == .prequeue ? .headlinePrequeue : phase == .paused ? .headlinePaused : .headlineWaiting
        case .admitted: .headlineAdmitted
        case .open: .headlineOpen
        case .revoked: .headlineRevoked
        case .notYet: .headlineNotYet
        case .closed: .headlineClosed
        case .full: .headlineFull
        case .held: .headlineHeld
        }
    }

    fileprivate var next: PagePhrase {
        switch self {
        case .waiting: phase == .prequeue ? .nextPrequeue : phase == .paused ? .nextPaused : .nextWaiting
        case .admitted: .nextAdmitted
        case .open: .nextOpen
        case .revoked: .nextRevoked
        case .notYet: .nextNotYet
        case .closed: .nextClosed
        case .full: .nextFull
        case .held: .nextHeld
        }
    }
}
