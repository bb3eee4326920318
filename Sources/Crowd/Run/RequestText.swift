import Address
import Bytes
import HTTP

/// How an errand is written as a request, and what of an answer's head matters.
struct RequestText {
    private let pagePath: [UInt8]
    private let statusPath: [UInt8]
    private let leavePath: [UInt8]
    private let deletePath: [UInt8]
    private let host: [UInt8]?
    private let ticketCookie: [UInt8]
    private let passCookie: [UInt8]
    private let tellsAddress: Bool

    init(_ options: Options) {
        let path = options.targets.first?.path ?? "/"
        // Which room is meant is said by the page's path, as the page itself does.
        let room = "?path=" + path.prefix { $0 != "?" && $0 != "&" }
        pagePath = Array(path.utf8)
        statusPath = Array((options.apiPrefix + "/status" + room).utf8)
        deletePath = Array((options.apiPrefix + room).utf8)
        leavePath = Array(options.leavePath.utf8)
        host = options.host.map { Array($0.utf8) }
        ticketCookie = Array(options.ticketCookie.utf8)
        passCookie = Array(options.passCookie.utf8)
        tellsAddress = options.addresses == .xff
    }

    func write(_ request: ClientRequest, jar: CookieJar, to target: ClientTarget, into output: inout ByteBuffer) {
        switch request.errand {
        case .page, .click:
            output.append("GET ")
            output.append(pagePath)
        case .status:
            output.append("GET ")
            output.append(statusPath)
        case .leave:
            output.append("GET ")
            output.append(leavePath)
        case .delete:
            output.append("DELETE ")
            output.append(deletePath)
        }
        output.append(" HTTP/1.1\r\nHost: ")
        if let host { output.append(host) } else { output.append(target.authority) }
        output.append("\r\nUser-Agent: crowd/1\r\nAccept: ")
        output.append(request.asksForStanding ? "application/json" : "text/html,application/xhtml+xml")
        if tellsAddress {
            output.append("\r\nX-Forwarded-For: ")
            // 10.0.0.1 and on, one for each of the most visitors there can be.
            let bits = 0x0a00_0001 + UInt64(request.visitor)
            for shift: UInt64 in [24, 16, 8, 0] {
                output.append(decimal: bits >> shift & 255)
                if shift > 0 { output.append(".") }
            }
        }
        if !jar.isEmpty {
            output.append("\r\nCookie: ")
            output.append(jar.bytes)
        }
        output.append("\r\n\r\n")
    }

    /// The cookies are in the jar already.
    func read(_ head: ResponseHead, _ bytes: Span<UInt8>, jar: CookieJar, into answer: inout VisitorAnswer) {
        for field in head.fields {
            if field.known == .retryAfter {
                answer.retryAfterNanoseconds = Self.seconds(bytes[field.value])
            } else if field.known == .waitingRoom {
                // Taken out of the site's answers, and so the door's own word.
                answer.isWaitingPage = true
            } else if field.known == .other, bytes[field.name].equalsIgnoringCase("refresh") {
                answer.refreshNanoseconds = Self.seconds(bytes[field.value])
                answer.isWaitingPage = true
            } else if field.known == .setCookie, Self.gives(bytes[field.value], ticketCookie) {
                answer.isWaitingPage = true
            }
        }
        if let ticket = jar.value(prefix: ticketCookie) {
            (answer.ticket, answer.place) = TicketName.of(token: jar.bytes.span.extracting(ticket)) ?? (0, 0)
        }
        if let pass = jar.value(prefix: passCookie) {
            answer.hasPass = true
            // Who is let in at once never has a ticket: the pass is about the same name.
            if answer.ticket == 0 { answer.ticket = TicketName.of(token: jar.bytes.span.extracting(pass))?.name ?? 0 }
        }
    }

    /// A cookie of that name with a value.
    private static func gives(_ field: Span<UInt8>, _ name: [UInt8]) -> Bool {
        guard field.count > name.count, field.extracting(first: name.count).equals(name.span) else { return false }
        var at = name.count
        while at < field.count, field[at] != UInt8(ascii: "=") { at += 1 }
        return at + 1 < field.count && field[at + 1] != UInt8(ascii: ";")
    }

    /// The number at the beginning, as nanoseconds; nil for dates.
    private static func seconds(_ text: Span<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        var at = 0
        while at < text.count, at < 6, (48...57).contains(text[at]) {
            number = number * 10 + UInt64(text[at] - 48)
            at += 1
        }
        return at > 0 ? number * 1_000_000_000 : nil
    }
}
