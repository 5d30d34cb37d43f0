namespace EmbeddedConsensus.Replica.Core;

/// <summary>The bound of each kind of call: how many may be pending, counted from the call until it ends. Safe for
/// several threads, so that a call is refused on its caller's own thread.</summary>
internal sealed class CallAdmission(ReplicaCoreOptions options)
{
    /// <summary>The writes that have not ended.</summary>
    public CallGauge Writes { get; } = new(options.MaxPendingWrites, options.MaxPendingWriteBytes);

    /// <summary>The linearizable reads, and the queries of the core's state, that have not ended.</summary>
    public CallGauge Reads { get; } = new(options.MaxPendingReads);

    /// <summary>The membership changes that this member carries out and that have not ended.</summary>
    public CallGauge Changes { get; } = new(options.MaxPendingChanges);

    /// <summary>Admits a call, or fails it with <see cref="TooManyRequestsException"/> when too many of its kind are
    /// pending. Precedes every submission to <see cref="ReplicaCore"/>.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Whether it was admitted.</returns>
    public bool TryAdmit(PendingCall call)
    {
        (CallGauge gauge, string kind) = call switch
        {
            PendingProposal => (Writes, "writes"),
            PendingConfigurationChange => (Changes, "membership changes"),
            _ => (Reads, "linearizable reads"),
        };
        if (call.TryEnter(gauge))
        {
            return true;
        }

        string limit = gauge.Count >= gauge.MaxCalls ? $"{gauge.MaxCalls}" : $"{gauge.MaxBytes} bytes";
        call.TryFail(new TooManyRequestsException(
            $"Too many {kind} of this process are pending: the limit is {limit}. Nothing was executed: try again with "
            + "fewer at a time."));
        return false;
    }
}
