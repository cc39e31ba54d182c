using System.Diagnostics;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Journal;
using Coffer.Kill.Tests.Running;
using Coffer.Testing;

namespace Coffer.Kill.Tests.Points;

/// <summary>Where, counted from the beginning of a deed, the process is killed.</summary>
internal abstract class KillPoint
{
    private static readonly TimeSpan CallMax = TimeSpan.FromMinutes(5);

    /// <summary>Whether the server has to be the one that takes orders about commits.</summary>
    public abstract bool AtCommits { get; }

    public abstract Task ArmAsync(Stage stage, int number);

    /// <summary>Waits until the deed reaches the point, and kills the process there.</summary>
    /// <returns>False when the deed ended without reaching it.</returns>
    public abstract Task<bool> StrikeAsync(Stage stage, Task deed);

    /// <summary>How long the server looks for what a call that got no answer may have made.</summary>
    public virtual TimeSpan LateCallTime => TimeSpan.FromSeconds(10);

    /// <summary>The deed met the point: it has failed in the way that belongs to it.</summary>
    public virtual Task AssertCutOffAsync(Task deed) => Assert.ThrowsAnyAsync<HttpRequestException>(() => deed);

    /// <summary>Opens the server again.</summary>
    public virtual Task ComeBackAsync(Stage stage) => stage.RestartAsync();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What happens between the restart and the end.</summary>
    public virtual Task AfterRestartAsync(Stage stage) => Task.CompletedTask;

    /// <summary>At the n-th call to AWS: it is held back, then the process is killed.</summary>
    /// <param name="moment">Whether AWS has carried it out.</param>
    public sealed class AwsCall(FaultMoment moment) : KillPoint
    {
        private long _before;

        public override bool AtCommits => false;

        public override Task ArmAsync(Stage stage, int number)
        {
            _before = stage.Aws.Journal.Count;
            stage.Aws.Faults.Add(new SandboxFault
            {
                Skip = number - 1,
                Kind = SandboxFaultKind.Hang,
                Moment = moment == FaultMoment.After ? SandboxFaultMoment.After : SandboxFaultMoment.Before,
            });
            return Task.CompletedTask;
        }

        public override async Task<bool> StrikeAsync(Stage stage, Task deed)
        {
            if (!await KilledInCallAsync(stage, deed))
            {
                return false;
            }

            // The call that was held back got no answer, and was carried out or not as it was meant to be.
            var held = await JournalAsync(stage, _before, call => call.Outcome == "dropped");
            Assert.Equal(moment == FaultMoment.After, held.TookEffect);
            return true;
        }
    }

    /// <summary>At the n-th call to AWS, which is under way at the kill, and which AWS carries out when the server is back and has cleaned up.</summary>
    public class LateAwsCall : KillPoint
    {
        protected long Struck { get; set; }

        public override bool AtCommits => false;

        /// <summary>The call is let go within this time, also on a machine with much else to do.</summary>
        public override TimeSpan LateCallTime => TimeSpan.FromSeconds(30);

        public override Task ArmAsync(Stage stage, int number)
        {
            stage.Aws.Faults.Add(new SandboxFault
            {
                Skip = number - 1,
                Kind = SandboxFaultKind.Hang,
                Pause = TimeSpan.FromSeconds(1),
                OutlivesCaller = true,
            });
            return Task.CompletedTask;
        }

        public override async Task<bool> StrikeAsync(Stage stage, Task deed)
        {
            var killed = await KilledInCallAsync(stage, deed);
            Struck = stage.Aws.Journal.Count;
            return killed;
        }

        public override async Task AfterRestartAsync(Stage stage)
        {
            await JournalAsync(stage, Struck, call => call.Action == "DeleteUser");
            stage.AwsClock.Release();

            // It comes into the journal when it is done, so behind the calls that were made after it.
            await JournalAsync(stage, Struck, call => call.Parameters.ContainsKey("UserName") && IsOfCreation(call.Action));
        }

        private static bool IsOfCreation(string action) => action is
            "CreateUser" or "PutUserPolicy" or "AttachUserPolicy" or "AddUserToGroup" or "CreateAccessKey";
    }

    /// <summary>
    /// As <see cref="LateAwsCall"/>, but the process lives on: it is sealed during the call, and unsealed. AWS carries the call out when the server has looked.
    /// </summary>
    /// <param name="isOfCreation">False for a call that makes nothing: AWS carries it out as soon as the server is open again.</param>
    public sealed class SealedAwsCall(bool isOfCreation) : LateAwsCall
    {
        public override async Task<bool> StrikeAsync(Stage stage, Task deed)
        {
            if (!await IsReachedAsync(stage, deed))
            {
                return false;
            }

            (await stage.Api.WriteAsync("sys/seal", [], Cancel)).Ok();
            Struck = stage.Aws.Journal.Count;
            return true;
        }

        /// <summary>A call of a sealed server ends with the seal: nothing has let it go yet.</summary>
        public override async Task AssertCutOffAsync(Task deed)
        {
            var cut = await Assert.ThrowsAsync<InvalidDataException>(() => deed);
            Assert.StartsWith("503", cut.Message, StringComparison.Ordinal);
        }

        public override Task ComeBackAsync(Stage stage) => stage.UnsealAsync();

        public override Task AfterRestartAsync(Stage stage)
        {
            if (isOfCreation)
            {
                return base.AfterRestartAsync(stage);
            }

            stage.AwsClock.Release();
            return Task.CompletedTask;
        }
    }

    /// <summary>At the n-th commit to the store: the process kills itself there.</summary>
    public sealed class Commit(KillMoment moment) : KillPoint
    {
        public override bool AtCommits => true;

        public override Task ArmAsync(Stage stage, int number) => stage.Server.ArmAsync(number, moment, Cancel);

        public override async Task<bool> StrikeAsync(Stage stage, Task deed)
        {
            try
            {
                await deed;
            }
            catch (HttpRequestException)
            {
                await stage.Server.GoneAsync();
                return true;
            }

            // The order is still in the store: some later commit of the janitor's would carry it out.
            await stage.Server.KillAsync();
            await stage.RestartAsync();
            return false;
        }
    }

    /// <summary>Waits until the chosen call has come in, and kills the process then.</summary>
    /// <returns>False when the deed ended without that call.</returns>
    private static async Task<bool> KilledInCallAsync(Stage stage, Task deed)
    {
        if (!await IsReachedAsync(stage, deed))
        {
            return false;
        }

        await stage.Server.KillAsync();
        return true;
    }

    /// <summary>Waits until the chosen call has come in.</summary>
    /// <returns>False when the deed ended without that call.</returns>
    private static async Task<bool> IsReachedAsync(Stage stage, Task deed)
    {
        while (stage.Aws.Faults.Pending().Count > 0)
        {
            if (deed.IsCompleted)
            {
                stage.Aws.Faults.Clear();
                return false;
            }

            await Task.Delay(2, Cancel);
        }

        return true;
    }

    private static async Task<SandboxCall> JournalAsync(Stage stage, long after, Func<SandboxCall, bool> isMeant)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < CallMax)
        {
            if (stage.Aws.Journal.Read(after).LastOrDefault(isMeant) is { } call)
            {
                return call;
            }

            await Task.Delay(2, Cancel);
        }

        throw new TimeoutException($"AWS saw no such call within {CallMax}");
    }
}
