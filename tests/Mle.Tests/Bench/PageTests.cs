using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mle.Runner.Bench;
using Mle.Tests.Runner;

namespace Mle.Tests.Bench;

/// <summary>The page of mle bench compare --html: as a text, and in a browser.</summary>
[Collection("command line")]
public sealed class PageTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly string[] Workloads = ["normal", "weibull"];

    /// <summary>A machine with two places of its processor and one device, and series.</summary>
    static Ledger Machine(double speed)
    {
        Line Of(string workload, string engine, int? lanes, int? threads, double seconds) =>
            new(workload, "data", ["estimates"], "columns", engine, lanes, threads, null, 100, 1000, new(5, 0.9 * seconds / speed, seconds / speed, 1.1 * seconds / speed))
            {
                Bytes = 8000,
                Operations = workload == "normal" ? 3000 : 150_000,
                BoundBy = "float64",
                Fraction = 0.5,
            };
        Seconds At(double seconds) => new(3, 0.9 * seconds, seconds, 1.2 * seconds);
        return new(Ledger.Version, new("m", "A <fast> & small processor", 2, 1 << 30, null, "system", new Dictionary<string, string>()), "1.0.0+0123456789", "2026-01-01 00:00",
            [new("cpu", "Processor", null, null, null), new("cuda:0", "Device", 1 << 30, null, null)],
            [new("cpu", 1, 1, 1e10, 1e10, null, 5e9 * speed), new("cpu", 4, 2, 2e10, 2e10, null, 3e10 * speed), new("cuda:0", null, null, 1e12, 1e12, 1e10, 1e12)],
            [.. Workloads.SelectMany(w => new[] { Of(w, "cpu", 1, 1, 0.3), Of(w, "cpu", 4, 2, 0.1), Of(w, "cuda:0", null, null, 0.01) })],
            [
                new("weibull", "data sets", "cpu", 4, 2, [new(10, At(1e-4)), new(1e6, At(2))]),
                new("normal", "observations", "cuda:0", null, null, [new(5, At(1e-5)), new(1e8, At(0.1))]),
                new("weibull", "threads", "cpu", 4, null, [new(1, At(0.2)), new(2, At(0.1))]),
            ],
            new Dictionary<string, string>());
    }

    string Written()
    {
        Machine(1).Write(command.At("a.json"));
        Machine(2).Write(command.At("b.json"));
        var outcome = CommandLine.Run("bench", "compare", command.At("a.json"), command.At("b.json"), "--html", command.At("page.html"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        return command.At("page.html");
    }

    [Fact]
    public void The_page_needs_nothing_but_itself_and_has_every_place_of_every_machine()
    {
        string page = File.ReadAllText(Written());
        Assert.DoesNotMatch(@"https?:|@import|src=|url\(", page);
        Assert.Equal(5, Regex.Count(page, "<svg "));
        Assert.Equal(6, Regex.Count(page, "<button data-key"));
        foreach (int place in Enumerable.Range(0, 6))
        {
            // A roof and two points, two bars with whiskers.
            Assert.Equal(2, Regex.Count(page, $"<rect data-series=\"{place}\""));
            Assert.True(Regex.Count(page, $"<polyline data-series=\"{place}\"") >= 1);
            Assert.True(Regex.Count(page, $"<circle data-series=\"{place}\"") >= 2);
        }
        Assert.Contains("A &lt;fast&gt; &amp; small processor", page);
        Assert.DoesNotContain("NaN", page);
    }

    /// <summary>The point of a workload is at its rate: halfway between two powers of ten for √10 of them.</summary>
    [Fact]
    public void Marks_are_where_their_values_are()
    {
        var figure = new Figure("t", "x", "y", (1, 100), (1, 100));
        figure.Dot(0, "red", "", 10, 10);
        figure.Dot(1, "red", "", 1, 100);
        var at = Regex.Matches(figure.Svg, "cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"").Select(m => (double.Parse(m.Groups[1].Value), double.Parse(m.Groups[2].Value))).ToArray();
        Assert.Equal([((70 + 616) / 2.0, (30 + 352) / 2.0), (70.0, 30.0)], at);
        Assert.Equal((0.1, 1000), Figure.Range([0.3, 250]));
    }

    [ChromiumFact]
    public async Task In_a_browser_the_plots_are_drawn_and_a_click_hides_a_machines_line_without_errors_or_network()
    {
        string page = Written();
        using var browser = new Chromium();
        await browser.Open(page);
        // Something of every kind has a place and a size on the screen.
        foreach (string mark in new[] { "svg", "polyline", "circle", "rect", "svg text" })
            Assert.True((bool)await browser.Value($"[...document.querySelectorAll('{mark}')].every(e => e.getBoundingClientRect().width > 0 && e.checkVisibility())"), mark);
        const string shown = "[0, 1].map(k => [...document.querySelectorAll(`[data-series=\"${k}\"]`)].filter(e => e.checkVisibility()).length).join()";
        string before = (string)(await browser.Value(shown))!;
        Assert.DoesNotContain("0", before.Split(','));
        await browser.Click("button[data-key='1']");
        Assert.Equal($"{before.Split(',')[0]},0", (string)(await browser.Value(shown))!);
        Assert.Equal("false", (string)(await browser.Value("document.querySelector(\"button[data-key='1']\").ariaPressed"))!);
        await browser.Click("button[data-key='1']");
        Assert.Equal(before, (string)(await browser.Value(shown))!);
        Assert.Empty(browser.Errors);
        Assert.Equal([new Uri(page).AbsoluteUri, "data:,"], browser.Requests.Append("data:,").Distinct());
    }

    /// <summary>A test that needs Chromium: where it is not it is skipped, and its name says why.</summary>
    sealed class ChromiumFactAttribute : FactAttribute
    {
        public ChromiumFactAttribute([CallerMemberName] string name = "")
        {
            Skip = Chromium.Missing;
            if (Skip is not null)
                DisplayName = $"{name} ({Skip})";
        }
    }
}
