namespace Coffer.Kill.Tests.Points;

public sealed class RenewKillTests() : KillPointTests(new Deed.Renew(), calls: 2, commits: 2, groups: 1);
