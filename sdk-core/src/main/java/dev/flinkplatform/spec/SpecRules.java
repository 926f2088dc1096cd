package dev.flinkplatform.spec;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be wrong with a specification whatever the backend is; finds all of it at
 * once.
 */
final class SpecRules {

  private static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

  /** 45 characters is Flink's limit for a Kubernetes cluster id; some room is left for suffixes. */
  private static final int MAX_NAME = 40;

  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern LABEL_KEY =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern CLASS_NAME =
      Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

  /**
   * What Kubernetes takes as the name of a Secret or of a key in it; both are names of files, too.
   */
  private static final Pattern SECRET_NAME = Pattern.compile("[-._A-Za-z0-9]{1,253}");

  private static final int MAX_PARALLELISM = 1 << 15;

  /** A hundred years: more does not fit into what Flink counts with. */
  private static final Duration MAX_DURATION = Duration.ofDays(36_500);

  private static final Set<String> CREATE_SUBDIR =
      Set.of("execution.checkpointing.create-subdir", "state.checkpoints.create-subdir");

  private static final Set<String> JAR_SCHEMES =
      Set.of("file", "http", "https", "s3", "s3a", "s3p", "local");

  private final List<Violation> found = new ArrayList<>();

  private SpecRules() {}

  static List<Violation> check(ApplicationSpec spec) {
    SpecRules rules = new SpecRules();
    rules.application(spec);
    return List.copyOf(rules.found);
  }

  private void application(ApplicationSpec spec) {
    if (!NAME.matcher(spec.name()).matches() || spec.name().length() > MAX_NAME) {
      add(
          "name",
          "must be a DNS-1035 label of at most "
              + MAX_NAME
              + " characters ([a-z]([-a-z0-9]*[a-z0-9])?)",
          spec.name());
    }
    if (!spec.flinkVersion().isKnown()) {
      add(
          "flinkVersion",
          "is not a version the SDK knows; known: " + FlinkVersion.known(),
          spec.flinkVersion());
    }
    spec.image().filter(String::isBlank).ifPresent(i -> add("image", "must not be blank", i));
    if (!spec.isSessionCluster()) {
      job(spec.job());
    }
    atLeast("parallelism", spec.parallelism(), 1);
    if (spec.parallelism() > MAX_PARALLELISM) {
      add(
          "parallelism",
          "must not exceed 32768, Flink's upper bound of max parallelism",
          spec.parallelism());
    }
    spec.jobManager().ifPresent(r -> resources("jobManager", r));
    taskManager(spec);
    checkpointing(spec.checkpointing());
    spec.savepointDirectory().ifPresent(d -> directory("savepointDirectory", d));
    if (spec.stateBackend().filter(b -> b == StateBackend.FORST).isPresent()
        && !spec.flinkVersion().isAtLeast(2, 0)) {
      add(
          "stateBackend",
          "FORST needs Flink 2.0 or later",
          "FORST with Flink " + spec.flinkVersion());
    }
    spec.restartStrategy().ifPresent(this::restart);
    highAvailability(spec.highAvailability());
    maps(spec);
    found.addAll(FlinkConfiguration.saidTwice(spec));
    spec.kubernetes().ifPresent(this::kubernetes);
  }

  private void job(JobSpec job) {
    if (job.jars().isEmpty()) {
      add("job.jars", "needs at least one jar, for example JobSpec.jar(\"/path/job.jar\")", "none");
    }
    for (int i = 0; i < job.jars().size(); i++) {
      jar("job.jars[" + i + "]", job.jars().get(i));
    }
    job.entryClass()
        .filter(c -> !CLASS_NAME.matcher(c).matches())
        .ifPresent(c -> add("job.entryClass", "is no class name", c));
    for (int i = 0; i < job.args().size(); i++) {
      if (job.args().get(i).indexOf('\0') >= 0) {
        add("job.args[" + i + "]", "must not hold a NUL character", "(not shown)");
      }
    }
  }

