using Mle.Runner.Reading;

namespace Mle.Runner.Studies;

/// <summary>Cells and replicates as people number them, from 1, and what is asked of one of them.</summary>
static class Replicated
{
    public static int CellOf(Study study, int number) => number <= study.Cells.Count ? number - 1
        : throw new BadInput($"--cell {number}: {study.Name} has {study.Cells.Count} {(study.Cells.Count == 1 ? "cell" : "cells")}; mle study cells lists them.");

    public static uint NumberOf(Study study, int number, string option) => number <= study.Replicates ? (uint)(number - 1)
        : throw new BadInput($"{option} {number}: every cell of {study.Name} has {Number.Short(study.Replicates)} replicates.");

    /// <summary>Whether an interval holds the truth, which one that does not exist does not; null where there is no truth.</summary>
    public static bool? Covers(Cell cell, (string Method, string Term, double Level, double Low, double High, string? Refusal) interval)
    {
        double truth = cell.Estimands.First(e => e.Name == interval.Term).Truth;
        return double.IsNaN(truth) ? null : interval.Low <= truth && truth <= interval.High;
    }
}
