namespace EmbeddedConsensus.Mvcc;

/// <summary>The versions of one key, newest first, as a skip list: a record of level n also links to the nearest older
/// record of each level up to n, so that a search takes a number of steps that is logarithmic in the versions
/// kept.</summary>
/// <remarks>
/// <para>The writer alone changes links, each with one release store of an aligned word: a record is complete before
/// the store that makes it reachable, and a reader's acquire load of the link orders its reads of the record after it.
/// A reader needs no other fence.</para>
/// <para>A search may pass records that its view does not keep. It must run inside a <see cref="GracePeriods"/>
/// section: what is unlinked is freed when the sections that began before have ended.</para>
/// </remarks>
internal static class VersionChain
{
    /// <summary>The newest version of a key at or below a revision, tombstones included; the null handle if there is
    /// none.</summary>
    public static RecordHandle Find(KeyNode key, long main, int sub = int.MaxValue) => Find(key.Newest, main, sub);

    /// <summary>The newest version at or below a revision, from a version on.</summary>
    public static RecordHandle Find(RecordHandle from, long main, int sub = int.MaxValue)
    {
        RecordHandle current = from;
        while (!current.IsNull && current.Memory.IsAfter(main, sub))
        {
            current = NextStep(current.Memory, main, sub);
        }
        return current;
    }

    /// <summary>Adds the newest version of a key; readers see it, complete, from the last store on.</summary>
    public static void Push(KeyNode key, RecordHandle record)
    {
        RecordHandle older = new(key.NewestSlot);
        RecordMemory memory = record.Memory;
        memory.OlderSlot(0) = older.Bits;
        for (int level = 1; level <= memory.Level; level++)
        {
            // Nothing between a record and the target of its highest link has a higher level than that record.
            while (!older.IsNull && older.Memory.Level < level)
            {
                older = older.Memory.Older(older.Memory.Level);
            }
            memory.OlderSlot(level) = older.Bits;
        }
        Volatile.Write(ref key.NewestSlot, record.Bits);
    }

    /// <summary>Takes a version out of its key's chain. A reader that is in it finds its way out.</summary>
    public static void Unlink(KeyNode key, RecordHandle record) => Redirect(key, record, default);

    /// <summary>Puts another copy of a version into its place.</summary>
    public static void Replace(KeyNode key, RecordHandle record, RecordHandle copy)
    {
        for (int level = 0; level <= record.Memory.Level; level++)
        {
            copy.Memory.OlderSlot(level) = record.Memory.OlderSlot(level);
        }
        Redirect(key, record, copy);
    }

    private static RecordHandle NextStep(RecordMemory memory, long main, int sub)
    {
        for (int level = memory.Level; level > 0; level--)
        {
            RecordHandle far = memory.Older(level);
            if (!far.IsNull && far.Memory.IsAfter(main, sub))
            {
                return far;
            }
        }
        return memory.Older(0);
    }

    // Every link to the record leads to its copy, or past it. The records that link to it, one for each level, are
    // found as in a search: the first has the highest level that any of them has.
    private static void Redirect(KeyNode key, RecordHandle record, RecordHandle copy)
    {
        RecordHandle current = new(key.NewestSlot);
        if (current == record)
        {
            Store(ref key.NewestSlot, record, 0, copy);
            return;
        }
        int level;
        while ((level = LevelToward(current, record)) < 0)
        {
            current = Advance(current, record);
        }
        for (; level >= 0; level--)
        {
            while (current.Memory.Older(level) != record)
            {
                current = Require(current.Memory.Older(level), record);
            }
            Store(ref current.Memory.OlderSlot(level), record, level, copy);
        }
    }

    /// <summary>The highest level at which a version links to another; -1 when none does.</summary>
    private static int LevelToward(RecordHandle from, RecordHandle target)
    {
        int level = Math.Min(Require(from, target).Memory.Level, target.Memory.Level);
        while (level >= 0 && from.Memory.Older(level) != target)
        {
            level--;
        }
        return level;
    }

    private static RecordHandle Advance(RecordHandle from, RecordHandle target)
    {
        RecordMemory end = target.Memory;
        return Require(NextStep(from.Memory, end.ModRevision, end.SubRevision), target);
    }

    private static void Store(ref ulong slot, RecordHandle record, int level, RecordHandle copy)
        => Volatile.Write(ref slot, copy.IsNull ? record.Memory.OlderSlot(level) : copy.Bits);

    private static RecordHandle Require(RecordHandle found, RecordHandle target)
        => !found.IsNull
            ? found
            : throw new InvariantViolationException($"Record {target.Bits:x} is not in the chain of its key.");
}
