package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the reconciler knows of one application; written down after every step. */
@SuppressWarnings("NullAway.Init") // Fields with a default; Jackson fills in the rest.
final class Actual {

  /** The steps of a change that takes more than one pass. */
  enum Move {
    /** The job is being stopped with a savepoint; the status does not show it. */
    SAVEPOINT,
    /** The cluster is being taken down. */
    HALT,
    /** A cluster is being started. */
    LAUNCH
  }

  /** The specification that was last acted upon, with the upgrade mode that was used. */
  public @Nullable ObjectNode reconciled;

  /** The last one that was seen to run. */
  public @Nullable ObjectNode stable;

  public String state = "UPGRADING";
  public long observedGeneration;
  public @Nullable String deployedInstance;

  // The cluster that runs, or is being started.
  public @Nullable String launchId;
  public @Nullable String jobId;
  public @Nullable String restoredFrom;
  public @Nullable ObjectNode launched;
  public boolean allowNonRestored;
  public int attempt;
  public long launchedGeneration;
  public @Nullable String launchedInstance;
  public boolean isLaunched;

  // The change that is under way.
  public @Nullable Move move;
  public @Nullable String mode;
  public @Nullable String restore;
  public boolean fromLatest;
  public @Nullable String trigger;
  public @Nullable String triggeredAt;

  public @Nullable String upgradeSavepointPath;
  public @Nullable String error;
  public String jobManager = "MISSING";
  public @Nullable String jobState;
  public @Nullable String jobName;
  public @Nullable String startTime;
  public @Nullable String updateTime;
  public @Nullable String lastJobId;
  public int taskManagers;
  public Map<String, String> cluster = new TreeMap<>();
  public @Nullable String lastException;
  public @Nullable String reconciledAt;

  Actual copy() {
    return Json.MAPPER.convertValue(Json.MAPPER.valueToTree(this), Actual.class);
  }

  boolean hasSpec(@Nullable ObjectNode one, @Nullable ObjectNode other) {
    return one != null && one.equals(other);
  }
}
