namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>Every property held.</summary>
    public const int Success = 0;

    /// <summary>A property did not hold, or the run could not be completed.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C, with the value that shells use.</summary>
    public const int Interrupted = 130;
}
