import Bytes

/// The date of an HTTP message, `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
public enum HTTPDate {
    /// The form has four digits for the year: 0000-01-01 to 9999-12-31. What lies outside is written as the nearest of them.
    static let earliest: Int64 = -62_167_219_200
    static let latest: Int64 = 253_402_300_799

    public static func append(unixSeconds: Int64, to buffer: inout ByteBuffer) {
        let time = min(max(unixSeconds, earliest), latest)
        let secondsOfDay = (time % 86_400 + 86_400) % 86_400
        let days = (time - secondsOfDay) / 86_400
        let date = civil(daysSince1970: days)

        append(three: (days % 7 + 11) % 7, of: "SunMonTueWedThuFriSat", to: &buffer)
        buffer.append(", " as StaticString)
        append(twoDigits: date.day, to: &buffer)
        buffer.append(.space)
        append(three: date.month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec", to: &buffer)
        buffer.append(.space)
        append(twoDigits: date.year / 100, to: &buffer)
        append(twoDigits: date.year % 100, to: &buffer)
        buffer.append(.space)
        append(twoDigits: secondsOfDay / 3600, to: &buffer)
        buffer.append(.colon)
        append(twoDigits: secondsOfDay / 60 % 60, to: &buffer)
        buffer.append(.colon)
        append(twoDigits: secondsOfDay % 60, to: &buffer)
        buffer.append(" GMT" as StaticString)
    }

    /// Years counted from March, so that the leap day is a year's last; 146,097 days are 400 years.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSince1970 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func append(twoDigits number: Int64, to buffer: inout ByteBuffer) {
        buffer.append(UInt8(48 + number / 10))
        buffer.append(UInt8(48 + number % 10))
    }

    private static func append(three index: Int64, of names: StaticString, to buffer: inout ByteBuffer) {
        for offset in 0..<3 { buffer.append(names.utf8Start[Int(index) * 3 + offset]) }
    }
}
