using System.Collections.Immutable;
using System.Security.Cryptography;
using Coffer.Audit.Chain;
using Coffer.Text;

namespace Coffer.Audit.Verification;

/// <summary>Checks audit files offline: that no line was changed, removed, added or moved since it was written.</summary>
/// <remarks>
/// The chain alone shows accidents: it holds no secret, so who can write the file can compute another one. What shows forgery comes from elsewhere: the public
/// key shows it up to the last checkpoint, and a mark of a later line shows it up to that line, truncation included. <see cref="AuditConclusion"/> says which.
/// </remarks>
public static class AuditVerifier
{
    /// <summary>Reads a whole file, against a key alone.</summary>
    /// <inheritdoc cref="Verify(Stream, AuditProof, AuditVerification?)"/>
    public static AuditVerification Verify(Stream log, string? publicKeyPem = null, AuditVerification? previous = null) =>
        Verify(log, new AuditProof { PublicKeyPem = publicKeyPem }, previous);

    /// <summary>Reads a whole file.</summary>
    /// <param name="log">Read from its position to its end.</param>
    /// <param name="proof">What is known of the log from elsewhere.</param>
    /// <param name="previous">What came of the file before this one, when files were rotated: this one must go on from it.</param>
    /// <exception cref="ArgumentException">The key is not an ECDSA public key in PEM.</exception>
    /// <exception cref="CryptographicException">As above.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line is too long for an audit log.</exception>
    public static AuditVerification Verify(Stream log, AuditProof proof, AuditVerification? previous)
    {
        using var key = proof.PublicKeyPem is null ? null : ECDsa.Create();
        key?.ImportFromPem(proof.PublicKeyPem);
        var run = new Run(key, proof, previous);
        foreach (var line in new AuditLineReader(log))
        {
            if (!run.Take(line))
            {
                break;
            }
        }

        return run.End();
    }

    internal static string Shown(string device) => device.Length is > 0 and <= 64 && device.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? device : "(malformed)";

    /// <summary>The hash before the first line of all.</summary>
    private static readonly string Zero = LineHash.Zero.ToString();

    private sealed class Run(ECDsa? key, AuditProof proof, AuditVerification? previous)
    {
        private readonly ImmutableArray<AuditFinding>.Builder _warnings = ImmutableArray.CreateBuilder<AuditFinding>();
        private readonly string? _keyId = key is null ? null : AuditSigner.IdOf(key);
        private readonly Dictionary<long, string> _marks = Marks(proof);
        private AuditVerification _sum = new()
        {
            EntriesUnsigned = previous?.EntriesUnsigned ?? 0,
            LastCheckpoint = previous?.LastCheckpoint,
            Device = previous?.Device ?? "",
            Devices = previous?.Devices ?? [],
            VouchedSeq = previous?.VouchedSeq ?? 0,
            MarkedSeq = previous?.MarkedSeq ?? 0,
        };

        private string _lastHash = Zero;
        private long _foreign;
        private long _unreadableAt;

        /// <summary>Looks at a line. False once the chain is broken: nothing after it proves anything.</summary>
        public bool Take(AuditLineReader.Line line)
        {
            _sum = _sum with { Lines = _sum.Lines + 1 };
            var readable = AuditLine.TryParse(line.Bytes.Span, out var parsed);
            var hash = LineHash.Of(line.Bytes.Span).ToString();
            if (line.IsTorn)
            {
                Warn("the last line is cut off: it is being written now, or a crash or a full disk stopped it");
                return true;
            }

            var problem = readable && parsed.Seq is not null ? Problem(parsed, hash) : NotInChain(readable);
            _lastHash = hash;
            if (problem is null)
            {
                return true;
            }

            _sum = _sum with { Break = new AuditFinding(_sum.Lines, problem) };
            return false;
        }

