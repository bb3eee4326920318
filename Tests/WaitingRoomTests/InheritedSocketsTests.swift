import Address
import Glibc
import Loop
import Settings
import TestSupport
import Testing

@testable import WaitingRoom

@Suite struct InheritedSocketsTests {
    /// Listening sockets at descriptors in a row, as a parent process leaves them; far up, where nobody else is.
    private final class Inheritance {
        let first: Int32
        private(set) var endpoints: [Endpoint] = []

        init(at first: Int32, count: Int32) throws {
            self.first = first
            for place in first..<first + count {
                let socket = try Socket.listen(on: Endpoint(address: .loopback4, port: 0), backlog: 16)
                endpoints.append(try #require(socket.localEndpoint))
                #expect(dup2(socket.descriptor, place) == place)
                socket.close()
            }
        }

        deinit { for place in 0..<Int32(endpoints.count) { close(first + place) } }

        func sockets(_ environment: [String: String], _ settings: Settings = Settings()) -> InheritedSockets {
            InheritedSockets(environment, settings: settings, processID: 4711, firstDescriptor: first)
        }
    }

    @Test func aProcessThatIsReplacedSaysWhatIsWhat() throws {
        let parent = try Inheritance(at: 700, count: 3)
        let found = parent.sockets(["WAITINGROOM_SOCKETS": "http:tls:admin", "WAITINGROOM_READY": "703"])
        #expect(found.sockets.map(\.kind) == [.http, .tls, .admin])
        #expect(found.sockets.map(\.endpoint) == parent.endpoints)
        #expect(found.sockets.map(\.socket.descriptor) == [700, 701, 702])
        #expect(found.readyDescriptor == 703)
        // Not for this process's own children, and never blocking.
        #expect(fcntl(700, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(700, F_GETFL) & O_NONBLOCK != 0)
    }

    @Test func aServiceManagersSocketsAreKnownByNameOrAddress() throws {
        let parent = try Inheritance(at: 710, count: 4)
        var settings = Settings()
        settings.tls.listen = [parent.endpoints[1]]
        settings.admin.listen = [parent.endpoints[2]]
        let environment = ["LISTEN_PID": "4711", "LISTEN_FDS": "4", "LISTEN_FDNAMES": "unknown:unknown::tls"]
        #expect(parent.sockets(environment, settings).sockets.map(\.kind) == [.http, .tls, .admin, .tls])
        #expect(parent.sockets(environment, settings).readyDescriptor == nil)
    }

    @Test func whatIsMeantForAnotherProcessIsLeftAlone() throws {
        let parent = try Inheritance(at: 720, count: 1)
        for environment in [
            [:], ["LISTEN_PID": "4712", "LISTEN_FDS": "1"], ["LISTEN_FDS": "1"], ["LISTEN_PID": "4711"],
            ["LISTEN_PID": "4711", "LISTEN_FDS": "-3"], ["LISTEN_PID": "4711", "LISTEN_FDS": "many"],
        ] {
            #expect(parent.sockets(environment).sockets.isEmpty, "\(environment)")
        }
    }

    @Test func moreThanThereAreIsNoTrap() throws {
        let parent = try Inheritance(at: 730, count: 1)
        // Descriptors that are not there, or are no sockets, are passed over.
        #expect(parent.sockets(["LISTEN_PID": "4711", "LISTEN_FDS": "9"]).sockets.count == 1)
    }

    @Test func inheritedSocketsAreUsedInsteadOfTheConfiguredOnes() throws {
        let parent = try Inheritance(at: 740, count: 1)
        var settings = Settings()
        settings.server.listen = [Endpoint(address: .loopback4, port: 1)]
        settings.admin.listen = [Endpoint(address: .loopback4, port: 0)]
        let inherited = parent.sockets(["WAITINGROOM_SOCKETS": "http"])
        let sockets = try ListeningSockets(settings, inherited: inherited, loopCount: 2)
        #expect(sockets.endpoints(.http) == parent.endpoints)
        #expect(sockets.endpoints(.admin).count == 1)
        // Two loops share the one socket, each by a descriptor of its own.
        let shares = try (0..<2).map { try sockets.forLoop($0, of: 2) }
        #expect(shares.map(\.count) == [1, 1])
        #expect(shares[0][0].socket.descriptor != shares[1][0].socket.descriptor)
        for socket in shares.flatMap({ $0 }) + sockets.all where socket.kind == .admin || socket.socket.descriptor != 740 {
            socket.socket.close()
        }
    }

    @Test func everyLoopHasASocketOfItsOwn() throws {
        var settings = Settings()
        settings.server.listen = [Endpoint(address: .loopback4, port: 0)]
        settings.admin.listen = []
        let none = InheritedSockets([:], settings: settings, processID: 1)
        let sockets = try ListeningSockets(settings, inherited: none, loopCount: 3)
        #expect(sockets.all.count == 3 && sockets.endpoints(.http).count == 1)
        let shares = try (0..<3).map { try sockets.forLoop($0, of: 3) }
        #expect(shares.allSatisfy { $0.count == 1 })
        for share in shares.flatMap({ $0 }) { share.socket.close() }
        // A second program on the same port is told apart from a second loop.
        var second = settings
        second.server.listen = sockets.endpoints(.http)
        #expect {
            try ListeningSockets(second, inherited: none, loopCount: 1)
        } throws: { error in
            "\(error)".hasPrefix("[server] listen: cannot listen on 127.0.0.1:")
                && "\(error)".hasSuffix("another program has this port, stop it or choose another")
        }
        sockets.closeAll()
    }
}
