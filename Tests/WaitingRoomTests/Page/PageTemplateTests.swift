import Settings
import Testing

@testable import WaitingRoom

/// A page of an operator's own is judged when it is read: what is wrong with it is told by line.
@Suite struct PageTemplateTests {
    static func problems(_ text: String) -> [String] {
        do throws(SettingsProblems) {
            _ = try PageTemplate(Array(text.utf8), file: "own.html", keys: ["place", "wait"])
            return []
        } catch {
            return error.list.map(\.description)
        }
    }

    @Test(arguments: [
        "", "plain", "<p>{{place}}</p>", "<p title=\"{{ title }}\">", "<p title='{{title}}'>", "<!-- {{title}} -->",
        "<script type=\"application/json\">{{json}}</script>", "<style>a{}\n{{style}}</style>",
        "<script>{{script}}</script>{{wait}}",
        "<ul>{{languages}}</ul>", "<b>{{text.place}}</b>", "<html lang=\"{{lang}}\">", "a < b {{place}} > c",
        "<script>if (a < b) { c({}) }</script>", "<p>{ {place} }</p>", "<STYLE>b{}</STYLE>{{place}}",
    ]) func whatIsRightIsTaken(_ text: String) {
        #expect(Self.problems(text) == [])
    }

    @Test(arguments: [
        (
            "a\nb\n<p>{{plase}}</p>",
            "own.html:3: {{plase}} is no variable of a page; there are lang, style, script, texts, title, "
        ),
        ("<p>{{text.plase}}", "own.html:1: {{text.plase}} is no text of the page; there are place, wait"),
        ("\n{{place", "own.html:2: {{ has no }} on its line"),
        ("{{place\n}}", "own.html:1: {{ has no }} on its line"),
        ("<p title={{title}}>", "own.html:1: {{title}} may stand only in text, or in an attribute within quotes"),
        ("<p {{title}}>", "own.html:1: {{title}} may stand only in text"),
        ("<script>\nlet a = '{{title}}'</script>", "own.html:2: {{title}} may stand only in text"),
        ("<style>{{message}}</style>", "own.html:1: {{message}} may stand only in text"),
        ("<script type=\"application/json\">\"{{title}}\"</script>", "own.html:1: {{title}} may stand only in text"),
        ("<p>{{json}}", "own.html:1: {{json}} may stand only in <script type=\"application/json\">"),
        ("<p>{{script}}", "own.html:1: {{script}} may stand only in <script>"),
        ("<script>{{style}}</script>", "own.html:1: {{style}} may stand only in <style>"),
        ("<a href=\"{{languages}}\">", "own.html:1: {{languages}} may stand only between tags"),
        ("<script>a", "own.html:1: ends within <script>; try </script>"),
        ("\n<style>a", "own.html:2: ends within <style>; try </style>"),
    ]) func whatIsWrongIsTold(_ text: String, _ expected: String) {
        let found = Self.problems(text)
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
    }

    @Test func everythingThatIsWrongIsTold() {
        #expect(Self.problems("{{a}}\n{{b}}\n{{place}}\n{{c}}").count == 3)
        #expect(Self.problems(String(repeating: "{{a}}\n", count: 100)).count == PageTemplateReader.problemsMax)
        #expect(
            Self.problems(String(repeating: "a", count: PageTemplate.bytesMax + 1)) == [
                "own.html: is larger than 256 KiB, which no waiting page is"
            ])
    }

    @Test func theOneInTheProgramIsRight() throws { _ = try PageTemplate.shipped() }
}
