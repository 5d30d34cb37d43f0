using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Compares what a life's node does, turn by turn, with the promises of consensus.</summary>
internal sealed class LifeChecks
{
    private readonly SimulatedCluster _cluster;
    private readonly ReplicaLife _life;
    private readonly ulong _incarnation;
    private readonly LogMirror _mirror;
    private ConsensusView _view;
    private ClusterConfiguration _configuration;
    private ulong _configurationBefore;

    /// <summary>Begins with a node as it was recovered.</summary>
    /// <param name="cluster">Holds the invariants.</param>
    /// <param name="life">The life.</param>
    /// <param name="incarnation">Its number.</param>
    /// <param name="mirror">The log that it recovered.</param>
    public LifeChecks(SimulatedCluster cluster, ReplicaLife life, ulong incarnation, LogMirror mirror)
    {
        _cluster = cluster;
        _life = life;
        _incarnation = incarnation;
        _mirror = mirror;
        _view = ViewNow();
        _configuration = Node.Configuration;
    }

    private RaftNode Node => _life.Core.Node;

    /// <summary>The node drops the beginning of its log.</summary>
    /// <param name="through">The last entry dropped.</param>
    public void Drop(LogPosition through) => _mirror.Drop(through);

    /// <summary>The node appends entries.</summary>
    /// <param name="append">The entries.</param>
    /// <returns>Whether there is a configuration among them.</returns>
    public bool CheckAppend(in AppendEffect append)
    {
        bool isConfiguration = false;
        foreach (ReadOnlyMemory<LogEntry> slice in append.Entries.IsDefault ? [] : append.Entries)
        {
            foreach (ref readonly LogEntry entry in slice.Span)
            {
                if (entry.Kind == LogEntryKind.Configuration)
                {
                    isConfiguration = true;
                    CheckConfiguration(entry);
                }
            }

            if (Node.Role == RaftRole.Leader)
            {
                CheckProposals(slice.Span);
            }

            _cluster.Invariants.OnAppend(
                _life.Replica.Id, Node.Role == RaftRole.Leader, Node.Term, _mirror, slice.Span);
        }

        return isConfiguration;
    }

    /// <summary>The replica proposes entries, or appends them as the leader: those of its own calls are
    /// checked.</summary>
    /// <param name="entries">The entries.</param>
    public void CheckProposals(ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            bool isNew = entry.Term == 0 || entry.Term == Node.Term;
            if (isNew && entry.Kind == LogEntryKind.Command)
            {
                OperationKind kind = CommandHeader.Read(entry.Data.Span, out ProposalId id);
                if (id.Origin == _life.Replica.Id && id.Incarnation == _incarnation)
                {
                    _cluster.Committed.CheckProposal(id, kind == OperationKind.Retract);
                }
            }
        }
    }

    /// <summary>The node has taken a turn.</summary>
    public void CheckTurn()
    {
        ConsensusView now = ViewNow();
        if (now != _view)
        {
            _cluster.Trace.Add((now.Term << 1) | (now.IsLeader ? 1UL : 0), (now.Commit << 32) ^ now.Applied);
            bool isElected = now.IsLeader && (!_view.IsLeader || now.Term != _view.Term);
            bool isJoint = Node.CommittedConfiguration.IsJoint
                && Node.CommittedConfigurationIndex > _view.CommittedConfigurationIndex;
            ClusterConfiguration configuration = Node.Configuration;
            _cluster.Invariants.OnTurn(
                _view, now, _mirror, new QuorumView(_configuration, configuration, _cluster.Holds));
            _cluster.Rules.CheckCommitted(
                _life.Replica.Id, Node.CommittedConfigurationIndex, Node.CommittedConfiguration);
            _configurationBefore = _view.ConfigurationIndex;
            _configuration = configuration;
            _view = now;
            if (isJoint)
            {
                _life.Pass(CrashPoint.JointCommitted);
            }

            if (isElected)
            {
                _cluster.Note($"replica {_life.Replica.Id} leads in term {now.Term}");
                _cluster.LeaderChanged(_life);
                _life.Pass(CrashPoint.Elected);
            }
        }
    }

    private void CheckConfiguration(in LogEntry entry)
    {
        if (_view.IsLeader && entry.Term == _view.Term)
        {
            ConfigurationRules.CheckLeaderAppend(
                _view, entry.Index, _configurationBefore, _mirror.TermAt(_view.Commit));
        }
    }

    private ConsensusView ViewNow() => new(
        _life.Replica.Id, Node.Role == RaftRole.Leader, Node.Term, Node.CommitIndex, _life.AppliedToCore,
        Node.ConfigurationIndex, Node.CommittedConfigurationIndex);
}
