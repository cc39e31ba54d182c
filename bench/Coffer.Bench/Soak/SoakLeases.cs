using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Coffer.AwsSandbox;

namespace Coffer.Bench.Soak;

/// <summary>A lease that was answered, and the end that it was promised.</summary>
internal sealed class SoakLease(string id, DateTimeOffset ends)
{
    public string Id => id;

    /// <summary>The user goes no earlier.</summary>
    public DateTimeOffset Ends { get; set; } = ends;

    /// <summary>It was revoked.</summary>
    public bool MayEndEarly { get; set; }
}

/// <summary>Compares what was promised of leases with what the account saw: when each user was made, and when it went.</summary>
internal sealed class SoakLeases(SandboxAccount account)
{
    public const string UserPath = "/soak/";

    private readonly ConcurrentDictionary<string, SoakLease> _promised = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _leaseOfUser = new(StringComparer.Ordinal);
    private long _read;

    public int Issued { get; private set; }

    public int UsersMade { get; private set; }

    public int UsersGone { get; private set; }

    /// <summary>Longest time from a promised end to the user's removal.</summary>
    public TimeSpan LatestRemoval { get; private set; }

    public SoakLease Add(string id, DateTimeOffset ends) => _promised[id] = new SoakLease(id, ends);

    /// <summary>Reads the account's journal since the last time.</summary>
    /// <returns>What is wrong: users that went before their end.</returns>
    public IEnumerable<string> Compare()
    {
        foreach (var call in account.Journal.Read(_read))
        {
            _read = call.Sequence;
            if (!call.TookEffect || call.Action is not ("CreateUser" or "DeleteUser"))
            {
                continue;
            }

            var user = call.Parameters["UserName"];
            if (call.Action == "CreateUser")
            {
                UsersMade++;
                _leaseOfUser[user] = call.Parameters.Values.FirstOrDefault(value => value.StartsWith("aws/creds/", StringComparison.Ordinal)) ?? "";
                continue;
            }

            UsersGone++;
            if (_leaseOfUser.Remove(user, out var id) && _promised.TryRemove(id, out var lease))
            {
                Issued++;
                if (lease.MayEndEarly)
                {
                    continue;
                }

                LatestRemoval = call.Time - lease.Ends is var late && late > LatestRemoval ? late : LatestRemoval;
                if (call.Time < lease.Ends)
                {
                    yield return $"the user of {id} went at {call.Time:HH:mm:ss.fff}, and was promised until {lease.Ends:HH:mm:ss.fff}";
                }
            }
        }
    }

    /// <summary>Leases that were answered and whose user has not gone, and users without an answered lease.</summary>
    public IEnumerable<string> Left() => _promised.Keys.Select(id => $"the user of {id} was not seen to go").Concat(UsersNow().Select(user => $"{user} is still there"));

    /// <summary>The users that the server made and that exist.</summary>
    public IReadOnlyList<string> UsersNow() =>
    [
        .. JsonNode.Parse(account.Dump())!["users"]!.AsArray()
            .Where(user => ((string)user!["arn"]!).Contains($":user{UserPath}", StringComparison.Ordinal)).Select(user => (string)user!["name"]!),
    ];
}
