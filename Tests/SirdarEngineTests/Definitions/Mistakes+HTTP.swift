extension Mistake {
    /// `call: http`, secrets and authentications.
    static let inCallsOfHTTP: [Mistake] = whatIsSent + whoCalls

    /// A call whose arguments are these; the first of them stands in column 30.
    private static func with(_ name: String, _ arguments: String, tells: [String]) -> Mistake {
        .steps(name, "  - a: { call: http, with: { \(arguments) } }", tells: tells)
    }

    /// The same, with an address, and further arguments from column 74 on.
    private static func get(_ name: String, _ arguments: String, tells: [String]) -> Mistake {
        with(name, "method: get, endpoint: 'https://x.example', \(arguments)", tells: tells)
    }

    private static let whatIsSent: [Mistake] = [
        .steps(
            "a call without arguments",
            "  - a: { call: http }",
            tells: ["3:5: error[missing-key]: `http` needs `with`, and in it `method` and `endpoint`"]
        ),
        .steps(
            "arguments from an expression",
            "  - a: { call: http, with: '${ .x }' }",
            tells: ["3:28: error[wrong-type]: the input of `http` is a map, and not a text"]
        ),
        with(
            "a misspelt argument",
            "metod: get, endpoint: 'https://x.example'",
            tells: ["3:30: error[unknown-key]: the input of `http` has no `metod`; did you mean `method`?"]
        ),
        with(
            "no endpoint",
            "method: get",
            tells: ["3:28: error[missing-key]: the input of `http` needs `endpoint`"]
        ),
        with(
            "a misspelt method",
            "method: gett, endpoint: 'https://x.example'",
            tells: ["3:38: error[wrong-value]: `method` cannot be `gett`; did you mean `get`?"]
        ),
        with(
            "an endpoint that is no web address",
            "method: get, endpoint: 'ftp://x.example'",
            tells: [
                "3:53: error[wrong-value]: `endpoint`: `ftp://x.example` does not begin with https:// or http://"
            ]
        ),
        with(
            "an endpoint with a user name",
            "method: get, endpoint: 'https://a:b@x.example/{id}'",
            tells: ["3:53: error[wrong-value]: `endpoint`: `https://a:b@x.example/` carries a user name"]
        ),
        with(
            "an expansion that the language does not have",
            "method: get, endpoint: 'https://x.example/{+id}'",
            tells: ["3:72: error[wrong-value]: `endpoint`: `{+id}` is not expanded here: write the name of one value"]
        ),
        with(
            "a brace without a partner",
            "method: get, endpoint: 'https://x.example/{id'",
            tells: ["3:72: error[wrong-value]: `endpoint`: `{` has no partner"]
        ),
        with(
            "a misspelt part of an endpoint",
            "method: get, endpoint: { url: 'https://x.example' }",
            tells: ["3:55: error[unknown-key]: `endpoint` has no `url`; did you mean `uri`?"]
        ),
        get(
            "a header of the connection",
            "headers: { Host: x }",
            tells: [
                "3:85: error[wrong-value]: the header `Host` is not set by a workflow: it belongs to the connection"
            ]
        ),
        get(
            "a header that is a map",
            "headers: { X: { y: 1 } }",
            tells: ["3:88: error[wrong-type]: `X` is a text, a number, true or false, and not a map"]
        ),
        get(
            "a query that is a text",
            "query: a=b",
            tells: ["3:81: error[wrong-type]: `query` is a map of names, and not a text"]
        ),
        get(
            "an output that there is not",
            "output: body",
            tells: [
                "3:82: error[wrong-value]: `output` cannot be `body`; allowed here: content, response, raw"
            ]
        ),
        get(
            "a redirect that is not yes or no",
            "redirect: 3",
            tells: ["3:84: error[wrong-type]: `redirect` is true or false, and not a number"]
        ),
        .steps(
            "a call whose compensation is misspelt",
            "  - a: { call: note, metadata: { compensation: { call: http, with: { methd: get, endpoint: 'http://x' }"
                + " } } }",
            tells: ["3:70: error[unknown-key]: the input of `http` has no `methd`; did you mean `method`?"]
        ),
    ]

    /// A definition that declares the secret `token`; its steps begin in line 4.
    private static func secret(_ name: String, _ steps: String, tells: [String]) -> Mistake {
        .file(
            name,
            "document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }\n"
                + "use: { secrets: [token], authentications: { mine: { basic: { use: token } } } }\ndo:\n\(steps)",
            tells: tells
        )
    }

    /// A call that says who it is in this way, from column 46 on.
    private static func by(_ name: String, _ authentication: String, tells: [String]) -> Mistake {
        let endpoint = "endpoint:\n          uri: https://x.example\n          authentication: \(authentication)"
        return secret(
            name,
            "  - a:\n      call: http\n      with:\n        method: get\n        \(endpoint)",
            tells: tells
        )
    }

    private static let whoCalls: [Mistake] = [
        secret(
            "a secret outside `input.from`",
            "  - a: { call: http, with: { method: get, endpoint: '${ $secrets.token }' } }",
            tells: [
                "4:57: error[unknown-variable]: `$secrets` is known only in `input.from` of a step that calls http"
            ]
        ),
        secret(
            "a secret for a step that sends nothing",
            "  - a: { input: { from: '${ $secrets }' }, set: { x: 1 } }",
            tells: [
                "4:29: error[unknown-variable]: `$secrets` is known only in `input.from` of a step that calls http"
            ]
        ),
        .steps(
            "a secret in a workflow that declares none",
            "  - a: { input: { from: $secrets.x }, call: http, with: { method: get, endpoint: '${ .x }' } }",
            tells: [
                "3:25: error[unknown-variable]: `$secrets` is known only in `input.from` of a step that calls http"
            ]
        ),
        secret(
            "a misspelt secret",
            "  - a: { input: { from: '${ $secrets.tokn }' }, call: http, with: { method: get, endpoint: '${ .x }' } }",
            tells: ["4:38: error[unknown-name]: there is no secret `tokn` in `use.secrets`; did you mean `token`?"]
        ),
        secret(
            "a misspelt secret in brackets",
            #"  - a: { input: { from: '${ $secrets["tokn"] }' }, call: http, "#
                + "with: { method: get, endpoint: '${ .x }' } }",
            tells: ["4:39: error[unknown-name]: there is no secret `tokn` in `use.secrets`; did you mean `token`?"]
        ),
        by(
            "an authentication that is not defined",
            "{ use: min }",
            tells: ["10:34: error[unknown-name]: there is no authentication `min` in `use`; did you mean `mine`?"]
        ),
        by(
            "an authentication of an unknown kind",
            "{ basik: { use: token } }",
            tells: ["10:29: error[unknown-key]: `authentication` has no `basik`; did you mean `basic`?"]
        ),
        by(
            "an authentication from an expression",
            "'${ .x }'",
            tells: ["10:27: error[wrong-type]: `authentication` is a map, and not a text"]
        ),
        by(
            "a secret's name from an expression",
            "{ basic: { use: '${ .x }' } }",
            tells: ["10:43: error[wrong-value]: `use` names a secret, and comes from no expression"]
        ),
        by(
            "an undeclared secret",
            "{ bearer: { use: tokenn } }",
            tells: ["10:44: error[unknown-name]: there is no secret `tokenn` in `use.secrets`; did you mean `token`?"]
        ),
        by(
            "a secret and a value",
            "{ basic: { use: token, username: x } }",
            tells: ["10:50: error[wrong-value]: `basic` takes everything from the secret that `use` names, and so no"]
        ),
        by(
            "a password that everybody can read",
            "{ basic: { username: x, password: y } }",
            tells: ["10:61: warning[wrong-value]: everybody who reads this definition reads this `password`"]
        ),
        by(
            "two ways at once",
            "{ basic: { use: token }, bearer: { use: token } }",
            tells: ["10:27: error[wrong-value]: `authentication` is one of basic, bearer, digest, oauth2, oidc"]
        ),
        by(
            "digest",
            "{ digest: { use: token } }",
            tells: ["10:29: error[not-yet]: the authentication `digest` is not in this version: use basic over https"]
        ),
        by(
            "a grant that needs a person",
            "{ oauth2: { authority: 'https://x.example', grant: password, client: { id: x, authentication: none } } }",
            tells: ["10:78: error[not-yet]: the grant `password` is not in this version; allowed here: client_cred"]
        ),
        .file(
            "secrets that are no names",
            """
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            use: { secrets: [../x, a, a] }
            do: [ { a: { set: { x: 1 } } } ]
            """,
            tells: [
                "2:18: error[wrong-value]: the name of a secret is 1 to 64 letters",
                "2:27: error[duplicate-name]: `a` is here already, in line 2",
            ]
        ),
    ]
}
