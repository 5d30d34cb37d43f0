namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    /// <summary>Everything held.</summary>
    public const int Success = 0;

    /// <summary>Something did not hold, or the run could not be finished.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C, as shells count it.</summary>
    public const int Interrupted = 130;
}
