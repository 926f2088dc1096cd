package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A Kubernetes cluster that CMF was given. It is registered by a file of the CMF server, not by
 * this API.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfKubernetesCluster extends CmfResource {

  static final String KIND = "KubernetesCluster";

  private CmfKubernetesCluster(Map<String, ?> json) {
    super(json);
  }

  static CmfKubernetesCluster read(Map<String, ?> json) {
    return new CmfKubernetesCluster(json);
  }

  /**
   * Tells whether it is taken out of use, as wanted.
   *
   * @return true if so
   */
  public boolean isDecommissioned() {
    return Trees.textOr("", json(), "spec", "lifecycleState").equalsIgnoreCase("DECOMMISSIONED");
  }

  /**
   * Returns its state.
   *
   * @return CONNECTED, DISCONNECTED, DECOMMISSIONED or a later state; empty if it was not read
   */
  public Optional<String> state() {
    return Trees.text(json(), "status", "state");
  }

  /**
   * Returns what CMF says of its state.
   *
   * @return the text; empty if there is none
   */
  public Optional<String> message() {
    return Trees.text(json(), "status", "message").filter(s -> !s.isEmpty());
  }

  /**
   * Returns when it last answered CMF.
   *
   * @return the time; empty if never
   */
  public Optional<Instant> lastHeartbeat() {
    return Trees.instant(json(), "status", "lastHeartbeatTimestamp");
  }

  /**
   * Returns the version of Kubernetes.
   *
   * @return for example {@code v1.28.3}; empty if it is not connected
   */
  public Optional<String> kubernetesVersion() {
    return Trees.text(json(), "status", "kubernetesVersion");
  }
}
