using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Tidying;

/// <summary>Looks at one entry below a prefix. Writes what repairs it, if anything does, into the unit of work.</summary>
/// <returns>True when something was wrong.</returns>
public delegate ValueTask<bool> Repair(UnitOfWork work, string key, CancellationToken cancellation);

/// <summary>One thing that has to hold of every entry below a prefix.</summary>
/// <param name="Name">For the status, in snake_case.</param>
public sealed record TidyCheck(string Name, string Prefix, Repair Repair);
