using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Revocation;

/// <content>Ends tokens: no outside system is asked, and their leases are left to the janitor.</content>
public sealed partial class LeaseRevoker
{
    /// <summary>
    /// Ends a token: it opens nothing from the first step on; then its leases end, then its children, then its record goes.
    /// </summary>
    /// <returns>False when there is no such token.</returns>
    public ValueTask<bool> RevokeTokenAsync(string accessor, CancellationToken cancellation) =>
        EndTokenAsync(accessor, seenDue: null, sparesChildren: false, cancellation);

    /// <summary>As <see cref="RevokeTokenAsync"/>, for a token that was seen to be due. One whose time has changed since stays.</summary>
    /// <param name="seenDue">When it was seen to be due.</param>
    /// <returns>False when there is no such token.</returns>
    public ValueTask<bool> RevokeDueTokenAsync(string accessor, DateTimeOffset seenDue, CancellationToken cancellation) =>
        EndTokenAsync(accessor, seenDue, sparesChildren: false, cancellation);

    /// <summary>Makes children of a token orphans, and ends the token alone.</summary>
    /// <returns>False when there is no such token.</returns>
    public ValueTask<bool> RevokeOrphaningAsync(string accessor, CancellationToken cancellation) =>
        EndTokenAsync(accessor, seenDue: null, sparesChildren: true, cancellation);

    private async ValueTask<bool> EndTokenAsync(string accessor, DateTimeOffset? seenDue, bool sparesChildren, CancellationToken cancellation)
    {
        var found = false;
        var marked = await transactions.RunAsync(
            async work =>
            {
                var token = await TokenStore.GetAnyAsync(work, accessor, cancellation);
                found = token is not null;
                if (token is null || (seenDue is not null && token.Due != seenDue))
                {
                    return false;
                }

                Mark(work, token, sparesChildren);
                return true;
            },
            cancellation);
        if (marked)
        {
            await EndMarkedAsync(accessor, cancellation);
        }

        return found;
    }

    private async ValueTask EndMarkedAsync(string accessor, CancellationToken cancellation)
    {
        // Depth first without recursion: a chain of children may be long.
        var stack = new Stack<string>([accessor]);
        while (stack.TryPeek(out var current))
        {
            if (await FirstChildAsync(current, cancellation) is { } child)
            {
                if (await TakeChildAsync(current, child, cancellation))
                {
                    stack.Push(child);
                }

                continue;
            }

            await EndLeasesOfAsync(current, cancellation);
            await RemoveTokenAsync(current, cancellation);
            stack.Pop();
        }
    }

    /// <summary>Marks a child of a token that ends, or makes it an orphan if the token's revocation spares it.</summary>
    /// <returns>True when the child is to be ended first.</returns>
    private async ValueTask<bool> TakeChildAsync(string parent, string child, CancellationToken cancellation) =>
        await transactions.RunAsync(
            async work =>
            {
                var spares = await TokenStore.GetAnyAsync(work, parent, cancellation) is { SparesChildren: true };
                var record = await TokenStore.GetAnyAsync(work, child, cancellation);
                if (record is not null && !spares)
                {
                    Mark(work, record);
                    return true;
                }

                work.Delete(TokenKeys.Child(parent, child));
                if (record is not null)
                {
                    TokenStore.Put(work, record, record with { Parent = "" });
                }

                return false;
            },
            cancellation);

    private void Mark(UnitOfWork work, TokenRecord token, bool sparesChildren = false) => TokenStore.Put(
        work,
        token,
        token with { Revoking = true, SparesChildren = token.SparesChildren || sparesChildren, Due = clock.GetUtcNow() + DueKeys.TakeUpAfter });

    private async ValueTask<string?> FirstChildAsync(string accessor, CancellationToken cancellation)
    {
        var prefix = TokenKeys.Children(accessor);
        var keys = await transactions.Begin().ScanAsync(prefix, null, 1, cancellation);
        return keys.Count == 0 ? null : keys[0][prefix.Length..];
    }

    /// <summary>Lets all leases of a token run out now; the janitor removes their secrets.</summary>
    private async ValueTask EndLeasesOfAsync(string accessor, CancellationToken cancellation)
    {
        var prefix = LeaseKeys.Owned(accessor);
        while (true)
        {
            var now = clock.GetUtcNow();
            var ended = await transactions.RunAsync(
                async work =>
                {
                    var keys = await work.ScanAsync(prefix, null, Limits.LeasesPerPass, cancellation);
                    foreach (var key in keys)
                    {
                        var lease = await LeaseStore.GetAsync(work, key[prefix.Length..], cancellation);
                        if (lease is not null)
                        {
                            LeaseStore.Put(work, lease, lease with { ExpireTime = now, Due = now, Owner = "" });
                        }

                        work.Delete(key);
                    }

                    return keys.Count;
                },
                cancellation);
            if (ended == 0)
            {
                return;
            }

            due.Add(now);
        }
    }

    private async ValueTask RemoveTokenAsync(string accessor, CancellationToken cancellation)
    {
        bool done;
        do
        {
            done = await transactions.RunAsync(
                async work =>
                {
                    var emptied = await TokenCleanup.RemoveSomeAsync(work, accessor, cancellation);
                    if (emptied && await TokenStore.GetAnyAsync(work, accessor, cancellation) is { } token)
                    {
                        TokenStore.Remove(work, token);
                    }

                    return emptied;
                },
                cancellation);
        }
        while (!done);
    }
}
