import Admission
import HTTP
import Relay
import Settings
import Telemetry
import Web

/// The settings in the engine's own terms.
extension Settings {
    var serverSettings: ServerSettings {
        var result = ServerSettings()
        result.limits.headBytesMax = server.headMax.bytes
        result.limits.fieldsMax = server.fieldsMax
        result.limits.bodyBytesMax = UInt64(server.bodyMax.bytes)
        result.headTimeout = server.headTimeout.unsigned
        result.handshakeTimeout = tls.handshakeTimeout.unsigned
        result.idleTimeout = server.idleTimeout.unsigned
        result.bodyTimeout = server.bodyTimeout.unsigned
        result.writeTimeout = server.writeTimeout.unsigned
        result.bytesPerSecondMin = UInt64(server.bodyRateMin?.bytesPerSecond ?? 0)
        result.requestsPerConnectionMax = server.requestsPerConnectionMax.map(UInt64.init) ?? .max
        result.proxyNetworks = server.proxyProtocol
        return result
    }

    /// Ceilings that hold for a server as a whole are divided among the loops, which share nothing.
    func relaySettings(loops: Int) -> RelaySettings {
        var result = RelaySettings()
        result.connectionsMax = max(1, upstream.connectionsMax / loops)
        result.idleMax = upstream.idleMax
        result.waitMax = max(upstream.waitMax == 0 ? 0 : 1, upstream.waitMax / loops)
        result.waitTimeout = upstream.waitTimeout.unsigned
        result.connectTimeout = upstream.connectTimeout.unsigned
        result.firstByteTimeout = upstream.firstByteTimeout.unsigned
        result.readTimeout = upstream.readTimeout.unsigned
        result.writeTimeout = upstream.writeTimeout.unsigned
        result.idleTimeout = upstream.idleTimeout.unsigned
        result.tunnelIdleTimeout = server.tunnelIdleTimeout.unsigned
        result.retriesMax = upstream.retries
        result.retryPercent = upstream.retryBudgetPercent
        result.ejectAfter = upstream.ejectAfter
        result.ejectFor = upstream.ejectFor.unsigned
        result.ejectForMax = upstream.ejectForMax.unsigned
        result.host =
            switch upstream.host {
            case .client: .client
            case .upstream: .upstream
            case .fixed(let name): .literal(name)
            }
        return result
    }

    var responseLimits: ResponseLimits {
        var result = ResponseLimits()
        result.headBytesMax = upstream.headMax.bytes
        result.fieldsMax = upstream.fieldsMax
        return result
    }

    var addressLimit: RateLimit? {
        limits.perAddress.map {
            RateLimit(count: $0.count, per: $0.perNanoseconds, burst: UInt64(limits.burstCount))
        }
    }

    var healthSettings: HealthProbe.Settings? {
        guard !upstream.healthPath.isEmpty else { return nil }
        return HealthProbe.Settings(
            path: upstream.healthPath, interval: upstream.healthInterval.unsigned, timeout: upstream.healthTimeout.unsigned)
    }
}

extension Timespan {
    var unsigned: UInt64 { UInt64(max(0, nanoseconds)) }
}
