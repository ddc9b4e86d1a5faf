package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;

/** The epochs of a stream, by their marks: the one that serves, and the one that is open. */
final class LiveEpochs {

  private ModelVersion serving; // null before the first complete one that was seen
  private ModelVersion open;
  private long embedded; // records of the open one

  /** Adds a mark. */
  void add(ModelVersion mark) {
    switch (mark.getEpoch().getState()) {
      case OPENED -> {
        open = mark;
        embedded = 0;
      }
      case COMPLETE -> {
        serving = mark;
        leave(mark);
      }
      case ABORTED -> leave(mark);
    }
  }

  /** Adds an embedding. */
  void add(ImageEmbedding embedding) {
    if (open != null && VersionRank.of(open).equals(VersionRank.of(embedding))) {
      embedded++;
    }
  }

  /** Writes what is known of the epochs; nothing for a stream without marks. */
  void writeTo(ObjectNode stream) {
    if (serving == null && open == null) {
      return;
    }

    ObjectNode node = stream.putObject("epochs");
    if (serving != null) {
      EpochMark mark = serving.getEpoch();
      node.putObject("serving")
          .put("number", mark.getNumber())
          .put("version", serving.getModelVersion())
          .put("completeAt", serving.getPublishedAt().toEpochMilli())
          .put("images", mark.getImages())
          .put("refused", mark.getRefused())
          .put("superseded", mark.getSuperseded());
    }
    if (open != null) {
      node.putObject("open")
          .put("number", open.getEpoch().getNumber())
          .put("version", open.getModelVersion())
          .put("openedAt", open.getEpoch().getOpenedAt().toEpochMilli())
          .put("embedded", embedded);
    }
  }

  private void leave(ModelVersion mark) {
    if (open != null && open.getEpoch().getNumber() == mark.getEpoch().getNumber()) {
      open = null;
    }
  }
}
