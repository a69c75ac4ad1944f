using System.Globalization;
using Mle.Runner;

namespace Mle.Tests.Runner;

/// <summary>--audit: what is fitted again, and that no lie beyond the limits passes.</summary>
[Collection("command line")]
public sealed class AuditTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    /// <summary>Groups g0, g1, … of unequal sizes, with weights; group g2 has no finite maximum.</summary>
    string Groups(int groups)
    {
        var rows = Enumerable.Range(0, groups).SelectMany(g => Enumerable.Range(0, 10 + g % 7)
            .Select(i => $"g{g},{(g == 2 ? 3 : 1 + (i + g) * 7 % 11)},{1 + i % 3}\n"));
        return command.File("a.csv", "g,y,w\n" + string.Concat(rows));
    }

    static Outcome Fit(Action<FitTable> lie, string file, params string[] more)
    {
        var machine = new FakeMachine { Devices = [FakeMachine.Cuda], Opener = _ => new FakeEngine("cuda:0") { Lie = lie } };
        return CommandLine.RunOn(machine.Engines(), ["fit", file, "--family", "weibull", "--value", "y", "--by", "g", "--engine", "cuda", "--out", Path.ChangeExtension(file, "out.csv"), .. more]);
    }

    [Theory]
    [InlineData(1, 0.01, new[] { 0 })]
    [InlineData(10, 0.1, new[] { 5 })]
    [InlineData(10, 0.3, new[] { 1, 5, 8 })]
    [InlineData(4, 1, new[] { 0, 1, 2, 3 })]
    [InlineData(1000, 1e-9, new[] { 500 })]
    public void Data_sets_are_chosen_evenly_and_at_least_one(int count, double share, int[] chosen) =>
        Assert.Equal(chosen, Audit.Choose(count, share));

    [Fact]
    public void Honest_fits_pass_with_weights_and_every_verdict()
    {
        var outcome = Fit(_ => { }, Groups(30), "--audit", "1", "--weights", "w");
        Assert.Equal(0, outcome.Code);
        Assert.Matches("^audit: 30 fits checked on the CPU in [0-9.]+ s, which differ by up to 0 max\\(\\|log-likelihood\\|, n\\), 0 standard errors and 0 verdicts\n$", outcome.Error);
    }

    [Fact]
    public void An_accelerators_fits_are_audited_by_one_in_a_hundred_and_the_processors_not_at_all()
    {
        string file = Groups(300);
        Assert.StartsWith("audit: 3 fits checked ", Fit(_ => { }, file).Error);
        Assert.Equal("", Fit(_ => { }, file, "--audit", "0").Error);
        Assert.Equal("", Fit(_ => { }, file, "--quiet").Error);
        string[] onCpu = ["fit", file, "--family", "weibull", "--value", "y", "--by", "g", "--engine", "cpu"];
        Assert.Equal("", CommandLine.Run(onCpu).Error);
        Assert.StartsWith("audit: 30 fits checked ", CommandLine.Run([.. onCpu, "--audit", "0.1"]).Error);
    }

    [Fact]
    public void A_wrong_estimate_is_named_with_its_group_and_both_values_and_all_is_written_all_the_same()
    {
        string file = Groups(30);
        double honest = 0, wrong = 0;
        var outcome = Fit(table =>
        {
            // Within the limit, and beyond it.
            table.Estimates(0)[5] += 0.5e-9 * table[5].StandardError(0);
            honest = table[7][1];
            table.Estimates(1)[7] = wrong = honest + 2e-9 * table[7].StandardError(1);
        }, file, "--audit", "1", "--weights", "w");
        string[] lines = outcome.Error.Split('\n');
        Assert.Equal(1, outcome.Code);
        Assert.Contains(", 2E-09 standard errors and 0 verdicts", lines[0]);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture,
            $"mle: The audit failed: scale of g g7 is {wrong:R} on cuda:0 Fake, and {honest:R} on the CPU; 1E-09 standard errors are allowed."), lines[1]);
        Assert.Contains("30 data sets by g", outcome.Out);
        Assert.Equal(1 + 2 * 30, File.ReadAllLines(Path.ChangeExtension(file, "out.csv")).Length);
    }

    [Fact]
    public void Disagreement_within_the_limits_passes() =>
        Assert.Equal(0, Fit(table =>
        {
            table.Estimates(0)[5] += 0.9e-9 * table[5].StandardError(0);
            table.LogLikelihood[6] += 0.9e-12 * Math.Max(Math.Abs(table.LogLikelihood[6]), table.Size[6]);
        }, Groups(10), "--audit", "1").Code);

    [Fact]
    public void A_wrong_log_likelihood_fails()
    {
        var outcome = Fit(table => table.LogLikelihood[4] -= 3e-12 * Math.Max(Math.Abs(table.LogLikelihood[4]), table.Size[4]), Groups(10), "--audit", "1");
        Assert.Equal(1, outcome.Code);
        Assert.Contains("mle: The audit failed: the log-likelihood of g g4 is ", outcome.Error);
        Assert.EndsWith("; 1E-12 max(|log-likelihood|, n) is allowed.\n", outcome.Error);
    }

    [Fact]
    public void A_number_that_is_missing_on_one_side_fails() =>
        Assert.Contains(
            "The audit failed: shape of g g4 is none on cuda:0 Fake, and ",
            Fit(table => table.Estimates(0)[4] = double.NaN, Groups(10), "--audit", "1").Error);

    [Fact]
    public void A_wrong_verdict_fails_and_outdoes_wrong_numbers()
    {
        var outcome = Fit(table =>
        {
            table.Estimates(0)[3] *= 2;
            table.Status[6] = Status.Boundary;
            // The cause is part of the verdict: this fit runs away, and to no limit.
            table.Verdicts[2] = table.Verdicts[2] with { Cause = Cause.Separated };
        }, Groups(10), "--audit", "1", "--strict");
        Assert.Equal(1, outcome.Code);
        Assert.Contains(" and 2 verdicts\n", outcome.Error);
        Assert.EndsWith(
            "mle: The audit failed: the verdict of g g2 is no_finite_mle (separated) on cuda:0 Fake, and no_finite_mle (unbounded) on the CPU; none may differ.\n",
            outcome.Error);
    }

    [Fact]
    public void What_is_not_chosen_is_not_checked()
    {
        Assert.Equal(0, Fit(table => table.Status[4] = Status.Boundary, Groups(10), "--audit", "0.1").Code);
        Assert.Equal(1, Fit(table => table.Status[5] = Status.Boundary, Groups(10), "--audit", "0.1").Code);
    }

    [Theory]
    [InlineData(Status.NotIdentified, "not_identified")]
    // Not taken for a mistake in the data, which would be exit code 2.
    [InlineData(Status.InvalidData, "invalid_data")]
    public void A_single_data_set_is_named_by_its_number(Status wrong, string word)
    {
        string file = command.File("b.csv", "y\n1\n2\n4\n");
        var machine = new FakeMachine { Devices = [FakeMachine.Cuda], Opener = _ => new FakeEngine("cuda:0") { Lie = table => table.Status[0] = wrong } };
        var outcome = CommandLine.RunOn(machine.Engines(), "fit", file, "--family", "weibull", "--engine", "cuda", "--quiet");
        Assert.Equal(
            (1, $"mle: The audit failed: the verdict of data set 1 is {word} on cuda:0 Fake, and interior on the CPU; none may differ.\n"),
            (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_group_that_could_not_be_read_is_invalid_on_both_sides()
    {
        string file = command.File("c.csv", "g,y\na,1\na,2\na,4\nb,1\nb,oops\nb,2\n");
        Assert.Equal(0, Fit(_ => { }, file, "--audit", "1").Code);
    }

    [Fact]
    public void A_giant_data_set_is_not_fitted_again_unasked()
    {
        var batch = new Batch(default, [0, 10, 200_000_010]);
        Assert.Null(Audit.TooLong(batch, [0]));
        Assert.Equal(200_000_000, Audit.TooLong(batch, [0, 1]));
    }
}