  private void jar(String path, String location) {
    if (location.isBlank()) {
      add(path, "must not be blank", location);
      return;
    }
    if (!location.endsWith(".jar")) {
      add(path, "must end in .jar: Flink takes no other file", location);
    }
    if (location.indexOf('\0') >= 0) {
      add(path, "must not hold a NUL character", "(not shown)");
    }
    @Nullable String scheme = scheme(location);
    if (scheme != null && !JAR_SCHEMES.contains(scheme)) {
      add(
          path,
          "has an unknown scheme; known: a plain path, file, http, https, s3, local",
          location);
    }
  }

  private void taskManager(ApplicationSpec spec) {
    TaskManagerSpec tm = spec.taskManager();
    tm.resources().ifPresent(r -> resources("taskManager.resources", r));
    atLeast("taskManager.slots", tm.slots(), 1);
    if (tm.slots() > MAX_PARALLELISM) {
      add("taskManager.slots", "must not exceed 32768, the highest parallelism", tm.slots());
    }
    tm.replicas()
        .ifPresent(
            replicas -> {
              atLeast("taskManager.replicas", replicas, 1);
              if (replicas >= 1
                  && tm.slots() >= 1
                  && (long) replicas * tm.slots() < spec.parallelism()) {
                add(
                    "taskManager.replicas",
                    "gives too few slots: replicas * slots must be at least the parallelism of "
                        + spec.parallelism(),
                    replicas + " * " + tm.slots());
              }
            });
  }

  private void resources(String path, Resources resources) {
    if (!(resources.cpu() > 0) || Double.isInfinite(resources.cpu())) {
      add(path + ".cpu", "must be more than 0", resources.cpu());
    }
    if (resources.memory().bytes() == 0) {
      add(path + ".memory", "must be more than 0", resources.memory());
    }
  }

  private void checkpointing(Checkpointing c) {
    c.interval()
        .filter(i -> i.compareTo(Duration.ofMillis(10)) < 0)
        .ifPresent(
            i -> add("checkpointing.interval", "must be 10 ms or more, Flink's own minimum", i));
    c.timeout()
        .filter(t -> t.compareTo(Duration.ofMillis(10)) < 0)
        .ifPresent(
            t -> add("checkpointing.timeout", "must be 10 ms or more, Flink's own minimum", t));
    c.interval().ifPresent(i -> notEndless("checkpointing.interval", i));
    c.timeout().ifPresent(t -> notEndless("checkpointing.timeout", t));
    c.directory().ifPresent(d -> directory("checkpointing.directory", d));
  }

  private void directory(String path, String location) {
    @Nullable String scheme = scheme(location);
    if (scheme == null) {
      add(
          path,
          "must be a URI with a scheme, for example file:///data/flink or s3://bucket/flink",
          location);
    } else if (scheme.equals("http") || scheme.equals("https")) {
      add(path, "must be on a file system that Flink can write", location);
    } else if (location.contains("%00")) {
      add(path, "must not hold a NUL character", location);
    }
  }

  private void restart(RestartStrategy strategy) {
    if (strategy instanceof RestartStrategy.FixedDelay s) {
      atLeast("restartStrategy.attempts", s.attempts(), 0);
      notNegative("restartStrategy.delay", s.delay());
      notEndless("restartStrategy.delay", s.delay());
    } else if (strategy instanceof RestartStrategy.ExponentialDelay s) {
      if (s.initial().compareTo(Duration.ofMillis(1)) < 0) {
        add("restartStrategy.initial", "must be 1 ms or more", s.initial());
      }
      if (s.max().compareTo(s.initial()) <= 0) {
        add(
            "restartStrategy.max",
            "must be more than the initial pause of " + s.initial(),
            s.max());
      }
      notEndless("restartStrategy.max", s.max());
    } else if (strategy instanceof RestartStrategy.FailureRate s) {
      atLeast("restartStrategy.maxFailures", s.maxFailures(), 1);
      if (s.interval().compareTo(Duration.ofMillis(1)) < 0) {
        add("restartStrategy.interval", "must be 1 ms or more", s.interval());
      }
      notNegative("restartStrategy.delay", s.delay());
      notEndless("restartStrategy.delay", s.delay());
      notEndless("restartStrategy.interval", s.interval());
    }
  }