        public AuditVerification End()
        {
            if (_sum.Break is null && _unreadableAt > 0)
            {
                // Nothing in the chain follows, so nothing vouches for it.
                _sum = _sum with { Break = new AuditFinding(_unreadableAt, "not an entry of the chain, and no entry after it accounts for it") };
            }

            if (_sum is { Lines: 0, Break: null } && previous is not null)
            {
                // What rotation makes before the first entry comes.
                Warn("the file is empty");
                return _sum with { FirstSeq = previous.FirstSeq, LastSeq = previous.LastSeq, LastHash = previous.LastHash, Warnings = _warnings.ToImmutable() };
            }

            if (_sum is { LastSeq: 0, Break: null })
            {
                _sum = _sum with { Break = new AuditFinding(1, _sum.Lines == 0 ? "the file is empty: it holds no audit log" : "no line is part of a chain: this is no audit log, or its chain was taken out") };
            }

            if (_foreign > 0)
            {
                Warn(1, $"{Counted.Of(_foreign, "line comes", "lines come")} before the chain begins, and so {(_foreign == 1 ? "is" : "are")} not protected");
            }

            if (key is null && _sum.Checkpoints > 0)
            {
                Warn("signatures were not checked: no public key was given");
            }

            return _sum with { LastHash = _lastHash, Warnings = _warnings.ToImmutable() };
        }

        private static Dictionary<long, string> Marks(AuditProof proof)
        {
            var marks = new Dictionary<long, string>();
            foreach (var mark in proof.Marks)
            {
                // Of two that name one line differently no log can hold both.
                marks[mark.Seq] = marks.TryGetValue(mark.Seq, out var other) && other != mark.Hash ? "" : mark.Hash;
            }

            return marks;
        }

        private string? NotInChain(bool readable)
        {
            if (_sum.LastSeq == 0)
            {
                _foreign++;
                return null;
            }

            if (readable)
            {
                return "the line is not part of the chain: it was added, or its chain members were removed";
            }

            // A torn line that the server found and ended: the next entry says so, and its hash covers it.
            if (_unreadableAt > 0)
            {
                return "two unreadable lines in a row: the server leaves one at most";
            }

            _unreadableAt = _sum.Lines;
            return null;
        }

        private string? Problem(AuditLine line, string hash)
        {
            var seq = line.Seq!.Value;
            var first = _sum.LastSeq == 0;
            var problem = first ? StartProblem(line, seq) : LinkProblem(line, seq);
            if (problem is not null)
            {
                return problem;
            }

            _unreadableAt = 0;
            _sum = _sum with { FirstSeq = first ? seq : _sum.FirstSeq, LastSeq = seq };
            if (line.Type != "checkpoint")
            {
                _sum = _sum with { Entries = _sum.Entries + 1, EntriesUnsigned = _sum.EntriesUnsigned + 1 };
            }
            else if (CheckpointProblem(line, seq, hash) is { } wrong)
            {
                return wrong;
            }

            return MarkProblem(seq, hash);
        }

        private string? MarkProblem(long seq, string hash)
        {
            if (!_marks.TryGetValue(seq, out var expected))
            {
                return null;
            }

            if (expected != hash)
            {
                return $"entry {seq} is not the one that the server wrote: this line or lines before it were written by something else";
            }

            _sum = _sum with { VouchedSeq = seq, MarkedSeq = seq };
            return null;
        }

        private string? StartProblem(AuditLine line, long seq)
        {
            if (_sum.Lines > 1 && line.Prev != _lastHash)
            {
                return "the chain does not begin after the line before it: that line was changed, or lines were removed";
            }

            if (line.Start is "changed" or "replaced")
            {
                return Changed(line, "another file stood in its place");
            }

            if (_foreign > 0 && line.Start is not ("foreign" or "recovered"))
            {
                return "the server did not find the lines before this one when it began: they were added";
            }

            if (previous is not null)
            {
                return GoesOn(line, seq, previous);
            }

            return BeginningProblem(line, seq);
        }

        private string? GoesOn(AuditLine line, long seq, AuditVerification before)
        {
            if (line.Prev == before.LastHash && seq == before.LastSeq + 1)
            {
                return null;
            }

            // A server that was killed knows of its last checkpoint and not of the entries after it.
            if (line.Start == "restarted" && before.LastCheckpoint is { } known && line.Prev == known.Hash && seq == known.Seq + 1)
            {
                Warn($"goes on from entry {known.Seq}, the last checkpoint of the file before, which ends with entry {before.LastSeq}: the server was killed, and the file was moved away before it ran again");
                return null;
            }

            return line.Start == "truncated"
                ? $"does not go on from the file before, which ends with entry {before.LastSeq}: this entry is marked \"truncated\", since the file was emptied in place while the server ran, and entries up to {line.LastSeq} were in it"
                : $"does not go on from the file before, which ends with entry {before.LastSeq}: lines at the end of that file or at the start of this one are missing";
        }

