namespace Mle;

/// <summary>Progress of work that follows what was done before.</summary>
public sealed class Later(IProgress<long> all, long before) : IProgress<long>
{
    public void Report(long done) => all.Report(before + done);
}
