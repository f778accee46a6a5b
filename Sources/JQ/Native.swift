import JSON

/// A builtin that is written in Swift: values in, one value out.
struct Native: Sendable {
    /// How deep its result may nest.
    enum Rise: Sendable {
        /// Not at all.
        case scalar
        /// That many levels more than the deepest of what it is given.
        case by(Int)
        /// Nobody knows before; measured.
        case measured
    }

    let rise: Rise
    let run: @Sendable (inout Meter, JSON, [JSON]) throws(Failure) -> JSON

    init(rise: Rise, run: @escaping @Sendable (inout Meter, JSON, [JSON]) throws(Failure) -> JSON) {
        self.rise = rise
        self.run = run
    }

    /// The builtin of that name and number of arguments.
    static func named(_ name: String, _ count: Int) -> Native? {
        table["\(name)/\(count)"]
    }

    static let table: [String: Native] = {
        var table: [String: Native] = [:]
        let groups = [
            Values.natives, Sequences.natives, Strings.natives, Texts.natives, Numbers.natives, Times.natives,
        ]
        for group in groups {
            table.merge(group) { first, _ in first }
        }
        return table
    }()

    static let names = table.keys
}
