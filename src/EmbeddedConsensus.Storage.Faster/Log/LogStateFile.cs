using System.Buffers.Binary;
using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// A small file beside the log with the number of times the log was opened and how far it was known to be durable at
/// the last start or clean stop. A log that ends before that point was damaged at its tail, where no later record shows
/// it.
/// </summary>
/// <param name="Incarnation">How often the log was opened.</param>
/// <param name="Sequence">The last record that was durable.</param>
internal readonly record struct LogStateFile(ulong Incarnation, ulong Sequence)
{
    private const ulong Magic = 0x31_45_54_41_54_53_43_45; // "ECSTATE1"
    private const int Bytes = 28;

    /// <summary>Reads the file.</summary>
    /// <param name="directory">The member's folder.</param>
    /// <returns>What it says, or null when it does not exist.</returns>
    /// <exception cref="StorageCorruptedException">It is damaged.</exception>
    public static LogStateFile? Read(StorageDirectory directory)
    {
        string file = directory.File(StorageLayout.LogState);
        if (!File.Exists(file))
        {
            return null;
        }

        Span<byte> bytes = File.ReadAllBytes(file);
        if (bytes.Length != Bytes
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) != Checksum(bytes, directory))
        {
            throw new StorageCorruptedException(
                file, 0, $"The file {file}, which says how far the log was durable, is damaged. " + LogDamage.WhatToDo);
        }

        return new LogStateFile(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
    }

    /// <summary>Replaces the file, durably and in one step.</summary>
    /// <param name="directory">The member's folder.</param>
    public void Write(StorageDirectory directory)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], Checksum(bytes, directory));
        DurableFile.Replace(directory.File(StorageLayout.LogState), bytes);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, StorageDirectory directory) =>
        Crc32C.Append(Crc32C.Append(0, directory.Id), bytes[..24]);
}
