using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>
/// Generates histories of overlapping callers from a store that executes one call at a time: linearizable by
/// construction. The store is the simulator's model, which shares no code with the checker.
/// </summary>
internal sealed class HistoryGenerator(int seed, int clients, int keys)
{
    private readonly Random _random = new(seed);
    private readonly SequentialStore _store = new();
    private readonly List<StoreCall> _calls = [];
    private readonly List<Operation> _zombies = [];
    private long _now;
    private int _values;

    /// <summary>Writes of unknown outcome, per thousand.</summary>
    public int UnknownPerMille { get; init; }

    /// <summary>Whether only single keys are put, read and deleted.</summary>
    public bool SingleKeysOnly { get; init; }

    /// <summary>The changes of the store.</summary>
    public SequentialStore Store => _store;

    /// <summary>Generates a history.</summary>
    public StoreHistory Generate(int calls)
    {
        Pending?[] pending = new Pending?[clients];
        int begun = 0;
        while (begun < calls || pending.Any(call => call is not null))
        {
            _now++;
            RunZombie();
            int client = _random.Next(clients);
            if (pending[client] is { } call)
            {
                pending[client] = Advance(client, call);
            }
            else if (begun < calls)
            {
                begun++;
                pending[client] = new Pending(_now, NextOperation(), null);
            }
        }

        return new StoreHistory { Calls = [.. _calls] };
    }

    private Pending? Advance(int client, Pending call)
    {
        if (call.Result is { } result)
        {
            _calls.Add(Call(client, call, CallOutcome.Succeeded, result));
            return null;
        }

        if (call.Operation is not RangeOperation && _random.Next(1000) < UnknownPerMille)
        {
            _calls.Add(Call(client, call, CallOutcome.Unknown, null));
            if (_random.Next(2) == 0)
            {
                _zombies.Add(call.Operation);
            }

            return null;
        }

        return call with { Result = Execute(call.Operation) };
    }

    private StoreCall Call(int client, Pending call, CallOutcome outcome, OperationResult? result) => new()
    {
        Client = client,
        InvokedAt = call.InvokedAt,
        ReturnedAt = outcome == CallOutcome.Unknown ? 0 : _now,
        Operation = call.Operation,
        Outcome = outcome,
        Result = result,
    };

    private void RunZombie()
    {
        if (_zombies.Count > 0 && _random.Next(8) == 0)
        {
            int zombie = _random.Next(_zombies.Count);
            Execute(_zombies[zombie]);
            _zombies.RemoveAt(zombie);
        }
    }

    // Gets of every other key do not state the revision.
    private OperationResult Execute(Operation operation) => _store.Execute(
        operation,
        operation is RangeOperation { Range: { IsSingle: true } range } && range.Start.Span[^1] % 2 == 0);

    private Operation NextOperation()
    {
        Key key = NextKey();
        int kind = _random.Next(SingleKeysOnly ? 80 : 100);
        return kind switch
        {
            < 30 => Op.Put(key, NextValue(), _random.Next(2) == 0),
            < 70 => Op.Get(key),
            < 80 => Op.Delete(key, _random.Next(2) == 0),
            < 85 => Op.Range(
                KeyRange.Prefix(key.Bytes[..^1]), new RangeOptions { Limit = _random.Next(4), KeysOnly = kind == 84 }),
            < 88 when _store.Revision > 3 => Op.Range(
                key, new RangeOptions { Revision = _random.NextInt64(2, _store.Revision) }),
            < 90 => Op.Delete(KeyRange.Between(key, NextKey().Bytes.ToArray().Append((byte)'~').ToArray()), true),
            _ => Op.Txn(Txn
                .If(_random.Next(2) == 0 ? Compare.Exists(key) : Compare.Version(NextKey()).LessThan(3))
                .Then(Op.Put(key, NextValue(), true), Op.Range(KeyRange.All, new RangeOptions { Limit = 2 }))
                .Else(_random.Next(2) == 0 ? Op.Get(key) : Op.Put(NextKey(), NextValue()))),
        };
    }

    private Key NextKey() => $"key/{_random.Next(keys):D3}";

    private Value NextValue() => $"v{++_values}";

    private sealed record Pending(long InvokedAt, Operation Operation, OperationResult? Result);
}
