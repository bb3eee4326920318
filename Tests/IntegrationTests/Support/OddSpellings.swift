/// Addresses that some origin reads as a path below /tickets.
enum OddSpellings {
    static let ofTickets = [
        "/tickets", "/tickets/", "/tickets/buy", "/tickets?a=1", "//tickets", "/./tickets", "/x/../tickets",
        "/%2e/tickets",
        "/x/%2e%2e/tickets", "/x/%2E%2e/tickets", "/TICKETS", "/Tickets/buy", "/%74ickets", "/%54ICKETS", "/%2574ickets",
        "/%252574ickets", "/tickets%2fbuy", "/x%2f..%2ftickets", "/tickets;a=b", "/;/tickets", "/x/..;/tickets",
        "/x/..;a=b/tickets", "/tickets;/../free", "/tickets/../free", "/\\tickets", "\\tickets", "/x\\..\\tickets",
        "/%5ctickets", "/x/..%5ctickets", "/tickets%5cbuy", "/tickets.", "/tickets%20", "/tickets%09", "/tickets/.",
        "/tickets%3fa", "/tickets%23a", "/tickets%00", "/tickets%00.css", "/%u0074ickets", "/%c0%aftickets",
        "///tickets",
        "/x/y/../../tickets", "/../tickets", "/../../tickets", "/x//../tickets", "/%2f/tickets", "/%2ftickets",
        "/tickets%252fbuy", "/x/%252e%252e/tickets", "/tickets/%2e%2e/tickets", "http://shop.test/tickets",
        "http://shop.test//tickets", "http://shop.test/x/../tickets", "/api/queue/../../tickets", "/tickets#a",
    ]
}
