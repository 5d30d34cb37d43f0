namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Something that had to hold.</summary>
/// <param name="Promise">What.</param>
/// <param name="Holds">Whether it did.</param>
/// <param name="Finding">What was found.</param>
internal sealed record Check(string Promise, bool Holds, string Finding);
