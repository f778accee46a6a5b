import JSON
import SirdarCore
import Testing

@Suite("A web address is read in one way only")
struct WebAddressTests {
    @Test(
        "in its usual form",
        arguments: [
            ("HTTPS://API.Example.com", "https://api.example.com/"), ("http://a.example:80/x", "http://a.example/x"),
            ("http://a.example:8080?x=/y", "http://a.example:8080/?x=/y"),
            ("https://a.example/x#y", "https://a.example/x"),
            ("https://10.57.0.20/", "https://10.57.0.20/"),
            ("https://[2001:DB8:0:0::1]:444/", "https://[2001:db8::1]:444/"),
            ("https://[::ffff:10.0.0.1]/", "https://10.0.0.1/"),
            ("https://a_b-c.example/%2F", "https://a_b-c.example/%2F"),
        ]
    )
    func forms(_ text: String, _ form: String) throws {
        #expect(try WebAddress(text).description == form)
        #expect(try WebAddress(form).description == form)
    }

    @Test(
        "and what is none is told why",
        arguments: [
            ("example.com", "does not begin with"), ("ftp://x.example", "does not begin with"),
            ("https://a@x.example", "carries a user name"), ("https://x.example:0", "has a port that is none"),
            ("https://x.example:+80", "has a port that is none"), ("https://1.2.3", "has no host name"),
            ("https://x.example./", "has no host name"), ("https://-x.example/", "has no host name"),
            ("https:///x", "has no host name"), ("https://[1.2.3.4]/", "has brackets around"),
            ("https://x.example/%zz", "has a `%`"), ("https://x.example/[", "has a `%`"),
            ("https://x.example/ y", "has a character"), ("https://x.example\\y", "has a character"),
            ("https://é.example/", "has a character"), ("https://\(String(repeating: "a", count: 9000))", "is longer"),
        ]
    )
    func refused(_ text: String, _ reason: String) {
        do {
            _ = try WebAddress(text)
            Issue.record("it was read")
        } catch { #expect(error.reason.hasPrefix(reason), "\(error.reason)") }
    }

    @Test("a redirect leads from it as a browser would go")
    func following() throws {
        let base = try WebAddress("https://a.example:444/x/y?z")
        for (location, next) in [
            ("/p?q", "https://a.example:444/p?q"), ("p", "https://a.example:444/x/p"),
            ("?q", "https://a.example:444/x/y?q"),
            ("//b.example/p", "https://b.example/p"), ("http://b.example", "http://b.example/"),
        ] {
            #expect(try base.following(location).description == next)
        }
        #expect(try !base.isSameOrigin(as: base.following("//a.example/")))
        #expect(try base.isSameOrigin(as: base.following("/")))
    }
}

@Suite("An address with names in braces")
struct URITemplateTests {
    @Test("is filled from the top of the input, percent-encoded")
    func expands() throws {
        let template = try URITemplate("https://x.example/{a}/{b}{c}/{d.e}?f={f}&g={g}")
        let input: JSON = ["a": "é /?", "b": 1, "c": true, "d.e": "verbatim", "d": ["e": "not this"], "f": nil]
        #expect(try template.expand(input) == "https://x.example/%C3%A9%20%2F%3F/1true/verbatim?f=&g=")
        #expect(try template.expand("no object") == "https://x.example///?f=&g=")
        #expect(template.constant == nil && template.beginning == "https://x.example/")
        #expect(try URITemplate("https://x.example").constant == "https://x.example")
    }

    @Test("takes no lists and no maps", arguments: [[1], ["x": 1]] as [JSON])
    func scalars(_ value: JSON) throws {
        let template = try URITemplate("/{a}")
        do {
            _ = try template.expand(["a": value])
            Issue.record("it was filled")
        } catch { #expect(error.type == Problem.Kind.expression.type && error.status == 400) }
    }

    @Test(
        "has no other expansions",
        arguments: [
            "{+a}", "{#a}", "{?a}", "{&a}", "{/a}", "{.a}", "{;a}", "{a,b}", "{a*}", "{}", "{a", "a}", "{a{b}}",
        ]
    )
    func faults(_ text: String) {
        #expect(throws: URITemplate.Fault.self) { try URITemplate("x\(text)") }
    }
}
