using EmbeddedConsensus.Tests.StateMachine;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Tests.Watches;

/// <summary>A store with watchers, whose events are distributed by the test.</summary>
internal sealed class WatchFixture(long maxBytes) : IDisposable, IWatchSignal
{
    private WatchHub? _hub;

    public Machine Machine { get; } = new();

    public WatchHub Hub => _hub ??= new WatchHub(
        () => Machine.State.Store.OpenView(), Machine.State.Store.CurrentRevision, maxBytes);

    public int Wakes { get; private set; }

    public void Wake() => Wakes++;

    public void Dispose()
    {
        Hub.End(new StoreStoppedException("over"));
        Machine.Dispose();
    }

    public Watcher Watch(KeyRange range, long first = 0, WatchOptions? options = null) =>
        Hub.Add(
            range, options ?? new WatchOptions(), first == 0 ? Machine.State.Store.CurrentRevision + 1 : first, this);

    public void Put(Key key, Value value)
    {
        Machine.Put(key, value);
        Publish();
    }

    public void Publish()
    {
        Hub.Publish();
        Hub.Distribute();
    }

    public static List<WatchEvent> Take(Watcher watcher)
    {
        List<WatchEvent> all = [];
        List<WatchEvent> some = [];
        while (watcher.TryTake(some))
        {
            all.AddRange(some);
            some.Clear();
        }

        return all;
    }

    public static string Text(IEnumerable<WatchEvent> events) => string.Join(' ', events.Select(next =>
        $"{next.Revision}:{next.KeyValue.Key}{(next.Type == WatchEventType.Put ? $"={next.KeyValue.Value}" : "-")}"
        + (next.EndsRevision ? "." : "")));
}
