using System.Collections.Concurrent;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Gathers what the processes of all members tell by themselves.</summary>
internal sealed class ClusterObserver
{
    private readonly ConcurrentDictionary<ulong, MemberId> _leaders = new();
    private readonly ConcurrentDictionary<(MemberId Member, ulong Index), bool> _snapshots = new();
    private readonly ConcurrentQueue<string> _problems = new();

    /// <summary>How many terms were seen with a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>How many snapshots were seen, of all members together.</summary>
    public int Snapshots => _snapshots.Count;

    /// <summary>What must not happen, and did.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Takes what a member told.</summary>
    /// <param name="member">The member.</param>
    /// <param name="status">What it told.</param>
    public void Heard(MemberId member, NodeEvent.Status status)
    {
        if (status.SnapshotIndex > 0)
        {
            _snapshots.TryAdd((member, status.SnapshotIndex), true);
        }

        if (status.IsLeader && _leaders.GetOrAdd(status.Term, member) is { } leader && leader != member)
        {
            _problems.Enqueue($"Members {leader} and {member} both lead in term {status.Term}.");
        }
    }

    /// <summary>Takes the end of a process that nobody ended.</summary>
    /// <param name="member">The member.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="log">Its log.</param>
    public void EndedByItself(MemberId member, int exitCode, string log) =>
        _problems.Enqueue($"The process of member {member} ended by itself, with {exitCode}. Its log is {log}.");
}
