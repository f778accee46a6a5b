import Foundation
import SirdarCore
package import SirdarEngine

/// The projects and locations of an installation, as `config/` has them, and what is wrong with the files.
package struct StudioConfiguration: Sendable {
    package let projects: Projects
    package let locations: [LocationEntry]
    package let prices: PriceSheet
    package let files: [FileDiagnostics]

    package struct LocationEntry: Sendable, Hashable {
        package let id: String
        package let label: String
    }

    package var hasErrors: Bool { files.contains { $0.diagnostics.contains(where: \.isError) } }

    /// Reads `locations.yaml`, `projects/*.yaml` and, where there is one, `prices.yaml` of a folder.
    package static func load(folder: String) -> StudioConfiguration {
        var files: [FileDiagnostics] = []
        let places = read("\(folder)/locations.yaml", &files) { root, findings in locations(root, findings) } ?? []
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/projects")) ?? []
        var projects: [Project] = []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            let path = "\(folder)/projects/\(name)"
            let project = read(path, &files) { root, findings in
                Project.read(root, locations: places.map(\.id), as: .file(String(name.dropLast(5))), findings)
            }
            if let project { projects.append(project) }
        }
        return StudioConfiguration(
            projects: Projects(projects),
            locations: places,
            prices: readPrices("\(folder)/prices.yaml", locations: places.map(\.id), &files),
            files: files
        )
    }

    private static func read<Value>(
        _ path: String,
        _ files: inout [FileDiagnostics],
        _ body: (Located, Findings) -> Value?
    ) -> Value? {
        let findings = Findings()
        var value: Value?
        if let data = FileManager.default.contents(atPath: path) {
            switch YAMLSource.read(String(decoding: data, as: UTF8.self)) {
            case .failure(let diagnostic): findings.add(diagnostic)
            case .success(let root): value = body(root, findings)
            }
        } else {
            findings.error(.unreadable, at: .start, "there is no such file, or it cannot be read")
        }
        files.append(FileDiagnostics(file: path, diagnostics: findings.inOrder))
        return value
    }

    /// Without the file nothing has a price, and every cost is unknown.
    private static func readPrices(
        _ path: String,
        locations: [String],
        _ files: inout [FileDiagnostics]
    ) -> PriceSheet {
        guard FileManager.default.fileExists(atPath: path) else { return PriceSheet() }
        return read(path, &files) { root, findings in PriceSheet.read(root, locations: locations, findings) }
            ?? PriceSheet()
    }

    private static func locations(_ root: Located, _ findings: Findings) -> [LocationEntry]? {
        guard let file = Fields(root, "the file of locations", keys: ["locations"], findings),
            let list = file.required("locations")
        else { return nil }
        guard let nodes = list.list else {
            findings.mismatch(list, "`locations`", wants: "a list of locations")
            return nil
        }
        return nodes.compactMap { node in
            guard let fields = Fields(node, "a location", keys: ["id", "label"], findings),
                let id = fields.requiredText("id")
            else { return nil }
            return LocationEntry(id: id, label: fields.text("label") ?? id)
        }
    }
}

extension Project {
    private static let keys = ["code", "title", "location", "network", "storage", "manager", "currency"]
    private static let storageKeys = ["kind", "address", "exportPath", "mountPoint"]
    private static let managerKeys = ["kind", "connection", "address", "port"]
    private static let codeMax = 32
    /// RFC 1035, 2.3.4.
    private static let hostBytesMax = 253

    /// What a project must be called: as the file that it stands in, or as the address that it is sent to.
    enum Naming {
        case file(String)
        case address(String)
    }

