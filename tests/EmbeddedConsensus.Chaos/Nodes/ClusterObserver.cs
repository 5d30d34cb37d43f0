using System.Collections.Concurrent;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Collects the events that the processes of all members report, and the actions on them.</summary>
internal sealed class ClusterObserver
{
    private readonly ConcurrentDictionary<ulong, MemberId> _leaders = new();
    private readonly ConcurrentDictionary<(MemberId Member, ulong Index), bool> _snapshots = new();
    private readonly ConcurrentDictionary<string, long> _deeds = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _problems = new();
    private ulong _highestTerm;

    /// <summary>The number of terms in which a leader was seen.</summary>
    public int Elections => _leaders.Count;

    /// <summary>The highest term that a member reported.</summary>
    public ulong HighestTerm => Volatile.Read(ref _highestTerm);

    /// <summary>The number of snapshots seen, over all members.</summary>
    public int Snapshots => _snapshots.Count;

    /// <summary>The actions on the members and their environment, and how often each was done.</summary>
    public IReadOnlyDictionary<string, long> Deeds => _deeds;

    /// <summary>Violations found.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Counts an action.</summary>
    /// <param name="deed">The action.</param>
    /// <param name="count">How often it was done; 0 is allowed.</param>
    public void Did(string deed, long count)
    {
        if (count > 0)
        {
            _deeds.AddOrUpdate(deed, count, (_, before) => before + count);
        }
    }

    /// <summary>Handles a member's status.</summary>
    /// <param name="member">The member.</param>
    /// <param name="status">The status.</param>
    public void Heard(MemberId member, NodeEvent.Status status)
    {
        InterlockedMax(ref _highestTerm, status.Term);
        if (status.SnapshotIndex > 0)
        {
            _snapshots.TryAdd((member, status.SnapshotIndex), true);
        }

        if (status.IsLeader && _leaders.GetOrAdd(status.Term, member) is { } leader && leader != member)
        {
            _problems.Enqueue($"Members {leader} and {member} both lead in term {status.Term}.");
        }
    }

    private static void InterlockedMax(ref ulong highest, ulong value)
    {
        ulong seen = Volatile.Read(ref highest);
        while (value > seen)
        {
            ulong before = Interlocked.CompareExchange(ref highest, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Records that a process exited on its own.</summary>
    /// <param name="member">The member.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="log">Its log.</param>
    public void EndedByItself(MemberId member, int exitCode, string log) =>
        _problems.Enqueue($"The process of member {member} exited on its own with code {exitCode}. Its log is {log}.");
}
