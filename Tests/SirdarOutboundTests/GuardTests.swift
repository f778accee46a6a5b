import SirdarCore
import SirdarOutbound
import Testing

@Suite("The one way out of the machine")
struct GuardTests {
    /// Every one of these would reach what nobody outside may reach, or be read in two ways.
    static let evil = [
        // This machine, in every notation.
        "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
        "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1.:80/", "http://0/",
        "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[::127.0.0.1]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://localhost/", "http://localhost./", "http://LOCALHOST/",
        "http://127.0.0.1:22/",
        // The metadata of clouds.
        "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
        "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://metadata.example/",
        // Private, shared, link-local, multicast, reserved, tunnels.
        "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/",
        "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://198.18.0.1/", "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[ff02::1]/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/",
        // Who is the host?
        "http://good.example@127.0.0.1/", "http://good.example:80@evil.example/",
        "http://good.example%2F@evil.example/",
        "http://evil.example\\@good.example/", "http://evil.example#@good.example/",
        "http://evil.example?@good.example/",
        "http://good.example\u{0}.evil.example/", "http://good.example evil.example/",
        "http://good.example\r\nHost: x/",
        "http://good\u{3002}example/", "http://127\u{3002}0\u{3002}0\u{3002}1/", "http://\u{24D6}ood.example/",
        "http://%67ood.example/", "http://good.example.evil.example/", "http://evilgood.example/",
        "http://inside.good.example/", "http://both.good.example/", "http:///good.example/", "http:good.example/",
        // Another way in.
        "ftp://good.example/", "file:///etc/passwd", "gopher://good.example/", "https+unix://%2Frun%2Fx.sock/",
        "//good.example/", "http://good.example:0/", "http://good.example:99999/", "http://good.example:8080/",
        "http://good.example:80:80/", "unix:/run/x.sock",
    ]

    private static let resolver = ScriptedResolver([
        "good.example": [["93.184.215.14"]], "localhost": [["127.0.0.1"]], "metadata.example": [["169.254.169.254"]],
        "inside.good.example": [["10.0.0.7"]], "both.good.example": [["93.184.215.14", "::1"]],
        "evil.example": [["93.184.215.15"]],
    ])

    /// Rules that would let everything pass that the addresses themselves do not forbid.
    private static let generous = OutboundRules(
        hosts: [
            "good.example", "*.good.example", "localhost", "metadata.example", "127.0.0.1", "::1", "::", "0.0.0.0",
            "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "10.0.0.1", "172.16.0.1", "172.31.255.255",
            "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "fe80::1",
            "fc00::1",
            "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
        ].map { .init(NetworkAddress($0)?.description ?? $0, scheme: .http) }
    )

    @Test("connects to none of the addresses that lead inside, or to another host than it seems", arguments: evil)
    func refuses(_ text: String) {
        let transport = ScriptedTransport()
        let outbound = Outbound(rules: Self.generous, resolver: Self.resolver, transport: transport)
        do {
            _ = try outbound.send(.init(method: "GET", address: WebAddress(text)))
            Issue.record("it was sent")
        } catch is WebAddress.Malformed {} catch let failure as OutboundFailure {
            #expect(failure.kind == .refused)
        } catch { Issue.record("\(error)") }
        #expect(transport.exchanges.isEmpty)
    }

    @Test("there are enough of them, and the same rules let a good address pass")
    func passes() throws {
        #expect(Set(Self.evil).count >= 60)
        let transport = ScriptedTransport()
        let outbound = Outbound(rules: Self.generous, resolver: Self.resolver, transport: transport)
        for text in ["http://good.example", "HTTP://GOOD.example:80/a?b=c#d", "http://good.example/%7Bx%7D"] {
            _ = try outbound.send(.init(method: "GET", address: WebAddress(text)))
        }
        #expect(transport.exchanges.map { "\($0.to)" } == Array(repeating: "93.184.215.14", count: 3))
        #expect(transport.exchanges.map(\.request.address.target) == ["/", "/a?b=c", "/%7Bx%7D"])
    }

