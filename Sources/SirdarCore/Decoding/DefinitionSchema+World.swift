import JSON

// Events, times and other services, for editors.
extension SchemaWriter {
    var worldDefinitions: JSON.Object {
        [
            "strategy": strategy, "filter": filter, "http": http, "authentication": authentication(named: true),
        ]
    }

    // MARK: Events

    private var read: JSON { Self.words(EventRead.allCases.map(\.rawValue)) }

    /// The attributes of CloudEvents, and those of the author's own, which are made of small letters and digits.
    private func attributes(required: [String] = []) -> JSON {
        var object: JSON.Object = [
            "type": "object", "minProperties": 1, "propertyNames": ["pattern": "^([a-z0-9]+|data_base64)$"],
            "properties": .object(JSON.Object(CloudEvent.attributes.map { ($0, [:]) })),
        ]
        if !required.isEmpty { object["required"] = .array(required.map(JSON.string)) }
        return .object(object)
    }

    var emit: JSON {
        let event = object(
            Keys.emitted,
            ["with": Self.orExpression(attributes(required: ["type"]))],
            required: ["with"]
        )
        return object(Keys.emit, ["event": event], required: ["event"])
    }

    var listen: JSON {
        object(Keys.listen, ["to": Self.ref("strategy"), "read": read], required: ["to"])
    }

    var foreach: JSON {
        object(
            Keys.foreach,
            [
                "item": Self.text, "at": Self.text, "do": Self.ref("steps"), "output": Self.ref("dataOut"),
                "export": Self.ref("dataOut"),
            ]
        )
    }

    private var strategy: JSON {
        let filters: JSON = ["type": "array", "items": Self.ref("filter")]
        return object(
            Keys.strategy,
            [
                "one": Self.ref("filter"), "any": filters, "all": filters,
                "until": ["anyOf": [Self.ref("program"), Self.ref("strategy")]],
            ]
        )
    }

    private var filter: JSON {
        let correlation = object(
            Keys.correlation,
            ["from": Self.ref("program"), "expect": [:]],
            required: ["from"]
        )
        return object(
            Keys.filter,
            ["with": attributes(), "correlate": ["type": "object", "additionalProperties": correlation]],
            required: ["with"]
        )
    }

    var schedule: JSON {
        object(
            Keys.schedule,
            [
                "every": Self.ref("duration"), "after": Self.ref("duration"), "cron": Self.text,
                "on": Self.ref("strategy"), "read": read,
            ]
        )
    }

    // MARK: Other services

    private var http: JSON {
        let endpoint = object(
            Keys.endpoint,
            ["uri": Self.text, "authentication": Self.ref("authentication")],
            required: ["uri"]
        )
        return object(
            Keys.http,
            [
                "method": Self.text, "endpoint": ["anyOf": [Self.text, endpoint]],
                "headers": ["type": ["object", "string"]], "query": ["type": ["object", "string"]],
                "output": Self.words(HTTPCall.Output.allCases.map(\.rawValue)), "redirect": ["type": "boolean"],
            ],
            required: ["method", "endpoint"]
        )
    }

    /// `named`: where one of `use` may be named; there, no other is.
    func authentication(named: Bool) -> JSON {
        let schemes: [String: JSON] = [
            "use": Self.text, "basic": object(Keys.basic, [:]), "bearer": object(Keys.bearer, [:]),
            "oauth2": object(Keys.oauth, oauth), "oidc": object(Keys.oauth, oauth),
        ]
        let names = Keys.authentication.names.filter { named || $0 != "use" }
        return closed(names, schemes) { Keys.authentication[$0] }
    }

    private var oauth: [String: JSON] {
        [
            "authority": Self.text, "grant": Self.text, "endpoints": object(Keys.oauthEndpoints, [:]),
            "client": object(Keys.oauthClient, [:]), "request": object(Keys.oauthRequest, [:]),
        ]
    }
}
