package io.rankstream.pipeline.tools.dataset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.util.FileUtils;

/**
 * Opens Fashion-MNIST (Xiao et al. 2017, MIT licence). It looks in the directory of the Debian and
 * Ubuntu package and in the user's cache, and otherwise downloads: with {@code apt-get download},
 * which needs no root, or from the home page of the data set.
 */
public final class FashionMnist {

  /** Name of the set, also as a value of {@code --data}. */
  public static final String NAME = "fashion-mnist";

  static final List<String> CLASSES =
      List.of(
          "t-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle-boot");

  private static final Path PACKAGE = Path.of("/usr/share/datasets/fashion-mnist");
  private static final String HOME =
      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * SHA-256 of the unpacked files: the package and the home page compress the same content
   * differently.
   */
  private static final Map<String, String> FILES =
      new TreeMap<>(
          Map.of(
              "train-images-idx3-ubyte.gz",
              "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
              "train-labels-idx1-ubyte.gz",
              "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
              "t10k-images-idx3-ubyte.gz",
              "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
              "t10k-labels-idx1-ubyte.gz",
              "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"));

  private final Path cache;
  private final Consumer<String> log;
  private boolean unavailable;

  /**
   * @param log called with a line for each download that is tried, and with the reasons of failures
   */
  public FashionMnist(Consumer<String> log) {
    this(cacheDirectory(), log);
  }

  FashionMnist(Path cache, Consumer<String> log) {
    this.cache = cache;
    this.log = log;
  }

  /**
   * Opens a split. Without the real images it warns and opens drawn ones instead.
   *
   * @throws IOException when files are there and cannot be read
   */
  public ImageDataset open(Split split) throws IOException {
    for (Path directory : List.of(PACKAGE, cache)) {
      if (IdxDataset.isIn(directory, split)) {
        return IdxDataset.read(NAME, directory, split, CLASSES);
      }
    }

    if (unavailable) {
      return drawn(split);
    }

    List<String> failures = new ArrayList<>();
    if (fetched("the package dataset-fashion-mnist", this::fromPackage, failures)
        || fetched(HOME, this::fromHome, failures)) {
      return IdxDataset.read(NAME, cache, split, CLASSES);
    }

    log.accept("WARNING: Fashion-MNIST could not be downloaded. DRAWN TEXTURES TAKE ITS PLACE.");
    failures.forEach(failure -> log.accept("  " + failure));
    log.accept(
        "  To use the real images, put its four .gz files into a directory and give --data DIRECTORY.");
    unavailable = true;
    return drawn(split);
  }

  private static ImageDataset drawn(Split split) {
    return new ProceduralDataset(split == Split.TRAIN ? 6000 : 1000, split);
  }

  private interface Attempt {
    void run() throws IOException, InterruptedException;
  }

  private boolean fetched(String origin, Attempt attempt, List<String> failures) {
    log.accept("Fetching Fashion-MNIST from %s ...".formatted(origin));
    try {
      attempt.run();
      return true;
    } catch (IOException e) {
      failures.add("%s: %s".formatted(origin, e.getMessage() == null ? e : e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failures.add(origin + ": interrupted");
    }

    return false;
  }

  private void fromPackage() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("fashion-mnist");
    try {
      run(directory, "apt-get", "download", "dataset-fashion-mnist");
      try (Stream<Path> packages = Files.list(directory)) {
        Path archive =
            packages
                .filter(file -> file.toString().endsWith(".deb"))
                .findFirst()
                .orElseThrow(() -> new IOException("apt-get downloaded no package"));
        run(directory, "dpkg-deb", "-x", archive.toString(), "unpacked");
      }
      Path files = directory.resolve("unpacked").resolve(PACKAGE.toString().substring(1));
      for (Map.Entry<String, String> file : FILES.entrySet()) {
        keep(Files.readAllBytes(files.resolve(file.getKey())), file.getKey(), file.getValue());
      }
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
  }

  private void fromHome() throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    for (Map.Entry<String, String> file : FILES.entrySet()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(HOME + file.getKey())).timeout(PATIENCE).build();
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException(
              "HTTP status %d for %s".formatted(response.statusCode(), file.getKey()));
        }

        keep(body.readAllBytes(), file.getKey(), file.getValue());
      }
    }
  }

  private void keep(byte[] content, String name, String sha256) throws IOException {
    String found = DigestUtils.sha256Hex(unpacked(content));
    if (!found.equals(sha256)) {
      throw new IOException("%s unpacks to SHA-256 %s, not %s".formatted(name, found, sha256));
    }

    Files.createDirectories(cache);
    Path partial = Files.createTempFile(cache, name, ".part");
    Files.write(partial, content);
    Files.move(
        partial,
        cache.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("%s took longer than %d s".formatted(command[0], PATIENCE.toSeconds()));
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "%s failed: %s"
              .formatted(command[0], Files.readString(directory.resolve("log")).strip()));
    }
  }

  private static Path cacheDirectory() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path base =
        configured == null || configured.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(configured);
    return base.resolve("rankstream").resolve(NAME);
  }

  private static byte[] unpacked(byte[] gzipped) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
      return in.readAllBytes();
    }
  }
}
