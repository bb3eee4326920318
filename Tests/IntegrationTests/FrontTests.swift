import Foundation
import TestSupport
import Testing

/// Behind a real nginx, as it is mostly run.
@Suite struct FrontTests {
    @Test func behindNginxTheRealClientCounts() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(
                upstream: origin.port,
                with: [
                    "server.trusted_proxies": "127.0.0.1", "limits.per_address": "20/h", "limits.burst": 20,
                    "server.loops": 1,
                ]))
        defer { program.stop() }
        let folder = try TemporaryFolder()
        let port = try unusedPort()
        try folder.write("nginx.conf", Self.configuration(port: port, upstream: program.port, folder: folder.path))
        let nginx = try SpawnedProgram([
            "/usr/sbin/nginx", "-c", folder.path("nginx.conf"), "-p", folder.path, "-e", folder.path("error.log"),
        ])
        defer {
            nginx.signal(SIGTERM)
            _ = try? nginx.waitForEnd(secondsMax: Patience.seconds)
        }
        try eventually("nginx listens (\(folder.read("error.log")))") { (try? RawConnection(to: port)) != nil }
        let client = try RawConnection(to: port)
        // Addresses as nginx sees them: it listens here, so the client says by a header of the test who it is.
        for _ in 0..<20 {
            let answer = try client.ask("/seen", ["X-Test-Client: 203.0.113.7"])
            #expect(answer.status == 200, "\(folder.read("error.log"))")
            #expect(
                answer.text.contains("X-Forwarded-For: 203.0.113.7, 127.0.0.1") && answer.text.contains("Host: site.test"))
        }
        #expect(try client.ask("/", ["X-Test-Client: 203.0.113.7"]).status == 429)
        #expect(try client.ask("/", ["X-Test-Client: 203.0.113.8"]).status == 200)
        let body = String(repeating: "body ", count: 40_000)
        #expect(try client.ask("/echo", ["X-Test-Client: 203.0.113.9"], method: "POST", body: body).text == body)
        #expect(try program.access.wait("access") { $0["status"] == "429" }["client"] == "203.0.113.7")
        // Keep-alive between the two: far fewer connections than requests.
        #expect(try program.metric("waitingroom_connections_accepted_total") <= 2)
    }

    static func configuration(port: UInt16, upstream: UInt16, folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
        pid \(folder)/nginx.pid;
        events { worker_connections 64; }
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            upstream waitingroom { server 127.0.0.1:\(upstream); keepalive 8; }
            server {
                listen 127.0.0.1:\(port);
                client_max_body_size 10m;
                location / {
                    proxy_pass http://waitingroom;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $http_x_test_client;
                }
            }
        }

        """
    }
}
