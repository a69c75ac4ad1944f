using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mle.Runner.Commands;

[assembly: InternalsVisibleTo("Mle.Tests")]
[assembly: InternalsVisibleTo("Mle.Benchmarks")]

namespace Mle.Runner;

/// <summary>The command mle.</summary>
public static class Program
{
    /// <summary>0 done, whatever the verdicts; 3 with --strict when a verdict is not interior, and of shards of which some are missing;
    /// 75, EX_TEMPFAIL of sysexits.h, when the same command goes on where this one stopped.</summary>
    public const int Done = 0, Failed = 1, Misused = 2, NotInterior = 3, Incomplete = 3, Resumable = 75, Interrupted = 130;

    /// <summary>What an interrupted command has to stop by itself, such as a read from a silent pipe.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    static int Main(string[] args)
    {
        using var interruption = new CancellationTokenSource();
        using var terminal = Terminal.OfProcess(interruption.Token);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return Run(args, terminal);

        void Interrupt(PosixSignalContext context)
        {
            if (context.Signal == PosixSignal.SIGTERM && !terminal.Patient)
                return;
            context.Cancel = true;
            if (context.Signal == PosixSignal.SIGINT && interruption.IsCancellationRequested)
                Environment.Exit(Interrupted);
            interruption.Cancel();
            if (!terminal.Patient)
                Task.Delay(Grace).ContinueWith(_ => Environment.Exit(Interrupted));
        }
    }

    /// <summary>Runs one command line and says what went wrong in one sentence.</summary>
    public static int Run(string[] args, Terminal terminal) => Run(args, terminal, Engines.OfMachine);

    internal static int Run(string[] args, Terminal terminal, Engines engines)
    {
        int code;
        try
        {
            code = Invoke(args, terminal, engines);
            terminal.Out.Flush();
        }
        catch (Exception e)
        {
            // Whatever an interruption broke first, such as a pipe, the reason is the interruption.
            var cause = terminal.Interrupted.IsCancellationRequested && e is not Unfinished ? new OperationCanceledException() : e;
            (code, string message) = Explain(cause is AggregateException { InnerExceptions: [var inner, ..] } ? inner : cause);
            terminal.Out.Flush();
            terminal.Error.WriteLine("mle: " + message);
        }
        return code;
    }

    static (int Code, string Message) Explain(Exception e) => e switch
    {
        BadInput => (Misused, e.Message),
        Unfinished unfinished => (unfinished.Code, e.Message),
        Failure or DeviceException => (Failed, e.Message),
        OperationCanceledException => (Interrupted, "interrupted; nothing was written."),
        // What the engines refuse: an option that does not suit the family. The name of the argument means nothing here.
        ArgumentException { ParamName: null or "" } => (Misused, e.Message),
        ArgumentException a => (Misused, a.Message.Replace($" (Parameter '{a.ParamName}')", "")),
        OutOfMemoryException => (Failed, "There is not enough memory for these data."),
        IOException or UnauthorizedAccessException => (Failed, e.Message),
        _ => (Failed, $"A mistake in this program, not in your data: {e.GetType().Name}: {e.Message}"),
    };

    static int Invoke(string[] args, Terminal terminal, Engines engines)
    {
        var root = new RootCommand("Fits probability families by maximum likelihood: one data set or millions, and says of every fit whether the maximum exists.")
        {
            new FitCommand(terminal, engines), new BootstrapCommand(terminal, engines), new PredictCommand(terminal), new ProfileCommand(terminal, engines), new SurfaceCommand(terminal, engines),
            new TestCommand(terminal, engines), new CompareCommand(terminal, engines), new GofCommand(terminal, engines), new EvaluateCommand(terminal, engines), new CheckCommand(terminal, engines),
            new SimulateCommand(terminal), new StudyCommand(terminal, engines),
            new FamiliesCommand(terminal), new DevicesCommand(terminal, engines), new BenchCommand(terminal, engines), new CompletionCommand(terminal),
        };
        root.HelpName = "mle";
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExample(new HelpAction { MaxWidth = terminal.Width });
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : ModelOptions.Join(args));
        if (parsed.Action is ParseErrorAction)
        {
            string command = "";
            for (var at = parsed.CommandResult; at.Parent is CommandResult parent; at = parent)
                command = $" {at.Command.Name}{command}";
            throw new BadInput($"{parsed.Errors[0].Message.ReplaceLineEndings(" ").Trim()} See mle{command} --help.");
        }
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Interruption is ours: the default kills a handler that takes more than 2 s to stop.
            ProcessTerminationTimeout = null,
        });
    }
}
