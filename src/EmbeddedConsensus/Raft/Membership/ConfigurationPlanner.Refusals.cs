using System.Collections.Immutable;
using System.Text;

namespace EmbeddedConsensus.Raft;

/// <summary>What a change is refused for.</summary>
internal sealed partial class ConfigurationPlanner
{
    /// <summary>Why new members cannot be taken in, or null when they can.</summary>
    private ChangeDecision? RefuseNew(ImmutableArray<MemberEndpoint> added)
    {
        foreach (MemberEndpoint peer in added)
        {
            if (peer.Id.IsNone)
            {
                return ChangeDecision.Refuse(new ChangeRefusal.NoMemberId());
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
                return ChangeDecision.Refuse(new ChangeRefusal.AddressNamedTwice(peer.Address));
            }
        }

        int members = current.Members.Length + added.Length;
        return members <= ClusterConfigurationCodec.MaxMembers
            ? null
            : ChangeDecision.Refuse(new ChangeRefusal.TooManyMembers(members));
    }

    private ChangeDecision? RefuseAddress(MemberEndpoint peer)
    {
        if (string.IsNullOrEmpty(peer.Address)
            || peer.Address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c))
            || Encoding.UTF8.GetByteCount(peer.Address) > ClusterConfigurationCodec.MaxAddressBytes)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.InvalidAddress(peer.Id));
        }

        ClusterMember? owner = current.Members.FirstOrDefault(
            member => member.Id != peer.Id && member.Address == peer.Address);
        return owner is null
            ? null
            : ChangeDecision.Refuse(new ChangeRefusal.AddressInUse(peer.Address, owner.Id));
    }

    /// <summary>Why a set of voters cannot take over now, or null when it can.</summary>
    private ChangeDecision? RefuseVoters(ImmutableArray<MemberId> target)
    {
        if (target.Length > ClusterConfigurationCodec.MaxVoters)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.TooManyVoters(target.Length));
        }

        if (target.Count(IsUsable) > target.Length / 2)
        {
            return null;
        }

        ImmutableArray<MemberId> silent = [.. target.Where(id => !IsUsable(id))];
        return ChangeDecision.Refuse(new ChangeRefusal.QuorumWouldBeLost(target.Length, silent));
    }

    private ChangeDecision? RefusePlanned() => current.PlannedVoters.IsEmpty
        ? null
        : ChangeDecision.Refuse(new ChangeRefusal.VotersPlanned(current.PlannedVoters));

    private ChangeDecision RefuseUsedId(MemberId member) => ChangeDecision.Refuse(
        current.Contains(member)
            ? new ChangeRefusal.IdInUse(member, current)
            : new ChangeRefusal.IdUsedBefore(member, current));

    private static ChangeDecision RefuseUnknown(MemberId member) =>
        ChangeDecision.Refuse(new ChangeRefusal.UnknownMember(member));
}
