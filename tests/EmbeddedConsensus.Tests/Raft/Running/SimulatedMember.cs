using System.Text;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>A node with its disk and a state machine that remembers every entry it applied. Effects wait in queues
/// until a test carries them out.</summary>
internal sealed class SimulatedMember
{
    private readonly Func<ulong, RaftOptions> _options;
    private readonly ClusterConfiguration _bootstrap;
    private readonly Queue<ApplyEffect> _applies = new();
    private readonly Queue<LogReadEffect> _logReads = new();
    private readonly Queue<SnapshotReadEffect> _snapshotReads = new();
    private readonly Queue<SnapshotReceiveEffect> _receives = new();
    private readonly List<byte> _receiving = [];
    private SnapshotInstallation _installation = new();
    private ulong _incarnation;

    public SimulatedMember(Func<ulong, RaftOptions> options, ClusterConfiguration bootstrap)
    {
        _options = options;
        _bootstrap = bootstrap;
        RenewDisk();
        Node = null!;
    }

    public MemberId Id { get; private set; }

    public RaftNode Node { get; private set; }

    public bool IsUp { get; private set; }

    /// <summary>What the member's clock shows in each turn; null: nobody reads one.</summary>
    public TimeSpan? Clock { get; set; }

    public SimulatedDisk Disk { get; private set; } = new();

    /// <summary>The applied entries as "index/term payload", one for each index from 1 on.</summary>
    public List<string> Applied { get; private set; } = [];

    public List<ReadIndexResult> Reads { get; } = [];

    public bool HasWork =>
        Disk.HasPending || _applies.Count + _logReads.Count + _snapshotReads.Count + _receives.Count > 0;

    public int PendingApplies => _applies.Count;

    public int PendingLogReads => _logReads.Count;

    public int PendingSnapshotReads => _snapshotReads.Count;

    public int PendingReceives => _receives.Count;

    public void Start()
    {
        RaftOptions options = _options(_incarnation++);
        Id = options.Id;
        Applied = Disk.Snapshot is null ? [] : Decode(Disk.SnapshotData);
        RecoveredLog log = Disk.Recover();

        // A cluster that a test begins in the middle of its life has a membership that is in no log.
        ClusterConfiguration known = _bootstrap.ClusterId != 0
            ? _bootstrap
            : RecoveredMembership.BaseOf(RecoveredMembership.Of(log, Disk.Snapshot), _bootstrap);
        Node = new RaftNode(options, log, Disk.Snapshot, known);
        IsUp = true;
    }

    /// <summary>Gives the member a disk of a new cluster, whose founders have agreed. One that is lost forgets
    /// that.</summary>
    public void RenewDisk()
    {
        Disk = new SimulatedDisk();
        if (_bootstrap is { ClusterId: 0, Voters.Length: > 1 })
        {
            Disk.Preset(
                new HardState(0, MemberId.None, 0, _options(0).Id, FoundingState.AgreedOn(_bootstrap)), terms: []);
        }
    }

    public void Crash()
    {
        IsUp = false;
        Disk.LosePending();
        _applies.Clear();
        _logReads.Clear();
        _snapshotReads.Clear();
        _receives.Clear();
        _receiving.Clear();
        _installation = new SnapshotInstallation();
    }

    /// <summary>The next start finds nothing.</summary>
    public void LoseDisk()
    {
        Assert.False(IsUp);
        Disk = new SimulatedDisk();
    }

    /// <summary>Takes the effects of one drain over.</summary>
    public void Take(RaftEffects effects)
    {
        Disk.Submit(effects);
        effects.Applies.ForEach(_applies.Enqueue);
        effects.LogReads.ForEach(_logReads.Enqueue);
        effects.SnapshotReads.ForEach(_snapshotReads.Enqueue);
        effects.SnapshotReceives.ForEach(_receives.Enqueue);
        Reads.AddRange(effects.ReadResults);
    }

    public bool CompleteAppend()
    {
        ulong id = Disk.CompleteNext();
        if (id != 0)
        {
            Node.AppendCompleted(id);
        }

        return id != 0;
    }

