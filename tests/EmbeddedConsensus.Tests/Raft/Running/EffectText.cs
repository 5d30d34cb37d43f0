using System.Globalization;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Effects and messages in one line each, for transcripts.</summary>
internal sealed class EffectText
{
    private readonly Dictionary<ulong, int> _batches = [];
    private readonly Dictionary<MemberId, (RaftRole, ulong, MemberId, ulong, ClusterConfiguration)> _states = [];

    public void Forget(MemberId id) => _states.Remove(id);

    public IEnumerable<string> Describe(SimulatedMember member, RaftEffects effects)
    {
        string id = member.Id.ToString();
        List<string> lines = [.. StateChanges(member)];
        lines.AddRange(effects.Messages.Select(Describe));
        if (effects.Append is { } append)
        {
            string entries = Entries(append.Entries.SelectMany(slice => slice.ToArray()));
            string state = append.HardState is { } hard
                ? Invariant($" state=(term {hard.Term}, vote {Member(hard.Vote)}, commit {hard.Commit})")
                : "";
            lines.Add(Invariant($"{id} writes #{append.Id}{entries}{state}"));
        }

        if (effects.LogDrop is { } drop)
        {
            lines.Add(Invariant($"{id} drops its log through {Position(drop.Through)}"));
        }

        lines.AddRange(effects.Applies.Select(page => Invariant(
            $"{id} applies {page.FirstIndex}..{page.LastIndex}{(page.NeedsRead ? " from disk" : "")}")));
        lines.AddRange(effects.LogReads.Select(read => Invariant(
            $"{id} reads its log {read.FirstIndex}..{read.LastIndex} for {read.Peer}")));
        lines.AddRange(effects.SnapshotReads.Select(read => Invariant(
            $"{id} reads snapshot {Position(read.Snapshot)} at {read.Offset} for {read.Peer}")));
        lines.AddRange(effects.SnapshotReceives.Select(step => Invariant($"{id} {Step(step)}")));
        lines.AddRange(effects.ReadResults.Select(read => Invariant(
            $"{id} read {read.RequestId} {(read.IsConfirmed ? $"gets index {read.Index}" : "fails")}")));
        lines.AddRange(effects.RefusedProposals.Select(refused =>
        {
            string what = refused.IsUnsound ? "is unsound" : "was turned away";
            return Invariant($"{id} hears that batch {refused.Batch} of proposals {what}");
        }));
        return lines;
    }

    public string Describe(RaftMessage m)
    {
        string term = m.Term == 0 ? "" : Invariant($" term={m.Term}");
        return Invariant($"{m.From}->{m.To} {m.Type}{term}{Fields(m)}");
    }

    public static string Entries(IEnumerable<LogEntry> entries)
    {
        string text = string.Join(", ", entries.Select(Entry));
        return text.Length == 0 ? "" : $" [{text}]";
    }

    public static string Member(MemberId id) => id.IsNone ? "none" : id.ToString();

    private static string Entry(LogEntry entry)
    {
        string payload = SimulatedMember.Payload(entry);
        string shown = payload.Length > 20 && entry.Kind == LogEntryKind.Command
            ? Invariant($"({payload.Length} bytes)")
            : payload;
        return entry.Index == 0 ? shown : Invariant($"{Position(entry.Position)} {shown}").TrimEnd();
    }

    private static string Position(LogPosition position) => Invariant($"{position.Index}/{position.Term}");

