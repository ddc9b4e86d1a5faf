package io.rankstream.lab;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * A local file system for checkpoints, under which the weights of replicas lie too. It ends the
 * attempt that writes or reads certain files of certain rounds, once for each fault: so a job fails
 * in exactly known moments of its rounds.
 */
public final class RoundFaults extends LocalFileSystem {

  private static final String SCHEME = "round-faults";
  private static final String ROUNDS = "rankstream-rounds";
  private static final List<Fault> PLANNED = new ArrayList<>();
  private static final Map<Fault, Integer> SEEN = new HashMap<>();

  /** What is done with a file of a round. */
  enum Access {
    WRITE,
    READ
  }

  /**
   * A fault.
   *
   * @param round number of the round
   * @param access what fails
   * @param number which access of the kind in the round fails, from 1
   */
  record Fault(long round, Access access, int number) {}

  /** Makes the file system known to Flink. */
  public static final class Factory implements FileSystemFactory {

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI path) {
      return new RoundFaults();
    }
  }

  /** Plans faults in place of those before. */
  static synchronized void plan(List<Fault> faults) {
    PLANNED.clear();
    SEEN.clear();
    PLANNED.addAll(faults);
  }

  /** The planned faults that have not happened. */
  static synchronized List<Fault> left() {
    return List.copyOf(PLANNED);
  }

  /** The address of a local directory in this file system. */
  static String uri(java.nio.file.Path directory) {
    return SCHEME + "://" + directory.toUri().getPath();
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public FSDataOutputStream create(Path file, WriteMode mode) throws IOException {
    failIfPlanned(file, Access.WRITE);
    return super.create(file, mode);
  }

  @Override
  public FSDataInputStream open(Path file) throws IOException {
    failIfPlanned(file, Access.READ);
    return super.open(file);
  }

  private static synchronized void failIfPlanned(Path file, Access access) {
    Path round = file.getParent();
    if (!file.getPath().contains("/" + ROUNDS + "/") || !round.getName().matches("[0-9]{1,18}")) {
      return;
    }

    long number = Long.parseLong(round.getName());
    int seen = SEEN.merge(new Fault(number, access, 0), 1, Integer::sum);
    Fault fault = new Fault(number, access, seen);
    if (PLANNED.remove(fault)) {
      throw new IllegalStateException("Injected: " + fault); // no attempt goes on after it
    }
  }
}
