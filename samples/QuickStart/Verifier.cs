using System.Security.Cryptography;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Compares the replicas' data with what was written.</summary>
/// <param name="written">What was written.</param>
internal sealed class Verifier(WrittenData written)
{
    /// <summary>Compares a replica's own data with the files, without asking another replica.</summary>
    /// <param name="member">The replica.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<Check> CheckFilesAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        ReadOptions read = new() { Consistency = Consistency.Serializable, Revision = written.LastRevision };
        string? fault = await CountKeysAsync(member.Store, cancellationToken);
        int edited = 0;
        foreach (ImportedFile file in written.Files)
        {
            KeyValue? found = await member.Store.GetAsync(file.Source.Key, read, cancellationToken);
            fault ??= FaultOf(file, found);
            if (found is not null && !await EqualsFileAsync(file, found.Value, cancellationToken))
            {
                // The value equals what was read, and the file was edited since: the store is right.
                edited++;
            }
        }

        string note = edited == 0 ? "" : $"; {edited} files were edited during the run, compared by digest";
        return new Check(
            $"Member {member.Id}: every key is its file, written once",
            fault is null,
            fault ?? $"{written.Files.Count:N0} keys{note}");
    }

    /// <summary>Reads a replica's history: the first and the last value of the pulse key.</summary>
    /// <param name="member">The replica.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<Check> CheckHistoryAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        string? fault = null;
        foreach (int number in (int[])[0, written.PulseRevisions.Count - 1])
        {
            long revision = written.PulseRevisions[number];
            ReadOptions read = new() { Consistency = Consistency.Serializable, Revision = revision };
            KeyValue? found = await member.Store.GetAsync(PulseWriter.Key, read, cancellationToken);
            if (found is null || found.Value != PulseWriter.ValueOf(number) || found.Version != number + 1)
            {
                fault ??= $"revision {revision} has '{found?.Value}' as version {found?.Version}, "
                    + $"not '{PulseWriter.ValueOf(number)}' as version {number + 1}";
            }
        }

        return new Check(
            $"Member {member.Id}: old revisions have their old values",
            fault is null,
            fault ?? $"read at {written.PulseRevisions[0]:N0} and {written.PulseRevisions[^1]:N0}");
    }

    /// <summary>Compares the hashes of keys, values and history.</summary>
    /// <param name="members">The replicas.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<Check> CheckHashesAsync(
        IReadOnlyList<ClusterMember> members, CancellationToken cancellationToken)
    {
        List<StoreHash> hashes = [];
        foreach (ClusterMember member in members)
        {
            hashes.Add(await member.Maintenance.HashAsync(written.LastRevision, cancellationToken));
        }

        return new Check(
            "All members have the same hash",
            hashes.TrueForAll(hash => hash == hashes[0]),
            string.Join(", ", hashes.Select(static hash => $"{hash.Hash:x8}").Distinct())
                + $" at revision {written.LastRevision:N0}");
    }

    /// <summary>Compares the store's revision with the number of writes.</summary>
    public Check CheckExactlyOnce()
    {
        long revisions = written.LastRevision - written.FirstRevision + 1;
        return new Check(
            "Every write was executed exactly once",
            revisions == written.Writes,
            $"{written.Writes:N0} writes made {revisions:N0} revisions");
    }

    /// <summary>Compares the events a watcher saw with what was written.</summary>
    /// <param name="watcher">The watcher, which has ended.</param>
    public Check CheckWatch(RevisionWatcher watcher)
    {
        long events = written.Files.Count + written.PulseRevisions.Count + 1;
        string? fault = watcher.Violation;
        if (watcher.LastRevision != written.LastRevision || watcher.Events != events)
        {
            fault ??= $"saw {watcher.Events:N0} events up to revision {watcher.LastRevision:N0}, "
                + $"not {events:N0} up to {written.LastRevision:N0}";
        }

        return new Check(
            "The watcher saw each revision once, in order, without a gap",
            fault is null,
            fault ?? $"{watcher.Events:N0} events in {watcher.Revisions:N0} revisions");
    }

    private static string? FaultOf(ImportedFile file, KeyValue? found)
    {
        if (found is null)
        {
            return $"'{file.Source.Key}' is missing";
        }

        if (!SHA256.HashData(found.Value.Span).AsSpan().SequenceEqual(file.Digest))
        {
            return $"'{file.Source.Key}' has other bytes than its file";
        }

        return found.Version == 1 ? null : $"'{file.Source.Key}' was written {found.Version} times";
    }

    private static async Task<bool> EqualsFileAsync(ImportedFile file, Value value, CancellationToken cancellationToken)
    {
        try
        {
            byte[] content = await File.ReadAllBytesAsync(file.Source.Path, cancellationToken);
            return content.AsSpan().SequenceEqual(value.Span);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<string?> CountKeysAsync(IKeyValueStore store, CancellationToken cancellationToken)
    {
        RangeOptions count = new()
        {
            Consistency = Consistency.Serializable,
            Revision = written.LastRevision,
            CountOnly = true,
        };
        RangeResult result = await store.RangeAsync(KeyRange.All, count, cancellationToken);
        return result.Count == written.Files.Count
            ? null
            : $"holds {result.Count:N0} keys, not {written.Files.Count:N0}";
    }
}
