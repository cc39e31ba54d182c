using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Sdk.Engines;

/// <summary>What waits for clients that take turns. Not for several threads at once.</summary>
internal sealed class TurnQueue
{
    private const int NetworkBytes = 8;

    private readonly Dictionary<string, Queue<Action>> _byClient = new(StringComparer.Ordinal);

    /// <summary>Clients for which something waits, in the order of their turns.</summary>
    private readonly Queue<string> _turns = new();

    private int _count;

    /// <summary>Adds what one client waits for.</summary>
    /// <param name="address">The client's; addresses of one IPv6 network (/64) are one client, since anyone who has one has all of them.</param>
    /// <param name="max">What may wait in all. One client has half of it, but one place in any case.</param>
    /// <returns>False when there is no place.</returns>
    public bool TryEnqueue(string address, Action work, int max)
    {
        if (_count >= max)
        {
            return false;
        }

        var client = ClientOf(address);
        if (!_byClient.TryGetValue(client, out var own))
        {
            _byClient.Add(client, own = new Queue<Action>());
            _turns.Enqueue(client);
        }
        else if (own.Count >= Math.Max(1, max / 2))
        {
            return false;
        }

        own.Enqueue(work);
        _count++;
        return true;
    }

    /// <summary>Takes the first of the client whose turn it is; its next turn comes after those of all others.</summary>
    public bool TryDequeue([NotNullWhen(true)] out Action? work)
    {
        if (!_turns.TryDequeue(out var client))
        {
            work = null;
            return false;
        }

        var own = _byClient[client];
        work = own.Dequeue();
        _count--;
        if (own.Count > 0)
        {
            _turns.Enqueue(client);
        }
        else
        {
            _byClient.Remove(client);
        }

        return true;
    }

    private static string ClientOf(string address) =>
        IPAddress.TryParse(address, out var parsed) && parsed is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(parsed.GetAddressBytes(), 0, NetworkBytes)
            : address;
}
