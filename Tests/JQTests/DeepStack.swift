import Foundation

/// Runs work on a thread with a stack for values nested ten thousand deep, as jq's suite has them; in debug builds a
/// level of recursion is large.
enum DeepStack {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) throws -> Result {
        let box = Box<Result>()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            box.set(work())
            done.signal()
        }
        thread.stackSize = 256 << 20
        thread.start()
        done.wait()
        return try box.get()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let queue = DispatchQueue(label: "deep-stack")
        private let key = DispatchSpecificKey<Value>()

        func set(_ value: Value) {
            queue.setSpecific(key: key, value: value)
        }

        func get() throws -> Value {
            guard let value = queue.getSpecific(key: key) else { throw CancellationError() }
            return value
        }
    }
}
