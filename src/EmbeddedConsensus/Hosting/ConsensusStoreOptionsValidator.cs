using System.Text;
using EmbeddedConsensus.Commands;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Hosting;

/// <summary>Checks the options of a store, and says of each fault what to change.</summary>
internal sealed class ConsensusStoreOptionsValidator : IValidateOptions<ConsensusStoreOptions>
{
    private const int MinHeartbeatsPerElection = 5;
    private const int MinRequestBytes = 1 << 10;
    private const int MaxRequestBytes = 64 << 20;
    private const long MinLogBytes = 1 << 20;
    private const int MaxAddressBytes = 1024;
    private const int MaxJoinAddresses = 32;
    private const double MinClockDrift = 0.001;
    private const double MaxClockDrift = 0.5;

    private static readonly TimeSpan MaxTransfer = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ConsensusStoreOptions options)
    {
        List<string> faults = [];
        CheckMembers(options, faults);
        CheckJoin(options, faults);
        CheckTimes(options, faults);
        CheckReads(options, faults);
        CheckLimits(options, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckMembers(ConsensusStoreOptions options, List<string> faults)
    {
        Require(faults, !string.IsNullOrWhiteSpace(options.ClusterName),
            "ClusterName is empty. Name the cluster; all its members use the same name.");
        Require(faults, options.MemberId != 0, "MemberId is 0. Use a number from 1 that no other member has or had.");
        if (options.Members.Count == 0)
        {
            return;
        }

        Require(faults, options.Members.Count is 1 or 3 or 5 or 7,
            $"Members has {options.Members.Count} entries. A cluster has 1, 3, 5 or 7: an even number adds a member "
            + "that can fail and no failure that is survived.");
        Require(faults, options.Members.Any(member => member.Id.Value == options.MemberId),
            $"Members does not list this member, {options.MemberId}. List all members, this one included.");
        Require(faults, options.Members.Select(member => member.Id).Distinct().Count() == options.Members.Count,
            "Members lists an id twice. Give each member an id of its own.");
        Require(faults, options.Members.All(member => !member.Id.IsNone),
            "Members lists the id 0. Use numbers from 1.");
        Require(faults, options.Members.All(member => IsAddress(member.Address)),
            "Members lists a member without an address, or one whose address has blanks or is too long. Give each the "
            + $"host:port at which the others reach it, at most {MaxAddressBytes} bytes long.");
        Require(faults,
            options.Members.Select(member => member.Address).Distinct(StringComparer.OrdinalIgnoreCase).Count()
                == options.Members.Count,
            "Members lists an address twice. Give each member an address of its own.");
    }

    private static void CheckJoin(ConsensusStoreOptions options, List<string> faults)
    {
        Require(faults, options.AdvertisedAddress is null || IsAddress(options.AdvertisedAddress),
            $"AdvertisedAddress is '{options.AdvertisedAddress}'. Give the host:port at which the other members find "
            + $"this one, without blanks and at most {MaxAddressBytes} bytes long.");
        if (options.JoinAddresses.Count == 0)
        {
            Require(faults, !options.JoinAsLearner,
                "JoinAsLearner is set and JoinAddresses is empty. Give the address of a member to join.");
            return;
        }

        Require(faults, options.Members.Count == 0,
            "Members and JoinAddresses are both given. Give Members to the first members of a new cluster, and "
            + "JoinAddresses to those that join it later.");
        Require(faults, options.JoinAddresses.Count <= MaxJoinAddresses,
            $"JoinAddresses has {options.JoinAddresses.Count} entries. Give at most {MaxJoinAddresses}: one that "
            + "answers is enough.");
        Require(faults, options.JoinAddresses.All(IsAddress),
            "JoinAddresses has an entry that is empty, has blanks or is too long. Give the host:port of members.");
        Require(faults, options.JoinAddresses.Any(address => address != options.AdvertisedAddress),
            $"JoinAddresses names only this member's own address, {options.AdvertisedAddress}. Give the address of a "
            + "member of the cluster.");
        Require(faults, options.AdvertisedAddress is not null,
            "AdvertisedAddress is missing. A member that joins says where the others find it: set host:port.");
    }

    private static bool IsAddress(string? address) =>
        !string.IsNullOrEmpty(address) && !address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && Encoding.UTF8.GetByteCount(address) <= MaxAddressBytes;

    private static void CheckTimes(ConsensusStoreOptions options, List<string> faults)
    {
        Require(faults, options.HeartbeatInterval >= MinHeartbeat,
            $"HeartbeatInterval is {options.HeartbeatInterval}. Use at least {MinHeartbeat}.");
        Require(faults, options.ElectionTimeout >= options.HeartbeatInterval * MinHeartbeatsPerElection,
            $"ElectionTimeout is {options.ElectionTimeout}. Use at least {MinHeartbeatsPerElection} times "
            + $"HeartbeatInterval, {options.HeartbeatInterval * MinHeartbeatsPerElection}.");
        Require(faults, options.ElectionTimeout <= TimeSpan.FromMinutes(1),
            $"ElectionTimeout is {options.ElectionTimeout}. Use at most a minute: nothing is written while a leader is "
            + "missing.");
        Require(faults,
            options.RequestTimeout == Timeout.InfiniteTimeSpan || options.RequestTimeout >= options.ElectionTimeout,
            $"RequestTimeout is {options.RequestTimeout}. Use at least ElectionTimeout, {options.ElectionTimeout}, or "
            + "Timeout.InfiniteTimeSpan.");
        Require(faults,
            options.LeadershipTransferTimeout >= TimeSpan.Zero && options.LeadershipTransferTimeout <= MaxTransfer,
            $"LeadershipTransferTimeout is {options.LeadershipTransferTimeout}. Use zero to {MaxTransfer}.");
    }

    private static void CheckReads(ConsensusStoreOptions options, List<string> faults)
    {
        Require(faults, Enum.IsDefined(options.LinearizableReads),
            $"LinearizableReads is {options.LinearizableReads}. Use QuorumRound or LeaderLease.");
        Require(faults, options.MaxClockDrift is >= MinClockDrift and <= MaxClockDrift,
            $"MaxClockDrift is {options.MaxClockDrift}. Use {MinClockDrift} to {MaxClockDrift}: no two clocks run "
            + "quite alike, and clocks that differ by more call for LinearizableReads = QuorumRound.");
    }

    private static void CheckLimits(ConsensusStoreOptions options, List<string> faults)
    {
        Require(faults, options.MaxRequestBytes is >= MinRequestBytes and <= MaxRequestBytes,
            $"MaxRequestBytes is {options.MaxRequestBytes}. Use {MinRequestBytes} to {MaxRequestBytes}.");
        Require(faults, options.MaxTxnOperations is >= 1 and <= 65_536,
            $"MaxTxnOperations is {options.MaxTxnOperations}. Use 1 to 65,536.");
        Require(faults, options.MaxWaitingRequests >= 1,
            $"MaxWaitingRequests is {options.MaxWaitingRequests}. Use at least 1.");
        Require(faults, options.SnapshotLogBytes >= MinLogBytes,
            $"SnapshotLogBytes is {options.SnapshotLogBytes}. Use at least {MinLogBytes}.");
        Require(faults, options.SnapshotKeepEntries >= 0,
            $"SnapshotKeepEntries is {options.SnapshotKeepEntries}. Use 0 or more.");
        Require(faults, options.LogCacheBytes >= MinLogBytes,
            $"LogCacheBytes is {options.LogCacheBytes}. Use at least {MinLogBytes}.");
        Require(faults, options.MaxFormatVersion >= CommandFormat.First
                && options.MaxFormatVersion <= options.ReadFormatVersion,
            $"MaxFormatVersion is {options.MaxFormatVersion}. Use {CommandFormat.First} to "
                + $"{options.ReadFormatVersion}.");
    }

    private static void Require(List<string> faults, bool holds, string fault)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }
}
