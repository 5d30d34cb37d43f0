using BenchmarkDotNet.Attributes;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Benchmarks.Raft;

/// <summary>The cost of consensus at a leader for a batch of proposals: propose, append, complete the append, receive a
/// follower's acknowledgement, commit, apply. Disk and network are not part of the state machine and not
/// measured.</summary>
[MemoryDiagnoser]
public class RaftStepBenchmarks
{
    private static readonly MemberId Leader = new(1);
    private static readonly MemberId Follower = new(2);

    private readonly ReadOnlyMemory<byte>[] _batch = new ReadOnlyMemory<byte>[256];
    private RaftNode _node = null!;

    /// <summary>The proposals of a batch.</summary>
    [Params(1, 256)]
    public int Batch { get; set; }

    /// <summary>Elects the leader.</summary>
    [GlobalSetup]
    public void Elect()
    {
        Array.Fill(_batch, new byte[256]);
        _node = new RaftNode(
            new RaftOptions { Id = Leader, Seed = 1, PreVote = false, LogCacheBytes = 4 << 20 },
            RecoveredLog.Empty, null,
            ClusterConfiguration.OfVoters(Leader, Follower, new MemberId(3)) with { ClusterId = 1 });
        _node.Campaign();
        Drain();
        _node.Step(new RaftMessage
        {
            Type = RaftMessageType.VoteResponse, From = Follower, To = Leader, Term = _node.Term,
        });
        Drain();
        if (_node.Role != RaftRole.Leader)
        {
            throw new InvalidOperationException("The benchmark's node was not elected.");
        }

        Commit();
    }

    /// <summary>Proposes, replicates, commits and applies a batch.</summary>
    /// <returns>The commit index.</returns>
    [Benchmark]
    public ulong ReplicateABatch()
    {
        _node.Propose(_batch.AsSpan(0, Batch));
        Drain();
        Commit();
        return _node.CommitIndex;
    }

    private void Commit()
    {
        _node.Step(new RaftMessage
        {
            Type = RaftMessageType.AppendResponse,
            From = Follower,
            To = Leader,
            Term = _node.Term,
            Index = _node.LastIndex,
        });
        Drain();
    }

    private void Drain()
    {
        while (!_node.Effects.IsEmpty)
        {
            RaftEffects effects = _node.Effects;
            ulong applied = effects.Applies.Count == 0 ? 0 : effects.Applies[^1].LastIndex;
            ulong append = effects.Append?.Id ?? 0;
            effects.Clear();
            if (append != 0)
            {
                _node.AppendCompleted(append);
            }

            if (applied != 0)
            {
                _node.AppliedTo(applied);
            }
        }
    }
}
