using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Puts a key. Encoded: flags, the lease if a flag says so, key, value.</summary>
internal sealed class PutOperationHandler() : OperationHandler<PutOperation>(OperationKind.Put)
{
    private const byte ReturnPrevious = 1;
    private const byte HasLease = 2;

    // Reserved: 4 keeps the value that the key has, 8 keeps its lease.
    private const byte KnownFlags = ReturnPrevious | HasLease;

    /// <summary>The length of a put's command, in bytes.</summary>
    public static long CommandLength(long keyLength, long valueLength, long lease) =>
        CommandHeader.Length + BodyLength(keyLength, valueLength, lease) + CommandSeal.ReservedLength;

    /// <summary>Writes a put's command, for the common case without allocating a <see cref="PutOperation"/>.</summary>
    public static void WriteCommand(
        Span<byte> command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool returnPrevious, long lease)
    {
        CommandHeader.Write(command, OperationKind.Put);
        CommandWriter writer = new(command[CommandHeader.Length..^CommandSeal.ReservedLength]);
        Write(ref writer, key, value, returnPrevious, lease);
    }

    /// <summary>Checks the lease of a put.</summary>
    /// <exception cref="InvalidRequestException">It is negative.</exception>
    public static void CheckLease(long lease, string argument)
    {
        if (lease < 0)
        {
            throw new InvalidRequestException(argument,
                $"The lease is {lease}. Use 0 for none, or the id of a lease, which is positive.");
        }
    }

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        byte flags = reader.ReadFlags(KnownFlags);
        long lease = (flags & HasLease) != 0 ? reader.ReadNumber() : 0;
        return lease != 0 && context.Leases.Find(lease) == 0 ? new LeaseNotFoundException(lease) : null;
    }

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        byte flags = reader.ReadFlags(KnownFlags);
        long lease = (flags & HasLease) != 0 ? reader.ReadNumber() : 0;
        ReadOnlySpan<byte> key = reader.ReadBytes();
        ReadOnlySpan<byte> value = reader.ReadBytes();
        reader.RequireEnd();
        KeyValue? previous = context.WantsResult && (flags & ReturnPrevious) != 0
            ? RangeReader.Get(context.Store.WriterView, key, 0)
            : null;
        context.Store.Put(key, value, lease);
        if (lease != 0)
        {
            context.Leases.Keys.Attach(key, context.Leases.Find(lease));
        }
        else
        {
            context.Leases.Keys.Detach(key);
        }

        return new ApplyResult(0, Payload: previous);
    }

    /// <inheritdoc />
    public override OperationResult Respond(in ApplyResult result, long revision) =>
        new PutOperationResult(new PutResult(revision, (KeyValue?)result.Payload));

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        bool hasLease = (reader.ReadFlags(KnownFlags) & HasLease) != 0;
        long lease = hasLease ? reader.ReadNumber() : 1;
        bool hasKey = !reader.ReadBytes().IsEmpty;
        reader.ReadBytes();
        return !hasKey ? "A put has an empty key." : lease <= 0 ? $"A put has the lease {lease}." : null;
    }

    /// <inheritdoc />
    protected override void Check(PutOperation operation, RequestValidator limits, TxnScope? scope)
    {
        RequestValidator.CheckKey(operation.Key, Argument("key", scope));
        CheckLease(operation.Lease, Argument("lease", scope));
    }

    /// <inheritdoc />
    protected override void AddWrites(PutOperation operation, TxnWrites writes) => writes.AddPut(operation.Key);

    /// <inheritdoc />
    protected override long LengthOf(PutOperation operation) =>
        BodyLength(operation.Key.Length, operation.Value.Length, operation.Lease);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, PutOperation operation) => Write(
        ref writer, operation.Key.Span, operation.Value.Span, operation.ReturnPrevious, operation.Lease);

    private static long BodyLength(long keyLength, long valueLength, long lease) =>
        1 + (lease == 0 ? 0 : CommandWriter.NumberLength(lease)) + CommandWriter.BytesLength(keyLength)
        + CommandWriter.BytesLength(valueLength);

    private static void Write(
        ref CommandWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool returnPrevious, long lease)
    {
        writer.WriteByte((byte)((returnPrevious ? ReturnPrevious : 0) | (lease == 0 ? 0 : HasLease)));
        if (lease != 0)
        {
            writer.WriteNumber(lease);
        }

        writer.WriteBytes(key);
        writer.WriteBytes(value);
    }
}
