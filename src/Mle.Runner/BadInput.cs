namespace Mle.Runner;

/// <summary>A mistake in the command line or in the data: one sentence for the person, exit code 2.</summary>
sealed class BadInput(string message) : Exception(message);

/// <summary>What this program cannot do: one sentence, exit code 1.</summary>
sealed class Failure(string message) : Exception(message);
