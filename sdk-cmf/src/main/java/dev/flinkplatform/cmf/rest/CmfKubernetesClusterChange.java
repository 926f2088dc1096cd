package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be changed of a Kubernetes cluster; what is left out stays. Immutable and thread-safe.
 */
public final class CmfKubernetesClusterChange extends CmfResource {

  private CmfKubernetesClusterChange(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a change from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes a cluster, in part
   * @return the change
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfKubernetesClusterChange of(Map<String, ?> json) {
    return new CmfKubernetesClusterChange(json);
  }

  /**
   * Takes a cluster out of use. CMF refuses it while environments use the cluster.
   *
   * @return the change
   */
  public static CmfKubernetesClusterChange decommission() {
    return of(Map.of("spec", Map.of("lifecycleState", "DECOMMISSIONED")));
  }

  /**
   * Takes a cluster into use again.
   *
   * @return the change
   */
  public static CmfKubernetesClusterChange recommission() {
    return of(Map.of("spec", Map.of("lifecycleState", "ACTIVE")));
  }

  /**
   * Replaces all labels of a cluster.
   *
   * @param cluster its name
   * @param labels names and values; empty to remove all
   * @return the change
   */
  public static CmfKubernetesClusterChange labels(String cluster, Map<String, String> labels) {
    return of(Map.of("metadata", Map.of("name", cluster, "labels", labels)));
  }

  /**
   * Replaces all annotations of a cluster.
   *
   * @param cluster its name
   * @param annotations names and values; empty to remove all
   * @return the change
   */
  public static CmfKubernetesClusterChange annotations(
      String cluster, Map<String, String> annotations) {
    return of(Map.of("metadata", Map.of("name", cluster, "annotations", annotations)));
  }

  /** The change with what CMF's description demands besides, taken from the cluster as it is. */
  CmfKubernetesClusterChange completed(CmfKubernetesCluster known) {
    Map<String, @Nullable Object> out = Trees.editable(json());
    out.putIfAbsent("apiVersion", API_VERSION);
    out.putIfAbsent("kind", CmfKubernetesCluster.KIND);
    Trees.make(out, "metadata").putIfAbsent("name", known.name());
    Trees.make(out, "spec")
        .putIfAbsent("lifecycleState", known.isDecommissioned() ? "DECOMMISSIONED" : "ACTIVE");
    return of(out);
  }

  @Override
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    labelFaults(faults);
    Rules.oneOf(faults, json(), List.of("ACTIVE", "DECOMMISSIONED"), "spec", "lifecycleState");
    return faults;
  }
}
