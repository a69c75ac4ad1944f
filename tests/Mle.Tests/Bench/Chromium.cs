using System.ComponentModel;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Mle.Tests.Bench;

/// <summary>A page in headless Chromium, spoken to by the DevTools protocol.</summary>
sealed class Chromium : IDisposable
{
    readonly string profile = Directory.CreateTempSubdirectory("mle-chromium-").FullName;
    readonly Process process;
    readonly ClientWebSocket socket = new();
    readonly CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
    readonly Dictionary<int, JsonNode> answers = [];
    string? session;
    int sent;

    /// <summary>Errors that the page or the console told of.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What the page asked for, itself included.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Why there is no browser, in words; null where there is one.</summary>
    public static string? Missing { get; } = Find();

    static string? Find()
    {
        try
        {
            using var version = Process.Start(new ProcessStartInfo("chromium", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            version.WaitForExit();
            return version.ExitCode == 0 ? null : $"chromium --version ends with {version.ExitCode}";
        }
        catch (Win32Exception)
        {
            return "chromium is not installed";
        }
    }

    public Chromium()
    {
        // Without a sandbox: in a container, or as root, it has none to use.
        process = Process.Start(new ProcessStartInfo("chromium",
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
    }

    public async Task Open(string path)
    {
        const string announced = "DevTools listening on ";
        string? line;
        do
            line = await process.StandardError.ReadLineAsync(patience.Token);
        while (line?.StartsWith(announced) == false);
        // Nobody reads the rest, and a full pipe would stop it.
        process.ErrorDataReceived += (_, _) => { };
        await socket.ConnectAsync(new(line![announced.Length..]), patience.Token);
        string target = (string)(await Ask("Target.createTarget", new() { ["url"] = "about:blank" }))["targetId"]!;
        session = (string)(await Ask("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!;
        foreach (string domain in new[] { "Runtime", "Log", "Network", "Page" })
            await Ask(domain + ".enable", []);
        await Ask("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        await Until(m => (string?)m["method"] == "Page.loadEventFired");
    }

    /// <summary>The value of an expression of the page.</summary>
    public async Task<JsonNode> Value(string expression) =>
        (await Ask("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true }))["result"]!["value"]!;

    /// <summary>A click of the mouse in the middle of an element.</summary>
    public async Task Click(string selector)
    {
        var at = await Value($$"""(() => { const e = document.querySelector({{System.Text.Json.JsonSerializer.Serialize(selector)}}); e.scrollIntoView(); const r = e.getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; })()""");
        foreach (string type in new[] { "mousePressed", "mouseReleased" })
            await Ask("Input.dispatchMouseEvent", new() { ["type"] = type, ["x"] = (double)at["x"]!, ["y"] = (double)at["y"]!, ["button"] = "left", ["clickCount"] = 1 });
    }

    async Task<JsonNode> Ask(string method, JsonObject parameters)
    {
        int id = ++sent;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
            message["sessionId"] = session;
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, patience.Token);
        if (!answers.Remove(id, out var answer))
            answer = await Until(m => (int?)m["id"] == id);
        return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]}");
    }

    /// <summary>Reads messages up to one, and notes what they tell.</summary>
    async Task<JsonNode> Until(Func<JsonNode, bool> wanted)
    {
        while (true)
        {
            var message = await Receive();
            if (wanted(message))
                return message;
            if (message["id"] is { } id)
                answers[(int)id] = message;
            var told = message["params"];
            switch ((string?)message["method"])
            {
                case "Runtime.exceptionThrown":
                    Errors.Add(told!["exceptionDetails"]!.ToJsonString());
                    break;
                case "Runtime.consoleAPICalled" when (string)told!["type"]! is "error" or "warning":
                    Errors.Add(told["args"]!.ToJsonString());
                    break;
                case "Log.entryAdded":
                    Errors.Add(told!["entry"]!.ToJsonString());
                    break;
                case "Network.requestWillBeSent":
                    Requests.Add((string)told!["request"]!["url"]!);
                    break;
            }
        }
    }

    async Task<JsonNode> Receive()
    {
        var text = new MemoryStream();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, patience.Token);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(text.ToArray())!;
    }

    public void Dispose()
    {
        socket.Dispose();
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        patience.Dispose();
        Directory.Delete(profile, recursive: true);
    }
}
