using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>The ids of leases in requests and in encoded operations.</summary>
internal static class LeaseIds
{
    /// <summary>Checks the id of a lease that should exist.</summary>
    /// <exception cref="InvalidRequestException">No lease has such an id.</exception>
    public static void Check(long lease)
    {
        if (lease <= 0)
        {
            throw new InvalidRequestException("id",
                $"The lease's id is {lease}. Ids are positive: use the one that was granted.");
        }
    }

    /// <summary>The length of encoded marks, in bytes.</summary>
    public static long LengthOf(IReadOnlyList<LeaseMark> marks)
    {
        long length = 0;
        foreach (LeaseMark mark in marks)
        {
            length += CommandWriter.NumberLength(mark.Id) + CommandWriter.NumberLength(mark.Renewal)
                + CommandWriter.NumberLength(mark.Remaining);
        }

        return length;
    }

    /// <summary>Encodes marks: for each the id, the number of the renewal, and what is left, up to the end of the
    /// operation.</summary>
    public static void Write(ref CommandWriter writer, IReadOnlyList<LeaseMark> marks)
    {
        foreach (LeaseMark mark in marks)
        {
            writer.WriteNumber(mark.Id);
            writer.WriteNumber(mark.Renewal);
            writer.WriteNumber(mark.Remaining);
        }
    }

    /// <summary>Reads marks up to the end of the operation.</summary>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static string? FaultOfMarks(ref CommandReader reader)
    {
        while (!reader.AtEnd)
        {
            LeaseMark mark = ReadMark(ref reader);
            if (mark.Id <= 0 || mark.Remaining < 0)
            {
                return $"A mark has the lease {mark.Id} and {mark.Remaining} of its time left.";
            }
        }

        return null;
    }

    /// <summary>Reads the next mark.</summary>
    public static LeaseMark ReadMark(ref CommandReader reader) =>
        new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());
}
