import Admission
import Foundation
import Testing

/// Beside real proxies that ask, with the configurations that are shipped. What counts is what the origin has got.
@Suite struct BesideProxyTests {
    @Test(arguments: AskedSite.Proxy.allCases) func noSpellingOfItsPathIsForwarded(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy)
        for target in OddSpellings.ofTickets + [
            "/free#/../tickets", "/free#/../../tickets", "/free?/../tickets#/x/../tickets",
        ] {
            let answer = try site.send("GET \(target) HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n")
            #expect(!answer.contains(RecordingOrigin.mark) || target.hasPrefix("/free?"), "\(target)")
        }
        #expect(site.origin.lines.allSatisfy { $0.hasPrefix("GET /free?") }, "\(site.origin.lines)")
        // Others are, and as they came.
        for target in ["/ticketshop", "/about/tickets", "/free/%7Ea?b=%2f..%2ftickets", "//free//a"] {
            #expect(try site.ask(target).text == RecordingOrigin.mark, "\(target)")
            #expect(site.origin.lines.last == "GET \(target)")
        }
    }

    @Test(arguments: AskedSite.Proxy.allCases) func noSpellingOfItsHostOrMethodIsForwarded(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy)
        for host in [
            "shop.test:80", "shop.test.", "SHOP.TEST", "Shop.Test.:8080", "other.test", "xshop.test", "", "127.0.0.1",
            "shop.test, site.test", "a@shop.test",
        ] {
            let answer = try site.send("GET /tickets HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
            #expect(!answer.contains(RecordingOrigin.mark), "\(host)")
        }
        let raw = [
            "GET /tickets HTTP/1.1\r\n\r\n", "GET /tickets HTTP/1.0\r\n\r\n", "GET /tickets\r\n\r\n",
            "GET /tickets HTTP/1.1\r\nHost: shop.test\r\nHost: site.test\r\n\r\n",
            "GET http://shop.test/tickets HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n",
            "GET HTTP://SHOP.TEST:80/tickets HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n",
            "CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test:80\r\n\r\n",
        ]
        for request in raw { #expect(!(try site.send(request)).contains(RecordingOrigin.mark), "\(request)") }
        for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "X"] {
            _ = try site.send("\(method) /tickets/buy HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n")
        }
        // What is free there under one name is not forwarded under the other.
        for request in [
            "GET http://site.test/tickets HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n",
            "GET http://shop.test/tickets HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n",
        ] { _ = try site.send(request) }
        for request in site.origin.all {
            #expect(request.target.hasSuffix("/tickets") && request["Host"]?.hasPrefix("site.test") == true)
        }
    }

    @Test(arguments: AskedSite.Proxy.allCases) func noDescriptionOfTheVisitorsIsTaken(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy, ["rooms.event.bypass_methods": "OPTIONS"])
        let forged = [
            "X-Original-URI: /free", "X-Original-URL: http://shop.test/free", "X-Original-Method: OPTIONS",
            "X-Forwarded-Uri: /free", "X-Forwarded-Method: OPTIONS", "X-Forwarded-Host: site.test",
            "x-forwarded-uri: /free\r\nX-Forwarded-Uri: /free", "Waiting-Room: granted", "Waiting-Room-Id: forged",
            "X_Original_URI: /free", "X_Forwarded_Uri: /free",
        ]
        for field in forged + [forged.joined(separator: "\r\n")] {
            #expect(try site.ask("/tickets", [field]).text != RecordingOrigin.mark, "\(field)")
        }
        for path in [
            "/api/queue/authorize", "/api/queue/authorize?deny=401", "/api/queue/authorize/free", "/api/queue/wait",
        ] {
            #expect(try site.ask(path, ["X-Original-Method: GET", "X-Original-URI: /free"]).status == 404, "\(path)")
        }
        #expect(site.origin.lines.isEmpty)
    }

    @Test(arguments: AskedSite.Proxy.allCases) func theOriginIsToldWhoComesByUsAlone(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy)
        let pass = try site.keys.pass(5)
        let forged = [
            "Waiting-Room-Id: forged", "Waiting-Room-Pass: forged", "Waiting_Room_Pass: forged", "Waiting_Room_Id: forged",
            "Waiting-Room-Ticket: forged", "Waiting-Room: release", "Waiting-Room-Monitor: forged",
        ]
        #expect(try site.ask("/free", forged).text == RecordingOrigin.mark)
        #expect(try site.ask("/tickets/a%2fb?c", forged + ["Cookie: wr_pass.event=\(pass)"]).text == RecordingOrigin.mark)
        let told = try #require(site.origin.all.last)
        #expect(told["Waiting-Room-Pass"] == pass && told["Waiting-Room-Id"] == TicketID(high: 7, low: 5).text)
        #expect(told.target == "/tickets/a%2fb?c" && told["Host"] == "shop.test")
        for request in site.origin.all {
            #expect(!request.summary.contains("forged"), "\(request.summary)")
            #expect(request["Waiting-Room"] == nil)
        }
        // With its body; and what the site says to the waiting room stays between them.
        let done = try site.ask("/tickets/done", ["Waiting-Room-Pass: \(pass)"], method: "POST", body: "card=1")
        #expect(done.text == RecordingOrigin.mark && done["Waiting-Room"] == nil)
        #expect(site.origin.all.last?.text == "card=1")
    }

    @Test(arguments: AskedSite.Proxy.allCases) func aVisitorWaitsAndArrivesWhereItWantedToGo(_ proxy: AskedSite.Proxy) throws
    {
        let site = try AskedSite(proxy, ["rooms.event.state": "queue", "rooms.event.page_status": 200])
        let target = "/tickets/a%20b?seat=4&next=%2Fx"
        let first = try site.ask(target, ["Accept: text/html"])
        #expect(first.status == (proxy == .nginx ? 200 : 503) && first.text.contains("</html>"), "\(first.startLine)")
        #expect(first["Waiting-Room"] == "waiting" && site.origin.lines.isEmpty)
        let ticket = try #require(first.all("Set-Cookie").first { $0.hasPrefix("wr_ticket.event=ey") }).prefix { $0 != ";" }
        #expect(try site.ask("/api/queue/status?room=event", ["Cookie: \(ticket)"]).status == 200)
        // What is sent while waiting is not kept.
        #expect(try site.ask("/tickets/buy", method: "POST", body: "card=1").text != RecordingOrigin.mark)
        var entered = Message(head: [])
        try eventually("it is let in") {
            entered = try site.ask(target, ["Cookie: \(ticket)", "Accept: text/html"])
            return entered.text == RecordingOrigin.mark
        }
        let pass = try #require(entered.all("Set-Cookie").first { $0.hasPrefix("wr_pass.event=ey") }).prefix { $0 != ";" }
        #expect(try site.ask("/tickets/next", ["Cookie: \(pass)"]).text == RecordingOrigin.mark)
        #expect(site.origin.lines == ["GET \(target)", "GET /tickets/next"])
        #expect(site.origin.all.allSatisfy { $0["Waiting-Room-Pass"]?.hasPrefix("ey") == true })
    }

    @Test(arguments: AskedSite.Proxy.allCases) func aPassIsRenewedAndEndsWhenTheSiteSaysSo(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy)
        let old = try site.keys.pass(2, agoSeconds: 70)
        let renewed = try site.ask("/tickets", ["Cookie: wr_pass.event=\(old)"])
        #expect(renewed.text == RecordingOrigin.mark)
        #expect(renewed["Set-Cookie"]?.hasPrefix("wr_pass.event=ey") == true)
        // The site has the pass, and says itself that it is done.
        let shown = try #require(site.origin.all.last?["Waiting-Room-Pass"])
        let release = ["Waiting-Room-Pass: \(shown)", "X-Forwarded-For: 127.0.0.1"]
        #expect(try site.program.ask("/api/queue?room=event", release, method: "DELETE").status == 204)
        var refused = 0
        try eventually("the pass is refused everywhere") {
            let answer = try site.ask("/tickets/again", ["Cookie: wr_pass.event=\(old)"])
            refused = answer.text == RecordingOrigin.mark ? 0 : refused + 1
            return refused == 20
        }
    }

    @Test(arguments: AskedSite.Proxy.allCases) func whenNobodyAnswersNobodyGoesOn(_ proxy: AskedSite.Proxy) throws {
        let site = try AskedSite(proxy)
        let pass = ["Cookie: wr_pass.event=\(try site.keys.pass())"]
        #expect(try site.ask("/tickets", pass).text == RecordingOrigin.mark)
        site.program.stop()
        for path in ["/tickets", "/free"] {
            let answer = try site.ask(path, pass)
            #expect(answer.status >= 500 && answer.text != RecordingOrigin.mark)
        }
        #expect(site.origin.lines == ["GET /tickets"])
    }

    /// nginx asks twice for one page.
    @Test func behindNginxAPageIsOnePlace() throws {
        let site = try AskedSite(.nginx)
        for _ in 0..<5 { #expect(try site.ask("/tickets", ["Accept: text/html"]).status == 200) }
        try eventually("five are in line") {
            try site.program.metric("waitingroom_room_entered_total{room=\"event\"}") == 5
        }
        #expect(try site.program.metric("waitingroom_room_waiting{room=\"event\",lane=\"general\"}") == 5)
        let ticket = try #require(try site.ask("/tickets")["Set-Cookie"]).prefix { $0 != ";" }
        for _ in 0..<5 { _ = try site.ask("/tickets", ["Cookie: \(ticket)"]) }
        #expect(try site.program.metric("waitingroom_room_entered_total{room=\"event\"}") <= 6)
    }
}
