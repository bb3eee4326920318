/// Who is looked for: people whom the site knows, until the store has said of each of their tickets what it is.
struct PersonSearches: Sendable {
    struct Search: Sendable {
        let person: Person
        let lane: Int
        /// Why it needs another ticket than it had.
        var why: Standing.Rejoined?
        /// The ticket that was shown: if it has none, it goes back there.
        var shown: Arrival?
        var found: [TicketID: Entered] = [:]
    }

    /// By the person's name. Each is asked for by somebody, so that there are no more than questions.
    private var searches: [TicketID: Search] = [:]
    private var names: [TicketID: TicketID] = [:]

    var count: Int { searches.count }

    /// False: it is looked for already.
    mutating func begin(_ search: Search) -> Bool {
        let name = search.person.name
        if var begun = searches[name] {
            begun.why = begun.why ?? search.why
            begun.shown = begun.shown ?? search.shown
            searches[name] = begun
            return false
        }
        searches[name] = search
        for id in search.person.all { names[id] = name }
        return true
    }

    func wants(_ id: TicketID) -> Bool { names[id] != nil }

    /// What the store says of a ticket; all that it says of that person, when this was the last.
    mutating func hear(_ id: TicketID, _ entered: Entered) -> Search? {
        guard let name = names[id] else { return nil }
        searches[name]?.found[id] = entered
        guard let search = searches[name], search.found.count == search.person.all.count else { return nil }
        end(name)
        return search
    }

    mutating func end(_ name: TicketID) {
        guard let search = searches.removeValue(forKey: name) else { return }
        for id in search.person.all { names[id] = nil }
    }
}