    @Test("what no rule names is refused, and so is another scheme, port or name than the rule's")
    func denies() throws {
        let rules = OutboundRules(hosts: [.init("good.example"), .init("*.good.example", ports: [8443])])
        let transport = ScriptedTransport()
        let resolver = ScriptedResolver(["good.example": [["93.184.215.14"]], "a.good.example": [["93.184.215.14"]]])
        let outbound = Outbound(rules: rules, resolver: resolver, transport: transport)
        for text in [
            "https://other.example/", "http://good.example/", "https://good.example:8443/", "https://a.good.example/",
            "https://93.184.215.14/",
        ] {
            #expect(throws: OutboundFailure.self) { try outbound.send(.init(method: "GET", address: WebAddress(text))) }
        }
        #expect(transport.exchanges.isEmpty)
        _ = try outbound.send(.init(method: "GET", address: WebAddress("https://a.good.example:8443/")))
        #expect(transport.exchanges.count == 1)
        let nothing = Outbound(rules: OutboundRules(), resolver: resolver, transport: transport)
        #expect(throws: OutboundFailure.self) {
            try nothing.send(.init(method: "GET", address: WebAddress("https://good.example/")))
        }
    }

    @Test("a network of one's own is reached when the rule names it, and no other is")
    func networks() throws {
        guard let network = NetworkRange("10.57.0.0/16") else { preconditionFailure("it is a network") }
        let rules = OutboundRules(hosts: [.init("render.example", scheme: .http, ports: [8080], networks: [network])])
        let resolver = ScriptedResolver(["render.example": [["10.57.0.20"], ["10.58.0.20"], ["127.0.0.1"]]])
        let transport = ScriptedTransport()
        let outbound = Outbound(rules: rules, resolver: resolver, transport: transport)
        let request = OutboundRequest(method: "GET", address: try WebAddress("http://render.example:8080/"))
        _ = try outbound.send(request)
        for _ in 0..<2 { #expect(throws: OutboundFailure.self) { try outbound.send(request) } }
        #expect(transport.exchanges.map { "\($0.to)" } == ["10.57.0.20"])
    }

    @Test("a name is resolved once, and the connection goes to the address that was checked")
    func rebinding() throws {
        let resolver = ScriptedResolver(["good.example": [["93.184.215.14"], ["127.0.0.1"]]])
        let transport = ScriptedTransport()
        let outbound = Outbound(
            rules: .init(hosts: [.init("good.example")]),
            resolver: resolver,
            transport: transport
        )
        let request = OutboundRequest(method: "GET", address: try WebAddress("https://good.example/"))
        _ = try outbound.send(request)
        #expect(throws: OutboundFailure.self) { try outbound.send(request) }
        #expect(transport.exchanges.map { "\($0.to)" } == ["93.184.215.14"])
    }

    @Test("of several addresses the next is tried when nobody answers, and none when something was sent")
    func nextAddress() throws {
        let resolver = ScriptedResolver(["good.example": [["93.184.215.14", "93.184.215.15"]]])
        for kind in [OutboundFailure.Kind.unreachable, .broken] {
            let transport = ScriptedTransport { exchange throws(OutboundFailure) in
                if "\(exchange.to)" == "93.184.215.14" { throw OutboundFailure(kind, "no") }
                return OutboundResponse(status: 204)
            }
            let outbound = Outbound(
                rules: .init(hosts: [.init("good.example")]),
                resolver: resolver,
                transport: transport
            )
            let request = OutboundRequest(method: "POST", address: try WebAddress("https://good.example/"))
            #expect((try? outbound.send(request).status) == (kind == .unreachable ? 204 : nil))
            #expect(transport.exchanges.count == (kind == .unreachable ? 2 : 1))
        }
    }
}

@Suite("A redirect is another call")
struct RedirectTests {
    private let resolver = ScriptedResolver([
        "good.example": [["93.184.215.14"]], "other.example": [["93.184.215.15"]], "inside.example": [["10.0.0.7"]],
    ])
    private let rules = OutboundRules(
        hosts: [.init("good.example"), .init("other.example"), .init("inside.example")]
    )

    private func outbound(_ status: Int, _ location: String) -> (Outbound, ScriptedTransport) {
        let transport = ScriptedTransport { exchange in
            exchange.request.address.target == "/start"
                ? OutboundResponse(status: status, headers: [.init("Location", location)])
                : OutboundResponse(status: 200)
        }
        return (Outbound(rules: rules, resolver: resolver, transport: transport), transport)
    }

    private func request(_ method: String = "GET") throws -> OutboundRequest {
        var request = OutboundRequest(method: method, address: try WebAddress("https://good.example/start"))
        request.followsRedirects = true
        return request
    }

    @Test(
        "and does not lead inside",
        arguments: [
            "http://127.0.0.1/", "https://127.0.0.1/", "https://[::ffff:169.254.169.254]/", "https://inside.example/",
            "http://good.example/", "https://good.example:22/", "https://good.example@127.0.0.1/", "//127.0.0.1/",
            "//inside.example/x", "https://unknown.example/", "file:///etc/passwd", "https://0x7f000001/",
        ]
    )
    func inside(_ location: String) throws {
        let (outbound, transport) = outbound(302, location)
        #expect(throws: OutboundFailure.self) { try outbound.send(request()) }
        #expect(transport.exchanges.map { "\($0.to)" } == ["93.184.215.14"])
    }

    @Test("is followed only where the call says so")
    func notAsked() throws {
        let (outbound, transport) = outbound(302, "/next")
        var request = try request()
        request.followsRedirects = false
        #expect(try outbound.send(request).status == 302)
        #expect(transport.exchanges.count == 1)
    }

    @Test("keeps method and body by 307 and 308, and becomes a GET by the others")
    func methods() throws {
        for (status, method) in [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")] {
            let (outbound, transport) = outbound(status, "next?x=1")
            var request = try request("POST")
            request.body = [1]
            #expect(try outbound.send(request).status == 200)
            let last = try #require(transport.exchanges.last?.request)
            #expect(last.method == method && last.address.target == "/next?x=1")
            #expect((last.body == nil) == (method == "GET"))
        }
    }

    @Test("does not carry to another host what was for the first one's eyes")
    func credentials() throws {
        let (outbound, transport) = outbound(302, "https://other.example/")
        var request = try request()
        request.headers = [.init("Authorization", "Bearer data"), .init("X-Plain", "1")]
        #expect(try outbound.send(request).status == 200)
        #expect(transport.exchanges.last?.request.headers == [.init("X-Plain", "1")])
        request.isConfidential = true
        #expect(throws: OutboundFailure.self) { try outbound.send(request) }
        #expect(transport.exchanges.count == 3)
    }

    @Test("that leads in a circle ends")
    func circle() throws {
        let (outbound, transport) = outbound(302, "/start")
        #expect(throws: OutboundFailure.self) { try outbound.send(request()) }
        #expect(transport.exchanges.count == Outbound.redirectsMax + 1)
    }
}
