using System.Globalization;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The specification of leases, written as plainly as possible: a sorted map of leases, each with the list of
/// its keys.</summary>
internal sealed class ReferenceLeases
{
    /// <summary>How many keys an entry deletes. Few, so that leases end in pieces.</summary>
    public const int MaxEndingKeys = 3;

    /// <summary>A table without leases.</summary>
    public const string Nothing = "0:";

    private readonly SortedDictionary<long, Entry> _leases = [];
    private readonly List<long> _ended = [];
    private long _renewals;

    /// <summary>Whether there are leases, or the rest of one.</summary>
    public bool Any => _leases.Count > 0;

    /// <summary>All of it as text, for comparisons.</summary>
    public string Text => TextOf(
        _renewals, _leases.Select(item => (item.Value.Record with { Id = item.Key }, item.Value.Keys)));

    /// <summary>A replica's leases as text.</summary>
    public static string TextOf(LeaseTable table)
    {
        if (table.Count == 0)
        {
            return TextOf(table.Renewals, []);
        }

        List<(LeaseRecord Record, List<Key> Keys)> leases = [];
        for (int slot = 1; slot <= table.LastSlot; slot++)
        {
            Lease lease = table[slot];
            if (lease.Id == 0)
            {
                continue;
            }

            List<Key> keys = [];
            for (int key = lease.FirstKey; key != 0; key = table.Keys.NextOf(key))
            {
                keys.Add(table.Keys[key].ToArray());
            }

            leases.Add((
                new LeaseRecord(lease.Id, lease.TimeToLive, lease.Remaining, lease.Renewal, lease.IsEnding), keys));
        }

        return TextOf(table.Renewals, leases.OrderBy(item => item.Record.Id));
    }

    /// <summary>Whether an id is in use.</summary>
    public bool IsUsed(long lease) => _leases.ContainsKey(lease);

    /// <summary>Why a put under a lease is refused; null if it is not.</summary>
    public ConsensusStoreException? Refuse(long lease) =>
        lease == 0 || Lives(lease) ? null : new LeaseNotFoundException(lease);

    /// <summary>Attaches a key to a lease, or to none, and to no other.</summary>
    public void Attach(Key key, long lease)
    {
        foreach (Entry entry in _leases.Values)
        {
            entry.Keys.Remove(key);
        }

        if (lease != 0)
        {
            _leases[lease].Keys.Add(key);
        }
    }

    /// <summary>Executes an operation, except for the deletion of keys.</summary>
    public (ConsensusStoreException? Error, object? Payload) Execute(Operation operation)
    {
        switch (operation)
        {
            case LeaseGrantOperation { Lease: var id } when IsUsed(id):
                return (new LeaseExistsException(id), null);
            case LeaseGrantOperation grant:
                _leases.Add(grant.Lease, new Entry(
                    new LeaseRecord(grant.Lease, grant.TimeToLive, grant.TimeToLive, ++_renewals, false)));
                return default;
            case LeaseKeepAliveOperation keepAlive:
                return (null, keepAlive.Leases.Select(Renew).ToArray());
            case LeaseRevokeOperation { Lease: var id } when !IsUsed(id):
                return (new LeaseNotFoundException(id), null);
            case LeaseRevokeOperation revoke:
                End(revoke.Lease);
                return default;
            case LeaseExpireOperation expire:
                foreach (LeaseMark mark in expire.Marks.Where(IsCurrent))
                {
                    End(mark.Id);
                }

                return default;
            default:
                foreach (LeaseMark mark in ((LeaseCheckpointOperation)operation).Marks.Where(IsCurrent))
                {
                    Entry entry = _leases[mark.Id];
                    entry.Record = entry.Record with { Remaining = Math.Min(entry.Record.Remaining, mark.Remaining) };
                }

                return default;
        }
    }

    /// <summary>The keys that an entry deletes, for each of its revisions. They are still to be detached.</summary>
    public IEnumerable<IReadOnlyList<Key>> TakePiece()
    {
        int room = MaxEndingKeys;
        foreach ((long id, Entry lease) in _leases
            .Where(item => item.Value.Record.IsEnding).OrderBy(item => item.Value.Record.Renewal).ToArray())
        {
            if (room <= 0 || (lease.Keys.Count > room && room < MaxEndingKeys))
            {
                yield break;
            }

            Key[] keys = [.. lease.Keys.Take(room)];
            room -= Math.Max(1, keys.Length);
            yield return keys;
            if (lease.Keys.Count == 0)
            {
                _leases.Remove(id);
            }
        }
    }

    /// <summary>The leases that ended since the last call.</summary>
    public long[] TakeEnded()
    {
        if (_ended.Count == 0)
        {
            return [];
        }

        long[] ended = [.. _ended];
        _ended.Clear();
        return ended;
    }

    private static string TextOf(long renewals, IEnumerable<(LeaseRecord Record, List<Key> Keys)> leases) =>
        string.Create(CultureInfo.InvariantCulture, $"{renewals}:") + string.Join(", ", leases.Select(item =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{item.Record.Id} ({item.Record.TimeToLive} ms, {item.Record.Remaining} left, renewal "
                + $"{item.Record.Renewal}{(item.Record.IsEnding ? ", ending" : "")}) "
                + $"[{string.Join(' ', item.Keys)}]")));

    private bool Lives(long lease) => _leases.TryGetValue(lease, out Entry? entry) && !entry.Record.IsEnding;

    private bool IsCurrent(LeaseMark mark) => Lives(mark.Id) && _leases[mark.Id].Record.Renewal == mark.Renewal;

    private long Renew(long lease)
    {
        if (!Lives(lease))
        {
            return 0;
        }

        Entry entry = _leases[lease];
        entry.Record = entry.Record with { Renewal = ++_renewals, Remaining = entry.Record.TimeToLive };
        return entry.Record.TimeToLive;
    }

    private void End(long lease)
    {
        if (Lives(lease))
        {
            _leases[lease].Record = _leases[lease].Record with { Renewal = ++_renewals, IsEnding = true };
            _ended.Add(lease);
        }
    }

    private sealed class Entry(LeaseRecord record)
    {
        public LeaseRecord Record { get; set; } = record;

        public List<Key> Keys { get; } = [];
    }
}
