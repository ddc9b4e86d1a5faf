package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the records of the control topic. What cannot be done, and what is no request, is counted
 * and told in the log, and the job goes on. Called in the task thread alone.
 */
final class EpochRequests {

  private static final Logger LOG = LoggerFactory.getLogger(EpochRequests.class);

  /** What the requests need of the operator. */
  interface Operator {

    /** Whether the end of the open epochs is told, so that it is too late to abort one. */
    boolean isEnding();

    /** Gives an open epoch up. */
    void abort(EpochEvent open);
  }

  private final EpochBook book;
  private final EpochOpenings openings;
  private final SweepMetrics measured;
  private final Operator operator;

  EpochRequests(EpochBook book, EpochOpenings openings, SweepMetrics measured, Operator operator) {
    this.book = book;
    this.openings = openings;
    this.measured = measured;
    this.operator = operator;
  }

  /** Takes a record of the control topic. */
  void take(RawRecord record) {
    Optional<EpochRequest> request = request(record.value());
    StreamEpochs epochs = request.map(each -> book.of(each.getStream())).orElse(null);
    if (epochs == null) {
      measured.refused();
      LOG.warn(
          "The record of {} at partition {} offset {} is passed over: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          request.isEmpty()
              ? "it is no EpochRequest. Send requests with ./rankstream epoch"
              : "the job does not have its stream. See input.streams");
    } else if (request.get().getAction() == EpochAction.OPEN) {
      open(epochs);
    } else {
      abort(epochs);
    }
  }

  private void open(StreamEpochs epochs) {
    if (epochs.open() == null && !epochs.isRequested()) {
      openings.request(epochs.stream());
      return;
    }

    measured.refused();
    LOG.warn(
        "A request to open an epoch of stream {} is passed over: {}",
        epochs.stream(),
        epochs.open() != null
            ? "epoch %d is open".formatted(epochs.open().number())
            : "one waits already");
  }

  private void abort(StreamEpochs epochs) {
    if (epochs.isRequested()) {
      openings.cancel(epochs.stream());
      LOG.info("The epoch of stream {} that was asked for is not opened", epochs.stream());
    } else if (epochs.open() != null && !operator.isEnding()) {
      operator.abort(epochs.open());
    } else {
      measured.refused();
      LOG.warn(
          "A request to abort the epoch of stream {} is passed over: {}",
          epochs.stream(),
          epochs.open() == null ? "none is open" : "all images are embedded, and it ends now");
    }
  }

  /** The request in the value of a record; empty when it is none. */
  private static Optional<EpochRequest> request(byte[] value) {
    if (value == null) {
      return Optional.empty();
    }

    try {
      return Optional.of(EpochRequest.fromByteBuffer(ByteBuffer.wrap(value)));
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      return Optional.empty(); // Avro throws all kinds of them on damaged bytes
    }
  }
}
