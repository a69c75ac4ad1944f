using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Mle.Runner;
using Mle.Runner.Studies;
using CommandLine = Mle.Tests.Runner.CommandLine;

namespace Mle.Tests.Studies;

/// <summary>A job array on two nodes of a real cluster, one of which is lost on the way.</summary>
public sealed class SlurmTests
{
    /// <summary>A test that starts a cluster of its own: where it cannot, it is skipped and says why.</summary>
    sealed class SlurmFactAttribute : FactAttribute
    {
        public SlurmFactAttribute()
        {
            string[] missing = [.. new[] { "slurmctld", "slurmd", "sbatch", "munged", "runuser" }.Where(program => !Folders.Any(f => File.Exists(Path.Combine(f, program))))];
            Skip = !OperatingSystem.IsLinux() ? "Slurm is for Linux"
                : missing.Length > 0 ? $"there is no {string.Join(", ", missing)}; Debian has them in slurmctld, slurmd, slurm-client and munge"
                : Environment.UserName != "root" ? "only root starts daemons of a cluster" : null;
        }

        static string[] Folders => [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"];
    }

    static string Script([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "slurm", "cluster.sh"));

    const int Shards = 4;

    [SlurmFact]
    public void A_study_survives_the_loss_of_a_node_and_the_end_of_its_time()
    {
        using var folder = new CommandLine();
        // munge's daemon is not root.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.GetDirectoryName(folder.At("x"))!, (UnixFileMode)0b111_101_101);
        string study = folder.File("coverage.yaml", """
            replicates: 8000000
            block: 25000
            data: {family: weibull, parameters: {shape: 1.5, scale: 2}, n: [25, 50]}
            """);
        string cluster = folder.At("c");
        (string, string)[] environment =
        [
            ("SLURM_CONF", Path.Combine(cluster, "slurm.conf")), ("PATH", Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin"),
        ];
        string Do(string program, params string[] args)
        {
            using var process = BuiltCommand.Start(program, args, environment);
            var (code, output, error) = BuiltCommand.End(process);
            return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', args)}: exit code {code}: {error}");
        }
        var whole = CommandLine.Run("study", "run", study, "--quiet", "--engine", "cpu", "--out", folder.At("whole.csv"));
        Assert.Equal((0, "", ""), (whole.Code, whole.Out, whole.Error));
        long half = new FileInfo(folder.At("coverage.journal")).Length / Shards / 2;
        try
        {
            Do(Script(), "start", cluster, "2", $"{FreePort()}");
            Do(BuiltCommand.Host, BuiltCommand.Assembly, "study", "slurm", study, "--shards", $"{Shards}", "--cpus", "1", "--time", "10", "--out", folder.At("job.sh"));
            Do("bash", folder.At("job.sh"));

            // A node goes down in the first half of a shard's work, and a shard on the other one is told that its time is up.
            (int Task, string Job) On(string node)
            {
                // A journal may be there from before the task began anew: one that grows is at work.
                var seen = new Dictionary<string, long>();
                for (var begun = DateTime.UtcNow; DateTime.UtcNow < begun.AddSeconds(60);)
                    foreach (string[] job in Do("squeue", "-h", "-t", "R", "-o", "%K %N %A").Split('\n').Select(line => line.Split(' ')))
                    {
                        // The job that merges is no task of the array.
                        if (job is not [var index, var on, var id] || on != node || !int.TryParse(index, out int task) || new FileInfo(Journal.PathOf(study, new(task, Shards))) is not { Exists: true, Length: > 200 } journal)
                            continue;
                        if (journal.Length > seen.GetValueOrDefault(id, journal.Length) && journal.Length < half)
                            return (task, id);
                        seen[id] = journal.Length;
                    }
                throw new InvalidOperationException($"no shard was met at work on {node}: {Do("squeue")}");
            }

            // A shard that was met at work may be done before it is told.
            int Tell()
            {
                for (int attempt = 0; ; attempt++)
                {
                    var (task, job) = On("n1");
                    try
                    {
                        Do("scancel", "--batch", "--signal=TERM", job);
                        return task;
                    }
                    catch (InvalidOperationException) when (attempt < 5)
                    {
                    }
                }
            }

            On("n2");
            Do(Script(), "kill", cluster, "n2");
            int told = Tell();

            string merged = folder.At("coverage.csv");
            var deadline = DateTime.UtcNow.AddSeconds(150);
            while (!File.Exists(merged))
                Assert.True(Do("squeue") is var queue && DateTime.UtcNow < deadline, queue + string.Join('\n', Directory.GetFiles(Path.GetDirectoryName(merged)!, "*.log").Select(f => f + ":\n" + File.ReadAllText(f))));
            Assert.Equal(File.ReadAllBytes(folder.At("whole.csv")), File.ReadAllBytes(merged));
            string log = File.ReadAllText(folder.At($"coverage.{told}.log"));
            Assert.Contains("mle: interrupted; ", log);
            Assert.Contains($"mle: shard {told}/{Shards} is done", log);
        }
        finally
        {
            using var stop = BuiltCommand.Start(Script(), ["stop", cluster], environment);
            BuiltCommand.End(stop);
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
