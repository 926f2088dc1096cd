package dev.flinkplatform.cmf.rest;

/**
 * The Kubernetes clusters of a CMF server; servers of 2.3 and later. Thread-safe; every call
 * blocks, at most for the request timeout for each attempt.
 */
public final class CmfKubernetesClusters {

  private final Calls calls;

  CmfKubernetesClusters(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists clusters, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfKubernetesCluster> list(CmfQuery query) {
    return calls.list(
        CmfEndpoint.KUBERNETES_CLUSTERS, query, Calls.BY_NAME, CmfKubernetesCluster::read);
  }

  /**
   * Returns a cluster. Repeated when it fails retryably.
   *
   * @param name of the cluster
   * @return the cluster
   * @throws CmfUnsupportedException before 2.3
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfKubernetesCluster get(String name) {
    return calls.get(CmfEndpoint.KUBERNETES_CLUSTER, CmfKubernetesCluster::read, name);
  }

  /**
   * Changes a cluster. Reads it first, for what CMF demands besides the change. Repeated when it
   * fails retryably.
   *
   * @param name of the cluster
   * @param change what is to be changed
   * @return the cluster as CMF has it
   * @throws IllegalArgumentException if the change is malformed, or of another cluster; nothing was
   *     sent
   * @throws CmfUnsupportedException before 2.3
   * @throws CmfInvalidException if CMF refuses it: environments use the cluster
   * @throws CmfConflictException the same, of later servers
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if a call fails
   */
  public CmfKubernetesCluster update(String name, CmfKubernetesClusterChange change) {
    if (!change.name().isEmpty() && !change.name().equals(name)) {
      throw new IllegalArgumentException(
          "The change is of cluster '" + change.name() + "', not of '" + name + "'");
    }
    change.check();
    CmfKubernetesCluster updated =
        calls.write(
            CmfEndpoint.KUBERNETES_CLUSTER_UPDATE,
            change.completed(get(name)),
            CmfKubernetesCluster::read,
            name);
    return updated == null ? get(name) : updated;
  }
}
