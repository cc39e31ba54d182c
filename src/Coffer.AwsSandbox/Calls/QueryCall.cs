using System.Globalization;
using System.Text;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>One call of the query protocol, with its parameters read and its answer being written.</summary>
internal sealed class QueryCall(ServiceCall call)
{
    public Account Account => call.Account;

    public Principal Caller => call.Caller;

    public string Action => call.Action;

    public DateTimeOffset Now => call.Now;

    public ServiceCall Call => call;

    /// <summary>What is between the result tags; nothing written means an answer without a result.</summary>
    public Xml Out { get; } = new();

    /// <summary>Set by actions whose result is empty and still has its tags.</summary>
    public bool HasEmptyResult { get; set; }

    public string? Optional(string name) => call.Parameters.TryGetValue(name, out var value) ? value : null;

    public string Required(string name) =>
        Optional(name) ?? throw Constraint("null", name, "Member must not be null");

    /// <summary>A required text of bounded length.</summary>
    public string Bounded(string name, int least, int most) => Bounded(name, Required(name), least, most);

    public static string Bounded(string name, string value, int least, int most)
    {
        if (value.Length < least)
        {
            throw Constraint($"'{value}'", name, $"Member must have length greater than or equal to {least}");
        }

        return value.Length <= most ? value : throw Constraint($"'{Short(value)}'", name, $"Member must have length less than or equal to {most}");
    }

    /// <summary>A whole number within bounds, or the default when it is absent.</summary>
    public int Number(string name, int least, int most, int otherwise)
    {
        if (Optional(name) is not { } text)
        {
            return otherwise;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw new AwsFault(400, "MalformedInput", $"{name} must be a whole number");
        }

        if (value < least)
        {
            throw Constraint($"'{value}'", name, $"Member must have value greater than or equal to {least}");
        }

        return value <= most ? value : throw Constraint($"'{value}'", name, $"Member must have value less than or equal to {most}");
    }

    public bool Flag(string name) => Optional(name) is { } text && text.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A list given as <c>Name.member.1</c>, <c>Name.member.2</c> and so on.</summary>
    public List<string> Members(string name, string suffix = "")
    {
        var found = new List<string>();
        while (Optional(string.Create(CultureInfo.InvariantCulture, $"{name}.member.{found.Count + 1}{suffix}")) is { } value)
        {
            found.Add(value);
        }

        return found;
    }

    /// <summary>Writes one page of a list: the items after the marker, and where the next page begins.</summary>
    /// <param name="items">In the order of <paramref name="keys"/>.</param>
    /// <param name="key">What the marker names.</param>
    /// <param name="keys">How keys are ordered.</param>
    /// <param name="list">The element around the members.</param>
    /// <param name="write">Writes what is inside one member; null writes its key.</param>
    public void Page<T>(IEnumerable<T> items, Func<T, string> key, StringComparer keys, string list, Action<Xml, T>? write)
    {
        var most = Number("MaxItems", 1, 1000, 100);
        var after = Optional("Marker") is { } marker ? Unmark(marker) : null;
        string? last = null;
        var count = 0;
        var more = false;
        var members = new Xml();
        foreach (var item in items)
        {
            var name = key(item);
            if (after is not null && keys.Compare(name, after) <= 0)
            {
                continue;
            }

            if (count == most)
            {
                more = true;
                break;
            }

            if (write is null)
            {
                members.Text("member", name);
            }
            else
            {
                members.Open("member");
                write(members, item);
                members.Close();
            }

            last = name;
            count++;
        }

        Out.Text("IsTruncated", more).Open(list).Raw(members).Close();
        if (more && last is not null)
        {
            Out.Text("Marker", Convert.ToBase64String(Encoding.UTF8.GetBytes(last)));
        }
    }

    /// <summary>One page of a list whose members are bare names in ordinal order.</summary>
    public void PageNames(IEnumerable<string> names, string list) => Page(names, name => name, StringComparer.Ordinal, list, null);

    /// <summary>A call for policies to judge, with the keys every call has.</summary>
    public PolicyRequest Judged(string action, string resource) => Context.Of(call, action, resource);

    public static AwsFault Constraint(string value, string name, string constraint)
    {
        var member = char.ToLowerInvariant(name[0]) + name[1..];
        return AwsFault.Validation($"1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}");
    }

    private static string Short(string value) => value.Length <= 100 ? value : value[..100] + "...";

    private static string Unmark(string marker)
    {
        var bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes.AsSpan(0, length))
            : throw AwsFault.Validation("Invalid Marker.");
    }
}
