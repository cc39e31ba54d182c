using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Pipeline;

/// <summary>What a row asked of the outside for one request.</summary>
/// <param name="Asked">The engine and the row that asked: a mount that was moved or made again meanwhile asks for itself.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Read">What it read in the store. It counts for as long as that is unchanged.</param>
internal sealed record Prepared((IEngine Engine, Prepare Row) Asked, Preparation Outcome, UnitOfWork Read);
