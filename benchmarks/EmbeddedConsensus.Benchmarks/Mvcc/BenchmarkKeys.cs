using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>Keys of 24 bytes with a common prefix, as a service would write them, addressed by number.</summary>
internal sealed class BenchmarkKeys
{
    private const int KeyBytes = 24;
    private readonly byte[] _keys;

    public BenchmarkKeys(int count)
    {
        Count = count;
        _keys = new byte[(long)count * KeyBytes];
        for (int i = 0; i < count; i++)
        {
            // Scattered: consecutive numbers are far apart in the tree.
            ulong spread = (ulong)i * 0x9E3779B97F4A7C15;
            Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"/leases/{spread >> 8:x14}/s"),
                _keys.AsSpan(i * KeyBytes, KeyBytes));
        }
    }

    public int Count { get; }

    public ReadOnlySpan<byte> this[int index] => _keys.AsSpan(index * KeyBytes, KeyBytes);
}
