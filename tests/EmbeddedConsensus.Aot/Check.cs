namespace EmbeddedConsensus.Aot;

/// <summary>Counts what is not as expected.</summary>
internal static class Check
{
    /// <summary>The number of failed comparisons.</summary>
    public static int Failures { get; private set; }

    /// <summary>Compares, and prints a difference.</summary>
    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Console.Error.WriteLine($"Expected {expected}, found {actual}.");
            Failures++;
        }
    }
}
