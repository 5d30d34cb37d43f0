using System.Globalization;

namespace EmbeddedConsensus.Commands;

/// <summary>The limits on a request, and the checks that several requests share. A request is checked before it becomes
/// a command, so that what is in the log can always be executed.</summary>
/// <param name="maxRequestBytes">How long an encoded command may be, in bytes.</param>
/// <param name="maxTxnOperations">How many operations, and how many conditions, a list of a transaction may
/// hold.</param>
internal sealed class RequestValidator(int maxRequestBytes, int maxTxnOperations)
{
    /// <summary>How many operations, and how many conditions, a list of a transaction may hold.</summary>
    public int MaxTxnOperations => maxTxnOperations;

    /// <summary>Checks the key of a put.</summary>
    public static void CheckKey(Key key, string argument)
    {
        if (key.IsEmpty)
        {
            throw new InvalidRequestException(argument, "The key is empty. A key has at least one byte.");
        }
    }

    /// <summary>Checks a range of keys.</summary>
    public static void CheckRange(in KeyRange range, string argument)
    {
        if (range.Start.IsEmpty)
        {
            throw new InvalidRequestException(argument,
                "The range's first key is empty. For every key use KeyRange.All.");
        }
    }

    /// <summary>Checks the options of a range read.</summary>
    public static void CheckRangeOptions(RangeOptions options, string argument)
    {
        CheckRevision(options, argument);
        if (options.Limit < 0)
        {
            throw new InvalidRequestException(argument,
                $"The limit is {Text(options.Limit)}. Use 0 for no limit, or a positive number.");
        }

        if (!Enum.IsDefined(options.SortTarget) || !Enum.IsDefined(options.SortOrder))
        {
            throw new InvalidRequestException(argument, "The sort order or target is not one of its enum's values.");
        }

        CheckBounds(options.MinModRevision, options.MaxModRevision, "ModRevision", argument);
        CheckBounds(options.MinCreateRevision, options.MaxCreateRevision, "CreateRevision", argument);
    }

    private static void CheckBounds(long min, long max, string name, string argument)
    {
        if (min < 0 || max < 0 || (max > 0 && min > max))
        {
            throw new InvalidRequestException(argument,
                $"The bounds Min{name} {Text(min)} and Max{name} {Text(max)} select nothing. Use 0 for no bound, and a "
                + "minimum that is not above the maximum.");
        }
    }

    /// <summary>Checks the revision and the consistency of a read.</summary>
    public static void CheckRevision(ReadOptions options, string argument)
    {
        if (options.Revision < 0)
        {
            throw new InvalidRequestException(argument,
                $"The revision is {Text(options.Revision)}. Use 0 for the newest, or a positive number.");
        }

        if (!Enum.IsDefined(options.Consistency))
        {
            throw new InvalidRequestException(argument, "The consistency is not one of its enum's values.");
        }
    }

    /// <summary>Checks the size of an encoded command, in bytes.</summary>
    public void CheckSize(long commandLength)
    {
        if (commandLength > maxRequestBytes)
        {
            throw new InvalidRequestException("request",
                $"The request has {Text(commandLength)} bytes, and the limit is {Text(maxRequestBytes)}. Split it, or "
                + $"raise {nameof(ConsensusStoreOptions)}.{nameof(ConsensusStoreOptions.MaxRequestBytes)} of this "
                + "member.");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
