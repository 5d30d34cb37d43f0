using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>Tracks the app's calls that wait at a member. A test that awaits a call which only time can complete,
/// without letting time pass, fails with an explanation instead of hanging.</summary>
/// <param name="time">The clock of the cluster.</param>
/// <param name="stallLimit">How long, in real time, a call may wait while virtual time does not pass.</param>
/// <param name="describe">Describes the state of the cluster.</param>
internal sealed class StallGuard(VirtualTimeProvider time, TimeSpan stallLimit, Func<string> describe)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(string Name, TimeSpan Since)> _waiting = [];

    /// <summary>The calls that wait, the oldest first, for people: at most so many, and how many more.</summary>
    /// <param name="limit">How many.</param>
    public IReadOnlyList<string> Describe(int limit)
    {
        lock (_gate)
        {
            List<string> calls =
            [
                .. _waiting.Take(limit).Select(
                    static call => string.Create(CultureInfo.InvariantCulture, $"{call.Name} since {call.Since}")),
            ];
            if (_waiting.Count > limit)
            {
                calls.Add(string.Create(CultureInfo.InvariantCulture, $"{_waiting.Count - limit} more"));
            }

            return calls;
        }
    }

    /// <summary>A call that ends as another does, or when time stands still for too long.</summary>
    public ValueTask<T> Watch<T>(ValueTask<T> call, [CallerMemberName] string name = "") =>
        call.IsCompleted ? call : new ValueTask<T>(WatchAsync(call.AsTask(), name));

    /// <inheritdoc cref="Watch{T}(ValueTask{T}, string)" />
    public ValueTask Watch(ValueTask call, [CallerMemberName] string name = "") =>
        call.IsCompleted ? call : new ValueTask(WatchAsync(call.AsTask(), name));

    private async Task<T> WatchAsync<T>(Task<T> call, string name)
    {
        await WatchAsync((Task)call, name).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    private async Task WatchAsync(Task call, string name)
    {
        LinkedListNode<(string, TimeSpan)> waiting = new((name, time.Elapsed));
        lock (_gate)
        {
            _waiting.AddLast(waiting);
        }

        try
        {
            await WaitAsync(call).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(waiting);
            }
        }
    }

    private async Task WaitAsync(Task call)
    {
        while (true)
        {
            TimeSpan before = time.Elapsed;
            try
            {
                await call.WaitAsync(stallLimit).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException exception) when (!call.IsCompleted)
            {
                if (time.Elapsed == before && !Debugger.IsAttached)
                {
                    throw new ClusterTimeoutException(
                        $"The call needs virtual time to pass, and for {stallLimit} none has. Let time pass while it "
                        + $"is under way: await cluster.RunUntilAsync(call).{Environment.NewLine}{describe()}",
                        exception);
                }
            }
        }
    }
}
