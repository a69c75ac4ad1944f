using System.CommandLine;
using Mle.Runner.Bench;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Measures this machine, and compares machines.</summary>
sealed class BenchCommand : Verb
{
    readonly Option<bool> quick = new("--quick") { Description = "small sizes and few repeats, without series: some 20 s instead of some minutes" };
    readonly Option<string?> engine = new("--engine") { Description = $"some engines, separated by commas, of {string.Join(", ", Engines.Names.Skip(1))}; otherwise the CPU and each device, with --quick also ilgpu-cpu", HelpName = "LIST" };
    readonly Option<string?> only = new("--only") { Description = $"some workloads, separated by commas, of {string.Join(", ", Workload.Names)}", HelpName = "LIST" };
    readonly Option<int?> threads = Syntax.Whole("--threads", 1, "the only number of CPU threads; otherwise 1, 2, 4 … and all");
    readonly Option<string?> output = new("--out") { Description = "write the ledger here, as JSON", HelpName = "FILE" };
    readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no progress" };

    readonly Terminal terminal;
    readonly Engines engines;

    public BenchCommand(Terminal terminal, Engines engines) : base(
        "bench", "Measure this machine's engines beside their limits, and compare machines.",
        """
        mle bench --quick
        mle bench --out here.json
        mle bench compare here.json there.json --html page.html
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        foreach (Option option in new Option[] { quick, engine, only, threads, output, quiet })
            Add(option);
        SetAction(Run);
        Add(new CompareLedgersCommand(terminal));
        Add(new SchemaCommand(terminal));
        Add(new ReadmeCommand(terminal));
    }

    static string[] Split(string? list) => list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    Selection SelectionOf(ParseResult parsed)
    {
        string[] wanted = Split(parsed.GetValue(engine)), workloads = Split(parsed.GetValue(only));
        if (wanted.FirstOrDefault(name => name == "auto" || !Engines.Knows(name)) is { } unknown)
            throw new BadInput($"--engine {unknown}: one of {string.Join(", ", Engines.Names.Skip(1))} is needed.");
        if (workloads.Except(Workload.Names).FirstOrDefault() is { } missing)
            throw new BadInput($"--only {missing}: one of {string.Join(", ", Workload.Names)} is needed.");
        return new(parsed.GetValue(quick), wanted, workloads, parsed.GetValue(threads));
    }

    int Run(ParseResult parsed)
    {
        var selection = SelectionOf(parsed);
        Ledger ledger;
        using (var benchmark = new Benchmark(engines, selection, terminal.Interrupted))
        {
            benchmark.Open();
            using var progress = parsed.GetValue(quiet) ? null : new Progress(terminal, "measured", "lines", benchmark.Steps);
            ledger = benchmark.Run(progress);
        }
        if (parsed.GetValue(output) is { } path)
            ledger.Write(path);
        new LedgerView(terminal, ledger).Show();
        return ledger.Passed ? Program.Done : Program.Failed;
    }
}

/// <summary>Sets ledgers side by side.</summary>
sealed class CompareLedgersCommand : Verb
{
    readonly Argument<string[]> files = new("LEDGER") { Description = "files that mle bench --out wrote; ratios are against the first", Arity = ArgumentArity.OneOrMore };
    readonly Option<string?> html = new("--html") { Description = "write a page with plots, which needs nothing but itself", HelpName = "FILE" };

    public CompareLedgersCommand(Terminal terminal) : base(
        "compare", "Set ledgers side by side, as a table or a page.", "mle bench compare here.json there.json --html page.html")
    {
        Add(files);
        Add(html);
        SetAction(parsed =>
        {
            var ledgers = parsed.GetValue(files)!.Select(path => (Path.GetFileNameWithoutExtension(path), Ledger.Read(path))).ToArray();
            if (parsed.GetValue(html) is { } page)
                AtomicFile.Write(page, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(Page.Of(ledgers))));
            new Comparison(ledgers).Show(terminal);
            return Program.Done;
        });
    }
}

/// <summary>Publishes what ledgers look like.</summary>
sealed class SchemaCommand : Verb
{
    public SchemaCommand(Terminal terminal) : base("schema", "Print the JSON schema of ledgers.", "mle bench schema") =>
        SetAction(_ =>
        {
            terminal.Out.Write(Ledger.SchemaText);
            return Program.Done;
        });
}

/// <summary>Writes the tables of a Markdown file from ledgers.</summary>
sealed class ReadmeCommand : Verb
{
    readonly Argument<string> file = new("FILE") { Description = "Markdown with lines <!-- ledger PATH: lines|peers|summary --> and <!-- end --> around each table; paths are relative to the file" };
    readonly Option<bool> check = new("--check") { Description = "write nothing, and exit with 1 where a table is not that of its ledger" };

    public ReadmeCommand(Terminal terminal) : base("readme", "Write the tables of a Markdown file from ledgers.", "mle bench readme README.md")
    {
        Add(file);
        Add(check);
        SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            var (before, after) = Markdown.Renew(path);
            if (parsed.GetValue(check) && before != after)
                throw new Failure($"{path} has a table that is not that of its ledger; mle bench readme {path} writes it anew.");
            if (before != after)
                AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(after)));
            return Program.Done;
        });
    }
}
