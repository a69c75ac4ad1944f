using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Mle.Runner.Reporting;
using Mle.Runner.Studies;

namespace Mle.Runner.Commands;

/// <summary>Writes the script that runs a study as a job array of Slurm and merges its shards.</summary>
sealed partial class StudySlurmCommand : Verb
{
    /// <summary>Seconds before the limit of time that the shards are told to stop.</summary>
    const int Notice = 120;

    readonly Argument<string> file = Syntax.Study();
    readonly Option<int?> shards = Syntax.Whole("--shards", 1, "tasks of the array");
    readonly Option<string?> time = new("--time") { Description = "limit of a task, after which it is queued again and goes on; 01:00:00 otherwise", HelpName = "LIMIT" };
    readonly Option<int?> cpus = Syntax.Whole("--cpus", 1, "processors of a task; 4 otherwise");
    readonly Option<bool> gpu = new("--gpu") { Description = "one GPU for each task" };
    readonly Option<string?> partition = new("--partition") { Description = "of the cluster; its default otherwise", HelpName = "P" };
    readonly Option<string?> results = new("--results") { Description = "where the merge writes the tidy table: .csv or .json; beside the study otherwise", HelpName = "FILE" };
    readonly Option<string?> script = new("--out") { Description = "write the script here instead of to standard output", HelpName = "FILE" };

    readonly Terminal terminal;

    public StudySlurmCommand(Terminal terminal) : base(
        "slurm", "Write the script that runs a study as a Slurm job array and merges its shards.",
        """
        mle study slurm study.yaml --shards 8 --time 01:00:00 --cpus 4 --out job.sh
        bash job.sh
        """)
    {
        this.terminal = terminal;
        shards.Required = true;
        Add(file);
        foreach (Option option in new Option[] { shards, time, cpus, gpu, partition, results, script })
            Add(option);
        SetAction(Run);
    }

    /// <summary>Minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on, as sbatch reads them.</summary>
    [GeneratedRegex(@"^([0-9]+|[0-9]+:[0-9]+|[0-9]+:[0-9]+:[0-9]+|[0-9]+-[0-9]+(:[0-9]+){0,2})\z")]
    private static partial Regex Limit();

    [GeneratedRegex(@"[^A-Za-z0-9_.-]")]
    private static partial Regex Odd();

    int Run(ParseResult parsed)
    {
        string path = Path.GetFullPath(parsed.GetValue(file)!);
        StudyFile.Read(path);
        string limit = parsed.GetValue(time) ?? "01:00:00";
        if (!Limit().IsMatch(limit))
            throw new BadInput($"--time {limit}: minutes, hours:minutes:seconds or days-hours are needed, such as 01:00:00.");
        string text = Script(parsed, path, limit);
        if (parsed.GetValue(script) is { } to)
            AtomicFile.Write(to, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        else
            terminal.Out.Write(text);
        return Program.Done;
    }

    string Script(ParseResult parsed, string path, string limit)
    {
        int count = parsed.GetValue(shards)!.Value;
        string name = Odd().Replace(Path.GetFileNameWithoutExtension(path), "_"), log = Path.ChangeExtension(path, null);
        string? queue = parsed.GetValue(partition) is { } p ? $"--partition={p}" : null;
        string merged = Path.GetFullPath(parsed.GetValue(results) ?? Path.ChangeExtension(path, "csv"));
        string?[] options =
        [
            $"--job-name={name}", $"--array=0-{count - 1}", "--ntasks=1", $"--cpus-per-task={parsed.GetValue(cpus) ?? 4}", $"--time={limit}",
            queue, parsed.GetValue(gpu) ? "--gres=gpu:1" : null, "--requeue", "--open-mode=append", $"--signal=B:TERM@{Notice}",
        ];
        return $$"""
            #!/bin/bash
            # Submit with: bash THIS_FILE
            {{string.Join('\n', options.Where(o => o is not null).Select(o => "#SBATCH " + o))}}

            mle=({{Called()}})
            study={{Quoted(path)}}

            # Run by hand, this submits itself and then the merge, which says itself what is missing: after any end of the shards.
            if [ -z "$SLURM_ARRAY_TASK_ID" ]; then
                most=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 }')
                if [ {{count}} -gt "${most:-0}" ]; then
                    echo "{{count}} shards are more than this cluster's MaxArraySize, $most, allows." >&2
                    exit 1
                fi
                array=$(sbatch --parsable --output={{Quoted(log + ".%a.log")}} "$0") || exit
                merge=$(sbatch --parsable --dependency=afterany:"$array" {{(queue is null ? "" : queue + " ")}}--job-name={{name}}-merge --output={{Quoted(log + ".merge.log")}} \
                    --wrap "exec $(printf '%q ' "${mle[@]}" study merge "$study" --quiet --out {{Quoted(merged)}})") || exit
                echo "shards: job $array; merge: job $merge"
                exit
            fi

            run=("${mle[@]}" study run "$study" --shard "$SLURM_ARRAY_TASK_ID/{{count}}" --threads "$SLURM_CPUS_PER_TASK"{{(parsed.GetValue(gpu) ? " --engine cuda" : "")}})

            # A shard that is told to stop keeps its finished blocks and exits with 75. Where the cluster queues such jobs again by
            # itself, the program takes the place of this shell, which is what the signal reaches. It may come at any moment.
            told= pid=
            trap 'told=1; [ -z "$pid" ] || kill -TERM "$pid"' TERM
            if scontrol show config | grep -Eq '^RequeueExit +=.*\b75\b'; then
                [ -z "$told" ] || exit 75
                exec "${run[@]}"
            fi
            "${run[@]}" &
            pid=$!
            [ -z "$told" ] || kill -TERM "$pid"
            while wait "$pid"; code=$?; kill -0 "$pid" 2>/dev/null; do :; done
            if [ $code -eq 75 ] || { [ -n "$told" ] && [ $code -ne 0 ]; }; then
                scontrol requeue "$SLURM_JOB_ID"
            fi
            exit $code

            """;
    }

    /// <summary>This program, as a shell calls it.</summary>
    static string Called() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? $"{Quoted(Environment.ProcessPath!)} {Quoted(typeof(Program).Assembly.Location)}" : Quoted(Environment.ProcessPath!);

    static string Quoted(string text) => $"'{text.Replace("'", "'\\''")}'";
}
