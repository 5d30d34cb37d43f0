using System.Globalization;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>One caller: one call after the other, with a short pause between them. Its last read decides its next
/// write, so that its writes depend on those of the others.</summary>
internal sealed class Caller
{
    private const int MeanRestMs = 20;
    private const int MaxPatienceMs = 300;
    private const int ValuePaddingBytes = 24;
    private const int LargeValuePaddingBytes = 1000;
    private const int BallastBytes = 16_000;
    private const int MaxSpan = 4;
    private const int MaxRevisionsBack = 50;

    private readonly IKeyValueStore _store;
    private readonly int _client;
    private readonly long _firstRevision;
    private readonly Random _random;
    private readonly Dictionary<Key, KeyValue?> _seen = [];
    private volatile bool _isRefused;
    private bool _hasCaughtUp;
    private long _attempts;
    private long _revision;

    /// <summary>A caller.</summary>
    /// <param name="store">The recording store.</param>
    /// <param name="client">The caller's unique number.</param>
    /// <param name="firstRevision">The first revision of the round.</param>
    /// <param name="seed">The seed of its choices.</param>
    public Caller(IKeyValueStore store, int client, long firstRevision, int seed)
    {
        _store = store;
        _client = client;
        _firstRevision = firstRevision;
        _revision = firstRevision;
        _random = new Random(seed);
    }

    /// <summary>Whether the store refused further calls because it is faulted or stopping.</summary>
    public bool IsRefused => _isRefused;

