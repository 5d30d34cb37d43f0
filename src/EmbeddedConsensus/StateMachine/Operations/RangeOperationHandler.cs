using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Reads a range of keys. Encoded: flags, sort target, limit, revision, start, end, and
/// with <c>Filtered</c> the bounds on revisions: least and greatest of the last change, then of the creation.</summary>
internal sealed class RangeOperationHandler() : OperationHandler<RangeOperation>(OperationKind.Range)
{
    private const byte KeysOnly = 1;
    private const byte CountOnly = 2;
    private const byte Descending = 4;
    private const byte IncludeCount = 8;
    private const byte Filtered = 16;
    private const byte KnownFlags = KeysOnly | CountOnly | Descending | IncludeCount | Filtered;

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context) =>
        RangeReader.CheckRevision(context.Store.WriterView, ReadQuery(body).Revision);

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context) => new(
        0, Payload: context.WantsResult ? RangeReader.Read(context.Store.WriterView, ReadQuery(body)) : null);

    /// <inheritdoc />
    public override OperationResult Respond(in ApplyResult result, long revision) =>
        new RangeOperationResult((RangeResult)result.Payload! with { Revision = revision });

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        byte flags = reader.ReadFlags(KnownFlags);
        SortTarget target = (SortTarget)reader.ReadByte();
        long limit = reader.ReadNumber();
        long revision = reader.ReadNumber();
        string? fault = RangeCodec.FaultOf(ref reader);
        RevisionFilter filter = ReadFilter(ref reader, flags);
        return fault ?? (Enum.IsDefined(target) && limit >= 0 && revision >= 0 && filter.IsValid
            ? null
            : $"A range read is sorted by {target}, with the limit {limit}, the revision {revision} and the bounds "
                + $"{filter}.");
    }

    /// <inheritdoc />
    protected override void Check(RangeOperation operation, RequestValidator limits, TxnScope? scope)
    {
        if (operation.Options is null)
        {
            throw new InvalidRequestException(Argument("options", scope), "The options of a range read are null.");
        }

        RequestValidator.CheckRange(operation.Range, Argument("range", scope));
        RequestValidator.CheckRangeOptions(operation.Options, Argument("options", scope));
    }

    /// <inheritdoc />
    protected override long LengthOf(RangeOperation operation) =>
        2 + CommandWriter.NumberLength(operation.Options.Limit) + CommandWriter.NumberLength(operation.Options.Revision)
        + RangeCodec.LengthOf(operation.Range) + LengthOf(RangeQuery.FilterOf(operation.Options));

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, RangeOperation operation)
    {
        RangeOptions options = operation.Options;
        RevisionFilter filter = RangeQuery.FilterOf(options);
        int flags = (options.KeysOnly ? KeysOnly : 0)
            | (options.CountOnly ? CountOnly : 0)
            | (options.SortOrder == SortOrder.Descending ? Descending : 0)
            | (options.IncludeCount ? IncludeCount : 0)
            | (filter.IsEmpty ? 0 : Filtered);
        writer.WriteByte((byte)flags);
        writer.WriteByte((byte)options.SortTarget);
        writer.WriteNumber(options.Limit);
        writer.WriteNumber(options.Revision);
        RangeCodec.Write(ref writer, operation.Range);
        if (!filter.IsEmpty)
        {
            writer.WriteNumber(filter.MinMod);
            writer.WriteNumber(filter.MaxMod);
            writer.WriteNumber(filter.MinCreate);
            writer.WriteNumber(filter.MaxCreate);
        }
    }

    private static long LengthOf(in RevisionFilter filter) => filter.IsEmpty ? 0
        : CommandWriter.NumberLength(filter.MinMod) + CommandWriter.NumberLength(filter.MaxMod)
        + CommandWriter.NumberLength(filter.MinCreate) + CommandWriter.NumberLength(filter.MaxCreate);

    private static RangeQuery ReadQuery(ReadOnlySpan<byte> body)
    {
        CommandReader reader = new(body);
        byte flags = reader.ReadFlags(KnownFlags);
        SortTarget target = (SortTarget)reader.ReadByte();
        long limit = reader.ReadNumber();
        long revision = reader.ReadNumber();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        RevisionFilter filter = ReadFilter(ref reader, flags);
        reader.RequireEnd();
        return new RangeQuery
        {
            Start = start,
            End = end,
            Revision = revision,
            Limit = limit,
            SortTarget = target,
            Descending = (flags & Descending) != 0,
            KeysOnly = (flags & KeysOnly) != 0,
            CountOnly = (flags & CountOnly) != 0,
            IncludeCount = (flags & IncludeCount) != 0,
            Filter = filter,
        };
    }

    private static RevisionFilter ReadFilter(ref CommandReader reader, byte flags) =>
        (flags & Filtered) == 0 ? default : new RevisionFilter(
            reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());
}
