import Bytes

/// Writes times; the text of a second is made once and kept, since most lines share theirs with the line before.
struct TimeText: ~Copyable {
    private var rfcSecond = Int64.min
    private var rfc = ByteBuffer()
    private var commonSecond = Int64.min
    private var common = ByteBuffer()

    init() {}

    /// RFC 3339 in UTC with milliseconds: `2026-11-20T09:39:51.123Z`.
    mutating func append(rfc3339 nanoseconds: Int64, to line: inout ByteBuffer) {
        let (second, rest) = Self.split(nanoseconds)
        if second != rfcSecond {
            let date = CivilTime(unixSecond: second)
            rfc.removeAll()
            rfc.append(padded: date.year, width: 4)
            rfc.append("-")
            rfc.append(padded: date.month, width: 2)
            rfc.append("-")
            rfc.append(padded: date.day, width: 2)
            rfc.append("T")
            rfc.append(timeOfDay: date)
            rfc.append(".")
            rfcSecond = second
        }
        line.append(rfc.span)
        line.append(padded: rest / 1_000_000, width: 3)
        line.append("Z")
    }

    /// As web servers write it: `20/Nov/2026:09:39:51 +0000`.
    mutating func append(common nanoseconds: Int64, to line: inout ByteBuffer) {
        let (second, _) = Self.split(nanoseconds)
        if second != commonSecond {
            let date = CivilTime(unixSecond: second)
            common.removeAll()
            common.append(padded: date.day, width: 2)
            common.append("/")
            common.append(date.monthName)
            common.append("/")
            common.append(padded: date.year, width: 4)
            common.append(":")
            common.append(timeOfDay: date)
            common.append(" +0000")
            commonSecond = second
        }
        line.append(common.span)
    }

    private static func split(_ nanoseconds: Int64) -> (second: Int64, rest: Int64) {
        let (second, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? (second - 1, rest + 1_000_000_000) : (second, rest)
    }
}

/// A second of UTC as the calendar has it.
struct CivilTime {
    var year: Int64
    var month: Int64
    var day: Int64
    var hour: Int64
    var minute: Int64
    var second: Int64

    /// Days to a date in the Gregorian calendar. Years begin in March here, so that the leap day is a year's last and
    /// the lengths of the months before it follow 153 days in five months; eras of 400 years repeat exactly.
    init(unixSecond: Int64) {
        let days = unixSecond >= 0 ? unixSecond / 86_400 : (unixSecond - 86_399) / 86_400
        let ofDay = unixSecond - days * 86_400
        hour = ofDay / 3_600
        minute = ofDay / 60 % 60
        second = ofDay % 60

        let sinceMarch0 = days + 719_468
        let era = (sinceMarch0 >= 0 ? sinceMarch0 : sinceMarch0 - 146_096) / 146_097
        let dayOfEra = sinceMarch0 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var monthName: StaticString {
        switch month {
        case 1: "Jan"
        case 2: "Feb"
        case 3: "Mar"
        case 4: "Apr"
        case 5: "May"
        case 6: "Jun"
        case 7: "Jul"
        case 8: "Aug"
        case 9: "Sep"
        case 10: "Oct"
        case 11: "Nov"
        default: "Dec"
        }
    }
}

extension ByteBuffer {
    /// Decimal with leading zeros; `number` is not negative and has at most `width` digits.
    mutating func append(padded number: Int64, width: Int) {
        var bound: Int64 = 10
        for _ in 1..<width {
            if number < bound { append(UInt8(ascii: "0")) }
            bound *= 10
        }
        append(decimal: number.magnitude)
    }

    fileprivate mutating func append(timeOfDay date: CivilTime) {
        append(padded: date.hour, width: 2)
        append(":")
        append(padded: date.minute, width: 2)
        append(":")
        append(padded: date.second, width: 2)
    }

    /// A duration in milliseconds with microseconds behind the point: `12.345`.
    mutating func append(millisecondsOf nanoseconds: Int64) {
        if nanoseconds < 0 { append("-") }
        let microseconds = nanoseconds.magnitude / 1_000
        append(decimal: microseconds / 1_000)
        append(".")
        append(padded: Int64(microseconds % 1_000), width: 3)
    }
}
