namespace EmbeddedConsensus.Storage;

/// <summary>Why a storage failed, as far as the operating system told.</summary>
public enum StorageFailureCause
{
    /// <summary>None of the others: the message has what the operating system reported.</summary>
    Unknown = 0,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>The quota of the user, the group or the project is used up.</summary>
    QuotaExceeded,

    /// <summary>The file system is mounted read-only.</summary>
    ReadOnly,

    /// <summary>The process, or the machine, has too many files open.</summary>
    TooManyOpenFiles,

    /// <summary>The user that the process runs as may not use the folder or a file in it.</summary>
    AccessDenied,

    /// <summary>The device reported an error.</summary>
    DeviceFailed,

    /// <summary>The folder, or a file in it, is no longer there: deleted, moved, replaced or unmounted.</summary>
    Vanished,

    /// <summary>The path cannot be that of a folder: a part of it is a file, or too long, or a loop of links.</summary>
    InvalidPath,
}
