/// The instant after which a call to a cloud is given up.
///
/// It is measured on the monotonic clock, so that a step of the wall clock neither hurries nor prolongs a call.
package struct Deadline: Sendable, Hashable {
    private let instant: ContinuousClock.Instant

    /// A deadline that lies `duration` after now.
    package static func within(_ duration: Duration) -> Deadline {
        Deadline(instant: ContinuousClock.now.advanced(by: duration))
    }

    /// The time that is left, never below zero.
    package var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

    package var hasPassed: Bool { remaining == .zero }

    /// The earlier of this deadline and one that lies `duration` after now.
    package func orWithin(_ duration: Duration) -> Deadline {
        let other = Deadline.within(duration)
        return instant < other.instant ? self : other
    }
}
