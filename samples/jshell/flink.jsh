// Flink from JShell. Paste what you need, or all of it; one line is one snippet. From the root of the checkout:
//   mvn -q -pl :jshell -am package -DskipTests
//   jshell --class-path "$(cat samples/jshell/target/classpath.txt)"
//   jshell> /open samples/jshell/flink.jsh

import dev.flinkplatform.*
import dev.flinkplatform.local.*
import dev.flinkplatform.spec.*
import dev.flinkplatform.status.*
import dev.flinkplatform.testkit.*
import dev.flinkplatform.waiting.*
import java.nio.file.*
import java.time.*

var minutes = Duration.ofMinutes(2)

// A Flink: FlinkDistribution.release("2.3.0") fetches one; here it is what the build has gathered.
var flink = FlinkDistribution.jars(Path.of(System.getProperty("jshell.flink", "flink-distributions/flink-2.3/target/lib")))

// A platform: all who name the same root see the same applications. Connecting starts nothing.
var root = Path.of(System.getProperty("jshell.root", "samples/jshell/target/flink"))
var platform = LocalPlatform.builder().root(root).flink(flink).jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")).connect()
platform.info()
platform.capabilities()

// A job. This one checks itself; put your jar here.
var job = JobSpec.jar(SelfCheckingJob.jar()).entryClass(SelfCheckingJob.entryClass()).args(SelfCheckingJob.args().toList()).build()
var checkpoints = Checkpointing.builder().interval(Duration.ofSeconds(1)).build()
var small = TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build()
var spec = ApplicationSpec.builder("orders").flinkVersion("2.3").job(job).checkpointing(checkpoints).jobManager(Resources.of(1, "768m")).taskManager(small).build()

// Look before you leap.
platform.validate(spec)
platform.plan(spec)

// Deploy it: a JobManager and a TaskManager, and the job in them.
var deploy = platform.deploy(spec).onProgress(p -> System.out.println("  " + p.message()))
var orders = deploy.await(minutes)
orders.status()

// Wait for something, and know why if it can never be.
orders.await(Condition.checkpointsCompleted(2), minutes).latestCheckpoint()

// A savepoint; twice as parallel, with its state; what it would say of itself.
orders.savepoint().await(minutes).location()
orders.rescale(2).await(minutes)
orders.status().parallelism()
orders.exceptions()
orders.diagnose()

// What was done here, by whomever.
platform.operations().forEach(o -> System.out.println(o.id() + " " + o.state()))

// Leave it running and go: platform.close(). Find it again: platform.application("orders"). Or end it, state and all:
orders.delete(StateRetention.PURGE).await(minutes)
platform.applications()
platform.close()
