using System.Collections.Immutable;
using System.Text;

namespace EmbeddedConsensus.Raft;

/// <summary>Why a change is refused.</summary>
internal sealed partial class ConfigurationPlanner
{
    /// <summary>Why new members cannot be taken in, or null when they can.</summary>
    private ChangeDecision? RefuseNew(ImmutableArray<MemberEndpoint> added)
    {
        foreach (MemberEndpoint peer in added)
        {
            if (peer.Id.IsNone)
            {
                return ChangeDecision.Refuse(MembershipRefusal.InvalidAddress, "The id 0 names no member.");
            }

            if (current.WasUsed(peer.Id))
            {
                return RefuseUsedId(peer.Id);
            }

            if (RefuseAddress(peer) is { } refusal)
            {
                return refusal;
            }

            if (added.Any(other => other.Id != peer.Id && other.Address == peer.Address))
            {
                return ChangeDecision.Refuse(
                    MembershipRefusal.AddressInUse, $"Two new members have the address '{peer.Address}'.");
            }
        }

        return current.Members.Length + added.Length <= ClusterConfigurationCodec.MaxMembers
            ? null
            : ChangeDecision.Refuse(
                MembershipRefusal.TooManyMembers,
                $"There would be {current.Members.Length + added.Length} members; "
                + $"{ClusterConfigurationCodec.MaxMembers} are the most.");
    }

    private ChangeDecision? RefuseAddress(MemberEndpoint peer)
    {
        if (string.IsNullOrEmpty(peer.Address)
            || peer.Address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c))
            || Encoding.UTF8.GetByteCount(peer.Address) > ClusterConfigurationCodec.MaxAddressBytes)
        {
            return ChangeDecision.Refuse(
                MembershipRefusal.InvalidAddress,
                $"The address of member {peer.Id} is empty, has blanks or control characters, or is longer than "
                + $"{ClusterConfigurationCodec.MaxAddressBytes} bytes.");
        }

        ClusterMember? owner = current.Members.FirstOrDefault(
            member => member.Id != peer.Id && member.Address == peer.Address);
        return owner is null
            ? null
            : ChangeDecision.Refuse(
                MembershipRefusal.AddressInUse,
                $"The address '{peer.Address}' is that of member {owner.Id}. Remove that member first, or give the new "
                + "one another address.");
    }

    /// <summary>Why a set of voters cannot take over now, or null when it can.</summary>
    private ChangeDecision? RefuseVoters(ImmutableArray<MemberId> target)
    {
        if (target.Length > ClusterConfigurationCodec.MaxVoters)
        {
            return ChangeDecision.Refuse(
                MembershipRefusal.TooManyMembers,
                $"There would be {target.Length} voters; {ClusterConfigurationCodec.MaxVoters} are the most.");
        }

        if (target.Count(IsUsable) > target.Length / 2)
        {
            return null;
        }

        string silent = string.Join(", ", target.Where(id => !IsUsable(id)));
        return ChangeDecision.Refuse(
            MembershipRefusal.QuorumWouldBeLost,
            $"Of the {target.Length} voters that there would be, {silent} were not heard from within an election "
            + "timeout or hold nothing of the log: the others are no majority, and nothing could be written any more. "
            + "Bring them up, or remove those first.");
    }

    private ChangeDecision? RefusePlanned() => current.PlannedVoters.IsEmpty
        ? null
        : ChangeDecision.Refuse(
            MembershipRefusal.ChangeInProgress,
            $"The voters {string.Join(", ", current.PlannedVoters)} are planned, and take over when all of them are "
            + "caught up. Wait for that, or cancel it.");

    private ChangeDecision RefuseUsedId(MemberId member) => current.Find(member) is { } owner
        ? ChangeDecision.Refuse(
            MembershipRefusal.MemberIdUsed,
            $"Member {member} is in the cluster, at '{owner.Address}', or named twice. To change its address, update "
            + $"it; for a new member take an id {current.UnusedInWords()}.")
        : ChangeDecision.Refuse(
            MembershipRefusal.MemberIdUsed,
            $"The id {member} was used before, or may have been. An id is never given to another member, so that what "
            + $"is left of the old one can do no harm: take one {current.UnusedInWords()}.");

    private static ChangeDecision RefuseUnknown(MemberId member) => ChangeDecision.Refuse(
        MembershipRefusal.UnknownMember, $"Member {member} is not in the cluster.");

    private static ChangeDecision RefuseLastVoter(string what) => ChangeDecision.Refuse(
        MembershipRefusal.LastVoter,
        $"{what} A cluster without voters could never decide anything again. Add another voter first.");
}
