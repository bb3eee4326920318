import Bytes
import HTTP

/// The header of a balancer: every beginning of it asks for more, what stands behind it changes nothing, a refusal stays.
func judgeProxyProtocol(_ input: [UInt8]) {
    let whole = ProxyProtocol.read(input.span)
    let lengths = input.count <= 300 ? Array(0..<input.count) : [Pieces.cut(input)[0].count, input.count / 2]
    for length in lengths {
        let part = ProxyProtocol.read(input.span.extracting(first: length))
        switch part {
        case .needMore:
            if case .header(let consumed, _) = whole {
                hold(length < consumed, "\(length) bytes are enough, and it asks for more")
            }
        case .header, .refused:
            hold(part == whole, "\(length) bytes are \(part), with more behind them \(whole)")
        }
        if case .header(let consumed, _) = part { hold(consumed <= length, "used up \(consumed) of \(length) bytes") }
    }
    switch whole {
    case .header(let consumed, let source):
        hold(consumed > 0 && consumed <= input.count, "used up \(consumed) of \(input.count) bytes")
        let followed = input[..<consumed] + Array("GET / HTTP/1.1\r\n".utf8)
        let again = ProxyProtocol.read(followed.span)
        hold(again == .header(consumed: consumed, source: source), "what stands behind it changes it")
        let isText = input.starts(with: Array("PROXY ".utf8))
        hold(isText || input.starts(with: [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]), "taken without its signature")
        // The longest line of version 1 is 107 bytes with its end.
        hold(!isText || consumed <= 107, "a line of \(consumed) bytes")
    case .refused(let reason):
        hold(!reason.isEmpty, "a refusal without a reason")
    case .needMore:
        // Version 2 announces at most 65,535 bytes behind its 16.
        hold(input.count < 16 + 65_536, "\(input.count) bytes are not enough for it")
    }
}
