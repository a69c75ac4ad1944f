namespace Mle.Runner.Studies;

/// <summary>The keys of a study file, by section; study.schema.json describes them.</summary>
static class StudyKeys
{
    public static readonly string[] Study =
        ["name", "seed", "replicates", "half-width", "block", "common-random-numbers", "data", "fit", "estimands", "intervals", "levels", "bootstrap", "cells"];

    public static readonly string[] Data =
        ["family", "parameters", "n", "trials", "contamination", "censoring", "truncation", "formula", "formula-for", "predictors", "design"];

    public static readonly string[] Contamination = ["share", "family", "parameters"];

    public static readonly string[] Censoring = ["above", "below", "random"];

    public static readonly string[] Distribution = ["family", "parameters"];

    public static readonly string[] Truncation = ["below", "above"];

    public static readonly string[] Predictor = ["family", "parameters", "levels"];

    public static readonly string[] Fit = ["family", "fixed", "target"];

    public static readonly string[] Estimand = ["name", "of", "truth", "null"];

    public static readonly string[] Bootstrap = ["replicates", "kind"];

    /// <summary>By the names that the schema has for them.</summary>
    public static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>
    {
        ["study"] = Study,
        ["data"] = Data,
        ["contamination"] = Contamination,
        ["censoring"] = Censoring,
        ["distribution"] = Distribution,
        ["truncation"] = Truncation,
        ["predictor"] = Predictor,
        ["fit"] = Fit,
        ["estimand"] = Estimand,
        ["bootstrap"] = Bootstrap,
    };

    /// <summary>The families that data can be drawn from and fitted.</summary>
    public static string[] Families { get; } = [.. Mle.Families.All.Concat(Mle.Families.Models).Select(f => f.Name)];

    /// <summary>Wilson's interval is that of the score test for the binomial.</summary>
    public const string Wilson = "wilson";

    public static string[] Intervals { get; } = [.. Enum.GetNames<IntervalKind>().Select(name => name.ToLowerInvariant()), "wald:log", "wald:logit", "sandwich:log", "sandwich:logit", Wilson];

    public const string KullbackLeibler = "kl";

    public static string[] Targets { get; } = [KullbackLeibler];

    public static string[] Resampling { get; } = [.. Enum.GetNames<BootstrapKind>().Select(name => name.ToLowerInvariant())];
}
