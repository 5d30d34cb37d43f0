using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The calls of a workload, on random keys of a fixed set.</summary>
internal sealed class CallWorkload
{
    private const int PreloadBatch = 100;
    private const int MixedReadPercent = 80;
    private static readonly ReadOptions Serializable = new() { Consistency = Consistency.Serializable };

    private readonly IKeyValueStore _store;
    private readonly Key[] _keys;
    private readonly Value _value;
    private readonly WorkloadKind _kind;

    /// <summary>A workload on a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">The load.</param>
    public CallWorkload(IKeyValueStore store, LoadOptions options)
    {
        _store = store;
        _kind = options.Workload;
        _keys = new Key[options.Keys];
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = $"/load/{i:x16}";
        }

        byte[] value = new byte[options.ValueBytes];
        new Random(options.ValueBytes).NextBytes(value);
        _value = value;
    }

    /// <summary>Puts every key once, so that reads find something.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task PreloadAsync(CancellationToken cancellationToken)
    {
        foreach (Key[] batch in _keys.Chunk(PreloadBatch))
        {
            Operation[] puts = Array.ConvertAll(batch, key => Op.Put(key, _value));
            await _store.TxnAsync(Txn.Do(puts), cancellationToken);
        }
    }

    /// <summary>Makes one call.</summary>
    /// <param name="random">Chooses the key.</param>
    public ValueTask CallAsync(Random random)
    {
        Key key = _keys[random.Next(_keys.Length)];
        return _kind switch
        {
            WorkloadKind.Put => PutAsync(key),
            WorkloadKind.Get => GetAsync(key, null),
            WorkloadKind.Sget => GetAsync(key, Serializable),
            WorkloadKind.Txn => TxnAsync(key),
            WorkloadKind.Mixed when random.Next(100) < MixedReadPercent => GetAsync(key, null),
            WorkloadKind.Mixed => PutAsync(key),
            _ => throw new InvalidOperationException($"{_kind} is no workload of calls."),
        };
    }

    // Pooled state machines, so that only the store's own allocations are measured.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PutAsync(Key key) => await _store.PutAsync(key, _value);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GetAsync(Key key, ReadOptions? options) => await _store.GetAsync(key, options);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TxnAsync(Key key) => await _store.TxnAsync(
        Txn.If(Compare.ModRevision(key).GreaterThan(0))
            .Then(Op.Put(key, _value))
            .Else(Op.Put(key, _value), Op.Get(key)));
}
