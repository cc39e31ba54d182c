using System.Collections.Immutable;
using Coffer.Audit.Devices;
using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>Reads <c>audit "TYPE" "PATH" { … }</c>, and what the API may send audit entries to.</summary>
internal sealed class AuditReader(ConfigurationNotes notes)
{
    /// <summary>As many as there can be devices at all.</summary>
    private const int DevicesMax = 16;

    /// <param name="others">Those read before.</param>
    /// <returns>Null when something is wrong with it, which is noted.</returns>
    public DeclaredDevice? Read(string file, HclBlock block, IReadOnlyList<DeclaredDevice> others)
    {
        var type = block.Labels[0].Text;
        var path = block.Labels[1].Text.TrimEnd('/') + "/";
        var name = $"audit \"{type}\" \"{block.Labels[1].Text}\"";
        var description = "";
        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var item in block.Body.Items)
        {
            switch (item.Key.Text)
            {
                case "description":
                    description = notes.Text(file, item) ?? "";
                    break;
                case "options" when item.Value is HclObject body:
                    Take(file, body, options);
                    break;
                case "options" when item.Value is HclList { Items: [HclObject only] }:
                    Take(file, only, options);
                    break;
                case "options":
                    notes.Problem(file, item.Position, $"options must be a block, such as options {{ file_path = \"/var/log/coffer/audit.log\" }}, not {item.Value.Kind}");
                    return null;
                default:
                    notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in {name}");
                    break;
            }
        }

        var device = new DeclaredDevice(type, path, description, options.ToImmutable());
        var before = notes.Problems.Count;
        foreach (var problem in (string?[])[PathProblem(path, others), device.Problem(), FileProblem(device, others)])
        {
            if (problem is not null)
            {
                notes.Problem(file, block.Position, $"{name}: {problem}");
            }
        }

        return notes.Problems.Count == before ? device : null;
    }

    /// <summary>What is wrong with a declared device and the server's log together; null when nothing is.</summary>
    public static string? LogProblem(IEnumerable<DeclaredDevice> devices, string logFile, string key) =>
        devices.FirstOrDefault(device => device.WritesTo(logFile)) is { } device
            ? $"{key} is the file that the audit device \"{device.Path.TrimEnd('/')}\" writes to: the log's lines would break the chain of its entries; give each a file of its own"
            : null;

    /// <summary>One target or a list of them; what is wrong with one is noted.</summary>
    public ImmutableArray<string> Targets(string file, HclItem item)
    {
        ImmutableArray<HclValue> values = item.Value is HclList list ? list.Items : [item.Value];
        var targets = ImmutableArray.CreateBuilder<string>();
        foreach (var value in values)
        {
            var text = value is HclString found ? found.Value : "";
            if (IsTarget(text))
            {
                targets.Add(text);
            }
            else
            {
                notes.Problem(file, item.Position, "each of audit_targets must be \"syslog\", \"tcp://HOST:PORT\", \"udp://HOST:PORT\" (the port may be *) or \"unix:///PATH\"");
            }
        }

        return targets.ToImmutable();
    }

    private static bool IsTarget(string text)
    {
        var at = text.IndexOf("://", StringComparison.Ordinal);
        if (text == "syslog" || at < 0)
        {
            return text == "syslog";
        }

        // The star is replaced by any valid port.
        var address = text[(at + 3)..];
        address = address.EndsWith(":*", StringComparison.Ordinal) && !text.StartsWith("unix", StringComparison.Ordinal) ? address[..^1] + "1" : address;
        return new RemoteTarget.Socket(text[..at], address, TimeSpan.Zero).Problem() is null;
    }

    private static string? FileProblem(DeclaredDevice device, IReadOnlyList<DeclaredDevice> others) =>
        others.FirstOrDefault(other => device.WritesTo(other.File)) is { } taken
            ? $"file_path is the file of the audit device \"{taken.Path.TrimEnd('/')}\": give each a file of its own"
            : null;

    private static string? PathProblem(string path, IReadOnlyList<DeclaredDevice> others)
    {
        if (path.Length is < 2 or > 128 || path.Split('/')[..^1].Any(segment => segment.Length == 0 || !segment.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')))
        {
            return "its path takes letters, digits, '-' and '_'";
        }

        return others.Count >= DevicesMax ? $"there are {DevicesMax} declared devices already"
            : others.Any(other => other.Path.StartsWith(path, StringComparison.Ordinal) || path.StartsWith(other.Path, StringComparison.Ordinal))
                ? "it is declared twice, or below another"
                : null;
    }

    private void Take(string file, HclObject body, ImmutableSortedDictionary<string, string>.Builder options)
    {
        foreach (var item in body.Items)
        {
            if (notes.Text(file, item) is { } text)
            {
                options[item.Key.Text] = text;
            }
        }
    }
}
