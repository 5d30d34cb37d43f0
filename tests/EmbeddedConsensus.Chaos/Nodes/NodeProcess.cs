using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>A running member process as the parent sees it: this program, started with a hidden verb. It exits when its
/// standard input closes, so it never outlives the parent.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan ResponsiveWithin = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<NodeEvent.Reply>> _waiting = new();
    private readonly TaskCompletionSource<NodeEvent> _started =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Task _listening;
    private readonly Task _logging;
    private readonly Lock _gate = new();
    private volatile NodeEvent.Status? _status;
    private long _statusAt;
    private long _nextId;

    private NodeProcess(Process process, string logFile)
    {
        _process = process;
        _listening = ListenAsync();
        _logging = LogAsync(logFile);
    }

    /// <summary>Completes with <see cref="NodeEvent.Ready"/> or <see cref="NodeEvent.StartFailed"/>; fails when the
    /// process ends without either.</summary>
    public Task<NodeEvent> Started => _started.Task;

    /// <summary>The last reported status, or null.</summary>
    public NodeEvent.Status? Status => _status;

    /// <summary>Whether it reported a status recently.</summary>
    public bool IsResponsive =>
        Stopwatch.GetElapsedTime(Volatile.Read(ref _statusAt)) < ResponsiveWithin && !_process.HasExited;

    /// <summary>Raised with every status.</summary>
    public event Action<NodeEvent.Status>? StatusTold;

    /// <summary>Whether the process has exited.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Its memory, in bytes.</summary>
    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="settings">The member.</param>
    /// <param name="logFile">The file of its log.</param>
    public static NodeProcess Start(NodeSettings settings, string logFile)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        ProcessStartInfo start = new(self)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        start.ArgumentList.Add(NodeProgram.Verb);
        start.ArgumentList.Add(JsonSerializer.Serialize(settings));
        return new NodeProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"'{self}' did not start."), logFile);
    }

    /// <summary>Sends a request and waits for the reply.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <exception cref="NodeUnavailableException">The process ended, or did not reply in time.</exception>
    public async Task<NodeEvent.Reply> AskAsync(NodeRequest request, TimeSpan timeout)
    {
        long id = Interlocked.Increment(ref _nextId);
        TaskCompletionSource<NodeEvent.Reply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = reply;
        try
        {
            if (_listening.IsCompleted)
            {
                throw new NodeUnavailableException("The process has ended.");
            }

            Send(request with { Id = id });
            return await reply.Task.WaitAsync(timeout);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            throw new NodeUnavailableException(
                $"The process did not reply to {request.GetType().Name} within {timeout.TotalSeconds} s.", exception);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Kills the process as by <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Waits until the process has exited and all its output was read.</summary>
    public async Task WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        await _listening;
        await _logging;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Send(NodeRequest request)
    {
        string line = JsonSerializer.Serialize(request);
        lock (_gate)
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // Only the last line of a killed process may be truncated.
            if (!TryHear(line) && await _process.StandardOutput.ReadLineAsync() is not null)
            {
                throw new InvalidDataException($"A process wrote a line that is not an event: {line}");
            }
        }

        // Open requests will not be answered.
        NodeUnavailableException gone = new("The process has ended.");
        _started.TrySetException(gone);
        _ = _started.Task.Exception;
        foreach (TaskCompletionSource<NodeEvent.Reply> reply in _waiting.Values)
        {
            reply.TrySetException(gone);
        }
    }

    private bool TryHear(string line)
    {
        try
        {
            Hear(JsonSerializer.Deserialize<NodeEvent>(line));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Hear(NodeEvent? heard)
    {
        switch (heard)
        {
            case NodeEvent.Ready or NodeEvent.StartFailed:
                _started.TrySetResult(heard);
                break;
            case NodeEvent.Status status:
                _status = status;
                Volatile.Write(ref _statusAt, Stopwatch.GetTimestamp());
                StatusTold?.Invoke(status);
                break;
            case NodeEvent.Reply reply when _waiting.TryRemove(reply.Id, out var waiting):
                waiting.TrySetResult(reply);
                break;
        }
    }

    private async Task LogAsync(string logFile)
    {
        await using FileStream log = new(logFile, FileMode.Append, FileAccess.Write, FileShare.Read);
        await _process.StandardError.BaseStream.CopyToAsync(log);
    }
}
