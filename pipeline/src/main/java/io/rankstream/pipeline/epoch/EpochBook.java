package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.config.EpochConfig;
import io.rankstream.pipeline.event.EpochEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The epochs of all streams of the job, and which of them are due. */
final class EpochBook {

  private final EpochConfig config;
  private final Map<String, StreamEpochs> streams = new TreeMap<>();
  private Runnable listener = () -> {};

  /**
   * @param streams streams of the job
   * @param restored what the restored state has of them
   * @param isFromLive whether a job that followed live is continued
   * @param now wall-clock time in milliseconds
   */
  EpochBook(
      EpochConfig config,
      Collection<String> streams,
      Collection<StreamEpochs> restored,
      boolean isFromLive,
      long now) {
    this.config = config;
    streams.forEach(
        stream -> this.streams.put(stream, StreamEpochs.start(stream, isFromLive, now)));
    restored.stream()
        .filter(each -> streams.contains(each.stream()))
        .forEach(each -> this.streams.put(each.stream(), each));
  }

  /** The epochs of a stream; null when the job does not have the stream. */
  StreamEpochs of(String stream) {
    return streams.get(stream);
  }

  /** Those of all streams, for the state. */
  List<StreamEpochs> all() {
    return List.copyOf(streams.values());
  }

  /** Calls somebody after each change. */
  void onChange(Runnable changed) {
    listener = changed;
  }

  /** Changes what is known of a stream of the job; nothing of another one. */
  void change(String stream, UnaryOperator<StreamEpochs> change) {
    streams.computeIfPresent(stream, (name, epochs) -> change.apply(epochs));
    listener.run();
  }

  /** Streams whose first epoch is the version that the model starts with, which is not written. */
  Set<String> toStart() {
    return streams.values().stream()
        .filter(each -> each.serving() == null && !each.isFromLive())
        .map(StreamEpochs::stream)
        .collect(Collectors.toSet());
  }

  /** Streams that followed live, and whose first epoch is the version that they have now. */
  List<StreamEpochs> toTakeOver() {
    return streams.values().stream()
        .filter(each -> each.serving() == null && each.isFromLive() && each.newest() != null)
        .toList();
  }

  /**
   * Streams for which an epoch is to be opened.
   *
   * @param now wall-clock time in milliseconds
   */
  List<StreamEpochs> due(long now) {
    return streams.values().stream()
        .filter(each -> each.open() == null && each.hasNewer())
        .filter(each -> each.isRequested() || isTime(each, now))
        .toList();
  }

  /** When the next epoch opens by time, if any does. */
  OptionalLong nextTime(long now) {
    return config.every().isZero()
        ? OptionalLong.empty()
        : streams.values().stream()
            .mapToLong(each -> each.openedAt() + config.every().toMillis())
            .filter(time -> time > now)
            .min();
  }

  /** The open epochs. */
  List<EpochEvent> open() {
    List<EpochEvent> open = new ArrayList<>();
    for (StreamEpochs each : streams.values()) {
      if (each.open() != null) {
        open.add(each.open());
      }
    }
    return open;
  }

  /** The numbers of the open epochs, by stream. */
  Map<String, Long> openNumbers() {
    return open().stream().collect(Collectors.toMap(EpochEvent::stream, EpochEvent::number));
  }

  /** Files of weights that are needed, relative to the directory of the embedders' weights. */
  Set<String> files() {
    return streams.values().stream()
        .flatMap(
            each -> Stream.of(each.serving(), each.before(), each.open()).filter(Objects::nonNull))
        .map(each -> each.weights().file())
        .collect(Collectors.toSet());
  }

  private boolean isTime(StreamEpochs epochs, long now) {
    return !config.every().isZero() && now - epochs.openedAt() >= config.every().toMillis();
  }
}
