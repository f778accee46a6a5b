import JSON
import SirdarCore
import SirdarEngine

/// The members of a settings file, with their places.
struct SettingsFile: Sendable, Hashable {
    let path: String
    let members: [Member]

    struct Member: Sendable, Hashable {
        let key: String
        /// As it would be written on a command line.
        let text: String
        let keyPlace: Place
        let valuePlace: Place
    }

    static let bytesMax = 1 << 18

    /// - Throws: what is wrong with the file, at its place, when it is no map of plain values.
    init(path: String, text: String) throws(Diagnostic) {
        self.path = path
        let root = try YAMLSource.read(text).get()
        if root.isNull {
            members = []
            return
        }
        guard let found = root.members else {
            throw Diagnostic(.error, .wrongType, at: root.place, "settings are `key: value`, and not \(root.kind)")
        }
        members = try found.map { member throws(Diagnostic) in
            guard let text = Self.text(of: member.value) else {
                let message = "`\(member.key)` is one value, and not \(member.value.kind)"
                throw Diagnostic(.error, .wrongType, at: member.value.place, message)
            }
            return Member(key: member.key, text: text, keyPlace: member.keyPlace, valuePlace: member.value.place)
        }
    }

    private static func text(of value: Located) -> String? {
        switch value.value {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .number: value.json.text
        case .text(let text): text.string
        case .list, .map: nil
        }
    }
}
