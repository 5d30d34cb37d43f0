namespace EmbeddedConsensus.Replica;

/// <summary>Takes what <see cref="LogBatcher"/> reports, from any thread. Returns at once.</summary>
internal interface ILogBatcherEvents : IFaultEvents
{
    /// <summary>An append is durable.</summary>
    /// <param name="appendId">The id of its effect.</param>
    void Appended(ulong appendId);
}
