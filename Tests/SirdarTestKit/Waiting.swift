import Foundation
import SirdarEngine

/// Hands a value from whichever thread has it to the test that waits for it.
package final class Promise<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let ready = DispatchSemaphore(value: 0)

    package init() {}

    package func fulfil(_ value: Value) {
        self.value.withLock { $0 = value }
        ready.signal()
    }

    /// The value, or `NeverCame` after a minute: a test that hangs says so.
    package func wait() throws -> Value {
        guard ready.wait(timeout: .now() + 60) == .success, let value = value.withLock({ $0 }) else {
            throw NeverCame()
        }
        return value
    }
}

package struct NeverCame: Error {
    package init() {}
}

/// Calls something that answers by completion, and waits for its answer.
package func answer<Value: Sendable>(
    _ call: (@escaping @Sendable (Result<Value, any Error>) -> Void) -> Void
) throws -> Value {
    let promise = Promise<Result<Value, any Error>>()
    call { promise.fulfil($0) }
    return try promise.wait().get()
}

/// Looks until `condition` gives a value; fails after a minute. For what happens on other threads.
package func eventually<Value>(_ condition: () throws -> Value?) throws -> Value {
    let limit = DispatchTime.now() + 60
    while DispatchTime.now() < limit {
        if let value = try condition() { return value }
        usleep(500)
    }
    throw NeverCame()
}
