import Admission

extension AnswerDecoding {
    /// In the order in which `Scripts/read.lua` packs it.
    static func page(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> Page {
        var page = Page()
        let kind = try reader.byte()
        let section = Int(try reader.number())
        let offset = Int(try reader.number())
        if section >= 0 { page.next = PageCursor(section: section, offset: offset) }
        let lane = Int(try reader.number())
        let count = try reader.count()
        guard count <= StoreCall.itemsMax else { throw AnswerReader.Misfit() }
        for _ in 0..<count {
            let id = try reader.id()
            switch kind {
            case UInt8(ascii: "w"):
                page.waiting.append(.init(id: id, lane: lane, place: try reader.place(), seenAgo: try reader.number()))
            case UInt8(ascii: "o"):
                let lane = try reader.count()
                page.waiting.append(.init(id: id, lane: lane, place: try reader.place(), seenAgo: 0))
            case UInt8(ascii: "a"):
                page.sessions.append(.init(id: id, startedAt: try reader.number(), endsIn: try reader.number()))
            case UInt8(ascii: "s"): page.spent.append(.init(id: id, endsIn: try reader.number()))
            case UInt8(ascii: "r"): page.revoked.append(.init(id: id, endsIn: try reader.number()))
            default: throw AnswerReader.Misfit()
            }
        }
        return page
    }
}
