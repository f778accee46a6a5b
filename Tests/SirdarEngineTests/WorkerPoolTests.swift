import Foundation
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Work goes on where it is, and wakes another thread only when it must")
struct WorkerPoolTests {
    @Test("what a recorded result makes due is performed by the same thread, one after the other")
    func chain() throws {
        let pool = WorkerPool(slots: 4, laneLimit: 2)
        let threads = Locked<Set<UInt>>([])
        let ended = Promise<Void>()
        try Self.link(200, pool, threads, ended)
        try ended.wait()
        #expect(threads.withLock { $0.count } == 1)
        _ = try eventually { pool.isIdle ? true : nil }
    }

    /// Performs one after another, each made due by the one before.
    private static func link(
        _ left: Int,
        _ pool: WorkerPool,
        _ threads: Locked<Set<UInt>>,
        _ ended: Promise<Void>
    ) throws {
        guard let place = pool.reserve(.general) else { throw NoPlace() }
        pool.run(place) {
            threads.withLock { threads in _ = threads.insert(UInt(pthread_self())) }
            pool.performed()
            guard left > 1 else { return ended.fulfil(()) }
            #expect(throws: Never.self) { try Self.link(left - 1, pool, threads, ended) }
        } onFree: {
        }
    }

    @Test("a thread that still performs keeps nothing for itself")
    func performing() throws {
        let pool = WorkerPool(slots: 2, laneLimit: 2)
        let (first, second) = (try #require(pool.reserve(.general)), try #require(pool.reserve(.general)))
        let ended = Promise<Bool>()
        pool.run(first) {
            let other = Promise<Void>()
            pool.run(second) {
                other.fulfil(())
            } onFree: {
            }
            // It is waited for: kept for later by this thread, it would never come.
            ended.fulfil((try? other.wait()) != nil)
        } onFree: {
        }
        #expect(try ended.wait())
    }

    @Test("a lane's limit holds for what goes on, too")
    func limited() throws {
        let pool = WorkerPool(slots: 4, laneLimit: 1, lineMax: 64)
        let working = Locked((now: 0, most: 0))
        let ended = Promise<Void>()
        let left = Locked(40)
        let body: @Sendable () -> Void = {
            working.withLock { working in
                working.now += 1
                working.most = max(working.most, working.now)
            }
            working.withLock { $0.now -= 1 }
            pool.performed()
        }
        for _ in 0..<20 {
            let place = try #require(pool.reserve(.general))
            pool.run(place) {
                body()
                guard let next = pool.reserve(.general) else { return }
                pool.run(next, body) { Self.count(left, ended) }
            } onFree: {
                Self.count(left, ended)
            }
        }
        try ended.wait()
        #expect(working.withLock { $0.most } == 1)
    }

    private static func count(_ left: Locked<Int>, _ ended: Promise<Void>) {
        let isOver = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isOver { ended.fulfil(()) }
    }

    @Test("a thread is lent only while most slots are idle, and is waited for like one that performs")
    func lent() throws {
        let pool = WorkerPool(slots: 2, laneLimit: 2)
        let (began, ended, free) = (Promise<Void>(), DispatchSemaphore(value: 0), Promise<Void>())
        let isLent = pool.lend {
            began.fulfil(())
            ended.wait()
        } onFree: {
            free.fulfil(())
        }
        #expect(isLent)
        try began.wait()
        #expect(!pool.isIdle && pool.room.total == 2)
        // One of two is busy.
        #expect(
            !pool.lend {
            } onFree: {
            }
        )
        ended.signal()
        try free.wait()
        #expect(pool.isIdle)
    }

    @Test("what a lent thread makes due is performed by it")
    func lentGoesOn() throws {
        let pool = WorkerPool(slots: 4, laneLimit: 2)
        let threads = Promise<(UInt, UInt)>()
        let place = try #require(pool.reserve(.general))
        let isLent = pool.lend {
            let first = UInt(pthread_self())
            pool.run(place) {
                threads.fulfil((first, UInt(pthread_self())))
            } onFree: {
            }
        } onFree: {
        }
        #expect(isLent)
        let (first, second) = try threads.wait()
        #expect(first == second)
    }

    private struct NoPlace: Error {}
}
