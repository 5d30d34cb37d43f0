using System.Security.Cryptography;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Turns the data of one member into that of a cluster of its own.</summary>
/// <remarks>Behind the log's end it writes, in one append, a configuration of the survivor alone in a higher term, and a
/// hard state by which everything up to there is committed. A member uses the latest configuration in its log, so the
/// next start goes by it. That nobody elected the leader of that term does no harm: the entry is in nobody else's log, and
/// the new cluster id keeps those out who could have another in its place.</remarks>
internal sealed class NewClusterBuilder(ReplicaStorage storage, MemberId survivor) : IApplySink
{
    private const long ReadBytes = 4L << 20;

    /// <summary>Reads and checks everything, and writes the new configuration.</summary>
    public async Task<NewClusterResult> BuildAsync(CancellationToken cancellationToken)
    {
        RecoveredLog recovered = await storage.Log.RecoverAsync(cancellationToken).ConfigureAwait(false);
        ISnapshotReader? snapshot =
            await storage.Snapshots.OpenNewestAsync(cancellationToken).ConfigureAwait(false);
        SnapshotMetadata? metadata = snapshot?.Metadata;
        RaftLog log = new(recovered, metadata?.Position ?? default, 0);
        ClusterConfiguration current = CurrentOf(recovered, metadata, log);
        long revision = await ReplayAsync(snapshot, log, cancellationToken).ConfigureAwait(false);
        NewClusterResult result = new()
        {
            IsForced = !IsAlone(current),
            ClusterId = current.ClusterId,
            LastIndex = log.LastIndex,
            CommitIndex = log.Commit,
            Revision = revision,
            DroppedMembers = [.. current.Members.Select(member => member.Id).Where(id => id != survivor)],
        };
        if (!result.IsForced)
        {
            return result;
        }

        cancellationToken.ThrowIfCancellationRequested();
        ClusterConfiguration next = Alone(current);
        await WriteAsync(log, recovered.HardState, next).ConfigureAwait(false);
        return result with { ClusterId = next.ClusterId };
    }

    /// <inheritdoc />
    bool IApplySink.Wants(in ProposalId id) => false;

    /// <inheritdoc />
    void IApplySink.Applied(in ProposalId id, in ApplyResult result)
    {
        // Whoever waited for it is gone with the old cluster.
    }

    private ClusterConfiguration CurrentOf(RecoveredLog recovered, SnapshotMetadata? metadata, RaftLog log)
    {
        ClusterConfiguration current =
            RecoveredMembership.Of(log.WasReplacedBySnapshot ? RecoveredLog.Empty : recovered, metadata)
            ?? throw new InvalidRequestException(
                nameof(storage),
                "The data is that of no cluster: it holds no membership. Check that it is the survivor's, and not a folder that "
                + "was just created.");
        return current.Contains(survivor)
            ? current
            : throw new InvalidRequestException(
                nameof(survivor),
                $"Member {survivor} is not in the cluster that the data belongs to; its members are "
                + $"{string.Join(", ", current.Members.Select(member => member.Id))}. Give the id of the member whose data it is.");
    }

    private bool IsAlone(ClusterConfiguration configuration) =>
        configuration is { IsJoint: false, Voters: [MemberId only], Members.Length: 1 } && only == survivor;

    private ClusterConfiguration Alone(ClusterConfiguration current)
    {
        ulong id;
        do
        {
            id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        }
        while (id == 0 || id == current.ClusterId);

        return new ClusterConfiguration
        {
            ClusterId = id,
            ClusterNameHash = current.ClusterNameHash,
            Voters = [survivor],
            Members = [current.Find(survivor)! with { HasStarted = true }],
            LastMemberId = current.LastMemberId,
        };
    }

    /// <summary>Builds the state as the next start will, so that damage shows now, and tells its revision.</summary>
    private async Task<long> ReplayAsync(ISnapshotReader? snapshot, RaftLog log, CancellationToken cancellationToken)
    {
        MvccOptions options = new();
        ReplicatedStateMachine machine;
        if (snapshot is null)
        {
            machine = new ReplicatedStateMachine(options);
        }
        else
        {
            await using (snapshot.ConfigureAwait(false))
            {
                machine = await StateSnapshotLoader.LoadAsync(snapshot, options, cancellationToken).ConfigureAwait(false);
            }
        }

        using (machine)
        {
            while (machine.Applied.Index < log.LastIndex)
            {
                ReadOnlyMemory<LogEntry> entries = await storage.Log
                    .ReadAsync(machine.Applied.Index + 1, log.LastIndex, ReadBytes, cancellationToken).ConfigureAwait(false);
                machine.Apply(entries.Span, this);
                machine.Publish();
            }

            return machine.Store.CurrentRevision;
        }
    }

    private async Task WriteAsync(RaftLog log, HardState state, ClusterConfiguration configuration)
    {
        if (log.WasReplacedBySnapshot)
        {
            // As a start would: the snapshot holds more than the log.
            await storage.Log.DropPrefixAsync(log.LastPosition).ConfigureAwait(false);
        }

        ulong term = Math.Max(state.Term, log.LastPosition.Term) + 1;
        LogEntry entry = new(
            log.LastIndex + 1, term, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration));
        await storage.Log.AppendAsync(
            new LogAppend[] { new(new[] { entry }, new HardState(term, MemberId.None, entry.Index)) })
            .ConfigureAwait(false);
    }
}
