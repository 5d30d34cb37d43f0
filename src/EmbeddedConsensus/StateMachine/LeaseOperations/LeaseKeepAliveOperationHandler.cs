using System.Buffers.Binary;
using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Renews leases. Encoded: the ids, eight bytes each after the length of all. The result holds for each its
/// time to live in milliseconds, or 0 for one that does not exist.</summary>
internal sealed class LeaseKeepAliveOperationHandler()
    : OperationHandler<LeaseKeepAliveOperation>(OperationKind.LeaseKeepAlive)
{
    /// <summary>How many leases an operation can renew.</summary>
    public const int MaxLeases = 4_096;

    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        ReadOnlySpan<byte> ids = reader.ReadBytes();
        reader.RequireEnd();
        long[]? granted = context.WantsResult ? new long[ids.Length / sizeof(long)] : null;
        for (int i = 0; i < ids.Length / sizeof(long); i++)
        {
            int slot = context.Leases.Find(BinaryPrimitives.ReadInt64LittleEndian(ids[(i * sizeof(long))..]));
            if (slot != 0)
            {
                context.Leases.Renew(slot);
                granted?[i] = context.Leases[slot].TimeToLive;
            }
        }

        return new ApplyResult(0, Payload: granted);
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        int length = reader.ReadBytes().Length;
        return length % sizeof(long) == 0 ? null : $"A renewal has {length} bytes of ids.";
    }

    /// <inheritdoc />
    protected override void Check(LeaseKeepAliveOperation operation, RequestValidator limits, TxnScope? scope)
    {
        foreach (long lease in operation.Leases)
        {
            LeaseIds.Check(lease);
        }
    }

    /// <inheritdoc />
    protected override long LengthOf(LeaseKeepAliveOperation operation) =>
        CommandWriter.BytesLength(sizeof(long) * (long)operation.Leases.Count);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, LeaseKeepAliveOperation operation)
    {
        byte[] ids = new byte[sizeof(long) * operation.Leases.Count];
        for (int i = 0; i < operation.Leases.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(ids.AsSpan(i * sizeof(long)), operation.Leases[i]);
        }

        writer.WriteBytes(ids);
    }
}
