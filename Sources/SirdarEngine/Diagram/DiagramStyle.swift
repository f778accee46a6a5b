extension Diagram {
    /// The colours of a picture that stands alone, by the names that pages give to theirs.
    static let palette: StaticString = """
        :root{color-scheme:light dark;--back:#fff;--sheet:#fff;--ink:#1d2125;--quiet:#5b646d;--line-strong:#868e96;\
        --accent:#1f5fbf;--pick:#eaf1fb;--blue:#1b5cb8;--yellow:#855800;--green:#14713a;--red:#b3261e;\
        --note-back:#f1f4f7;--good-back:#e9f6ed;--bad-back:#fdefee}\
        @media (prefers-color-scheme:dark){:root{--back:#15181b;--sheet:#1c2024;--ink:#e4e7ea;--quiet:#a0a9b2;\
        --line-strong:#79828b;--accent:#7fb0f5;--pick:#1f2d40;--blue:#86b5f7;--yellow:#e3b341;--green:#62c584;\
        --red:#ff8f86;--note-back:#23282d;--good-back:#17301f;--bad-back:#3a1f1d}}
        """

    /// The looks of its parts, here and on pages.
    package static let looks: StaticString = """
        .d-paper{fill:var(--back)}\
        .diagram text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;\
        fill:var(--ink)}\
        .diagram .d-title{font-weight:500}.diagram .d-small{font-size:11.5px;fill:var(--quiet)}\
        .diagram .d-middle{text-anchor:middle}\
        .d-box{fill:var(--sheet);stroke:var(--line-strong);stroke-width:1.2}\
        .d-line{fill:none;stroke:var(--line-strong);stroke-width:1}\
        .d-frame>.d-box,.d-frame>a>.d-box{fill:var(--note-back);stroke-dasharray:5 3}\
        .d-inner>.d-box,.d-inner>a>.d-box{fill:var(--back)}\
        .d-edge{fill:none;stroke:var(--line-strong);stroke-width:1.4}.d-head{fill:var(--line-strong)}\
        .d-edge.d-error{stroke:var(--red);stroke-dasharray:5 3}.d-head.d-error{fill:var(--red)}\
        .d-edge.d-again{stroke-dasharray:2 3}\
        .d-label .d-box{fill:var(--back);stroke:none}\
        .d-bar,.d-start{fill:var(--ink)}.d-end{fill:none;stroke:var(--ink);stroke-width:1.6}\
        .d-point{fill:var(--line-strong)}\
        .d-icon{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}\
        .diagram g{color:var(--quiet)}\
        .k-manual .d-box,.k-manual .d-line{stroke:var(--blue)}.k-raise .d-box{stroke:var(--red)}\
        .s-done>.d-box,.s-done>a>.d-box{stroke:var(--green);fill:var(--good-back)}\
        .s-done .d-line{stroke:var(--green)}\
        .s-done .d-state,.s-done>.d-icon{color:var(--green)}.diagram .s-done .d-state{fill:var(--green)}\
        .s-failed .d-box,.s-needsPerson .d-box{stroke:var(--red);fill:var(--bad-back)}\
        .s-failed .d-state,.s-needsPerson .d-state{color:var(--red)}\
        .diagram .s-failed .d-state,.diagram .s-needsPerson .d-state{fill:var(--red)}\
        .s-running.d-item .d-box,.s-waiting.d-item .d-box,.s-retrying.d-item .d-box{stroke:var(--accent);\
        stroke-width:2.6;fill:var(--pick)}\
        .s-running .d-state,.s-waiting .d-state,.s-retrying .d-state{color:var(--accent)}\
        .diagram .s-running .d-state,.diagram .s-waiting .d-state,.diagram .s-retrying .d-state\
        {fill:var(--ink);font-weight:500}\
        .s-skipped .d-box,.s-notTaken .d-box,.s-cancelled .d-box{stroke-dasharray:3 3;fill:none}\
        .diagram .s-skipped text,.diagram .s-notTaken text,.diagram .s-cancelled text{fill:var(--quiet)}\
        .diagram a{cursor:pointer}.diagram a:hover .d-title{text-decoration:underline}
        """
}

extension Diagram {
    /// What stands in the `style` element of a picture that stands alone, for who must allow it by its digest.
    package static var styleText: String { "\(palette)\(looks)" }
}
