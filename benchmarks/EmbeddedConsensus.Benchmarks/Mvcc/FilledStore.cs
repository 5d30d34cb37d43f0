using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>A store with every key put once, in an order that has nothing to do with theirs.</summary>
internal sealed class FilledStore : IDisposable
{
    private const int Batch = 256;
    private readonly byte[] _value;
    private int _next;

    public FilledStore(int keys, byte[] value)
    {
        Keys = new BenchmarkKeys(keys);
        _value = value;
        for (int i = 0; i < keys; i += Batch)
        {
            PutBatch(Math.Min(Batch, keys - i));
            Store.Publish();
        }
    }

    public BenchmarkKeys Keys { get; }

    public MvccStore Store { get; } = new(new MvccOptions());

    public ReadOnlySpan<byte> NextKey()
    {
        _next = (int)((_next + 611_953L) % Keys.Count);
        return Keys[_next];
    }

    public void PutBatch(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Store.BeginTxn();
            Store.Put(NextKey(), _value, 0);
            Store.EndTxn();
        }
    }

    /// <summary>What a replica does after each batch that it applied.</summary>
    public void CompactAndReclaim(int history, int steps)
    {
        if (Store.CurrentRevision - history > Store.CompactRevision)
        {
            Store.Compact(Store.CurrentRevision - history);
        }
        Store.Publish();
        Store.Reclaim(steps);
    }

    public void Dispose() => Store.Dispose();
}
