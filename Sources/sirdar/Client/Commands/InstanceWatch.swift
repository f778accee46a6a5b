import JSON

/// Shows an instance until it has ended: redrawn on a terminal, a line for each change elsewhere, and for programs the
/// one document with which it ended.
struct InstanceWatch: Sendable {
    let id: String
    let session: Session

    /// Before the next look at a server that does not tell what happens, or is away.
    private static let pause = Duration.seconds(1)
    private static let readsMax = 24 * 3600
    /// So often in a row may the server be away, as while it is started again.
    private static let absencesMax = 60

    func run() async throws(Failure) {
        let interruption = Interruption(saying: "The instance goes on: see `sirdar instance show \(Text.shell(id))`.")
        defer { interruption.end() }
        var last: JSON?
        var drawn = 0
        var absences = 0
        var listener = Listener(session.api.connection, query: [("instance", id)])
        for _ in 0..<Self.readsMax {
            do throws(Failure) {
                // Before it is read: what happens meanwhile is told next.
                let isTold = try await listener.next()
                let instance = try await session.api.get(Address.instance(id))
                absences = 0
                if instance != last {
                    drawn = try draw(instance, since: last, over: drawn)
                    last = instance
                }
                if InstanceView.hasEnded(instance) { return try finish(instance) }
                if !isTold { await Waiting.pause(Self.pause) }
            } catch {
                absences += 1
                guard error.ending == .unavailable, last != nil, absences < Self.absencesMax else { throw error }
                await Waiting.pause(Self.pause)
            }
        }
        throw Failure(.unavailable, "It has not ended after a day of watching. It goes on.")
    }

    private func draw(_ instance: JSON, since last: JSON?, over drawn: Int) throws(Failure) -> Int {
        guard !session.isJSON else { return 0 }
        let view = InstanceView(instance, session)
        guard session.terminal.isInteractive else {
            try session.lines(view.changes(since: last))
            return 0
        }
        let lines = view.lines
        // Up to where the last picture began, and away with it.
        if drawn > 0 { try session.terminal.write("\u{1B}[\(drawn)A\u{1B}[J") }
        try session.lines(lines)
        return lines.count
    }

    private func finish(_ instance: JSON) throws(Failure) {
        if session.isJSON { try session.show(instance) { () throws(Failure) in } }
        guard instance.text("status") != "completed" else { return }
        throw Failure(.failed, "The instance has ended, and is \(Text.words(instance.text("status") ?? "")).")
    }
}
