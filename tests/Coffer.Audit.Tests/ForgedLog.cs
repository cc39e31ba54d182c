using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Coffer.Audit.Chain;
using Coffer.Audit.Verification;

namespace Coffer.Audit.Tests;

/// <summary>What somebody who can write an audit file, and has no key, can make of it.</summary>
internal static partial class ForgedLog
{
    /// <summary>Links lines into a chain of their own, whatever they were before.</summary>
    public static string[] Chained(IEnumerable<string> lines, long seq = 1, string? previous = null)
    {
        previous ??= LineHash.Zero.ToString();
        List<string> chained = [];
        foreach (var line in lines)
        {
            var link = string.Create(CultureInfo.InvariantCulture, $"\"seq\":{seq++},\"prev\":\"{previous}\"");
            var made = Link().Replace(line, link);
            chained.Add(made);
            previous = LineHash.Of(Encoding.UTF8.GetBytes(made)).ToString();
        }

        return [.. chained];
    }

    /// <summary>Entries as other programs write them: no chain, no checkpoint.</summary>
    public static string[] Stripped(IEnumerable<string> lines) => [.. WithoutCheckpoints(lines).Select(line => Chain().Replace(line, "}"))];

    public static string[] WithoutCheckpoints(IEnumerable<string> lines) => [.. lines.Where(line => !IsCheckpoint(line))];

    public static bool IsCheckpoint(string line) => line.Contains("\"type\":\"checkpoint\"", StringComparison.Ordinal);

    public static byte[] Bytes(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    /// <summary>The judgement on files one after another: what is wrong, or what was not checked.</summary>
    public static (string? Problem, IReadOnlyList<string> NotChecked) Judge(AuditProof proof, params IEnumerable<string>[] files) => Judge(proof, [.. files.Select(Bytes)]);

    public static (string? Problem, IReadOnlyList<string> NotChecked) Judge(AuditProof proof, params byte[][] files)
    {
        List<AuditVerification> found = [];
        foreach (var file in files)
        {
            var result = AuditVerifier.Verify(new MemoryStream(file), proof, found.LastOrDefault());
            if (result.Break is { } at)
            {
                return (at.ToString(), []);
            }

            found.Add(result);
        }

        var conclusion = AuditConclusion.Of(found, proof);
        return (conclusion.Problem, conclusion.NotChecked);
    }

    [GeneratedRegex("\"seq\":[0-9]+,\"prev\":\"[0-9a-f]{64}\"")]
    private static partial Regex Link();

    [GeneratedRegex(",\"seq\":[0-9]+,\"prev\":\"[0-9a-f]{64}\".*$")]
    private static partial Regex Chain();
}
