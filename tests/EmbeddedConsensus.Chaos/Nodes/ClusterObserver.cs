using System.Collections.Concurrent;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Gathers what the processes of all members tell by themselves, and what was done to them.</summary>
internal sealed class ClusterObserver
{
    private readonly ConcurrentDictionary<ulong, MemberId> _leaders = new();
    private readonly ConcurrentDictionary<(MemberId Member, ulong Index), bool> _snapshots = new();
    private readonly ConcurrentDictionary<string, long> _deeds = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _problems = new();

    /// <summary>How many terms were seen with a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>How many snapshots were seen, of all members together.</summary>
    public int Snapshots => _snapshots.Count;

    /// <summary>What was done to the members and what is around them, and how often.</summary>
    public IReadOnlyDictionary<string, long> Deeds => _deeds;

    /// <summary>What must not happen, and did.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Counts what was done.</summary>
    /// <param name="deed">What.</param>
    /// <param name="count">How often; 0 for not at all.</param>
    public void Did(string deed, long count)
    {
        if (count > 0)
        {
            _deeds.AddOrUpdate(deed, count, (_, before) => before + count);
        }
    }

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
