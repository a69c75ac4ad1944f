namespace Mle.Runner;

/// <summary>A mistake in the command line or in the data: one sentence for the person, exit code 2.</summary>
sealed class BadInput(string message) : Exception(message);

/// <summary>What this program cannot do: one sentence, exit code 1.</summary>
sealed class Failure(string message) : Exception(message);

/// <summary>What goes on where it stopped when the same command is given again: one sentence, and its exit code.</summary>
sealed class Unfinished(int code, string message) : Exception(message)
{
    public int Code => code;
}
