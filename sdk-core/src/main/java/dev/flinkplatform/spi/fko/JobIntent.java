package dev.flinkplatform.spi.fko;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is wanted of the job of a FlinkDeployment, besides its specification: whether it runs, and
 * what becomes of its state.
 *
 * @param running whether the job is to run; false: it is to be suspended
 * @param upgradeMode what becomes of its state
 * @param initialSavepointPath what to restore; on a deployment that ran before it only counts
 *     together with a new nonce
 * @param allowNonRestoredState whether state without an operator may be dropped
 * @param savepointRedeployNonce a number that was not used before: the job is started anew from
 *     {@code initialSavepointPath}, whatever ran; needs that path
 */
public record JobIntent(
    boolean running,
    UpgradeMode upgradeMode,
    Optional<String> initialSavepointPath,
    boolean allowNonRestoredState,
    OptionalLong savepointRedeployNonce) {

  /**
   * Makes an intent of its parts.
   *
   * @param running whether the job is to run; false: it is to be suspended
   * @param upgradeMode what becomes of its state
   * @param initialSavepointPath what to restore
   * @param allowNonRestoredState whether state without an operator may be dropped
   * @param savepointRedeployNonce a number that was not used before
   * @throws IllegalArgumentException if there is a nonce and no path, which the operator refuses
   */
  public JobIntent {
    Objects.requireNonNull(upgradeMode, "upgradeMode");
    Objects.requireNonNull(initialSavepointPath, "initialSavepointPath");
    if (savepointRedeployNonce.isPresent() && initialSavepointPath.isEmpty()) {
      throw new IllegalArgumentException(
          "savepointRedeployNonce needs initialSavepointPath: what is the job to start from?");
    }
  }

  /**
   * Returns the intent that the job runs, and nothing is said of what it starts from.
   *
   * @param upgradeMode what becomes of its state when it is stopped
   * @return the intent
   */
  public static JobIntent running(UpgradeMode upgradeMode) {
    return new JobIntent(true, upgradeMode, Optional.empty(), false, OptionalLong.empty());
  }

  /**
   * Returns the intent that the job does not run.
   *
   * @param upgradeMode what becomes of its state
   * @return the intent
   */
  public static JobIntent suspended(UpgradeMode upgradeMode) {
    return new JobIntent(false, upgradeMode, Optional.empty(), false, OptionalLong.empty());
  }

  /**
   * Returns the same with a choice about state that fits no operator.
   *
   * @param allow whether it may be dropped
   * @return the intent
   */
  public JobIntent allowNonRestoredState(boolean allow) {
    return new JobIntent(running, upgradeMode, initialSavepointPath, allow, savepointRedeployNonce);
  }
}
