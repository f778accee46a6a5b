extension Syntax {
    /// Whether anything in here calls `name` without arguments; a name shadowed in between counts too, which only
    /// costs speed.
    func calls(_ name: String) -> Bool {
        switch kind {
        case .call(let called, let arguments):
            return (called == name && arguments.isEmpty) || arguments.contains { $0.calls(name) }
        case .define(let definition, let rest):
            return definition.body.calls(name) || rest.calls(name)
        case .identity, .recurse, .constant, .variable, .format, .breakOut:
            return false
        case .string(_, let parts):
            return parts.contains { if case .value(let value) = $0 { value.calls(name) } else { false } }
        case .object(let members):
            return members.contains { $0.key.calls(name) || $0.value.calls(name) }
        case .bind(let source, let patterns, let body):
            return source.calls(name) || patterns.contains { $0.calls(name) } || body.calls(name)
        case .reduce(let source, let pattern, let initial, let update):
            return pattern.calls(name) || [source, initial, update].contains { $0.calls(name) }
        case .foreach(let source, let pattern, let initial, let update, let extract):
            return pattern.calls(name) || [source, initial, update].contains { $0.calls(name) }
                || extract?.calls(name) ?? false
        case .slice(let target, let from, let to):
            return target.calls(name) || from?.calls(name) ?? false || to?.calls(name) ?? false
        case .conditional(let condition, let then, let otherwise):
            return condition.calls(name) || then.calls(name) || otherwise?.calls(name) ?? false
        case .attempt(let body, let handler):
            return body.calls(name) || handler?.calls(name) ?? false
        case .collect(let body):
            return body?.calls(name) ?? false
        case .iterate(let part), .negate(let part), .label(_, let part):
            return part.calls(name)
        case .index(let left, let right), .pipe(let left, let right), .comma(let left, let right),
            .binary(_, let left, let right), .and(let left, let right), .or(let left, let right),
            .alternative(let left, let right), .assign(_, let left, let right):
            return left.calls(name) || right.calls(name)
        }
    }
}

extension Syntax.Pattern {
    fileprivate func calls(_ name: String) -> Bool {
        switch self {
        case .variable: false
        case .array(let elements): elements.contains { $0.calls(name) }
        case .object(let members):
            members.contains { $0.key.calls(name) || $0.value?.calls(name) ?? false }
        }
    }
}
