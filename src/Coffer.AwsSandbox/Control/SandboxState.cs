using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Journal;
using Coffer.AwsSandbox.S3;

namespace Coffer.AwsSandbox.Control;

/// <summary>All that a sandbox keeps in memory. May be used by several threads at once.</summary>
internal sealed class SandboxState(Account account, S3Store store, SandboxFaults faults, SandboxJournal journal)
{
    public string AccountId => account.AccountId;

    /// <summary>What goes wrong on purpose.</summary>
    public SandboxFaults Faults => faults;

    /// <summary>The calls so far.</summary>
    public SandboxJournal Journal => journal;

    /// <summary>Back to the beginning: empty account, empty journal, no faults.</summary>
    public void Reset()
    {
        faults.Clear();
        lock (account.Gate)
        {
            account.Reset();
            store.Clear();
        }

        journal.Clear();
    }

    /// <summary>The account and its buckets as JSON, without secrets.</summary>
    public string Dump()
    {
        lock (account.Gate)
        {
            return StateDump.Write(account, store);
        }
    }
}
