import JSON

/// Makes programs and inputs for comparing with another jq. Everything comes from the seed.
struct ExpressionGenerator {
    private var random: SeededRandom
    private var variables: [String] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func program() -> String {
        variables = []
        return expression(Int.random(in: 1...4, using: &random))
    }

    // MARK: Values

    mutating func value(_ depth: Int = 3) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &random) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &random))
        case 2, 3: return .number(JSON.Number(Int.random(in: -3...9, using: &random)))
        case 4: return .number(JSON.Number(Double(Int.random(in: -20...20, using: &random)) / 4))
        case 5: return .string(pick(["", "a", "b", "abc", "a,b", "Ab1", "é€😀", "1", "x\ty"]))
        case 6, 7:
            let count = Int.random(in: 0...4, using: &random)
            var elements: [JSON] = []
            for _ in 0..<count { elements.append(value(depth - 1)) }
            return .array(elements)
        default:
            var object = JSON.Object()
            for key in ["a", "b", "c", "key"] where Bool.random(using: &random) { object[key] = value(depth - 1) }
            return .object(object)
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    // MARK: Programs

    private mutating func expression(_ depth: Int) -> String {
        guard depth > 0 else { return leaf() }
        let next = depth - 1
        switch Int.random(in: 0..<24, using: &random) {
        case 0, 1: return "\(expression(next)) | \(expression(next))"
        case 2: return "(\(expression(next)), \(expression(next)))"
        case 3: return "[\(expression(next))]"
        case 4: return "{a: (\(expression(next))), b: (\(expression(next)))}"
        case 5, 6:
            let operation = pick(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "//"])
            return "((\(expression(next))) \(operation) (\(expression(next))))"
        case 7: return "if \(expression(next)) then \(expression(next)) else \(expression(next)) end"
        case 8: return "try (\(expression(next))) catch \(pick([".", "\"caught\"", "length"]))"
        case 9: return "(\(expression(next)))?"
        case 10, 11, 12: return bound(next)
        case 13: return "first(\(expression(next)))"
        case 14: return "limit(\(Int.random(in: 0...3, using: &random)); \(expression(next)))"
        case 15: return assignment(next)
        case 16: return "\"x\\(\(expression(next)))y\""
        case 17: return "-(\(expression(next)))"
        case 18: return "label $out | (\(expression(next))) | if . == null then break $out else . end"
        case 19: return "def f: \(expression(next)); [f, f]"
        case 20: return "def f(g): [g, \(expression(next))]; f(\(expression(next)))"
        case 21: return "path(\(pathExpression(next)))"
        default: return call(next)
        }
    }

    private mutating func bound(_ depth: Int) -> String {
        let source = expression(depth)
        // libjq before 1.8 mixes up several first states.
        let initial = "([\(leaf())] | .[0])"
        variables.append("$v")
        let body = expression(depth)
        variables.removeLast()
        return pick([
            "((\(source)) as $v | \(body))", "reduce (\(source)) as $v (\(initial); \(body))",
            "foreach (\(source)) as $v (\(initial); \(body))", "(. as [$v] | \(body))", "(. as {a: $v} | \(body))",
            "(. as [$v] ?// $v | \(body))",
        ])
    }

    private mutating func leaf() -> String {
        let constants = [
            "null", "true", "false", "0", "1", "-2", "1.5", "\"a\"", "\"abc\"", "[]", "{}", "[1,[2]]", "empty",
        ]
        let paths = [".", ".", ".a", ".b", ".c", ".[0]", ".[-1]", ".[1:]", ".[:2]", ".[]", ".[]?", ".a?", "..", ".a.b"]
        let names =
            variables + [
                "length", "keys", "type", "tostring", "tojson", "not", "add", "sort", "unique", "([.[]?] | reverse)",
                "to_entries",
                "min", "max", "floor", "tonumber", "explode", "ascii_downcase", "ascii_upcase", "flatten", "any", "all",
                "values", "scalars", "paths", "first", "last", "trim", "from_entries", "transpose",
                "tostream", "keys_unsorted", "isempty(.[])", "utf8bytelength", "@csv", "@json", "@html", "@uri", "@sh",
                "@base64", "@tsv", "implode", "fabs", "round", "ceil", "sqrt", "[.[]?]", "error", "objects",
                "arrays", "numbers", "strings", "nulls", "booleans", "iterables", "ltrimstr(\"a\")", "infinite",
            ]
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return pick(constants)
        case 1: return pick(paths)
        default: return pick(names)
        }
    }

    private mutating func call(_ depth: Int) -> String {
        let one = [
            "map", "select", "map_values", "sort_by", "group_by", "unique_by", "min_by", "max_by", "has", "contains",
            "inside", "startswith", "endswith", "ltrimstr", "rtrimstr", "split", "join", "index", "rindex", "indices",
            "any", "all", "range", "with_entries", "walk", "recurse", "first", "last", "isempty", "del",
            "add", "IN", "nth", "getpath", "in", "trimstr", "error", "paths", "pick", "bsearch",
        ]
        let name = pick(one)
        // What goes round as long as something comes out needs something that ends.
        if name == "recurse" {
            let ending = [".[]?", ".a?", "if type == \"number\" and . < 5 then . + 1 else empty end"]
            return "[limit(20; recurse(\(pick(ending))))]"
        }
        if name == "range" { return "[limit(30; range(\(leaf())))]" }
        if Int.random(in: 0..<6, using: &random) == 0 {
            return pick([
                "test(\"[a-c]+\")", "[match(\"(?<x>[a-z])(.)?\"; \"g\") | .string]", "gsub(\"[aeiou]\"; \"<\\(.)>\")",
                "sub(\"(?<l>[a-z])\"; \"\\(.l)!\")", "[scan(\"[a-z0-9]\")]", "capture(\"(?<n>[0-9]+)\")",
                "[splits(\", *\")]", "ascii_downcase | test(\"B\"; \"i\")", "split(\"[,b]\"; null)",
                "tojson | fromjson",
                "limit(2; .[]?)", "skip(1; .[]?)", "until(true; .)", "[while(type == \"number\" and . < 5; . + 1)]",
                "getpath([\"a\", 0])", "setpath([\"a\"]; 1)", "delpaths([[\"a\"], [0]])", "to_entries", "splits(\"a\")",
                "fromstream(tostream)", "[. as $d | 1 | truncate_stream($d | tostream)]", "input_line_number?",
                "INDEX(.a?)",
                "@text \"\\(.)\"",
                "@json \"v=\\(.)\"", "(numbers | floor | todate)", "tojson | length", "[.[]?] | combinations?",
                "getpath(paths)",
            ])
        }
        return "\(name)(\(expression(depth)))"
    }

    private mutating func pathExpression(_ depth: Int) -> String {
        let simple = [".", ".a", ".b", ".[0]", ".[]", ".[]?", ".[1:]", "..", ".a.b", ".[-1]", "first", "last", "paths"]
        guard depth > 0 else { return pick(simple) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return "(\(pathExpression(depth - 1)) | \(pathExpression(depth - 1)))"
        case 1: return "(\(pathExpression(depth - 1)), \(pathExpression(depth - 1)))"
        case 2: return "(\(pathExpression(depth - 1)) | select(\(expression(depth - 1))))"
        case 3: return "first(\(pathExpression(depth - 1)))"
        case 4: return "(\(pathExpression(depth - 1)) // \(pathExpression(depth - 1)))"
        case 5: return "getpath([\"a\", \"b\"])"
        case 6:
            return "if \(expression(depth - 1)) then \(pathExpression(depth - 1)) else \(pathExpression(depth - 1)) end"
        default: return pick(simple)
        }
    }

    private mutating func assignment(_ depth: Int) -> String {
        let operation = pick(["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="])
        return "((\(pathExpression(depth))) \(operation) (\(expression(depth))))"
    }
}
