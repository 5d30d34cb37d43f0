using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Judges the answers that a founder with an empty disk got from the addresses on its list.</summary>
/// <param name="self">The founder.</param>
/// <param name="incarnation">Its present life.</param>
/// <param name="clusterName">The name of the cluster.</param>
internal sealed class FoundingRound(MemberId self, ulong incarnation, string clusterName)
{
    /// <summary>Judges.</summary>
    /// <param name="founders">The list that the founder was started with.</param>
    /// <param name="answers">What came from each address.</param>
    public FoundingVerdict Judge(ClusterConfiguration founders, IReadOnlyList<FounderAnswer> answers)
    {
        ulong list = FoundingState.HashOf(founders);
        ImmutableArray<FounderReport>.Builder reports = ImmutableArray.CreateBuilder<FounderReport>(answers.Count);
        List<string> waits = [];
        foreach ((MemberEndpoint listed, MembershipAnswer? answer) in answers)
        {
            if (answer is not null && RefusalOf(listed.Address, answer) is { } refusal)
            {
                return new FoundingVerdict(refusal, [], "");
            }

            if (listed.Id == self)
            {
                // Only another process is of interest there.
                continue;
            }

            if (answer is not null)
            {
                reports.Add(answer.Founder);
            }

            if (TroubleOf(listed, answer, list) is { } trouble)
            {
                waits.Add($"member {listed.Id} at {listed.Address} {trouble}");
            }
        }

        return new FoundingVerdict(null, reports.ToImmutable(), string.Join("; ", waits));
    }

    private string? RefusalOf(string address, MembershipAnswer answer)
    {
        if (answer.From == self)
        {
            return answer.Incarnation == incarnation
                ? null
                : MembershipClient.TwinAt(self, address);
        }

        if (answer.Configuration is not { } cluster || answer.ConfigurationIndex == 0)
        {
            return null;
        }

        string where = $"member {answer.From} at {address} belongs to cluster {cluster.ClusterId:x} of that name";
        if (cluster.Find(self) is { } known)
        {
            return known.HasStarted
                ? $"Member {self} is to found the cluster '{clusterName}' on an empty disk, but {where}, in which "
                    + $"member {self} at '{known.Address}' has run before. What it voted for and acknowledged is lost "
                    + "with its disk. Restore the disk; or remove the member and add it anew with an id "
                    + $"{ChangeRefusalText.UnusedIds(cluster)}."
                : null;
        }

        return cluster.WasUsed(self)
            ? $"Member {self} is to found the cluster '{clusterName}', but {where}, from which member {self} was "
                + $"removed. To join it, clear Members, set JoinAddresses to {address}, and use an id "
                + $"{ChangeRefusalText.UnusedIds(cluster)}."
            : $"Member {self} is to found the cluster '{clusterName}', but {where}, which exists and has no member "
                + $"{self}. To join it, clear Members, set JoinAddresses to {address}, and start member {self} again. "
                + "To found another cluster, choose another ClusterName.";
    }

    private static string? TroubleOf(in MemberEndpoint listed, MembershipAnswer? answer, ulong list) => answer switch
    {
        null => "does not answer",
        _ when answer.From != listed.Id => $"is not there: member {answer.From} is",
        { Founder.HoldsNothing: false } => "holds data, and knows no committed membership yet",
        { Founder.Founders: 0 } => "joins a cluster and is no founder",
        _ when answer.Founder.Founders != list => "was started with another list of members",
        _ => null,
    };
}
