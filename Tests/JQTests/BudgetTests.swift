import JQ
import JSON
import Testing

@Suite("Budgets")
struct BudgetTests {
    @Test(
        "an evaluation that would not end is stopped",
        arguments: [
            ("def f: f; f", .steps), ("[repeat(1)]", .steps), ("[range(infinite)]", .steps),
            ("until(false; .)", .steps),
            ("last(range(1e12))", .steps), ("def f: 1 + f; f", .depth), ("def f: f, f; f", .depth),
            ("def f($n): $n + f($n + 1); f(0)", .depth), ("reduce range(100000) as $i (0; [.])", .depth),
            ("reduce range(100000) as $i ({}; {a: .})", .depth),
            ("[.[0] = .] | .[0] = . | until(false; .[0] = .)", .depth),
            ("\"x\" | until(false; . + .)", .bytes), ("\"x\" * 1e9", .bytes), ("[limit(1e7; repeat(1))]", .steps),
            ("[range(100000)] | [combinations(3)]", .steps),
            ("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | test(\"(a+)+$\")", .steps),
            (".[100000000] = 1", .bytes), ("def f(g): g | f(g | g); f(.)", .steps),
            ("[[range(3000)] | .[] as $x | .[] as $y | 1] | length", .steps),
            ("try (def f: f; f) catch 1", .steps),
            ("[range(1e5)] | sort_by(-.) | map(tojson) | join(\",\") * 1000", .bytes),
            ("{} | until(false; . * {a: .})", .depth),
        ] as [(String, Budget.Limit)]
    )
    func stopped(source: String, limit: Budget.Limit) throws {
        let program = try Program(source)
        let steps = limit == .bytes ? 100_000_000 : 100_000
        let error = #expect(throws: EvaluationError.self) {
            try program.evaluate(nil, budget: Budget(steps: steps, depth: 500, bytes: 4 << 20))
        }
        #expect(error == .budget(limit))
    }

    @Test("a loop in tail position costs no depth")
    func tailCalls() throws {
        let budget = Budget(steps: 10_000_000, depth: 100)
        #expect(
            try Program("def f: if . >= 20000 then . else . + 1 | f end; 0 | f").evaluate(nil, budget: budget) == 20_000
        )
        #expect(try Program("[0 | until(. >= 20000; . + 1)]").evaluate(nil, budget: budget) == [20_000])
        #expect(
            try Program("def f($n): if $n == 0 then 0 else f($n - 1) end; f(20000)").evaluate(nil, budget: budget) == 0
        )
        #expect(
            try Program("last(0 | recurse(if . < 20000 then . + 1 else empty end))").evaluate(nil, budget: budget)
                == 20_000
        )
        #expect(try Program("[limit(5; repeat(1))] | length").evaluate(nil, budget: budget) == 5)
    }

    @Test("outputs are counted")
    func outputs() throws {
        let program = try Program("range(.)")
        #expect(try program.outputs(10, budget: Budget(outputs: 10)).count == 10)
        #expect(throws: EvaluationError.budget(.outputs)) { try program.outputs(11, budget: Budget(outputs: 10)) }
    }

    @Test("what grows in a loop is changed in place, not copied each time")
    func inPlace() throws {
        // Copying would take a thousand times these steps and bytes.
        let source = "reduce range(20000) as $i ({}; .[\"k\\($i)\"] = $i) | length"
        let budget = Budget(steps: 2_000_000, bytes: 16 << 20)
        #expect(try Program(source).evaluate(nil, budget: budget) == 20_000)
        #expect(try Program("[range(20000)] | .[] |= . + 1 | .[19999]").evaluate(nil, budget: budget) == 20_000)
    }
}
