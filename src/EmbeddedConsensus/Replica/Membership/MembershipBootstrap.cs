using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Decides which membership and address a replica starts with: those on its disk, or without any those of its
/// options.</summary>
/// <param name="options">The options.</param>
/// <param name="settings">The settings made of them.</param>
/// <param name="hasTransport">Whether the replica can reach other members.</param>
/// <param name="logger">The replica's log.</param>
internal sealed class MembershipBootstrap(
    ConsensusStoreOptions options, ReplicaSettings settings, bool hasTransport, ILogger logger)
{
    private MemberId Self => settings.Self;

    /// <summary>Refuses the disk of another member. A disk without an owner holds no promise yet, so any member may
    /// take it.</summary>
    /// <exception cref="MemberRefusedException">The disk is another member's.</exception>
    public void CheckOwner(MemberId owner)
    {
        if (owner != Self && !owner.IsNone)
        {
            throw new MemberRefusedException(
                $"Member {Self} was started on the disk of member {owner}. What that member voted for and acknowledged "
                + $"binds it alone: two members on one disk could elect two leaders. Set MemberId to {owner} to run "
                + $"that member, or give member {Self} a folder of its own.");
        }
    }

    /// <summary>Reports a member whose storage may have lost what it acknowledged. It starts, and waits for a leader to
    /// show it what was committed; where there can be none, it does not start.</summary>
    /// <exception cref="StorageException">There is no other member.</exception>
    public void CheckTail(RaftNode node)
    {
        if (!node.IsInDoubt)
        {
            return;
        }

        if (!hasTransport)
        {
            throw new StorageException(
                $"The log of member {Self} ends at index {node.Status.LastIndex}, and writes that were acknowledged in "
                + "the last second before the member stopped may be missing: the end of the log is damaged. No other "
                + "member can replace them. Restore the data from a newer backup; or, to do without them, call "
                + $"{nameof(DisasterRecovery)}.{nameof(DisasterRecovery.AcceptLostTailAsync)} once, then start again.");
        }

        logger.TailInDoubt(Self, node.Status.LastIndex);
    }

    /// <summary>Decides.</summary>
    /// <param name="recovered">The membership on the disk; null when it holds none.</param>
    /// <param name="founding">What the disk says about the founding.</param>
    /// <returns>The membership, and this member's address; null when none is known.</returns>
    /// <exception cref="MemberRefusedException">The disk belongs to a cluster of another name, or to founders with
    /// another list; or it is empty, and the options name no member though there is a transport.</exception>
    /// <exception cref="TransportException">There are other members, and no transport.</exception>
    public (ClusterConfiguration Bootstrap, string? Address) Decide(
        ClusterConfiguration? recovered, FoundingState founding)
    {
        if (recovered is null)
        {
            CheckFounders(founding);
            return !hasTransport || settings.Address is not null || options.JoinAddresses.Count > 0
                ? (settings.Bootstrap, settings.Address)
                : throw new MemberRefusedException(
                    $"Member {Self} has a transport and an empty disk, and its options name no member: it would found "
                    + "a cluster of its own. List the members of the cluster in Members, this one included (this one "
                    + "alone for a cluster of one), set AdvertisedAddress to found a cluster that others join, or set "
                    + "JoinAddresses to join one.");
        }

        ulong nameHash = ClusterIdentity.Of(options.ClusterName);
        if (recovered.ClusterNameHash != nameHash && recovered.ClusterNameHash != 0)
        {
            throw new MemberRefusedException(
                $"The disk of member {Self} belongs to a cluster of another name than '{options.ClusterName}'. Give "
                + "ClusterName the name that the cluster was founded with, or give this member its own disk.");
        }

        string? address = settings.Address ?? recovered.Find(Self)?.Address;
        if (!hasTransport && recovered.Members.Any(member => member.Id != Self))
        {
            throw new TransportException(
                $"The cluster on the disk of member {Self} has other members, and this one has no transport: call "
                + "UseTcpTransport() on what AddConsensusStore returns.");
        }

        if (options.Members.Count > 0 || options.JoinAddresses.Count > 0)
        {
            logger.OptionsIgnored(Self, string.Join(", ", recovered.Voters), string.Join(", ", recovered.Learners));
        }

        LogUnknownMembers(recovered);
        return (RecoveredMembership.BaseOf(recovered, settings.Bootstrap), address);
    }

    /// <summary>What a founder has agreed to is for good: the others may have founded the cluster by now, and with
    /// another list this member could found a second one.</summary>
    private void CheckFounders(FoundingState founding)
    {
        if (founding.Stage != FoundingStage.Undecided && founding.Founders != FoundingState.HashOf(settings.Bootstrap))
        {
            throw new MemberRefusedException(
                $"Member {Self} has agreed to found the cluster '{options.ClusterName}' with another list of members "
                + "than the one in its options, and that cluster may exist by now. Start it with the list that it was "
                + "started with before; or, if no member of that list has ever served, delete the directories of all "
                + "of them and start them with the new list.");
        }
    }

    /// <summary>Warns of members that were added to the list after the cluster was founded: nothing happens by
    /// that.</summary>
    private void LogUnknownMembers(ClusterConfiguration recovered)
    {
        MemberId[] unknown =
        [
            .. options.Members.Select(member => new MemberId(member.Id))
                .Where(id => !recovered.Contains(id) && !recovered.WasUsed(id)),
        ];
        if (unknown.Length > 0)
        {
            logger.MembersUnknown(Self, string.Join(", ", unknown));
        }
    }
}
