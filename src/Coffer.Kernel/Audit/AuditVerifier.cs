using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Coffer.Kernel.Audit;

/// <summary>Checks an audit file offline: that no line was changed, removed, added or moved since it was written.</summary>
/// <remarks>
/// The chain alone shows accidents and changes by whoever cannot write the rest of the file anew. Against those who can, there are the signed checkpoints,
/// up to the last one; and against the removal of everything after some checkpoint, only a copy of a later line elsewhere.
/// </remarks>
public static class AuditVerifier
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="log">Read from where it stands to its end.</param>
    /// <param name="publicKeyPem">From <c>sys/audit-key</c>; null leaves signatures unchecked, and says so.</param>
    /// <param name="previous">What came of the file before this one, when files were rotated: this one must go on from it.</param>
    /// <exception cref="ArgumentException">The key is not an ECDSA public key in PEM.</exception>
    /// <exception cref="CryptographicException">As above.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static AuditVerification Verify(Stream log, string? publicKeyPem = null, AuditVerification? previous = null)
    {
        using var key = publicKeyPem is null ? null : ECDsa.Create();
        key?.ImportFromPem(publicKeyPem);
        var run = new Run(key, previous);
        foreach (var line in new AuditLineReader(log))
        {
            if (!run.Take(line))
            {
                break;
            }
        }

        return run.End();
    }

    private sealed class Run(ECDsa? key, AuditVerification? previous)
    {
        private readonly ImmutableArray<AuditFinding>.Builder _warnings = ImmutableArray.CreateBuilder<AuditFinding>();
        private readonly string? _keyId = key is null ? null : AuditSigner.IdOf(key);
        private AuditVerification _sum = new();
        private string _lastHash = AuditChain.Zero;
        private long _foreign;
        private long _unreadableAt;

        /// <summary>Looks at a line. False once the chain is broken: nothing after it proves anything.</summary>
        public bool Take(AuditLineReader.Line line)
        {
            _sum = _sum with { Lines = _sum.Lines + 1 };
            var readable = AuditLine.TryParse(line.Bytes.Span, out var parsed);
            var hash = AuditChain.HashOf(line.Bytes.Span);
            if (line.IsTorn)
            {
                Warn("the last line is cut off: it is being written now, or a crash or a full disk stopped it");
                return true;
            }

            var problem = readable && parsed.Seq is not null ? Problem(parsed) : NotInChain(readable);
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

            if (_foreign > 0)
            {
                Warn(1, $"{_foreign} lines stand before the chain begins; they are not protected");
            }

            if (key is null && _sum.Checkpoints > 0)
            {
                Warn("signatures were not checked: no public key was given");
            }

            return _sum with { LastHash = _lastHash, Warnings = _warnings.ToImmutable() };
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

        private string? Problem(AuditLine line)
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
                return null;
            }

            return CheckpointProblem(line, seq);
        }

        private string? StartProblem(AuditLine line, long seq)
        {
            if (_sum.Lines > 1 && line.Prev != _lastHash)
            {
                return "the chain does not begin after the line before it: that line was changed, or lines were removed";
            }

            if (previous is not null && (line.Prev != previous.LastHash || seq != previous.LastSeq + 1))
            {
                return $"does not go on from the file before, which ends with entry {previous.LastSeq}: lines at the end of that file or at the start of this one are missing";
            }

            if (line.Start.Length == 0)
            {
                Warn($"the file begins with entry {seq} in the middle of a chain: lines before it are missing, or it was split");
            }
            else if (line.Start is "truncated")
            {
                Warn($"the file was emptied while the server wrote to it: entries up to {line.LastSeq} are not in it");
            }
            else if (line.Start is "rotated" && previous is null)
            {
                Warn($"the file goes on from an earlier one, which ends with entry {line.LastSeq}");
            }

            return null;
        }

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
                return $"the server found the file changed when it wrote this: it had written up to entry {line.LastSeq}, and the file ended with entry {_sum.LastSeq}";
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

        private string? CheckpointProblem(AuditLine line, long seq)
        {
            _sum = _sum with { Checkpoints = _sum.Checkpoints + 1 };
            if (key is null)
            {
                _sum = _sum with { EntriesUnsigned = 0 };
                return null;
            }

            if (line.KeyId != _keyId)
            {
                return $"the checkpoint is signed with key {Short(line.KeyId)}, and the given key is {_keyId}";
            }

            var signature = new byte[256];
            if (!Convert.TryFromBase64String(line.Signature, signature, out var length)
                || !key.VerifyData(AuditSigner.SignedText(line.Device, line.Time, seq, line.Prev), signature.AsSpan(0, length), HashAlgorithmName.SHA256))
            {
                return "the checkpoint's signature is wrong: lines up to here were written by something else than the server";
            }

            _sum = _sum with { CheckpointsVerified = _sum.CheckpointsVerified + 1, EntriesUnsigned = 0 };
            return null;
        }

        private static string Short(string keyId) => keyId.Length <= 64 && keyId.All(char.IsAsciiHexDigit) ? keyId : "(malformed)";

        private void Warn(string message) => Warn(_sum.Lines, message);

        private void Warn(long line, string message) => _warnings.Add(new AuditFinding(line, message));
    }
}
