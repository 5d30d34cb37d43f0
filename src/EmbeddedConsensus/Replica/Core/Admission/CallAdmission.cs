namespace EmbeddedConsensus.Replica.Core;

/// <summary>The bound of each kind of call: how many may be pending, counted from the call until it ends, and how many
/// may wait until fewer are. Safe for several threads, so that a call is refused on its caller's own thread.</summary>
internal sealed class CallAdmission(ReplicaCoreOptions options)
{
    /// <summary>The writes that have not ended and do not wait for room.</summary>
    public CallGauge Writes { get; } = new(options.MaxPendingWrites, options.MaxPendingWriteBytes);

    /// <summary>The linearizable reads, and the queries of the core's state, that have not ended and do not wait for
    /// room.</summary>
    public CallGauge Reads { get; } = new(options.MaxPendingReads);

    /// <summary>The membership changes that this member carries out and that have not ended.</summary>
    public CallGauge Changes { get; } = new(options.MaxPendingChanges);

    /// <summary>The writes that wait for room.</summary>
    public CallGauge WaitingWrites { get; } = new(options.MaxWaitingCalls, options.MaxPendingWriteBytes);

    /// <summary>The linearizable reads that wait for room.</summary>
    public CallGauge WaitingReads { get; } = new(options.MaxWaitingCalls);

    /// <summary>The number of writes and linearizable reads that have not ended.</summary>
    public int Count => Writes.Count + Reads.Count + WaitingWrites.Count + WaitingReads.Count;

    /// <summary>Admits a call, at once or to wait for room, or fails it with <see cref="TooManyRequestsException"/>.
    /// Precedes every submission to <see cref="ReplicaCore"/>.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Whether it was admitted.</returns>
    public bool TryAdmit(PendingCall call)
    {
        (CallGauge gauge, CallGauge? waiting, string kind) = call switch
        {
            PendingProposal => (Writes, WaitingWrites, "writes"),
            PendingRead => (Reads, WaitingReads, "linearizable reads"),
            PendingConfigurationChange => (Changes, (CallGauge?)null, "membership changes"),
            _ => (Reads, null, "queries"),
        };

        // No call passes one of its kind that waits.
        if ((waiting is null || waiting.Count == 0) && call.TryEnter(gauge))
        {
            return true;
        }

        if (waiting is { MaxCalls: > 0 } && call.TryWait(waiting))
        {
            return true;
        }

        call.TryFail(new TooManyRequestsException(
            $"Too many {kind} of this process are pending: the limit is {LimitOf(gauge)}"
            + (waiting is { MaxCalls: > 0 } ? $", and {LimitOf(waiting)} more may wait" : "")
            + ". Nothing was executed: try again with fewer at a time."));
        return false;
    }

    private static string LimitOf(CallGauge gauge) =>
        gauge.Count >= gauge.MaxCalls ? $"{gauge.MaxCalls}" : $"{gauge.MaxBytes} bytes";
}
