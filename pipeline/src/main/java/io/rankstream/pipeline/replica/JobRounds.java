package io.rankstream.pipeline.replica;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a job's rounds among those of other jobs. A JobManager that is lost leaves its
 * directory behind, and without high availability nobody has the job any more. So each living job
 * shows by a file that it lives, and deletes the directories of jobs that have not shown it for a
 * day. No checkpoint needs a file of a round. A job that comes back later hands in again.
 */
final class JobRounds {

  /** How often a job must show that it lives. */
  static final Duration SIGN_EVERY = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(JobRounds.class);
  private static final String SIGN = "alive";
  private static final String JOB_ID = "[0-9a-f]{32}";
  private static final Duration DEAD_AFTER = Duration.ofDays(1);

  private final Path root;
  private final Path own;

  /**
   * @param root directory of the rounds of all jobs
   */
  JobRounds(Path root, JobID job) {
    this.root = root;
    this.own = new Path(root, job.toString());
  }

  /**
   * Shows that the job lives, and deletes what dead jobs left.
   *
   * @throws IOException when the store fails; nothing of a living job is deleted
   */
  void show() throws IOException {
    Path sign = new Path(own, SIGN);
    FileSystem files = root.getFileSystem();
    files.mkdirs(own);
    files.create(sign, WriteMode.OVERWRITE).close();
    // By the clock of the store, which gives the other times too.
    long now = files.getFileStatus(sign).getModificationTime();
    for (FileStatus each : list(root)) {
      Path job = each.getPath();
      if (job.getName().matches(JOB_ID) // whatever else lies there is not ours
          && !job.getName().equals(own.getName())
          && lastSign(each) < now - DEAD_AFTER.toMillis()) {
        files.delete(job, true);
        LOG.info("Deleted {}, which a job left that has not lived for a day", job);
      }
    }
  }

  /**
   * Deletes the job's directory, but for files that an attempt may still use.
   *
   * @throws IOException when the store fails
   */
  void leave() throws IOException {
    FileSystem files = root.getFileSystem();
    files.delete(new Path(own, SIGN), false);
    for (FileStatus stream : list(own)) {
      deleteEmpty(stream.getPath());
    }
    deleteEmpty(own);
  }

  /** When anything was last written in a job's directory. */
  private static long lastSign(FileStatus entry) throws IOException {
    long last = entry.getModificationTime();
    if (entry.isDir()) {
      for (FileStatus each : list(entry.getPath())) {
        last = Math.max(last, lastSign(each));
      }
    }
    return last;
  }

  private static void deleteEmpty(Path directory) throws IOException {
    if (list(directory).length == 0) {
      directory.getFileSystem().delete(directory, false);
    }
  }

  /** What a directory holds; nothing if it is not there. */
  static FileStatus[] list(Path directory) throws IOException {
    try {
      FileStatus[] found = directory.getFileSystem().listStatus(directory);
      return found == null ? new FileStatus[0] : found; // object stores say null for empty
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
