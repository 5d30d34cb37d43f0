using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Grants a lease. Encoded: the id, the time to live in milliseconds.</summary>
internal sealed class LeaseGrantOperationHandler() : OperationHandler<LeaseGrantOperation>(OperationKind.LeaseGrant)
{
    /// <summary>The longest time to live, in milliseconds: that of etcd, 9,000,000,000 seconds.</summary>
    public const long MaxTimeToLive = 9_000_000_000_000;

    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context)
    {
        (long lease, _) = Read(body);
        return context.Leases.IsUsed(lease) ? new LeaseExistsException(lease) : null;
    }

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        (long lease, long timeToLive) = Read(body);
        context.Leases.Grant(lease, timeToLive);
        return default;
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        long lease = reader.ReadNumber();
        long timeToLive = reader.ReadNumber();
        return lease > 0 && timeToLive is > 0 and <= MaxTimeToLive
            ? null
            : $"A grant has the lease {lease} and the time to live {timeToLive} ms.";
    }

    /// <inheritdoc />
    protected override void Check(LeaseGrantOperation operation, RequestValidator limits, TxnScope? scope)
    {
        if (operation.Lease <= 0)
        {
            throw new InvalidRequestException("id",
                $"The lease's id is {operation.Lease}. Use 0 to let the store choose one, or a positive number.");
        }

        if (operation.TimeToLive is <= 0 or > MaxTimeToLive)
        {
            throw new InvalidRequestException("timeToLive",
                $"The time to live is {operation.TimeToLive} ms. Use more than zero and at most {MaxTimeToLive} ms.");
        }
    }

    /// <inheritdoc />
    protected override long LengthOf(LeaseGrantOperation operation) =>
        CommandWriter.NumberLength(operation.Lease) + CommandWriter.NumberLength(operation.TimeToLive);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, LeaseGrantOperation operation)
    {
        writer.WriteNumber(operation.Lease);
        writer.WriteNumber(operation.TimeToLive);
    }

    private static (long Lease, long TimeToLive) Read(ReadOnlySpan<byte> body)
    {
        CommandReader reader = new(body);
        (long Lease, long TimeToLive) read = (reader.ReadNumber(), reader.ReadNumber());
        reader.RequireEnd();
        return read;
    }
}
