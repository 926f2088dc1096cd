package dev.flinkplatform.cmf;

import dev.flinkplatform.cmf.rest.CmfClient;

/**
 * What only the backend {@code cmf} has: {@code platform.extension(CmfAccess.class)}. The client is
 * that of the platform: do not close it, and do not change FlinkApplications of the platform with
 * it, whose annotations say which start they are of.
 *
 * @param client CMF's whole API: environments, statements, compute pools, catalogs, secrets, and so
 *     on
 * @param environment the environment of the platform
 */
public record CmfAccess(CmfClient client, String environment) {}