    private static string Step(SnapshotReceiveEffect step)
    {
        string where = step.Kind switch
        {
            SnapshotReceiveEffectKind.Write => Invariant($" at {step.Offset}, {step.Data.Length} bytes"),
            SnapshotReceiveEffectKind.Begin => Invariant($" of {step.TotalLength} bytes"),
            _ => "",
        };
        return Invariant($"snapshot {Position(step.Metadata.Position)}: {step.Kind}{where}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<string> StateChanges(SimulatedMember member)
    {
        RaftNode node = member.Node;
        bool isKnown = _states.TryGetValue(
            member.Id,
            out (RaftRole Role, ulong Term, MemberId Leader, ulong Commit, ClusterConfiguration Configuration) old);
        _states[member.Id] = (node.Role, node.Term, node.Leader, node.CommitIndex, node.Configuration);
        if (!isKnown || (old.Role, old.Term, old.Leader) != (node.Role, node.Term, node.Leader))
        {
            yield return Invariant($"{member.Id} is {node.Role} in term {node.Term}, leader {Member(node.Leader)}");
        }

        if (isKnown && old.Commit != node.CommitIndex)
        {
            yield return Invariant($"{member.Id} commits {node.CommitIndex}");
        }

        if (isKnown && old.Configuration != node.Configuration)
        {
            yield return Invariant($"{member.Id} uses {{{ConfigurationText.Describe(node.Configuration)}}}");
        }
    }

    private string Fields(in RaftMessage m)
    {
        string answer = m.Reject ? " no" : " yes";
        return m.Type switch
        {
            RaftMessageType.Append =>
                Invariant($" after={m.Index}/{m.LogTerm} commit={m.Commit}{Entries(m.Entries.ToArray())}"),
            RaftMessageType.AppendResponse when m is { Reject: true, Context: 2 } => " of a higher term",
            RaftMessageType.AppendResponse when m.Reject =>
                Invariant($" no after={m.Index} hint={m.RejectHint}/{m.LogTerm}")
                    + (m.Context == 1 ? " holds nothing" : ""),
            RaftMessageType.MemberRemoved => Invariant($" configuration={m.Index}"),
            RaftMessageType.MemberRefused => Invariant($" {(RefusalReason)m.Context}"),
            RaftMessageType.AppendResponse => Invariant($" index={m.Index}"),
            RaftMessageType.Vote or RaftMessageType.PreVote =>
                Invariant($" last={m.Index}/{m.LogTerm}{(m.Context == 0 ? "" : " forced")}"),
            RaftMessageType.VoteResponse or RaftMessageType.PreVoteResponse => answer,
            RaftMessageType.Heartbeat => Invariant($" commit={m.Commit}{Round(m.Context)}"),
            RaftMessageType.HeartbeatResponse when m.Index > 0 =>
                Invariant($"{Round(m.Context)} promises {m.Index / 1000} ms"),
            RaftMessageType.HeartbeatResponse => Round(m.Context),
            RaftMessageType.SnapshotChunk => Chunk(m.Chunk!),
            RaftMessageType.SnapshotChunkResponse =>
                Invariant($" snapshot={Position(m.Chunk!.Snapshot.Position)}")
                    + Invariant($"{(m.Reject ? " no" : "")} has={m.Chunk.Offset}"),
            RaftMessageType.Propose => Entries(m.Entries.ToArray()),
            RaftMessageType.ReadIndex => Batch(m.Context),
            RaftMessageType.ReadIndexResponse => Invariant($"{Batch(m.Context)} index={m.Index}"),
            RaftMessageType.TransferLeadership => Invariant($" to={m.Context}"),
            RaftMessageType.ProposeRejected => Invariant($" batch={m.Context}"),
            _ => "",
        };
    }

    private static string Round(ulong context) => context == 0 ? "" : Invariant($" round={context}");

    private static string Chunk(SnapshotChunk chunk) => chunk.Data.IsEmpty
        ? Invariant($" snapshot={Position(chunk.Snapshot.Position)} asks")
        : Invariant($" snapshot={Position(chunk.Snapshot.Position)} at={chunk.Offset}")
            + Invariant($" bytes={chunk.Data.Length} of={chunk.TotalLength}");

    private string Batch(ulong id)
    {
        if (!_batches.TryGetValue(id, out int number))
        {
            number = _batches.Count + 1;
            _batches.Add(id, number);
        }

        return Invariant($" batch={number}");
    }
}
