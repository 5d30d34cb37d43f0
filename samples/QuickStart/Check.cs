namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>A property that had to hold.</summary>
/// <param name="Promise">The property.</param>
/// <param name="Holds">Whether it held.</param>
/// <param name="Finding">What was found.</param>
internal sealed record Check(string Promise, bool Holds, string Finding);