        private string? BeginningProblem(AuditLine line, long seq)
        {
            var opens = line.Start is "new" or "foreign" or "recovered";
            if (opens && (seq == 1 || line.Start == "recovered"))
            {
                if (seq == 1 && _sum.Lines == 1 && line.Prev != Zero)
                {
                    return "the chain begins here, and yet names a line before it: that line was removed";
                }

                _sum = _sum with { LacksBeginning = seq != 1 };
                return null;
            }

            if (seq == 1)
            {
                return "the chain begins here without saying so: this line was not written as the first";
            }

            if (line.Start == "removed")
            {
                return $"the file before was removed while the server wrote to it: entries up to {line.LastSeq} are lost. If there is a copy of it, give that first";
            }

            _sum = _sum with { LacksBeginning = true };
            Warn(line.Start switch
            {
                "truncated" => $"the file was emptied in place while the server ran, and its first entry is marked \"truncated\": entries up to {line.LastSeq} are not in it",
                "rotated" or "restarted" => $"the file goes on from an earlier one, which ends with entry {line.LastSeq}",
                _ => $"the file begins with entry {seq} in the middle of a chain: lines before it are missing, or it was split",
            });
            return null;
        }

        private static string Changed(AuditLine line, string found) =>
            $"the server found the file changed when it wrote this: it had written up to entry {line.LastSeq}, and {found}";

        private string? LinkProblem(AuditLine line, long seq)
        {
            if (line.Prev != _lastHash)
            {
                return _unreadableAt > 0
                    ? "does not follow the line before it: that line was changed"
                    : "does not follow the line before it: that line was changed or added, or lines between were removed or moved";
            }

            if (line.Start is "changed" or "replaced" or "truncated")
            {
                return Changed(line, $"the file {(line.Start == "truncated" ? "was empty (the entry is marked \"truncated\"), so what is before it was put there later" : $"ended with entry {_sum.LastSeq}")}");
            }

            if (seq != _sum.LastSeq + 1)
            {
                return $"has sequence number {seq} after {_sum.LastSeq}";
            }

            if (_unreadableAt > 0)
            {
                if (line.Start != "recovered")
                {
                    return "follows an unreadable line that the server did not note";
                }

                Warn(_unreadableAt, "the line is cut off: a crash or a full disk stopped it; its request was refused, or its answer did not leave");
            }

            return null;
        }

        private string? CheckpointProblem(AuditLine line, long seq, string hash)
        {
            if (line.Device != _sum.Device)
            {
                if (_sum.Devices.Contains(line.Device))
                {
                    return $"the checkpoint is of the device {Shown(line.Device)}, whose part of the log had ended: logs of two devices are mixed";
                }

                if (_sum.Device.Length > 0)
                {
                    Warn($"from here on the device is {Shown(line.Device)}: the audit device was set up a second time for the same file");
                }

                _sum = _sum with { Device = line.Device, Devices = _sum.Devices.Add(line.Device) };
            }

            _sum = _sum with { Checkpoints = _sum.Checkpoints + 1, LastCheckpoint = new AuditMark(seq, hash) };
            if (key is null)
            {
                _sum = _sum with { EntriesUnsigned = 0 };
                return null;
            }

            if (line.KeyId != _keyId)
            {
                return $"the checkpoint is signed with key {Short(line.KeyId)}, and the given key is {_keyId}";
            }

            if (!AuditSigner.IsSigned(line, key))
            {
                return "the checkpoint's signature is wrong: lines up to here were written by something else than the server";
            }

            _sum = _sum with { CheckpointsVerified = _sum.CheckpointsVerified + 1, EntriesUnsigned = 0, VouchedSeq = seq };
            return null;
        }

        private static string Short(string keyId) => keyId.Length <= 64 && keyId.All(char.IsAsciiHexDigit) ? keyId : "(malformed)";

        private void Warn(string message) => Warn(_sum.Lines, message);

        private void Warn(long line, string message) => _warnings.Add(new AuditFinding(line, message));
    }
}
