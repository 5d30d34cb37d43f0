namespace EmbeddedConsensus.Testing.Histories;

/// <summary>The kinds of lines in a written history: the name of the first property, whose value is a number.</summary>
internal static class HistoryLine
{
    public const string Invoke = "invoke";
    public const string Return = "return";
    public const string Watch = "watch";
    public const string Deliver = "deliver";
}
