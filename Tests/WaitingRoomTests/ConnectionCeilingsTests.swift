import Address
import Loop
import Settings
import TestSupport
import Testing

@testable import WaitingRoom

@Suite struct ConnectionCeilingsTests {
    private func ceilings(total: Int, perAddress: Int?, trusted: [String] = []) throws -> ConnectionCeilings {
        ConnectionCeilings(try settings(total, perAddress, trusted), addressesMax: 1000)
    }

    private func settings(_ total: Int, _ perAddress: Int?, _ trusted: [String] = []) throws -> Settings.Server {
        var settings = Settings.Server()
        settings.connectionsMax = total
        settings.connectionsPerAddressMax = perAddress
        settings.trustedProxies = try trusted.map { try #require(Network($0)) }
        return settings
    }

    private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: 0x0a00_0000 + number) }

    @Test func thereAreSoManyInTotal() throws {
        let ceilings = try ceilings(total: 3, perAddress: nil)
        let tokens = (0..<3).map { ceilings.admit(address($0)) }
        #expect(tokens.allSatisfy { $0 != nil })
        #expect(ceilings.admit(address(4)) == nil)
        // A refusal counts nothing.
        #expect(ceilings.admit(address(4)) == nil)
        ceilings.release(try #require(tokens[0]))
        #expect(ceilings.admit(address(4)) != nil)
        #expect(ceilings.admit(address(5)) == nil)
    }

    @Test func andSoManyOfOneAddress() throws {
        let ceilings = try ceilings(total: 100, perAddress: 2)
        let first = try #require(ceilings.admit(address(1)))
        _ = try #require(ceilings.admit(address(1)))
        #expect(ceilings.admit(address(1)) == nil)
        #expect(ceilings.admit(address(2)) != nil)
        ceilings.release(first)
        #expect(ceilings.admit(address(1)) != nil)
        #expect(ceilings.admit(address(1)) == nil)
    }

    @Test func whatOneAddressIsRefusedIsLeftForOthers() throws {
        let ceilings = try ceilings(total: 3, perAddress: 1)
        _ = ceilings.admit(address(1))
        for _ in 0..<10 { #expect(ceilings.admit(address(1)) == nil) }
        #expect(ceilings.admit(address(2)) != nil)
        #expect(ceilings.admit(address(3)) != nil)
        #expect(ceilings.admit(address(4)) == nil)
    }

    @Test func newCeilingsHoldAtOnceAndOldPlacesAreGivenBack() throws {
        let ceilings = try ceilings(total: 10, perAddress: 5)
        let tokens = try (0..<4).map { _ in try #require(ceilings.admit(address(1))) }
        ceilings.apply(try settings(10, 2))
        #expect(ceilings.admit(address(1)) == nil)
        for token in tokens { ceilings.release(token) }
        #expect(ceilings.admit(address(1)) != nil)
        ceilings.apply(try settings(10, nil))
        for _ in 0..<9 { #expect(ceilings.admit(address(1)) != nil) }
        #expect(ceilings.admit(address(1)) == nil)
    }

    @Test func aTrustedProxyHasAsManyAsItNeeds() throws {
        let ceilings = try ceilings(total: 10, perAddress: 1, trusted: ["10.0.0.0/24"])
        let tokens = try (0..<9).map { _ in try #require(ceilings.admit(address(7))) }
        for token in tokens { ceilings.release(token) }
        // The total holds for it as for everybody.
        for _ in 0..<10 { _ = try #require(ceilings.admit(address(7))) }
        #expect(ceilings.admit(address(7)) == nil)
    }

    @Test func loopsCountTogether() throws {
        let ceilings = try ceilings(total: 1_000_000, perAddress: 50)
        let mine = address(1)
        let threads = try (0..<3).map { _ in
            try Thread.start(name: "admitter") {
                for _ in 0..<5000 { if let token = ceilings.admit(mine) { ceilings.release(token) } }
            }
        }
        for thread in threads { thread.join() }
        for _ in 0..<50 { #expect(ceilings.admit(mine) != nil) }
        #expect(ceilings.admit(mine) == nil)
    }
}
