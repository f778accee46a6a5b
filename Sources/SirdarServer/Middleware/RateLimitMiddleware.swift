import Hummingbird
package import SirdarCore
import SirdarEngine

/// How fast one person, or one address of whom nobody is known, may ask: so many requests a second for long, and ten
/// times as many at once.
package final class RateLimit: Sendable {
    package static let burstSeconds = 10
    /// How many are told apart; those that are full again are forgotten first.
    private static let sourcesMax = 10_000

    private let perSecond: Double
    private let buckets = Locked<[String: Bucket]>([:])

    private struct Bucket: Sendable {
        var tokens: Double
        var at: Timestamp
    }

    /// - Parameter perSecond: `nil` is no limit.
    package init?(perSecond: Int?) {
        guard let perSecond, perSecond > 0 else { return nil }
        self.perSecond = Double(perSecond)
    }

    private var burst: Double { perSecond * Double(Self.burstSeconds) }

    /// How many seconds to wait; `nil`: go on.
    package func wait(_ source: String, at now: Timestamp) -> Int? {
        buckets.withLock { buckets in
            var bucket = buckets[source] ?? Bucket(tokens: burst, at: now)
            let seconds = Double(max(0, now.since(bucket.at).milliseconds)) / 1000
            bucket.tokens = min(burst, bucket.tokens + seconds * perSecond)
            bucket.at = now
            defer { buckets[source] = bucket }
            if buckets.count >= Self.sourcesMax { forget(&buckets, now) }
            guard bucket.tokens >= 1 else { return max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up))) }
            bucket.tokens -= 1
            return nil
        }
    }

    private func forget(_ buckets: inout [String: Bucket], _ now: Timestamp) {
        let full = Interval.seconds(Int64(Self.burstSeconds))
        buckets = buckets.filter { now.since($0.value.at) < full }
        if buckets.count >= Self.sourcesMax { buckets = [:] }
    }
}

struct RateLimitMiddleware: RouterMiddleware {
    let limit: RateLimit?
    let clock: any Clock

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        let source = context.principal.map { "person \($0.person.id)" } ?? "address \(context.address)"
        if let seconds = limit?.wait(source, at: clock.now()) { throw Trouble.tooFast(seconds: seconds) }
        return try await next(request, context)
    }
}

extension Trouble {
    fileprivate static func tooFast(seconds: Int) -> Trouble {
        Trouble(
            status: 429,
            code: "too-many-requests",
            title: "Too fast",
            detail:
                "You ask faster than one person is answered. Wait \(seconds == 1 ? "a second" : "\(seconds) seconds").",
            retryAfterSeconds: seconds
        )
    }
}
