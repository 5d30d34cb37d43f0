using System.Buffers.Binary;
using System.Security.Cryptography;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>
/// The directory of one member: created and marked as ours, locked against other processes and other replicas of this
/// one, cleared of unfinished files. Log and snapshots share it; the lock is released when both have released it.
/// </summary>
internal sealed class StorageDirectory
{
    private const ulong Magic = 0x31_45_52_4F_54_53_43_45; // "ECSTORE1"

    // 1 to 3 were never released. From 4 on, a folder of each format is kept in the tests and is opened by them.
    private const int FormatVersion = 4;
    private const int FormatBytes = 36;

    private readonly FolderLock _lock;
    private int _users;

    private StorageDirectory(string path, FolderLock heldLock, ulong id, LogGeometry geometry)
    {
        Path = path;
        Id = id;
        Geometry = geometry;
        _lock = heldLock;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>A random number that marks everything written here, so that misplaced data from elsewhere is not
    /// mistaken for ours.</summary>
    public ulong Id { get; }

    /// <summary>The layout of the log, fixed when the folder was created.</summary>
    public LogGeometry Geometry { get; }

    /// <summary>Opens a folder, and creates it when it is missing.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="geometry">The layout of the log if the folder is new.</param>
    /// <exception cref="StorageInUseException">It is open already.</exception>
    /// <exception cref="StorageCorruptedException">The mark of the folder is damaged.</exception>
    /// <exception cref="StorageException">It belongs to something else, or cannot be used.</exception>
    public static StorageDirectory Open(string directory, LogGeometry geometry)
    {
        string path = System.IO.Path.GetFullPath(directory);
        try
        {
            CreateDirectory(path);
            FolderLock held = FolderLock.Take(path);
            try
            {
                (ulong id, geometry) = ReadOrCreateFormat(path, geometry);
                RemoveTemporaryFiles(path);
                return new StorageDirectory(path, held, id, geometry);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Describe($"The folder {path} cannot be opened", path, exception);
        }
    }

    /// <summary>The full path of a file in the folder.</summary>
    /// <param name="name">The file's name.</param>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Adds a user that holds the lock.</summary>
    public StorageDirectory Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Removes a user; the last one releases the lock.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _lock.Dispose();
        }
    }

    /// <summary>Makes sure that the folder is still this store's: between the flush of something and its
    /// acknowledgement, and before a name in the folder is used.</summary>
    /// <exception cref="StorageException">It was taken over, moved, replaced, emptied or unmounted.</exception>
    public void Verify() => _lock.Verify();

    /// <summary>Releases the lock while the directory is still in use, as the end of the process would. For
    /// tests.</summary>
    public void Abandon() => _lock.Dispose();

    private static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        // Level by level: each new directory is an entry in its parent, and that entry has to be durable too.
        string? parent = System.IO.Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            DurableFile.FlushDirectory(parent);
        }
    }

    private static (ulong Id, LogGeometry Geometry) ReadOrCreateFormat(string path, LogGeometry geometry)
    {
        string file = System.IO.Path.Combine(path, StorageLayout.Format);
        if (!System.IO.File.Exists(file))
        {
            RefuseOtherFiles(path);
            return (CreateFormat(path, geometry), geometry);
        }

        Span<byte> bytes = System.IO.File.ReadAllBytes(file);
        if (bytes.Length != FormatBytes
            || Crc32C.Append(0, bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..])
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
        {
            throw new StorageCorruptedException(
                file, 0, $"The file {file}, which marks the folder as a member's, is damaged. "
                + LogDamage.WhatToDo);
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        return version == FormatVersion
            ? (BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]),
                new LogGeometry(
                    BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
                    BinaryPrimitives.ReadInt64LittleEndian(bytes[24..])))
            : throw new StorageException(
                $"The folder {path} has format version {version}; this version of the library reads {FormatVersion}. "
                + (version < FormatVersion
                    ? "Versions 1 to 3 were never released. Run the build that wrote the folder; or, if no member's "
                        + "data is needed any more, start every member of the cluster on an empty folder."
                    : "Run the version of the library that wrote it, or a newer one."));
    }

    /// <summary>A folder without the mark has to be empty, but for what a crash during the first start leaves.
    /// </summary>
    private static void RefuseOtherFiles(string path)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(path))
        {
            string name = System.IO.Path.GetFileName(entry);
            if (IsOfFirstStart(name, entry))
            {
                continue;
            }

            if (StorageLayout.IsOfMember(name))
            {
                string missing = System.IO.Path.Combine(path, StorageLayout.Format);
                throw new StorageCorruptedException(
                    missing, 0,
                    $"The file {missing}, which marks the folder as a member's, is missing, and the folder holds "
                    + $"{name}. {LogDamage.WhatToDo}");
            }

            throw new StorageException(
                $"The folder {path} holds {name}, which is no member's. Set "
                + $"{nameof(FasterStorageOptions)}.{nameof(FasterStorageOptions.Directory)} to an empty folder, or to "
                + "the one that this member had.");
        }
    }

    private static bool IsOfFirstStart(string name, string path) =>
        name switch
        {
            StorageLayout.Lock or StorageLayout.Lock + StorageLayout.TemporarySuffix or "lost+found" => true,
            StorageLayout.Format + StorageLayout.TemporarySuffix => true,
            StorageLayout.LogEnd + StorageLayout.TemporarySuffix => true,
            StorageLayout.LogEnd => LogEndFile.IsOfNewFolder(path),
            _ => false,
        };

    /// <summary>Marks a new folder as a member's. The mark comes last: a folder that has it has the rest too.</summary>
    private static ulong CreateFormat(string path, LogGeometry geometry)
    {
        Span<byte> bytes = stackalloc byte[FormatBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], FormatVersion);
        RandomNumberGenerator.Fill(bytes[12..20]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], geometry.PageBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], geometry.SegmentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], Crc32C.Append(0, bytes[..32]));
        ulong id = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]);
        LogEndFile.Create(System.IO.Path.Combine(path, StorageLayout.LogEnd), id);
        DurableFile.Replace(System.IO.Path.Combine(path, StorageLayout.Format), bytes);
        return id;
    }

    private static void RemoveTemporaryFiles(string path)
    {
        foreach (string file in Directory.EnumerateFiles(path, "*" + StorageLayout.TemporarySuffix))
        {
            System.IO.File.Delete(file);
        }
    }
}
