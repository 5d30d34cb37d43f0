using FASTER.core;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// Keeps nothing of what FASTER wants to remember about commits. Its commit files cost a second write each time, their
/// checksum does not protect, and a damaged one silently opens a log as empty; our records tell by themselves where
/// the log ends.
/// </summary>
internal sealed class NoCommitFiles : ILogCommitManager
{
    /// <inheritdoc />
    public void Commit(
        long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
    {
    }

    /// <inheritdoc />
    public byte[]? GetCommitMetadata(long commitNum) => null;

    /// <inheritdoc />
    public IEnumerable<long> ListCommits() => [];

    /// <inheritdoc />
    public void RemoveCommit(long commitNum)
    {
    }

    /// <inheritdoc />
    public void RemoveAllCommits()
    {
    }

    /// <inheritdoc />
    public void OnRecovery(long commitNum)
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
