import Foundation
import JSON

/// Asks again and again, for a bounded time, until something is so.
struct Waiting: Sendable {
    let session: Session
    let seconds: Int

    private static let firstPause = Duration.milliseconds(100)
    private static let pauseMax = Duration.seconds(2)

    /// The task, once its check has answered.
    func verification(of id: String) async throws(Failure) -> JSON {
        let interruption = Interruption(saying: "The check goes on: see `sirdar task show \(Text.shell(id))`.")
        defer { interruption.end() }
        let found = try await until(
            { () async throws(Failure) in try await session.api.get(Address.task(id)) },
            { $0.text("state") != TaskView.verifying }
        )
        guard let found else {
            throw Failure(
                .unavailable,
                "The check has not answered after \(seconds) s. It goes on: see `sirdar task show \(Text.shell(id))`."
            )
        }
        return found
    }

    /// - Returns: `nil` when the time is over.
    private func until(
        _ read: () async throws(Failure) -> JSON,
        _ isEnough: (JSON) -> Bool
    ) async throws(Failure) -> JSON? {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        var pause = Self.firstPause
        var interrupted: Failure?
        while ContinuousClock.now < end {
            await Self.pause(pause)
            pause = min(pause * 2, Self.pauseMax)
            do throws(Failure) {
                let answer = try await read()
                interrupted = nil
                if isEnough(answer) { return answer }
            } catch {
                // A server that starts again meanwhile does not lose the check.
                guard error.ending == .unavailable else { throw error }
                interrupted = error
            }
        }
        if let interrupted { throw interrupted }
        return nil
    }

    static func pause(_ duration: Duration) async {
        // Nothing cancels a command but a signal, which ends it.
        try? await Task.sleep(for: duration)
    }
}

/// Says on Ctrl-C what goes on without whoever leaves.
struct Interruption {
    private let source: any DispatchSourceSignal

    init(saying sentence: String) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            Terminal.say(sentence)
            // As whoever is ended by the signal.
            exit(128 + SIGINT)
        }
        source.resume()
    }

    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
