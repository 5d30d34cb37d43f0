using System.Text;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Why a history is not linearizable.</summary>
/// <param name="Kind">The broken promise.</param>
/// <param name="Message">What is wrong, with the revisions.</param>
public sealed record Violation(ViolationKind Kind, string Message)
{
    /// <summary>The key, if it is a single one.</summary>
    public Key? Key { get; init; }

    /// <summary>The revision; 0 if there is none in particular.</summary>
    public long Revision { get; init; }

    /// <summary>The calls that contradict each other, or of which none could come next.</summary>
    public IReadOnlyList<StoreCall> Calls { get; init; } = [];

    /// <summary>The end of the longest explanation found: the calls, in order, after which it stopped. At most the last
    /// ten.</summary>
    public IReadOnlyList<StoreCall> Before { get; init; } = [];

    /// <summary>The violation in lines of text.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Kind).Append(": ").AppendLine(Message);
        foreach (StoreCall call in Before)
        {
            text.Append("  before: ").AppendLine(call.ToString());
        }

        foreach (StoreCall call in Calls)
        {
            text.Append("  call:   ").AppendLine(call.ToString());
        }

        return text.ToString();
    }
}