    /// <summary>Calls until stopped or refused, and completes the last call.</summary>
    /// <param name="stop">Stops the caller.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !IsRefused)
        {
            await CallAsync();
            await Task.Delay(_random.Next(2 * MeanRestMs), stop).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CallAsync()
    {
        _attempts++;
        bool isImpatient = _random.Next(100) < 2;
        using CancellationTokenSource? patience = isImpatient ? new CancellationTokenSource() : null;
        patience?.CancelAfter(_random.Next(1, MaxPatienceMs));
        try
        {
            await ChooseAsync(patience?.Token ?? CancellationToken.None);
        }
        catch (Exception exception) when (
            exception is ReplicaFaultedException or StoreStoppedException or MemberRemovedException)
        {
            _isRefused = true;
        }
        catch (Exception exception) when (exception is ConsensusStoreException or OperationCanceledException)
        {
            // The recorder has it; the next call may succeed.
            return;
        }
    }

    private Task ChooseAsync(CancellationToken cancellationToken) => _random.Next(100) switch
    {
        < 16 => PutAsync(cancellationToken),
        < 32 => CompareAndSwapAsync(cancellationToken),
        < 42 => TransferAsync(cancellationToken),
        < 46 => CreateAsync(cancellationToken),
        < 51 => DeleteAsync(cancellationToken),
        < 53 => DeleteSpanAsync(cancellationToken),
        < 73 => GetAsync(Consistency.Linearizable, cancellationToken),
        < 80 => GetAsync(Consistency.Serializable, cancellationToken),
        < 89 => RangeAsync(Consistency.Linearizable, cancellationToken),
        < 94 => RangeAsync(Consistency.Serializable, cancellationToken),
        < 97 => ReadBackAsync(cancellationToken),
        < 99 => CompareWithBallastAsync(cancellationToken),
        _ => CompactAsync(cancellationToken),
    };

    private async Task PutAsync(CancellationToken cancellationToken)
    {
        PutOptions options = new() { ReturnPrevious = _random.Next(2) == 0 };
        PutResult result = await _store.PutAsync(RandomKey(), NextValue(), options, cancellationToken);
        _revision = result.Revision;
    }

    /// <summary>Replaces the value it last saw under a key, unless another caller was faster.</summary>
    private async Task CompareAndSwapAsync(CancellationToken cancellationToken)
    {
        Key key = RandomKey();
        long expected = _seen.GetValueOrDefault(key)?.ModRevision ?? 0;
        TxnResult result = await _store.TxnAsync(
            Txn.If(Compare.ModRevision(key).EqualTo(expected))
                .Then(Op.Put(key, NextValue(), returnPrevious: true))
                .Else(Op.Get(key)),
            cancellationToken);
        Remember(key, result);
    }

    /// <summary>Moves a value from one key to another, if it is still the one last seen.</summary>
    private async Task TransferAsync(CancellationToken cancellationToken)
    {
        int from = _random.Next(RoundKeys.Count);
        Key source = RoundKeys.Of(from);
        Key target = RoundKeys.Of((from + 1 + _random.Next(RoundKeys.Count - 1)) % RoundKeys.Count);
        Value expected = _seen.GetValueOrDefault(source)?.Value ?? default;
        TxnResult result = await _store.TxnAsync(
            Txn.If(Compare.Value(source).EqualTo(expected), Compare.Exists(source))
                .Then(Op.Delete(source), Op.Put(target, NextValue()), Op.Range(RoundKeys.Span(from, MaxSpan)))
                .Else(Op.Get(source), Op.Get(target)),
            cancellationToken);
        _revision = result.Revision;
        if (!result.Succeeded)
        {
            _seen[source] = result.GetKey(0);
            _seen[target] = result.GetKey(1);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        Key key = RandomKey();
        TxnResult result = await _store.TxnAsync(
            Txn.If(Compare.Missing(key)).Then(Op.Put(key, NextValue())).Else(Op.Get(key)), cancellationToken);
        Remember(key, result);
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        DeleteOptions options = new() { ReturnPrevious = _random.Next(2) == 0 };
        DeleteResult result = await _store.DeleteAsync(RandomKey(), options, cancellationToken);
        _revision = result.Revision;
    }

    private async Task DeleteSpanAsync(CancellationToken cancellationToken)
    {
        DeleteResult result = await _store.DeleteAsync(
            RandomSpan(), new DeleteOptions { ReturnPrevious = true }, cancellationToken);
        _revision = result.Revision;
    }

    /// <summary>A store that has just started may show a state from before the round, which cannot be
    /// checked.</summary>
    private Consistency AsFarAsChecked(Consistency wanted)
    {
        _hasCaughtUp = _hasCaughtUp || _store.Status.Revision >= _firstRevision - 1;
        return _hasCaughtUp ? wanted : Consistency.Linearizable;
    }

    private async Task GetAsync(Consistency wanted, CancellationToken cancellationToken)
    {
        Consistency consistency = AsFarAsChecked(wanted);
        Key key = RandomKey();
        _seen[key] = await _store.GetAsync(key, new ReadOptions { Consistency = consistency }, cancellationToken);
    }

    private async Task RangeAsync(Consistency wanted, CancellationToken cancellationToken)
    {
        RangeOptions options = new() { Consistency = AsFarAsChecked(wanted), Limit = _random.Next(2) * MaxSpan };
        KeyRange range = _random.Next(2) == 0 ? KeyRange.All : RandomSpan();
        RangeResult result = await _store.RangeAsync(range, options, cancellationToken);
        _revision = Math.Max(_revision, result.Revision);
    }

    /// <summary>Reads at a recent revision.</summary>
    private async Task ReadBackAsync(CancellationToken cancellationToken)
    {
        long revision = Math.Max(_firstRevision, _revision - _random.Next(MaxRevisionsBack));
        RangeOptions options = new() { Revision = revision };
        await _store.RangeAsync(RandomSpan(), options, cancellationToken);
    }

    /// <summary>Compacts part of the history before the round; the check needs the round itself.</summary>
    private async Task CompactAsync(CancellationToken cancellationToken) =>
        await _store.CompactAsync(Math.Max(1, _firstRevision - _random.Next(MaxRevisionsBack)), cancellationToken);

    /// <summary>Makes a large request that almost never succeeds: the log grows and triggers snapshots, while the
    /// histories stay small.</summary>
    private async Task CompareWithBallastAsync(CancellationToken cancellationToken)
    {
        Key key = RandomKey();
        byte[] ballast = new byte[BallastBytes];
        _random.NextBytes(ballast);
        TxnResult result = await _store.TxnAsync(
            Txn.If(Compare.Value(key).GreaterThan(ballast)).Then(Op.Get(key)).Else(Op.Get(key)), cancellationToken);
        _seen[key] = result.GetKey(0);
    }

    private void Remember(Key key, TxnResult result)
    {
        _revision = result.Revision;
        _seen[key] = result.Succeeded ? null : result.GetKey(0);
    }

    private Key RandomKey() => RoundKeys.Of(_random.Next(RoundKeys.Count));

    private KeyRange RandomSpan() => RoundKeys.Span(_random.Next(RoundKeys.Count), 1 + _random.Next(MaxSpan));

    /// <summary>A value that is never written twice.</summary>
    private Value NextValue()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_client}:{_attempts}:");
        int padding = _random.Next(20) == 0 ? LargeValuePaddingBytes : ValuePaddingBytes;
        return name.PadRight(name.Length + _random.Next(padding), '.');
    }
}
