namespace Mle.Runner.Commands;

/// <summary>Simulation studies: one command for each thing to do with a study file.</summary>
sealed class StudyCommand : Verb
{
    public StudyCommand(Terminal terminal, Engines engines) : base(
        "study", "Simulation studies: which interval covers, for which n.", "mle study cells examples/studies/weibull-n10.yaml")
    {
        Add(new StudyRunCommand(terminal, engines));
        Add(new StudyMergeCommand(terminal));
        Add(new StudySlurmCommand(terminal));
        Add(new StudyCellsCommand(terminal));
        Add(new StudyReplayCommand(terminal, engines));
        Add(new StudyReplicatesCommand(terminal, engines));
        Add(new StudySchemaCommand(terminal));
    }
}
