using System.Security.Cryptography;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica;

/// <summary>The calls of an app about leases.</summary>
internal sealed class LeaseManager : ILeaseManager
{
    private static readonly Func<ApplyResult, bool> ToNothing = static _ => true;
    private static readonly Func<ApplyResult, long[]> ToGranted = static result => (long[])result.Payload!;
    private static readonly Func<ApplyResult, bool> ToIsComplete =
        static result => ((LeaseEnded)result.Payload!).IsComplete;

    private readonly ReplicaHost _host;
    private readonly KeyValueStore _store;
    private readonly TimeSpan _minTimeToLive;
    private readonly Random? _random;
    private readonly LeaseRenewals _renewals;

    /// <summary>The leases of a replica.</summary>
    public LeaseManager(ReplicaHost host, KeyValueStore store, ConsensusStoreOptions options)
    {
        _host = host;
        _store = store;
        _minTimeToLive = options.ElectionTimeout * 1.5;
        _random = host.Schedule is { } schedule ? new Random((int)schedule.Seed) : null;
        _renewals = host.Leases;
    }

    /// <inheritdoc />
    public async ValueTask<LeaseHandle> AcquireAsync(
        TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        // The holder's time counts from before the grant was sent.
        long sentAt = _renewals.Now;
        LeaseGrant grant = await GrantAsync(timeToLive, 0, cancellationToken).ConfigureAwait(false);
        HeldLease lease = new(this, grant, _renewals, sentAt);
        _renewals.Add(lease);
        return lease;
    }

    /// <inheritdoc />
    public async ValueTask<LeaseGrant> GrantAsync(
        TimeSpan timeToLive, long id = 0, CancellationToken cancellationToken = default)
    {
        long millis = MillisOf(timeToLive);
        while (true)
        {
            long chosen = id == 0 ? ChooseId() : id;
            try
            {
                await _store.Write(
                    "lease grant", new LeaseGrantOperation(chosen, millis), ToNothing, cancellationToken)
                    .ConfigureAwait(false);
                return new LeaseGrant(chosen, TimeSpan.FromMilliseconds(millis));
            }
            catch (LeaseExistsException) when (id == 0)
            {
                // The one in 2^63 that was drawn before.
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<TimeSpan> KeepAliveAsync(long id, CancellationToken cancellationToken = default)
    {
        long[] granted = await _store.Write(
            "lease keep-alive", new LeaseKeepAliveOperation([id]), ToGranted, cancellationToken).ConfigureAwait(false);
        return granted[0] > 0 ? TimeSpan.FromMilliseconds(granted[0]) : throw new LeaseNotFoundException(id);
    }

    /// <inheritdoc />
    public async ValueTask RevokeAsync(long id, CancellationToken cancellationToken = default)
    {
        bool isComplete = await RevokePieceAsync(id, cancellationToken).ConfigureAwait(false);
        while (!isComplete)
        {
            try
            {
                isComplete = await RevokePieceAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (LeaseNotFoundException)
            {
                // The leader deletes as well, and was faster.
                return;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<LeaseStatus> TimeToLiveAsync(
        long id, bool includeKeys = false, CancellationToken cancellationToken = default)
    {
        LeaseIds.Check(id);
        LeaseStatus? status = await AskAsync(
            machine => StatusOf(machine.Leases, id, includeKeys), cancellationToken).ConfigureAwait(false);
        return status ?? throw new LeaseNotFoundException(id);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long>> ListAsync(CancellationToken cancellationToken = default)
    {
        LeaseRecord[] records = await AskAsync(static machine => machine.Leases.Copy(), cancellationToken)
            .ConfigureAwait(false);
        long[] ids = [.. records.Where(record => !record.IsEnding).Select(record => record.Id)];
        Array.Sort(ids);
        return ids;
    }

    private static LeaseStatus? StatusOf(LeaseTable table, long id, bool includeKeys)
    {
        int slot = table.Find(id);
        if (slot == 0)
        {
            return null;
        }

        ref readonly Lease lease = ref table[slot];
        List<Key> keys = [];
        for (int key = includeKeys ? lease.FirstKey : 0; key != 0; key = table.Keys.NextOf(key))
        {
            keys.Add(table.Keys[key].ToArray());
        }

        return new LeaseStatus(
            id, TimeSpan.FromMilliseconds(lease.TimeToLive), TimeSpan.FromMilliseconds(table.RemainingOf(slot)), keys);
    }

    private ValueTask<bool> RevokePieceAsync(long id, CancellationToken cancellationToken) =>
        _store.Write("lease revoke", new LeaseRevokeOperation(id), ToIsComplete, cancellationToken);

    private async Task<TAnswer> AskAsync<TAnswer>(
        Func<ReplicatedStateMachine, TAnswer> read, CancellationToken cancellationToken)
    {
        await _store.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        StateQuery<TAnswer> query = new(read, _host.Completion);
        _host.Apply.Ask(query);
        return await query.Task.ConfigureAwait(false);
    }

    private long MillisOf(TimeSpan timeToLive)
    {
        double millis = Math.Ceiling(timeToLive.TotalMilliseconds);
        return millis <= 0 || millis > LeaseGrantOperationHandler.MaxTimeToLive
            ? throw new InvalidRequestException(
                nameof(timeToLive),
                $"The time to live is {timeToLive}. Use more than zero and at most "
                + $"{TimeSpan.FromMilliseconds(LeaseGrantOperationHandler.MaxTimeToLive)}, which is 9,000,000,000 "
                + "seconds.")
            : Math.Max((long)millis, (long)Math.Ceiling(_minTimeToLive.TotalMilliseconds));
    }

    private long ChooseId()
    {
        if (_random is { } random)
        {
            lock (random)
            {
                return random.NextInt64(1, long.MaxValue);
            }
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BitConverter.ToInt64(bytes) & long.MaxValue);
    }
}
