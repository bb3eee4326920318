import Address

/// Crawlers that need not wait: `{ agent, networks }`.
extension Kind {
    static func crawlers() -> Kind<[Settings.Room.Crawler]> {
        let example = "[{ agent = \"Googlebot\", networks = [\"66.249.64.0/19\"] }]"
        let noun = "a list of crawlers"
        return Kind<[Settings.Room.Crawler]>(
            noun: noun, allowed: "up to 32 of { agent, networks }",
            beyond: [
                "[{}]", "[{ agent = \"Googlebot\" }]", "[{ agent = \"Googlebot\", networks = [] }]",
                "[{ agent = \"\", networks = \"10.0.0.0/8\" }]", "\"Googlebot\"",
            ],
            read: { item, faults in
                guard case .list(let items) = item.value, items.count <= 32 else {
                    faults.append(.not(item, noun, instead: example))
                    return nil
                }
                let before = faults.count
                let crawlers = items.compactMap { crawler($0, &faults) }
                return faults.count == before ? crawlers : nil
            },
            write: { crawlers in
                let tables = crawlers.map { crawler in
                    "{ agent = \(TOMLText.quote(crawler.agent)), networks = \(Kind<[Network]>.networks().write(crawler.networks)) }"
                }
                return "[" + tables.joined(separator: ", ") + "]"
            })
    }

    private static func crawler(_ item: Item, _ faults: inout [Fault]) -> Settings.Room.Crawler? {
        let example = "{ agent = \"Googlebot\", networks = [\"66.249.64.0/19\"] }"
        guard case .table(let fields, _) = item.value else {
            faults.append(.not(item, "a crawler", instead: example))
            return nil
        }
        var crawler = Settings.Room.Crawler(agent: "", networks: [])
        for field in fields {
            switch field.name {
            case "agent":
                // Shorter ones stand in every browser's name.
                guard let agent = field.text, (4...100).contains(agent.utf8.count),
                    agent.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
                else {
                    faults.append(
                        .not(
                            field, "a part of a User-Agent, 4 to 100 letters without blanks",
                            instead: "agent = \"Googlebot\""))
                    return nil
                }
                crawler.agent = agent
            case "networks":
                guard let networks = Kind<[Network]>.networks().read(field, &faults) else { return nil }
                crawler.networks = networks
            default:
                let saying = "\(TOMLText.name(field.name)) is not known in a crawler; agent and networks are"
                faults.append(Fault(field, saying, instead: nil))
            }
        }
        // Every name without a network is everybody.
        if crawler.agent.isEmpty || crawler.networks.isEmpty {
            faults.append(Fault(item, "agent or networks is missing: both have to fit", instead: example))
            return nil
        }
        return crawler
    }
}