    public bool CompleteApply()
    {
        if (!_applies.TryDequeue(out ApplyEffect page))
        {
            return false;
        }

        ReadOnlyMemory<LogEntry> entries = page.NeedsRead
            ? Disk.Read(page.FirstIndex, page.LastIndex, long.MaxValue)
            : page.Entries;
        Assert.Equal(page.FirstIndex, entries.Span[0].Index);
        Assert.Equal(page.LastIndex, entries.Span[^1].Index);
        foreach (LogEntry entry in entries.Span)
        {
            Assert.Equal((ulong)Applied.Count + 1, entry.Index);
            Applied.Add($"{entry.Index}/{entry.Term} {Payload(entry)}");
        }

        Node.AppliedTo(page.LastIndex);
        return true;
    }

    public bool CompleteLogRead()
    {
        if (!_logReads.TryDequeue(out LogReadEffect read))
        {
            return false;
        }

        Node.LogReadCompleted(new LogReadResult(read.Id, Disk.Read(read.FirstIndex, read.LastIndex, read.MaxBytes)));
        return true;
    }

    public bool CompleteSnapshotRead()
    {
        if (!_snapshotReads.TryDequeue(out SnapshotReadEffect read))
        {
            return false;
        }

        if (Disk.Snapshot?.Position != read.Snapshot)
        {
            Node.SnapshotReadCompleted(new SnapshotReadResult(read.Id, 0, default, IsGone: true));
            return true;
        }

        byte[] data = Disk.SnapshotData;
        int length = (int)Math.Min(read.Length, data.Length - read.Offset);
        Node.SnapshotReadCompleted(new SnapshotReadResult(
            read.Id, data.Length, data.AsMemory((int)read.Offset, length)));
        return true;
    }

    /// <summary>Executes the next step of receiving a snapshot, with those before it that have no completion.</summary>
    public bool CompleteReceive()
    {
        bool isReported = false;
        while (!isReported && _receives.TryDequeue(out SnapshotReceiveEffect step))
        {
            for (SnapshotAction action = _installation.Begin(step.Kind);
                action != SnapshotAction.None;
                action = _installation.Completed())
            {
                isReported |= Execute(action, step);
            }
        }

        return isReported;
    }

    /// <returns>Whether the node was told.</returns>
    private bool Execute(SnapshotAction action, SnapshotReceiveEffect step)
    {
        switch (action)
        {
            case SnapshotAction.OpenWriter or SnapshotAction.CloseWriter:
                _receiving.Clear();
                return false;
            case SnapshotAction.WriteChunk:
                Assert.Equal(_receiving.Count, step.Offset);
                _receiving.AddRange(step.Data.Span);
                return false;
            case SnapshotAction.ReportWritten:
                Node.SnapshotChunkWritten(step.Id);
                return true;
            case SnapshotAction.Publish:
                Assert.Equal(step.TotalLength, _receiving.Count);
                Disk.Publish(step.Metadata, _receiving.ToArray());
                return false;
            case SnapshotAction.ReportPublished:
                Node.SnapshotPublished(step.Id);
                return true;
            case SnapshotAction.Restore:
                Applied = Decode(Disk.SnapshotData);
                Assert.Equal((ulong)Applied.Count, step.Metadata.Position.Index);
                Node.SnapshotRestored(step.Id);
                return true;
            default:
                // The disk keeps the newest snapshot alone, and its bytes are the state.
                return false;
        }
    }

    /// <summary>Publishes a snapshot of everything that is applied.</summary>
    public SnapshotMetadata TakeSnapshot()
    {
        RaftStatus status = Node.Status;
        ulong term = ulong.Parse(
            Applied[^1].Split(' ')[0].Split('/')[1], System.Globalization.CultureInfo.InvariantCulture);
        SnapshotMetadata metadata = new(new LogPosition(status.Applied, term), Node.ConfigurationAt(status.Applied)!);
        byte[] data = Encoding.UTF8.GetBytes(string.Join('\n', Applied));
        Disk.Publish(metadata, data);
        Node.SnapshotTaken(metadata, data.Length);
        return metadata;
    }

    public static string Payload(in LogEntry entry) =>
        entry.Kind switch
        {
            LogEntryKind.NoOp => "noop",
            LogEntryKind.Configuration =>
                $"{{{ConfigurationText.Describe(ClusterConfigurationCodec.Decode(entry.Data.Span))}}}",
            _ => Encoding.UTF8.GetString(entry.Data.Span),
        };

    private static List<string> Decode(byte[] data) => [.. Encoding.UTF8.GetString(data).Split('\n')];
}