  private void highAvailability(HighAvailability ha) {
    if (ha instanceof HighAvailability.Kubernetes k) {
      directory("highAvailability.storageDirectory", k.storageDirectory());
      atLeast("highAvailability.standbyJobManagers", k.standbyJobManagers(), 0);
    } else if (ha instanceof HighAvailability.ZooKeeper z) {
      if (z.quorum().isBlank()) {
        add("highAvailability.quorum", "needs at least one host:port", z.quorum());
      }
      directory("highAvailability.storageDirectory", z.storageDirectory());
      atLeast("highAvailability.standbyJobManagers", z.standbyJobManagers(), 0);
    }
  }

  private void maps(ApplicationSpec spec) {
    for (Map.Entry<String, String> e : spec.flinkConfig().entrySet()) {
      String key = e.getKey();
      if (key.isBlank() || key.chars().anyMatch(c -> Character.isWhitespace(c) || c == ':')) {
        add("flinkConfig", "has a key with white space or a colon", key);
      }
      if (e.getValue().chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
        add("flinkConfig[" + key + "]", "must be one line without NUL", "(not shown)");
      }
      if (CREATE_SUBDIR.contains(key) && e.getValue().strip().equalsIgnoreCase("false")) {
        add(
            "flinkConfig[" + key + "]",
            "must not be false: each run would write over the checkpoints of the one before",
            e.getValue());
      }
    }
    spec.labels()
        .forEach(
            (k, v) -> {
              if (!LABEL_KEY.matcher(k).matches()) {
                add("labels", "has a key that is no Kubernetes label key", k);
              }
              if (!LABEL_VALUE.matcher(v).matches()) {
                add(
                    "labels[" + k + "]",
                    "is no Kubernetes label value (at most 63 of A-Za-z0-9-_.)",
                    v);
              }
            });
    spec.environment()
        .forEach(
            (k, v) -> {
              environmentName("environment", k);
              if (v.indexOf('\0') >= 0) {
                add("environment[" + k + "]", "must not hold a NUL character", "(not shown)");
              }
            });
    spec.secretEnvironment()
        .forEach(
            (k, ref) -> {
              environmentName("secretEnvironment", k);
              if (!isSecretName(ref.secret()) || !isSecretName(ref.key())) {
                add(
                    "secretEnvironment[" + k + "]",
                    "needs a Secret's name and a key, of A-Za-z0-9-_.",
                    ref);
              }
              if (spec.environment().containsKey(k)) {
                add("secretEnvironment[" + k + "]", "is also in environment; say it once", k);
              }
            });
  }

  private static boolean isSecretName(String name) {
    return SECRET_NAME.matcher(name).matches() && !name.equals(".") && !name.contains("..");
  }

  private void environmentName(String path, String name) {
    if (!ENV_NAME.matcher(name).matches()) {
      add(path, "has a name that is no environment variable's", name);
    }
  }

  private void kubernetes(KubernetesSettings k) {
    for (int i = 0; i < k.volumes().size(); i++) {
      KubernetesSettings.Volume v = k.volumes().get(i);
      if (!v.mountPath().startsWith("/")) {
        add("kubernetes.volumes[" + i + "].mountPath", "must be absolute", v.mountPath());
      }
    }
  }

  private void atLeast(String path, int value, int least) {
    if (value < least) {
      add(path, "must be " + least + " or more", value);
    }
  }

  private void notEndless(String path, Duration value) {
    if (value.compareTo(MAX_DURATION) > 0) {
      add(path, "must not exceed 36500 days", value);
    }
  }

  private void notNegative(String path, Duration value) {
    if (value.isNegative()) {
      add(path, "must not be negative", value);
    }
  }

  private static @Nullable String scheme(String location) {
    try {
      return new URI(location.replace(" ", "%20")).getScheme();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private void add(String path, String what, Object seen) {
    found.add(new Violation(path, what + ", got '" + seen + "'"));
  }
}
