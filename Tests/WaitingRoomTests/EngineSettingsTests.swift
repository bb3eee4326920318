import Relay
import Settings
import TestSupport
import Testing

@testable import WaitingRoom

/// Settings in the engine's own terms.
@Suite struct EngineSettingsTests {
    private func load(_ text: String) throws -> Settings { try Settings.load(text: text) }

    @Test func theServersSettingsAreTakenOver() throws {
        let settings = try load(
            """
            [server]
            head_max = "16KiB"
            fields_max = 50
            body_max = "1MiB"
            head_timeout = "1s"
            body_timeout = "2s"
            idle_timeout = "3s"
            write_timeout = "4s"
            body_rate_min = "off"
            requests_per_connection_max = "off"
            proxy_protocol = ["10.0.0.0/8"]
            [tls]
            handshake_timeout = "5s"
            """
        ).serverSettings
        #expect(settings.limits.headBytesMax == 16384 && settings.limits.fieldsMax == 50)
        #expect(settings.limits.bodyBytesMax == 1 << 20)
        let timeouts = [settings.headTimeout, settings.bodyTimeout, settings.idleTimeout, settings.writeTimeout]
        #expect(timeouts == [1, 2, 3, 4].map { $0 * 1_000_000_000 })
        #expect(settings.handshakeTimeout == 5_000_000_000)
        #expect(settings.bytesPerSecondMin == 0 && settings.requestsPerConnectionMax == .max)
        #expect(settings.proxyNetworks.count == 1)
    }

    @Test func ceilingsOfAServerAreDividedAmongTheLoops() throws {
        let settings = try load("[upstream]\nconnections_max = 10\nwait_max = 7\n")
        #expect(settings.relaySettings(loops: 1).connectionsMax == 10)
        #expect(settings.relaySettings(loops: 4).connectionsMax == 2)
        #expect(settings.relaySettings(loops: 4).waitMax == 1)
        // Never to nothing, but where nothing is meant.
        #expect(settings.relaySettings(loops: 100).connectionsMax == 1)
        #expect(settings.relaySettings(loops: 100).waitMax == 1)
        #expect(try load("[upstream]\nwait_max = 0\n").relaySettings(loops: 2).waitMax == 0)
    }

    @Test func theUpstreamsSettingsAreTakenOver() throws {
        let settings = try load(
            """
            [upstream]
            connect_timeout = "1s"
            first_byte_timeout = "2s"
            read_timeout = "3s"
            write_timeout = "4s"
            idle_timeout = "5s"
            wait_timeout = "6s"
            retries = 2
            eject_after = 9
            eject_for = "7s"
            eject_for_max = "8s"
            host = "upstream"
            """
        ).relaySettings(loops: 1)
        let timeouts = [
            settings.connectTimeout, settings.firstByteTimeout, settings.readTimeout, settings.writeTimeout,
            settings.idleTimeout, settings.waitTimeout, settings.ejectFor, settings.ejectForMax,
        ]
        #expect(timeouts == (1...8).map { $0 * 1_000_000_000 })
        #expect(settings.retriesMax == 2 && settings.ejectAfter == 9 && settings.host == .upstream)
        #expect(settings.tunnelIdleTimeout == 600_000_000_000)
    }

    @Test func limitsAndHealthMayBeOff() throws {
        let none = try load("[limits]\nper_address = \"off\"\n[upstream]\nhealth_path = \"\"\n")
        #expect(none.addressLimit == nil && none.healthSettings == nil)
        let some = try load("[limits]\nper_address = \"600/m\"\n[upstream]\nhealth_path = \"/up\"\n")
        #expect(some.addressLimit?.count == 600 && some.addressLimit?.periodNanoseconds == 60_000_000_000)
        #expect(some.healthSettings?.path == "/up")
    }

    @Test func theDefaultsAgree() {
        // What the engine does by itself is what the documented defaults say.
        let (mapped, own) = (Settings().relaySettings(loops: 1), RelaySettings())
        #expect(mapped.waitTimeout == own.waitTimeout && mapped.connectTimeout == own.connectTimeout)
        #expect(mapped.ejectAfter == own.ejectAfter && mapped.retriesMax == own.retriesMax)
    }

    @Test func connectionsAreFittedToTheDescriptors() throws {
        var plan = EdgePlan(
            settings: Settings(), targets: [], certificates: [], authorities: nil,
            line: LinePlan(keys: [], keysFile: ""), pages: PagePlan(pages: [:], apiPrefix: ""))
        plan.fitConnections(to: 1_000_000, loopCount: 2)
        #expect(plan.settings.server.connectionsMax == 60_000 && plan.warnings.isEmpty)
        plan.fitConnections(to: 1024, loopCount: 2)
        // A part is left for the upstreams and for the program itself.
        #expect((256..<900).contains(plan.settings.server.connectionsMax))
        #expect(plan.warnings.count == 1 && plan.warnings[0].contains("LimitNOFILE"))
        plan.fitConnections(to: 10, loopCount: 256)
        #expect(plan.settings.server.connectionsMax == 16)
    }
}
