import Admission
import Bytes

/// What becomes of a request: the end of the gate's stages.
public enum GateAction: Sendable {
    /// Limit: its address asks too much.
    case limited(retryAfter: UInt64, reset: UInt64)
    /// Match: it cannot be said what it asks for.
    case refuse(GateRefusal)
    /// Match: it speaks to us.
    case api(Endpoint)
    /// Match: nobody waits for this.
    case forward(Exemption)
    /// Verify: it has a pass, which stands there in the head's bytes. `renews`: half of its life is over, and the answer brings
    /// a new one.
    case admit(room: Int, Pass, ByteRange, renews: Bool)
    /// Place: it has none, and the line says what it gets. `refused`: why the pass that it showed was not taken.
    case place(room: Int, Ticket?, refused: TokenRefusal?)

    /// What is asked of us rather than of the origin.
    public enum Endpoint: Sendable, Equatable {
        case enter, status, position, events, leave
        /// The page's switch of languages.
        case language
        /// A proxy's question whether the request that it describes may go on.
        case authorize(DescribedRequest.Form)
        /// A proxy's request for what a visitor sees whom it was told to refuse.
        case wait
        /// Below our prefix, and nothing.
        case unknown
        /// There, and not with this method; these are the ones.
        case wrongMethod(allow: StaticString)

        public static func == (one: Endpoint, other: Endpoint) -> Bool {
            switch (one, other) {
            case (.enter, .enter), (.status, .status), (.position, .position), (.events, .events), (.leave, .leave),
                (.language, .language), (.wait, .wait), (.unknown, .unknown):
                true
            case (.authorize(let one), .authorize(let other)): one == other
            case (.wrongMethod(let one), .wrongMethod(let other)): one.bytes.equals(other.bytes)
            default: false
            }
        }
    }
}

public enum GateRefusal: Sendable, Equatable {
    /// Two readings of the path lead to two rooms.
    case ambiguousPath
    /// No room is for this host.
    case strangeHost

    public var status: UInt16 {
        switch self {
        case .ambiguousPath: 400
        case .strangeHost: 421
        }
    }

    public var reason: StaticString {
        switch self {
        case .ambiguousPath: "ambiguous-path"
        case .strangeHost: "strange-host"
        }
    }

    public var sentence: String {
        switch self {
        case .ambiguousPath: "This address can be read in more than one way. Please use the links of the site."
        case .strangeHost: "This site is not served under that name."
        }
    }
}
