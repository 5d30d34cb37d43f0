using System.Text;
using EmbeddedConsensus.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Hosting;

/// <summary>Checks the options of one store.</summary>
/// <param name="serviceKey">The key of the store; null for the store without one.</param>
/// <param name="configuration">What the options are bound to; null when code alone sets them.</param>
internal sealed class ConsensusStoreOptionsValidator(string? serviceKey, IConfiguration? configuration)
    : IValidateOptions<ConsensusStoreOptions>
{
    private const int MinHeartbeatsPerElection = 5;
    private const int MinRequestBytes = 1 << 10;
    private const long MinLogBytes = 1 << 20;
    private const long MinWatchBytes = 1 << 20;
    private const int MaxAddressBytes = 1024;
    private const int MaxJoinAddresses = 32;
    private const double MinClockDrift = 0.001;
    private const double MaxClockDrift = 0.5;

    private static readonly TimeSpan MaxTransfer = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxElection = TimeSpan.FromMinutes(1);

    /// <summary>The settings that a configuration can hold.</summary>
    public static IReadOnlyCollection<string> Settings { get; } =
    [
        nameof(ConsensusStoreOptions.ClusterName), nameof(ConsensusStoreOptions.MemberId),
        nameof(ConsensusStoreOptions.Members), nameof(ConsensusStoreOptions.JoinAddresses),
        nameof(ConsensusStoreOptions.JoinAsLearner), nameof(ConsensusStoreOptions.AdvertisedAddress),
        nameof(ConsensusStoreOptions.HeartbeatInterval), nameof(ConsensusStoreOptions.ElectionTimeout),
        nameof(ConsensusStoreOptions.LinearizableReadMode), nameof(ConsensusStoreOptions.MaxClockDrift),
        nameof(ConsensusStoreOptions.RequestTimeout), nameof(ConsensusStoreOptions.MaxRequestBytes),
        nameof(ConsensusStoreOptions.MaxTxnOperations), nameof(ConsensusStoreOptions.MaxPendingRequests),
        nameof(ConsensusStoreOptions.WhenFull), nameof(ConsensusStoreOptions.MaxWaitingRequests),
        nameof(ConsensusStoreOptions.MaxWatchBytes),
        nameof(ConsensusStoreOptions.SnapshotThresholdBytes), nameof(ConsensusStoreOptions.RetainedLogBytes),
        nameof(ConsensusStoreOptions.LogCacheBytes),
        nameof(ConsensusStoreOptions.LeadershipTransferTimeout), nameof(ConsensusStoreOptions.MaxFormatVersion),
    ];

    /// <summary>The settings of an entry of <see cref="ConsensusStoreOptions.Members"/>.</summary>
    public static IReadOnlyCollection<string> MemberSettings { get; } =
        [nameof(MemberOptions.Id), nameof(MemberOptions.Address)];

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ConsensusStoreOptions options)
    {
        if (name != (serviceKey ?? Options.DefaultName))
        {
            return ValidateOptionsResult.Skip;
        }

        SettingFaults faults = new(new SettingPath(nameof(ConsensusStoreOptions), serviceKey, configuration));
        CheckKeys(faults);
        CheckIdentity(options, faults);
        CheckMembers(options, faults);
        CheckJoin(options, faults);
        CheckTimes(options, faults);
        CheckReads(options, faults);
        CheckLimits(options, faults);
        return faults.Result;
    }

    private void CheckKeys(SettingFaults faults)
    {
        faults.RequireKnownKeys(configuration, Settings);
        if (configuration is null)
        {
            return;
        }

        IConfigurationSection members = configuration.GetSection(nameof(ConsensusStoreOptions.Members));
        if (!string.IsNullOrEmpty(members.Value))
        {
            faults.Add($"{members.Path} is '{members.Value}'. Make it a list of entries with "
                + $"{string.Join(" and ", MemberSettings)}.");
        }

        foreach (IConfigurationSection member in members.GetChildren())
        {
            faults.RequireKnownKeys(member, MemberSettings);
        }
    }

    private static void CheckIdentity(ConsensusStoreOptions options, SettingFaults faults)
    {
        faults.Require(!string.IsNullOrWhiteSpace(options.ClusterName), nameof(options.ClusterName),
            "is empty. Name the cluster; all its members use the same name.");
        faults.Require(options.MemberId != 0, nameof(options.MemberId),
            "is 0. Use a number from 1 that no other member has or had.");
    }

    private static void CheckMembers(ConsensusStoreOptions options, SettingFaults faults)
    {
        const string Setting = nameof(ConsensusStoreOptions.Members);
        IList<MemberOptions> members = options.Members;
        if (members.Count == 0)
        {
            return;
        }

        faults.Require(members.Count is 1 or 3 or 5 or 7, Setting,
            $"has {members.Count} entries. Use 1, 3, 5 or 7: an even number adds a member that can fail and no failure "
            + "that is survived.");
        for (int i = 0; i < members.Count; i++)
        {
            CheckMember(members[i], i, faults);
        }

        faults.Require(members.Any(member => member?.Id == options.MemberId), Setting,
            $"does not list this member, {options.MemberId}. List all members, this one included.");
        faults.Require(members.DistinctBy(member => member?.Id).Count() == members.Count, Setting,
            "lists an id twice. Give each member an id of its own.");
        faults.Require(
            members.DistinctBy(member => member?.Address, StringComparer.OrdinalIgnoreCase).Count() == members.Count,
            Setting, "lists an address twice. Give each member an address of its own.");
    }

    private static void CheckMember(MemberOptions? member, int index, SettingFaults faults)
    {
        const string Setting = nameof(ConsensusStoreOptions.Members);
        if (member is null)
        {
            faults.Add($"{faults.Path.To(Setting, index)} is empty. Set Id and Address.");
            return;
        }

        if (member.Id == 0)
        {
            faults.Add($"{faults.Path.To(Setting, index, nameof(member.Id))} is missing or 0. Use the member's id, a "
                + "number from 1.");
        }

        if (!IsAddress(member.Address))
        {
            faults.Add($"{faults.Path.To(Setting, index, nameof(member.Address))} is '{member.Address}'. "
                + AddressRule);
        }
    }

    private static void CheckJoin(ConsensusStoreOptions options, SettingFaults faults)
    {
        faults.Require(
            options.AdvertisedAddress is null || IsAddress(options.AdvertisedAddress),
            nameof(options.AdvertisedAddress), $"is '{options.AdvertisedAddress}'. {AddressRule}");
        if (options.JoinAddresses.Count == 0)
        {
            faults.Require(!options.JoinAsLearner, nameof(options.JoinAsLearner),
                $"is true and {nameof(options.JoinAddresses)} is empty. Add the address of a member to join.");
            return;
        }

        faults.Require(options.Members.Count == 0, nameof(options.JoinAddresses),
            $"has entries, and so has {nameof(options.Members)}. Give {nameof(options.Members)} to the first members "
            + $"of a new cluster, and {nameof(options.JoinAddresses)} to those that join it later.");
        faults.Require(options.JoinAddresses.Count <= MaxJoinAddresses, nameof(options.JoinAddresses),
            $"has {options.JoinAddresses.Count} entries. Use at most {MaxJoinAddresses}: one that answers is enough.");
        for (int i = 0; i < options.JoinAddresses.Count; i++)
        {
            if (!IsAddress(options.JoinAddresses[i]))
            {
                faults.Add($"{faults.Path.To(nameof(options.JoinAddresses), i)} is '{options.JoinAddresses[i]}'. "
                    + AddressRule);
            }
        }

        faults.Require(options.JoinAddresses.Any(address => address != options.AdvertisedAddress),
            nameof(options.JoinAddresses),
            $"names only this member's own address, {options.AdvertisedAddress}. Add the address of a member of the "
            + "cluster.");
        faults.Require(options.AdvertisedAddress is not null, nameof(options.AdvertisedAddress),
            "is missing. A member that joins has to tell the others where it is: set host:port.");
    }

    private static string AddressRule =>
        "Use the host:port at which the other members find it, without blanks and at most "
        + $"{MaxAddressBytes} bytes long.";

    private static bool IsAddress(string? address) =>
        !string.IsNullOrEmpty(address) && !address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && Encoding.UTF8.GetByteCount(address) <= MaxAddressBytes;

    private static void CheckTimes(ConsensusStoreOptions options, SettingFaults faults)
    {
        TimeSpan minElection = options.HeartbeatInterval * MinHeartbeatsPerElection;
        faults.Require(options.HeartbeatInterval >= MinHeartbeat, nameof(options.HeartbeatInterval),
            $"is {options.HeartbeatInterval}. Use at least {MinHeartbeat}.");
        faults.Require(options.ElectionTimeout >= minElection, nameof(options.ElectionTimeout),
            $"is {options.ElectionTimeout}. Use at least {MinHeartbeatsPerElection} times "
            + $"{nameof(options.HeartbeatInterval)}, {minElection}.");
        faults.Require(options.ElectionTimeout <= MaxElection, nameof(options.ElectionTimeout),
            $"is {options.ElectionTimeout}. Use at most {MaxElection}: nothing is written while a leader is missing.");
        faults.Require(
            options.RequestTimeout == Timeout.InfiniteTimeSpan || options.RequestTimeout >= options.ElectionTimeout,
            nameof(options.RequestTimeout),
            $"is {options.RequestTimeout}. Use at least {nameof(options.ElectionTimeout)}, {options.ElectionTimeout}, "
            + $"or {Timeout.InfiniteTimeSpan} for no limit.");
        faults.RequireRange(
            options.LeadershipTransferTimeout, TimeSpan.Zero, MaxTransfer, nameof(options.LeadershipTransferTimeout));
    }

    private static void CheckReads(ConsensusStoreOptions options, SettingFaults faults)
    {
        faults.Require(Enum.IsDefined(options.LinearizableReadMode), nameof(options.LinearizableReadMode),
            $"is {options.LinearizableReadMode}. Use QuorumRound or LeaderLease.");
        faults.Require(options.MaxClockDrift is >= MinClockDrift and <= MaxClockDrift, nameof(options.MaxClockDrift),
            $"is {options.MaxClockDrift}. Use {MinClockDrift} to {MaxClockDrift}: no two clocks run quite alike, and "
            + $"clocks that differ by more call for {nameof(options.LinearizableReadMode)} = QuorumRound.");
    }

    private static void CheckLimits(ConsensusStoreOptions options, SettingFaults faults)
    {
        faults.RequireRange(
            options.MaxRequestBytes, MinRequestBytes, ConsensusStoreOptions.LargestRequestBytes,
            nameof(options.MaxRequestBytes));
        faults.RequireRange(options.MaxTxnOperations, 1, 65_536, nameof(options.MaxTxnOperations));
        faults.Require(options.MaxPendingRequests >= 1, nameof(options.MaxPendingRequests),
            $"is {options.MaxPendingRequests}. Use at least 1.");
        faults.Require(Enum.IsDefined(options.WhenFull), nameof(options.WhenFull),
            $"is {options.WhenFull}. Use {nameof(WhenFull.Fail)} or {nameof(WhenFull.Wait)}.");
        faults.Require(options.MaxWaitingRequests >= 1, nameof(options.MaxWaitingRequests),
            $"is {options.MaxWaitingRequests}. Use at least 1, or {nameof(options.WhenFull)} = {nameof(WhenFull.Fail)} "
            + "to let no call wait.");
        faults.Require(options.MaxWatchBytes >= MinWatchBytes, nameof(options.MaxWatchBytes),
            $"is {options.MaxWatchBytes}. Use at least {MinWatchBytes}.");
        faults.Require(options.SnapshotThresholdBytes >= MinLogBytes, nameof(options.SnapshotThresholdBytes),
            $"is {options.SnapshotThresholdBytes}. Use at least {MinLogBytes}.");
        faults.Require(options.RetainedLogBytes >= 0, nameof(options.RetainedLogBytes),
            $"is {options.RetainedLogBytes}. Use 0 or more.");
        faults.Require(options.LogCacheBytes >= MinLogBytes, nameof(options.LogCacheBytes),
            $"is {options.LogCacheBytes}. Use at least {MinLogBytes}.");
        faults.RequireRange(
            options.MaxFormatVersion, CommandFormat.First, options.ReadFormatVersion, nameof(options.MaxFormatVersion));
    }
}
