import Foundation

/// A moment as the API writes it, and as people read it.
package struct Moment: Sendable, Hashable, Comparable {
    /// Since the beginning of 1970, UTC.
    let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    /// Reads RFC 3339.
    package init?(_ text: String) {
        let style = Date.ISO8601FormatStyle()
        // With and without a fraction; what is neither is no moment.
        let date =
            (try? style.time(includingFractionalSeconds: true).parse(text)) ?? (try? style.parse(text))
        guard let date else { return nil }
        seconds = Int(date.timeIntervalSince1970.rounded(.down))
    }

    static var now: Moment { Moment(seconds: time(nil)) }

    package static func < (left: Moment, right: Moment) -> Bool { left.seconds < right.seconds }

    /// `2026-11-23 18:04`, in the zone of whoever reads.
    package var local: String {
        var clock = time_t(seconds)
        var parts = tm()
        guard localtime_r(&clock, &parts) != nil else { return "?" }
        let year = Int(parts.tm_year) + 1900
        let date = [year, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map(Self.twoDigits).joined(separator: "-")
        return "\(date) \(Self.twoDigits(Int(parts.tm_hour))):\(Self.twoDigits(Int(parts.tm_min)))"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    /// `12 min ago`, `in 2 h 10 min`.
    package func relative(to now: Moment) -> String {
        let length = Self.length(abs(seconds - now.seconds))
        return seconds > now.seconds ? "in \(length)" : "\(length) ago"
    }

    /// `12 s`, `4 min`, `2 h 10 min`, `3 d 4 h`.
    package static func length(_ seconds: Int) -> String {
        let (minutes, hours) = (seconds / 60 % 60, seconds / 3600 % 24)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(minutes) min"
        case ..<86_400: return minutes == 0 ? "\(hours) h" : "\(hours) h \(minutes) min"
        default: return hours == 0 ? "\(seconds / 86_400) d" : "\(seconds / 86_400) d \(hours) h"
        }
    }
}
