using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica;

/// <summary>A renewal of many leases that is under way.</summary>
internal sealed class LeaseRenewal : PendingProposal
{
    private readonly Action<LeaseRenewal> _ended;

    /// <summary>A renewal that is about to be sent.</summary>
    /// <param name="leases">The leases, at most <see cref="LeaseKeepAliveOperationHandler.MaxLeases"/>.</param>
    /// <param name="sentAt">The time.</param>
    /// <param name="ended">Called on any thread when <see cref="Granted"/> is there, or the renewal has failed.</param>
    public LeaseRenewal(HeldLease[] leases, long sentAt, Action<LeaseRenewal> ended)
    {
        Leases = leases;
        SentAt = sentAt;
        _ended = ended;
        LeaseKeepAliveOperation operation = new([.. leases.Select(lease => lease.Id)]);
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(operation)];
        OperationTable.Default.WriteCommand(command, operation);
        Command = command;
    }

    /// <summary>The leases.</summary>
    public HeldLease[] Leases { get; }

    /// <summary>When it was sent.</summary>
    public long SentAt { get; }

    /// <summary>The time to live of each, 0 for one that does not exist; null when it is not known whether the renewal
    /// was executed.</summary>
    public long[]? Granted { get; private set; }

    /// <inheritdoc />
    protected override void OnApplied(in ApplyResult result)
    {
        Granted = (long[]?)result.Payload;
        _ended(this);
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => _ended(this);
}
