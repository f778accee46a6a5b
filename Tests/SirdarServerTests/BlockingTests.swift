import Dispatch
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("The bridge to what blocks")
struct BlockingTests {
    @Test("answers come back, and errors as they were thrown")
    func answers() async throws {
        struct Wrong: Error {}
        let blocking = Blocking(name: "test", lanes: 2, queueMax: 8)
        let number = try await blocking.run { 42 }
        #expect(number == 42)
        await #expect(throws: Wrong.self) { try await blocking.run { throw Wrong() } as Int }
        let later: Int = try await blocking.answer { then in DispatchQueue.global().async { then(.success(7)) } }
        #expect(later == 7)
    }

    @Test("what is more than its queue holds is refused at once, and the rest is answered")
    func bounded() async throws {
        let blocking = Blocking(name: "test", lanes: 1, queueMax: 3)
        let (gate, entered) = (DispatchSemaphore(value: 0), Promise<Bool>())
        let first = Task {
            try await blocking.run {
                entered.fulfil(true)
                gate.wait()
                return 0
            }
        }
        #expect(try entered.wait())
        let waiting = Locked(0)
        let others = (1...10).map { number in
            Task {
                do {
                    return try await blocking.run { number }
                } catch {
                    waiting.withLock { $0 += 1 }
                    throw error
                }
            }
        }
        _ = try eventually { waiting.withLock { $0 == 7 ? true : nil } }
        gate.signal()
        var answered = 0
        for other in others { if case .success = await other.result { answered += 1 } }
        #expect(answered == 3)
        let last = try await first.value
        #expect(last == 0)
        // The lane is free again.
        let after = try await blocking.run { 1 }
        #expect(after == 1)
    }
}