    /// Reads what stands in `config/projects/<code>.yaml`; `nil` when something is wrong with it, which has then been
    /// told.
    static func read(_ root: Located, locations: [String], as naming: Naming, _ findings: Findings) -> Project? {
        guard let fields = Fields(root, "a project", keys: keys, findings) else { return nil }
        let code = readCode(fields, naming)
        let location = fields.requiredText("location")
        if let location, !locations.contains(location) {
            findings.unknown("location", location, at: fields["location"]?.place ?? root.place, known: locations)
        }
        let network = readNetwork(fields)
        let storage = fields.required("storage").flatMap { Fields($0, "`storage`", keys: storageKeys, findings) }
        let manager = fields.required("manager").flatMap { Fields($0, "`manager`", keys: managerKeys, findings) }
        let storageAddress = storage.flatMap { address($0, network) }
        let managerAddress = manager.flatMap { address($0, network) }
        let connection: Manager.Connection? = manager.flatMap { $0.choice("connection") }
        let port = manager?.int("port", in: 1...65_535)
        guard let code, let location, let network, let storage, let manager, let storageAddress, let managerAddress
        else { return nil }
        return Project(
            code: code,
            title: text(fields, "title", max: 100) ?? code,
            location: location,
            network: network,
            storage: Storage(
                kind: text(storage, "kind", max: 32) ?? "nfs",
                address: storageAddress,
                exportPath: text(storage, "exportPath", max: 1024) ?? "",
                mountPoint: text(storage, "mountPoint", max: 1024) ?? ""
            ),
            manager: Manager(
                kind: text(manager, "kind", max: 32) ?? "deadline",
                connection: connection ?? .remote,
                address: managerAddress,
                port: port ?? 8080
            ),
            currency: currency(fields) ?? "USD"
        )
    }

    private static func text(_ fields: Fields, _ key: String, max: Int) -> String? {
        guard let text = fields.text(key), text.unicodeScalars.count > max else { return fields.text(key) }
        fields.findings.error(
            .wrongValue,
            at: fields[key]?.place ?? fields.place,
            "`\(key)` is longer than \(max) characters"
        )
        return nil
    }

    private static func currency(_ fields: Fields) -> String? {
        guard let code = fields.text("currency") else { return nil }
        if code.utf8.count == 3, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) { return code }
        fields.findings.error(
            .wrongValue,
            at: fields["currency"]?.place ?? fields.place,
            "`currency` is a code of ISO 4217: write USD"
        )
        return nil
    }

    private static func readCode(_ fields: Fields, _ naming: Naming) -> String? {
        guard let code = fields.requiredText("code") else { return nil }
        let isCode = code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        if !isCode || code.utf8.count > codeMax {
            fields.findings.error(
                .wrongValue,
                at: fields["code"]?.place ?? fields.place,
                "a project's code has at most \(codeMax) lower-case letters, digits and dashes"
            )
            return nil
        }
        let complaint: String
        switch naming {
        case .file(code), .address(code): return code
        case .file(let file):
            complaint = "the project \(code) stands in the file \(file).yaml: name the file after its code"
        case .address(let address):
            complaint = "the project \(code) was sent to the address of \(address): send it to its own"
        }
        fields.findings.error(.wrongValue, at: fields["code"]?.place ?? fields.place, complaint)
        return code
    }

    private static func readNetwork(_ fields: Fields) -> NetworkRange? {
        guard let text = fields.requiredText("network") else { return nil }
        if let range = NetworkRange(text) { return range }
        fields.findings.error(
            .wrongValue,
            at: fields["network"]?.place ?? fields.place,
            "`network` is no network: write 10.42.0.0/16"
        )
        return nil
    }

    /// An address in the project's network, or a host name.
    private static func address(_ fields: Fields, _ network: NetworkRange?) -> String? {
        guard let text = fields.requiredText("address") else { return nil }
        let place = fields["address"]?.place ?? fields.place
        guard let address = NetworkAddress(text) else {
            if text.contains(where: \.isLetter), text.utf8.count <= hostBytesMax { return text.lowercased() }
            fields.findings.error(.wrongValue, at: place, "`address` is neither an IP address nor a host name")
            return nil
        }
        if let network, !network.contains(address) {
            fields.findings.error(.wrongValue, at: place, "\(address) is not in the project's network \(network)")
        }
        return address.description
    }
}
