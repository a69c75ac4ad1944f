using Mle.Runner.Reading;

namespace Mle.Runner.Studies;

/// <summary>Cells and replicates as people number them, from 1.</summary>
static class Numbering
{
    public static int CellOf(Study study, int number) => number <= study.Cells.Count ? number - 1
        : throw new BadInput($"--cell {number}: {study.Name} has {study.Cells.Count} {(study.Cells.Count == 1 ? "cell" : "cells")}; mle study cells lists them.");

    public static uint NumberOf(Study study, int number, string option) => number <= study.Replicates ? (uint)(number - 1)
        : throw new BadInput($"{option} {number}: every cell of {study.Name} has {Number.Short(study.Replicates)} replicates.");
}
