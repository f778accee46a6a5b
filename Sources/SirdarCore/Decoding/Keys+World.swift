// What a definition has to do with the world outside: events, times, other services.
extension Keys {
    // MARK: Events

    static let emit: KeyTable = ["event": "The event, in the form of CloudEvents."]
    static let emitted: KeyTable = ["with": "Its attributes and data; id and time are given by the engine."]
    static let listen: KeyTable = [
        "to": "Which events.",
        "read": "What of them is the step's output: data, envelope or raw.",
    ]
    static let foreach: KeyTable = [
        "item": "The variable that holds the event, without `$`.",
        "at": "The variable that holds its position, without `$`.",
        "do": "What to do with each event, one after the other.",
        "output": "What is made of each event.",
        "export": "What each event leaves in $context.",
    ]
    static let strategy: KeyTable = [
        "one": "One event of a kind.",
        "any": "An event of one of several kinds.",
        "all": "One event of each of several kinds.",
        "until": "With any: go on listening until this is true, or these events have come.",
    ]
    static let filter: KeyTable = [
        "with": "The attributes that an event must have: texts, patterns, or expressions.",
        "correlate": "Values of the event that must fit this instance: found by an index.",
    ]
    static let correlation: KeyTable = [
        "from": "An expression on the event.",
        "expect": "What it must give; without it, what the first event gave.",
    ]
    static let schedule: KeyTable = [
        "every": "At intervals.",
        "cron": "At the times of a calendar: minute, hour, day, month, weekday; TZ=Europe/London before them.",
        "after": "So long after the last instance has ended.",
        "on": "For each of these events.",
        "read": "What of them is the input: data, envelope or raw.",
    ]

    // MARK: Other services

    static let http: KeyTable = [
        "method": "get, post, put, patch, delete, head or options.",
        "endpoint": "An address, in which {name} is filled from the top of the step's input.",
        "headers": "Headers, by their names.",
        "body": "Sent as JSON, unless the header Content-Type says something else.",
        "query": "Parameters, by their names.",
        "output": "content, response or raw.",
        "redirect": "Whether redirects are followed, and are no errors.",
    ]
    static let endpoint: KeyTable = [
        "uri": "The address, in which {name} is filled from the top of the step's input.",
        "authentication": "How to sign in there.",
    ]
    static let authentication: KeyTable = [
        "use": "The name of an authentication of `use`.",
        "basic": "A name and a password.",
        "bearer": "A token.",
        "digest": "Not in this version.",
        "oauth2": "A token that is got by OAuth 2.",
        "oidc": "A token whose address is found by OpenID Connect.",
    ]
    static let basic: KeyTable = ["username": "The name.", "password": "The password.", "use": useOfSecret]
    static let bearer: KeyTable = ["token": "The token.", "use": useOfSecret]
    static let oauth: KeyTable = [
        "authority": "The address of who gives tokens.",
        "endpoints": "Where there; oauth2 only.",
        "grant": "client_credentials.",
        "client": "Who asks for the token.",
        "request": "How it is asked for.",
        "issuers": "Not in this version.",
        "scopes": "What the token is to be good for.",
        "audiences": "For whom it is to be good.",
        "username": "Not in this version.",
        "password": "Not in this version.",
        "subject": "Not in this version.",
        "actor": "Not in this version.",
        "use": useOfSecret,
    ]
    static let oauthEndpoints: KeyTable = [
        "token": "Where tokens are given.",
        "revocation": "Not in this version.",
        "introspection": "Not in this version.",
    ]
    static let oauthClient: KeyTable = [
        "id": "Its name.",
        "secret": "Its secret.",
        "assertion": "Not in this version.",
        "authentication": "client_secret_basic, client_secret_post or none.",
    ]
    static let oauthRequest: KeyTable = ["encoding": "application/x-www-form-urlencoded or application/json."]

    private static let useOfSecret = "The name of a secret that has all of it."
}
